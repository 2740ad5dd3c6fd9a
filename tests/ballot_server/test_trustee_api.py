"""The addresses that tellers' devices ask: who may, in what form, and what they get."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from ballot_server.services.trustee_view import CeremonyStage
from ballot_server.services.voter_view import read_board
from crypto.participant import CeremonyStep
from tests.support.evenings import MEETING
from tests.support.teller_tables import NAMES, Place, Table, lay_table


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    with lay_table(tmp_path) as laid:
        yield laid


def ask(place: Place, method: str, path: str, payload: object = None, **headers: str | None) -> TestResponse:
    """Send a request with the device's own headers; a header given as None is left out."""
    named = {
        "Authorization": f"Bearer {place.code.code}",
        "Phieukin-Device": place.secret.hex(),
        "Content-Type": None if payload is None else "application/json",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    body = payload if isinstance(payload, bytes | None) else json.dumps(payload).encode()
    return Client(place.app).open(
        f"/api/trustee{path}",
        method=method,
        data=body,
        headers={name: value for name, value in named.items() if value is not None},
        base_url="https://localhost",
    )


def read_error(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.get_data())["error"]


def test_join_tells_the_device_its_seat(table: Table) -> None:
    room = json.loads(ask(table.places[1], "POST", "/join", {}).get_data())
    assert (room["seat"], room["names"], room["joined"]) == (2, list(NAMES), [2])


def test_join_again_by_the_same_device_changes_nothing(table: Table) -> None:
    first = ask(table.places[0], "POST", "/join", {}).get_data()
    assert ask(table.places[0], "POST", "/join", {}).get_data() == first


def test_join_by_a_second_device_is_refused(table: Table) -> None:
    ask(table.places[0], "POST", "/join", {})
    answer = ask(table.places[0], "POST", "/join", {}, Phieukin_Device="ab" * 32)
    assert read_error(answer) == (403, "seat_taken")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer 0000000000000000", "Basic AAAA", "Bearer x y"])
def test_request_without_a_join_code_is_refused(table: Table, authorization: str | None) -> None:
    answer = ask(table.places[0], "GET", "/room", Authorization=authorization)
    assert read_error(answer) == (401, "join_code_wrong")


def test_request_before_joining_is_refused(table: Table) -> None:
    assert read_error(ask(table.places[0], "GET", "/room")) == (401, "seat_unknown")


@pytest.mark.parametrize("device", [None, "", "zz" * 32, "ab" * 31, "AB" * 32])
def test_request_without_a_device_secret_is_refused(table: Table, device: str | None) -> None:
    answer = ask(table.places[0], "POST", "/join", {}, Phieukin_Device=device)
    assert read_error(answer) == (400, "trustee_payload")


@pytest.mark.parametrize(
    "payload",
    [
        b"{",
        b"[]",
        b"\xff",
        {"occasion": "ceremony"},
        {"occasion": "ceremony", "attempt": "1", "round": "commitment", "body": "{}"},
        {"occasion": "ceremony", "attempt": 1, "round": "commitment", "body": {}},
        {"occasion": "ceremony", "attempt": 1, "round": "commitment", "body": "{}", "more": 1},
    ],
)
def test_message_of_another_form_is_refused(table: Table, payload: object) -> None:
    ask(table.places[0], "POST", "/join", {})
    assert read_error(ask(table.places[0], "POST", "/messages", payload)) == (400, "trustee_payload")


def send(place: Place, body: str, round_name: str = "commitment", **fields: object) -> TestResponse:
    payload = {"occasion": "ceremony", "attempt": 1, "round": round_name, "body": body, **fields}
    return ask(place, "POST", "/messages", payload)


def test_message_in_another_tellers_name_is_refused(table: Table) -> None:
    ask(table.places[0], "POST", "/join", {})
    answer = send(table.places[0], '{"trustee":2}')
    assert read_error(answer) == (422, "message_refused")


def test_second_message_of_a_round_is_refused(table: Table) -> None:
    ask(table.places[0], "POST", "/join", {})
    assert send(table.places[0], '{"trustee":1}').status_code == 200
    assert read_error(send(table.places[0], '{"a":1,"trustee":1}')) == (409, "message_conflict")


def test_same_message_again_is_taken(table: Table) -> None:
    ask(table.places[0], "POST", "/join", {})
    send(table.places[0], '{"trustee":1}')
    assert send(table.places[0], '{"trustee":1}').status_code == 200


@pytest.mark.parametrize("round_name", ["opening", "trial", "confirmation", "partial", "nonsense", ""])
def test_message_before_its_turn_is_refused(table: Table, round_name: str) -> None:
    ask(table.places[0], "POST", "/join", {})
    assert read_error(send(table.places[0], '{"trustee":1}', round_name)) == (409, "round_not_open")


@pytest.mark.parametrize("occasion", ["", "counts", "counts:s1", "whole:", "ceremony:s1", "x"])
def test_occasion_that_nobody_asked_for_is_refused(table: Table, occasion: str) -> None:
    ask(table.places[0], "POST", "/join", {})
    assert read_error(send(table.places[0], "{}", occasion=occasion)) == (404, "occasion_unknown")


@pytest.mark.parametrize("attempt", [0, 2, -1])
def test_message_of_another_attempt_is_refused(table: Table, attempt: int) -> None:
    ask(table.places[0], "POST", "/join", {})
    assert read_error(send(table.places[0], '{"trustee":1}', attempt=attempt)) == (409, "attempt_over")


def test_message_that_is_too_long_is_refused(table: Table) -> None:
    ask(table.places[0], "POST", "/join", {})
    answer = send(table.places[0], json.dumps({"trustee": 1, "x": "y" * 30_000}, separators=(",", ":")))
    assert read_error(answer) == (422, "message_refused")


def test_request_that_is_far_too_long_is_refused_unread(table: Table) -> None:
    ask(table.places[0], "POST", "/join", {})
    assert read_error(ask(table.places[0], "POST", "/messages", b"x" * 500_000)) == (413, "body_too_large")


def test_request_that_is_no_json_is_refused(table: Table) -> None:
    answer = ask(table.places[0], "POST", "/join", {}, Content_Type="text/plain")
    assert read_error(answer) == (415, "json_type")


def test_request_from_another_site_is_refused(table: Table) -> None:
    answer = ask(table.places[0], "POST", "/join", {}, Origin="https://evil.example")
    assert read_error(answer) == (403, "cross_site_request")


def test_openings_are_not_handed_out_before_all_are_in(table: Table) -> None:
    table.step(3, table.places[:2])
    answer = ask(table.places[0], "GET", "/round?occasion=ceremony&attempt=1&round=commitment")
    assert json.loads(answer.get_data()) == {"complete": False, "senders": [1, 2], "messages": []}


def test_shares_for_others_are_not_handed_out(table: Table) -> None:
    table.make_key()
    answer = ask(table.places[0], "GET", "/round?occasion=ceremony&attempt=1&round=share")
    messages = [json.loads(message) for message in json.loads(answer.get_data())["messages"]]
    assert [(message["from"], message["to"]) for message in messages] == [(2, 1), (3, 1)]


def test_round_of_reports_cannot_be_read(table: Table) -> None:
    table.step(2)
    answer = ask(table.places[0], "GET", "/round?occasion=ceremony&attempt=1&round=failure")
    assert read_error(answer) == (400, "round_unreadable")


def test_ceremony_cannot_be_begun_again_by_a_device(table: Table) -> None:
    table.step(2)
    answer = ask(table.places[0], "POST", "/attempts", {"occasion": "ceremony", "attempt": 1})
    assert read_error(answer) == (404, "occasion_unknown")


def test_board_is_handed_out_as_it_stands(table: Table) -> None:
    table.make_key()
    answer = ask(table.places[0], "GET", "/board")
    assert answer.get_data() == read_board(table.evening.database, MEETING)


def test_board_is_not_handed_out_without_a_seat(table: Table) -> None:
    assert read_error(ask(table.places[0], "GET", "/board", Authorization=None)) == (401, "join_code_wrong")


def test_forged_confirmation_is_refused(table: Table) -> None:
    def is_waiting() -> bool:
        trustee = table.places[0].device._ceremony.trustee
        return trustee is not None and trustee.step is CeremonyStep.HOLDING

    table.drive(is_waiting)
    body = json.dumps({"signature": "00" * 64, "trustee": 2}, separators=(",", ":"))
    assert read_error(send(table.places[1], body, "confirmation")) == (422, "message_refused")
    assert table.find_stage() is not CeremonyStage.FINISHED


def test_authority_is_not_found_where_there_is_none(table: Table) -> None:
    answer = Client(table.app).get("/authority.pem", base_url="https://localhost")
    assert answer.status_code == 404
