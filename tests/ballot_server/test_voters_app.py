"""The voters' application without a server around it: pages, state, casting, and hostile requests."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from ballot_server.domain.election import ElectionState
from ballot_server.storage.engine import Database, open_database
from ballot_server.storage.repositories import BallotRepository, CredentialRepository
from ballot_server.web.context import WebContext
from ballot_server.web.voters_app import create_voters_app
from crypto.confirmation import Confirmation, verify_confirmation
from crypto.encoding import decode_canonical_object
from tests.support.rooms import MEETING, TITLE, Room, furnish_room
from tests.support.staff import run_apart

OCTETS = "application/octet-stream"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    furnished = furnish_room(tmp_path)
    yield furnished
    furnished.installation.close()


@pytest.fixture
def client(room: Room) -> FlaskClient:
    return create_voters_app(WebContext(installation=room.installation, run_blocking=run_apart)).test_client()


def post(client: FlaskClient, room: Room, data: bytes | None, **options: object) -> TestResponse:
    options.setdefault("content_type", OCTETS)
    return client.post(f"/api/elections/{room.election}/ballots", data=data, **options)


def count_ballots(room: Room) -> int:
    with room.installation.database.read() as session:
        return BallotRepository(session).count(room.manifest.election_hash)


def test_cast_is_stored_and_confirmed_by_the_server(client: FlaskClient, room: Room) -> None:
    sealed = room.seal_ballot(0)
    response = post(client, room, sealed.data)
    confirmation = Confirmation.from_object(decode_canonical_object(response.data))
    verify_confirmation(confirmation, room.installation.server_key)
    assert response.status_code == 200
    assert confirmation.ballot_hash == sealed.ballot_hash
    assert count_ballots(room) == 1


def test_resend_gets_the_same_answer_and_stores_nothing_more(client: FlaskClient, room: Room) -> None:
    sealed = room.seal_ballot(0)
    first = post(client, room, sealed.data)
    assert post(client, room, sealed.data).data == first.data
    assert count_ballots(room) == 1


def test_resend_after_the_close_still_gets_the_confirmation(client: FlaskClient, room: Room) -> None:
    sealed = room.seal_ballot(0)
    first = post(client, room, sealed.data)
    room.move_to(ElectionState.CLOSED)
    assert post(client, room, sealed.data).data == first.data


def test_second_ballot_of_a_slip_is_refused_in_a_voters_words(client: FlaskClient, room: Room) -> None:
    post(client, room, room.seal_ballot(0).data)
    response = post(client, room, room.seal_ballot(0, option=1).data)
    assert response.status_code == 409
    assert response.get_json()["error"] == "credential_spent"
    assert "đã được ghi nhận" in response.get_json()["message"]


def test_cast_is_refused_after_the_close(client: FlaskClient, room: Room) -> None:
    room.move_to(ElectionState.CLOSED)
    response = post(client, room, room.seal_ballot(0).data)
    assert (response.status_code, response.get_json()["error"]) == (409, "election_closed")


def test_cast_is_refused_in_an_annulled_election(client: FlaskClient, room: Room) -> None:
    room.move_to(ElectionState.ANNULLED)
    response = post(client, room, room.seal_ballot(0).data)
    assert (response.status_code, response.get_json()["error"]) == (409, "election_annulled")


def test_cast_is_refused_before_the_opening(tmp_path: Path) -> None:
    room = furnish_room(tmp_path, state=ElectionState.READY)
    client = create_voters_app(WebContext(installation=room.installation, run_blocking=run_apart)).test_client()
    response = post(client, room, room.seal_ballot(0).data)
    room.installation.close()
    assert (response.status_code, response.get_json()["error"]) == (409, "election_not_open")


def test_cast_is_refused_for_a_void_slip(client: FlaskClient, room: Room) -> None:
    with room.installation.database.write() as session:
        CredentialRepository(session).add_void(MEETING, "A", 0, room.credentials[0].public, bytes(64))
    response = post(client, room, room.seal_ballot(0).data)
    assert (response.status_code, response.get_json()["error"]) == (409, "credential_void")


def test_cast_is_refused_for_a_slip_of_no_list(client: FlaskClient, room: Room) -> None:
    data = bytearray(room.seal_ballot(0).data)
    data[32:64] = room.manifest.key
    response = post(client, room, bytes(data))
    assert (response.status_code, response.get_json()["error"]) == (403, "credential_unknown")


def test_cast_is_refused_for_an_election_nobody_knows(client: FlaskClient, room: Room) -> None:
    response = client.post(f"/api/elections/{'0' * 64}/ballots", data=b"x", content_type=OCTETS)
    assert (response.status_code, response.get_json()["error"]) == (404, "election_unknown")


@pytest.mark.parametrize("place", [70, 150, 400, -1])
def test_altered_ballot_is_refused_and_not_stored(client: FlaskClient, room: Room, place: int) -> None:
    data = bytearray(room.seal_ballot(0).data)
    data[place] ^= 1
    response = post(client, room, bytes(data))
    assert (response.status_code, response.get_json()["error"]) == (400, "ballot_malformed")
    assert count_ballots(room) == 0


def test_oversized_body_is_refused_by_its_length_before_it_is_read(client: FlaskClient, room: Room) -> None:
    class Unreadable(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("the body was read")

    size = len(room.seal_ballot(0).data)
    announced = {"CONTENT_LENGTH": str(size + 1)}
    response = post(client, room, None, input_stream=Unreadable(), environ_overrides=announced)
    assert (response.status_code, response.get_json()["error"]) == (413, "body_too_large")


def test_short_body_is_refused(client: FlaskClient, room: Room) -> None:
    response = post(client, room, room.seal_ballot(0).data[:-1])
    assert (response.status_code, response.get_json()["error"]) == (400, "body_too_short")


def test_body_that_ends_before_its_announced_length_is_refused(client: FlaskClient, room: Room) -> None:
    data = room.seal_ballot(0).data
    announced = {"CONTENT_LENGTH": str(len(data))}
    response = post(client, room, None, input_stream=io.BytesIO(data[:100]), environ_overrides=announced)
    assert (response.status_code, response.get_json()["error"]) == (400, "body_too_short")


def test_body_without_a_length_is_refused(client: FlaskClient, room: Room) -> None:
    stream = io.BytesIO(room.seal_ballot(0).data)
    response = post(client, room, None, input_stream=stream, headers={"Transfer-Encoding": "chunked"})
    assert (response.status_code, response.get_json()["error"]) == (411, "length_missing")


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_other_types_of_body_are_refused(client: FlaskClient, room: Room, kind: str) -> None:
    response = post(client, room, b'{"ballot": 1}', content_type=kind)
    assert (response.status_code, response.get_json()["error"]) == (415, "body_type")


def test_compressed_body_is_refused(client: FlaskClient, room: Room) -> None:
    response = post(client, room, room.seal_ballot(0).data, headers={"Content-Encoding": "gzip"})
    assert (response.status_code, response.get_json()["error"]) == (415, "body_type")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=3000), kind=st.sampled_from([OCTETS, "application/json", "text/html"]))
def test_no_body_makes_the_server_fail(client: FlaskClient, room: Room, data: bytes, kind: str) -> None:
    response = post(client, room, data, content_type=kind)
    assert 400 <= response.status_code < 500
    assert set(response.get_json()) == {"error", "message"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(codec="utf-8", exclude_characters="/?#\\."), min_size=1, max_size=80))
def test_no_name_in_an_address_makes_the_server_fail(client: FlaskClient, name: str) -> None:
    for address in (f"/api/meetings/{name}", f"/api/elections/{name}/manifest", f"/board/{name}.jsonl", f"/{name}"):
        assert client.get(address).status_code in (200, 308, 404)


def test_cast_from_a_page_of_another_site_is_refused(client: FlaskClient, room: Room) -> None:
    data = room.seal_ballot(0).data
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        response = post(client, room, data, headers=headers)
        assert (response.status_code, response.get_json()["error"]) == (403, "cross_site_request")
    assert count_ballots(room) == 0


def test_cast_from_our_own_page_is_taken(client: FlaskClient, room: Room) -> None:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert post(client, room, room.seal_ballot(0).data, headers=headers).status_code == 200


def test_cast_answers_busy_and_not_success_while_the_database_is_locked(tmp_path: Path, room: Room) -> None:
    database = Database(open_database(f"sqlite:///{tmp_path / 'phieukin.sqlite3'}", busy_timeout_milliseconds=1))
    impatient = replace(room.installation, database=database)
    client = create_voters_app(WebContext(installation=impatient)).test_client()
    data = room.seal_ballot(0).data
    with room.installation.database.write():
        response = post(client, room, data)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert post(client, room, data).status_code == 200
    database.close()


def test_cast_that_the_disk_refuses_is_not_confirmed(room: Room, client: FlaskClient) -> None:
    # A trigger that fails stands for the full disk: SQLite reports both as a failed statement.
    with sqlite3.connect(str(room.installation.database.engine.url.database)) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON ballot BEGIN SELECT RAISE(FAIL, 'disk is full'); END")
    connection.close()
    response = post(client, room, room.seal_ballot(0).data)
    assert response.status_code in (500, 503)
    assert "disk" not in response.get_json()["message"]
    assert count_ballots(room) == 0


def test_state_is_tiny_and_says_what_a_phone_needs(client: FlaskClient, room: Room) -> None:
    post(client, room, room.seal_ballot(0).data)
    response = client.get(f"/api/meetings/{MEETING}")
    assert len(response.data) <= 300
    assert response.get_json() == {
        "code": MEETING,
        "current": "s1",
        "elections": [
            {"id": "s1", "state": "open", "election_hash": room.election, "ballots": 1, "present": 6},
        ],
    }


def test_state_is_not_sent_again_to_a_phone_that_has_it(client: FlaskClient) -> None:
    first = client.get(f"/api/meetings/{MEETING}")
    again = client.get(f"/api/meetings/{MEETING}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_state_is_sent_again_after_a_change(client: FlaskClient, room: Room) -> None:
    first = client.get(f"/api/meetings/{MEETING}")
    room.move_to(ElectionState.CLOSED)
    again = client.get(f"/api/meetings/{MEETING}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.get_json()["elections"][0]["state"] == "closed"


def test_manifest_is_the_sealed_bytes(client: FlaskClient, room: Room) -> None:
    response = client.get(f"/api/elections/{room.election}/manifest")
    assert decode_canonical_object(response.data) == room.manifest.to_object()


def test_ceremony_is_the_body_of_its_entry(client: FlaskClient) -> None:
    assert client.get(f"/api/meetings/{MEETING}/ceremony").data == b'{"kind":"ceremony"}'


def test_board_is_downloaded_line_by_line(client: FlaskClient) -> None:
    response = client.get(f"/board/{MEETING}.jsonl")
    assert [json.loads(line)["kind"] for line in response.data.splitlines()] == ["meeting", "ceremony"]
    assert response.data.endswith(b"\n")


@pytest.mark.parametrize("path", ["/api/meetings/M9999999", "/api/meetings/M9999999/ceremony"])
def test_unknown_meeting_is_said_in_vietnamese(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.get_json() == {
        "error": "meeting_unknown",
        "message": "Không có cuộc họp mã M9999999. Xin kiểm tra lại mã.",
    }


def test_home_says_what_is_voted_and_how_many_have(client: FlaskClient, room: Room) -> None:
    post(client, room, room.seal_ballot(0).data)
    page = client.get("/").get_data(as_text=True)
    assert TITLE in page
    assert "Đang bỏ phiếu" in page
    assert "Đã bỏ: 1 / 6" in page


@pytest.mark.parametrize(("address", "headers"), [("/?lang=en", {}), ("/", {"Accept-Language": "en-GB,en;q=0.9"})])
def test_home_speaks_english_when_asked(client: FlaskClient, address: str, headers: dict[str, str]) -> None:
    page = client.get(address, headers=headers).get_data(as_text=True)
    assert '<html lang="en">' in page
    assert "Voting now" in page


def test_home_speaks_vietnamese_to_any_other_language(client: FlaskClient) -> None:
    page = client.get("/", headers={"Accept-Language": "fr"}).get_data(as_text=True)
    assert '<html lang="vi">' in page


def test_slip_page_sends_to_the_desk_where_no_script_runs(client: FlaskClient) -> None:
    page = client.get("/v").get_data(as_text=True)
    assert "Xin mang thẻ đến bàn tổ kiểm phiếu." in page
    assert not any(tag in page for tag in ("<form", "<button", "<input"))


def test_slip_page_loads_one_script_of_this_server_and_holds_its_style(client: FlaskClient) -> None:
    response = client.get("/v")
    page = response.get_data(as_text=True)
    [script] = re.findall(r'<script src="([^"]+)" defer>', page)
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in response.headers["Content-Security-Policy"]
    assert client.get(script).headers["Content-Type"].startswith("text/javascript")


def test_first_load_of_the_booth_is_under_60_kilobytes(client: FlaskClient) -> None:
    page = client.get("/v").get_data()
    script = re.findall(rb'<script src="([^"]+)"', page)[0].decode()
    sent = client.get(script, headers={"Accept-Encoding": "gzip"})
    assert sent.headers["Content-Encoding"] == "gzip"
    assert len(page) + len(sent.get_data()) < 60_000


def test_asset_named_by_its_digest_is_kept_and_any_other_is_not(client: FlaskClient) -> None:
    script = re.findall(r'<script src="([^"]+)"', client.get("/v").get_data(as_text=True))[0]
    assert "immutable" in client.get(script).headers["Cache-Control"]
    assert client.get("/assets/booth.js?d=0000000000000000").headers["Cache-Control"] == "no-cache"


def test_unknown_asset_is_missing(client: FlaskClient) -> None:
    assert client.get("/assets/server.key").status_code == 404


def test_pages_show_no_drafts(tmp_path: Path) -> None:
    room = furnish_room(tmp_path, state=ElectionState.READY)
    client = create_voters_app(WebContext(installation=room.installation, run_blocking=run_apart)).test_client()
    with sqlite3.connect(tmp_path / "phieukin.sqlite3") as connection:
        connection.execute("UPDATE election SET state = 'draft'")
    connection.close()
    assert TITLE not in client.get("/").get_data(as_text=True)
    room.installation.close()


def test_title_with_markup_is_shown_as_text(client: FlaskClient, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "phieukin.sqlite3") as connection:
        connection.execute("UPDATE election SET title_vi = '<script>alert(1)</script>'")
    connection.close()
    page = client.get("/").get_data(as_text=True)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "path", ["/", "/v", "/board", "/healthz", "/missing", "/api/missing", f"/api/meetings/{MEETING}"]
)
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] in ("no-store", "no-cache")
    assert "Set-Cookie" not in headers


def test_missing_page_is_a_page_in_vietnamese(client: FlaskClient) -> None:
    response = client.get("/missing")
    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert "Không có trang này." in response.get_data(as_text=True)


def test_wrong_method_says_which_are_right(client: FlaskClient, room: Room) -> None:
    response = client.get(f"/api/elections/{room.election}/ballots")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


def test_unforeseen_failure_gives_a_number_and_no_trace(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> bytes:
        raise ZeroDivisionError("secret detail")

    app = create_voters_app(WebContext(installation=room.installation, run_blocking=lambda _function: fail()))
    response = post(app.test_client(), room, room.seal_ballot(0).data)
    message = response.get_json()["message"]
    assert response.status_code == 500
    assert "secret detail" not in message
    assert caplog.records[-1].getMessage().removeprefix("incident ") in message


def test_health_is_refused_when_the_database_is_gone(client: FlaskClient, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "phieukin.sqlite3") as connection:
        connection.execute("ALTER TABLE meeting RENAME TO gone")
    connection.close()
    assert client.get("/healthz").status_code == 503


def test_pages_are_small_enough_for_a_full_room(client: FlaskClient) -> None:
    for path in ("/", "/v", "/board"):
        assert len(client.get(path).data) < 20_000


def test_links_keep_the_language_that_was_asked_for(client: FlaskClient) -> None:
    assert 'href="/board?lang=en"' in client.get("/?lang=en").get_data(as_text=True)
    assert 'href="/board"' in client.get("/").get_data(as_text=True)
