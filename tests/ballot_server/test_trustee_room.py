"""Tellers over the network: real devices, the staff's application between them, the chair's acts through services."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ballot_server.domain.election import IllegalTransitionError
from ballot_server.domain.member import Attendance, CardNumber
from ballot_server.services.open_election import CountsChangedError, TooFewCountSignaturesError
from ballot_server.services.trustee_room import (
    AnswersMissingError,
    BelowFloorError,
    CeremonyHeldError,
    CeremonyUnfinishedError,
    CountsNotAskedError,
    MinutesMissingError,
    StatementsMissingError,
    ThresholdError,
    ask_counts,
    ask_decryption,
    ask_destruction,
    begin_ceremony,
    ceremony_state,
    counts_state,
    decryption_state,
    describe_room,
    destruction_state,
    end_when_destroyed,
    open_when_signed,
    reissue_code,
    restart_ceremony,
    tally_when_decrypted,
)
from ballot_server.services.trustee_seats import SeatNamesError, SeatTakenError, SeatUnknownError, identify, join
from ballot_server.services.trustee_view import (
    CeremonyStage,
    CeremonyView,
    CountsView,
    DecryptionStage,
    DecryptionView,
    Report,
)
from ballot_server.services.voter_view import read_board
from ballot_server.storage.repositories import RollRepository
from crypto.bodies import EntryKind
from crypto.group import ORDER, Scalar, encode_scalar
from crypto.participant import CeremonyStep
from crypto.threshold import Polynomial
from crypto.trustee import Trustee
from tests.support.evenings import AGREE, DISAGREE, MEETING, make_plan
from tests.support.teller_tables import NAMES, Place, Table, lay_table

PATIENCE = 20


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    with lay_table(tmp_path) as laid:
        yield laid


@pytest.fixture
def ready(table: Table) -> Table:
    """Return a table whose key is made and whose first election is ready."""
    table.make_key()
    table.prepare_election()
    return table


@pytest.fixture
def closed(ready: Table) -> Table:
    """Return a table whose first election has four ballots and is closed."""
    sign(ready)
    open_signed(ready)
    ready.evening.cast("s1", AGREE, AGREE, DISAGREE, AGREE)
    ready.evening.close("s1")
    return ready


def see_ceremony(table: Table) -> CeremonyView:
    return ceremony_state(table.evening.database, meeting=MEETING)


def see_counts(table: Table) -> CountsView:
    return counts_state(table.evening.database, meeting=MEETING, election="s1")


def see_decryption(table: Table) -> DecryptionView:
    return decryption_state(table.evening.database, meeting=MEETING, election="s1")


def restart(table: Table) -> None:
    restart_ceremony(table.evening.database, meeting=MEETING, random_bytes=table.evening.random_source.randbytes)


def ask_to_sign(table: Table) -> CountsView:
    return ask_counts(table.evening.database, meeting=MEETING, election="s1")


def sign(table: Table) -> None:
    ask_to_sign(table)
    table.drive(lambda: len(see_counts(table).signed) == 3)


def open_signed(table: Table) -> None:
    evening = table.evening
    evening.manifests["s1"] = open_when_signed(evening.database, evening.board, meeting=MEETING, election="s1")


def ask_to_decrypt(table: Table) -> None:
    ask_decryption(table.evening.database, meeting=MEETING, election="s1")


def tally(table: Table) -> dict[str, int]:
    evening = table.evening
    tallied = tally_when_decrypted(evening.database, evening.board, meeting=MEETING, election="s1")
    return dict(tallied.result.contests[0].counts)


def get_trustee(place: Place) -> Trustee:
    trustee = place.device._ceremony.trustee
    assert trustee is not None
    return trustee


def drive_to(table: Table, step: CeremonyStep) -> None:
    def is_there() -> bool:
        trustees = [place.device._ceremony.trustee for place in table.places]
        return all(trustee is not None and trustee.step is step for trustee in trustees)

    table.drive(is_there)


# The ceremony.


def test_ceremony_is_posted_when_the_last_confirmation_arrives(table: Table) -> None:
    table.make_key()
    assert len(table.evening.list_entries(EntryKind.CEREMONY)) == 1


def test_ceremony_shows_the_same_four_words_on_every_device_and_the_screen(table: Table) -> None:
    table.make_key()
    shown = {str(place.voice.find("ask ceremony_words")[0]["words"]) for place in table.places}
    assert shown == {" · ".join(see_ceremony(table).words)}


def test_ceremony_shows_the_eight_words_of_the_key_on_every_device(table: Table) -> None:
    table.make_key()
    shown = {str(place.voice.find("key_made")[0]["words"]) for place in table.places}
    assert shown == {" · ".join(see_ceremony(table).key_words)}


def test_ceremony_names_who_has_not_joined(table: Table) -> None:
    table.step(3, table.places[:2])
    view = see_ceremony(table)
    assert (view.stage, view.awaited) == (CeremonyStage.JOINING, (3,))


def test_ceremony_goes_on_whatever_the_order_of_the_devices(table: Table) -> None:
    one, two, three = table.places
    table.step(5, [three])
    table.step(5, [one])
    table.step(5, [three, two])
    table.drive(lambda: table.find_stage() is CeremonyStage.FINISHED, [two, three, one])
    assert see_ceremony(table).stage is CeremonyStage.FINISHED


def test_ceremony_goes_on_after_answers_were_lost(table: Table) -> None:
    for place in table.places:
        place.answers_lost = 2
    table.step(3)
    table.places[0].answers_lost = 1
    table.make_key()
    assert see_ceremony(table).stage is CeremonyStage.FINISHED


def test_ceremony_goes_on_after_one_of_two_shares_was_lost_on_its_way(table: Table) -> None:
    def lose(path: str, body: bytes | None) -> bytes | None:
        if body is not None and b'"receiver":3' in body:
            raise ConnectionResetError
        return body

    table.places[0].tamper = lose
    table.step(8)
    table.places[0].tamper = lambda path, body: body
    table.make_key()
    assert see_ceremony(table).stage is CeremonyStage.FINISHED


def test_ceremony_stops_when_a_teller_finds_other_words(table: Table) -> None:
    table.places[1].voice.refuses.add("ceremony_words")
    table.drive(lambda: table.find_stage() is CeremonyStage.FAILED)
    assert see_ceremony(table).reports == (Report(2, None, "declined"),)


def test_no_share_leaves_a_device_whose_teller_finds_other_words(table: Table) -> None:
    sent: list[bytes] = []
    place = table.places[1]

    def watch(path: str, body: bytes | None) -> bytes | None:
        sent.append(body or b"")
        return body

    place.tamper = watch
    place.voice.refuses.add("ceremony_words")
    table.step(12)
    assert not [body for body in sent if b'"share"' in body]


def test_a_bad_share_names_its_maker(table: Table) -> None:
    drive_to(table, CeremonyStep.WORDS_SHOWN)
    secrets = get_trustee(table.places[1])._own
    secrets.polynomial = Polynomial((Scalar((secrets.polynomial[0] + 1) % ORDER), *secrets.polynomial[1:]))
    table.drive(lambda: table.find_stage() is CeremonyStage.FAILED)
    assert {report.at_fault for report in see_ceremony(table).reports} == {2}
    assert table.places[0].voice.find("ceremony_failed")[0]["name"] == NAMES[1]


def test_a_share_changed_by_the_server_stops_the_ceremony(table: Table) -> None:
    def change(path: str, body: bytes | None) -> bytes | None:
        if not path.endswith("/messages") or body is None or b'"share"' not in body:
            return body
        payload = json.loads(body)
        share = json.loads(payload["body"])
        share["ciphertext"] = base64.b64encode(bytes(48)).decode()
        payload["body"] = json.dumps(share, separators=(",", ":"), sort_keys=True)
        return json.dumps(payload).encode()

    table.places[2].tamper = change
    table.drive(lambda: table.find_stage() is CeremonyStage.FAILED)
    assert {report.at_fault for report in see_ceremony(table).reports} == {3}


def test_restarted_ceremony_succeeds_with_the_same_codes(table: Table) -> None:
    table.places[1].voice.refuses.add("ceremony_words")
    table.drive(lambda: table.find_stage() is CeremonyStage.FAILED)
    table.places[1].voice.refuses.clear()
    restart(table)
    table.make_key()
    assert see_ceremony(table).attempt == 2


def test_device_restarted_in_the_middle_says_that_it_forgot(table: Table) -> None:
    drive_to(table, CeremonyStep.OPENED)
    table.places[0].start()
    table.drive(lambda: table.find_stage() is CeremonyStage.FAILED)
    assert [(report.reporter, report.at_fault) for report in see_ceremony(table).reports] == [(1, 1)]


def test_device_restarted_after_the_key_goes_on_from_its_storage(ready: Table) -> None:
    for place in ready.places:
        place.start()
    sign(ready)
    assert see_counts(ready).signed == (1, 2, 3)


def test_reissued_code_seats_another_device(table: Table) -> None:
    table.step(2)
    source = table.evening.random_source.randbytes
    code = reissue_code(table.evening.database, meeting=MEETING, index=3, random_bytes=source)
    table.places[2] = Place(code, table.app, table.clock, seed=77)
    table.make_key()
    assert see_ceremony(table).stage is CeremonyStage.FINISHED


def test_reissued_code_makes_the_old_one_void(table: Table) -> None:
    old = table.places[2].code.code
    source = table.evening.random_source.randbytes
    reissue_code(table.evening.database, meeting=MEETING, index=3, random_bytes=source)
    with pytest.raises(SeatUnknownError):
        join(table.evening.database, code=old, device=bytes(32))


def test_restart_is_refused_once_the_key_is_on_the_board(ready: Table) -> None:
    with pytest.raises(CeremonyHeldError):
        restart(ready)


@pytest.mark.parametrize(("count", "threshold"), [(3, 3), (3, 1), (4, 2), (2, 2)])
def test_begin_ceremony_refuses_thresholds_that_are_not_allowed(table: Table, count: int, threshold: int) -> None:
    names = [f"Người {number}" for number in range(count)]
    with pytest.raises(ThresholdError):
        begin_ceremony(
            table.evening.database, meeting=MEETING, names=names, threshold=threshold, random_bytes=lambda n: bytes(n)
        )


@pytest.mark.parametrize("names", [("A", "B", ""), ("A", "B", "A"), ("A", "B", "C" * 81)])
def test_begin_ceremony_refuses_names_that_cannot_be_told_apart(table: Table, names: tuple[str, ...]) -> None:
    with pytest.raises(SeatNamesError):
        begin_ceremony(
            table.evening.database, meeting=MEETING, names=names, threshold=2, random_bytes=lambda n: bytes(n)
        )


# Codes and devices.


def test_photographed_code_opens_nothing_after_its_device_joined(table: Table) -> None:
    table.step(1)
    with pytest.raises(SeatTakenError):
        join(table.evening.database, code=table.places[0].code.code, device=b"\x55" * 32)


def test_code_opens_nothing_before_its_device_joined(table: Table) -> None:
    with pytest.raises(SeatUnknownError):
        identify(table.evening.database, code=table.places[0].code.code, device=table.places[0].secret)


def read_files(table: Table) -> bytes:
    return b"".join(path.read_bytes() for path in table.evening.folder.rglob("*") if path.is_file())


def test_join_codes_and_device_secrets_are_not_in_the_servers_files(ready: Table) -> None:
    data = read_files(ready)
    for place in ready.places:
        assert place.code.code.encode() not in data
        assert place.secret not in data
        assert place.secret.hex().encode() not in data


def test_no_share_is_ever_in_the_servers_files(closed: Table) -> None:
    held = [get_trustee(place)._held for place in closed.places]
    ask_to_decrypt(closed)
    closed.drive(lambda: see_decryption(closed).stage is DecryptionStage.COMPLETE)
    data = read_files(closed)
    for holding in held:
        for secret in (encode_scalar(holding.share), bytes(holding.seed)):
            assert secret not in data
            assert secret.hex().encode() not in data
            assert base64.b64encode(secret).rstrip(b"=") not in data


# The paper counts.


def test_counts_are_shown_with_the_title_before_they_are_signed(ready: Table) -> None:
    sign(ready)
    (asked,) = ready.places[0].voice.find("ask counts")
    assert asked == {
        "title": "Lần bỏ phiếu s1",
        "printed": 6,
        "handed_out": 5,
        "left_over": 1,
        "brought_back": 0,
        "lost": 0,
        "present": 5,
    }


def test_election_opens_with_the_signatures_of_all_tellers(ready: Table) -> None:
    sign(ready)
    open_signed(ready)
    assert [each.trustee for each in ready.evening.manifests["s1"].count_signatures] == [1, 2, 3]


def test_election_opens_without_the_teller_who_declined(ready: Table) -> None:
    ready.places[0].voice.refuses.add("counts")
    ask_to_sign(ready)
    ready.drive(lambda: len(see_counts(ready).signed) == 2)
    open_signed(ready)
    assert see_counts(ready).reports == (Report(1, None, "declined"),)
    assert [each.trustee for each in ready.evening.manifests["s1"].count_signatures] == [2, 3]


def test_election_does_not_open_with_too_few_signatures(ready: Table) -> None:
    ask_to_sign(ready)
    ready.step(2, ready.places[:1])
    with pytest.raises(TooFewCountSignaturesError):
        open_signed(ready)


def test_election_does_not_open_before_anybody_was_asked(ready: Table) -> None:
    with pytest.raises(CountsNotAskedError):
        open_signed(ready)


def leave(table: Table) -> None:
    with table.evening.database.write() as session:
        RollRepository(session).set_attendance(MEETING, CardNumber("00125005"), Attendance.ABSENT_EXCUSED)
    for series in table.evening.series:
        table.evening.hand_out(series.letter, 4)


def test_election_does_not_open_when_somebody_left_after_the_signing(ready: Table) -> None:
    sign(ready)
    leave(ready)
    assert not see_counts(ready).can_open
    with pytest.raises(CountsChangedError):
        open_signed(ready)


def test_counts_asked_again_after_a_change_are_signed_anew(ready: Table) -> None:
    sign(ready)
    leave(ready)
    assert ask_to_sign(ready).signed == ()
    ready.drive(lambda: len(see_counts(ready).signed) == 3)
    open_signed(ready)
    assert ready.evening.manifests["s1"].counts.present == 4


def test_counts_asked_again_unchanged_keep_their_signatures(ready: Table) -> None:
    sign(ready)
    assert ask_to_sign(ready).signed == (1, 2, 3)


def test_ask_counts_is_refused_without_a_key(table: Table) -> None:
    with pytest.raises(CeremonyUnfinishedError):
        ask_to_sign(table)


# Decryption.


def test_decryption_gives_the_counts(closed: Table) -> None:
    ask_to_decrypt(closed)
    closed.drive(lambda: see_decryption(closed).stage is DecryptionStage.COMPLETE)
    assert tally(closed) == {"agree": 3, "disagree": 1, "blank": 0}


def test_decryption_shows_the_same_words_title_and_ballots_on_every_device(closed: Table) -> None:
    ask_to_decrypt(closed)
    closed.drive(lambda: see_decryption(closed).stage is DecryptionStage.COMPLETE)
    shown = [place.voice.find("ask whole_words")[0] for place in closed.places]
    assert shown[0] == shown[1] == shown[2]
    assert (shown[0]["title"], shown[0]["ballots"]) == ("Lần bỏ phiếu s1", 4)


def test_teller_who_finds_other_words_gives_no_partial_decryption(closed: Table) -> None:
    closed.places[2].voice.refuses.add("whole_words")
    ask_to_decrypt(closed)
    closed.drive(lambda: len(see_decryption(closed).answered) == 2)
    closed.step(3)
    view = see_decryption(closed)
    assert (view.answered, view.reports) == ((1, 2), (Report(3, None, "declined"),))


def test_nobody_answers_while_a_teller_is_missing_and_nobody_has_said_so(closed: Table) -> None:
    ask_to_decrypt(closed)
    closed.step(2, closed.places[:2])
    closed.clock.now += PATIENCE
    closed.step(8, closed.places[:2])
    view = see_decryption(closed)
    assert (view.stage, view.awaited, view.answered) == (DecryptionStage.REVIEWS, (3,), ())
    assert closed.places[0].voice.find("offer missing")


def test_one_teller_alone_cannot_declare_another_missing(closed: Table) -> None:
    closed.places[0].voice.sees_missing = True
    ask_to_decrypt(closed)
    closed.step(2, closed.places[:2])
    closed.clock.now += PATIENCE
    closed.step(8, closed.places[:2])
    assert see_decryption(closed).stage is DecryptionStage.REVIEWS


def answer_without_the_third(table: Table) -> None:
    ask_to_decrypt(table)
    for place in table.places[:2]:
        place.voice.sees_missing = True
    table.step(2, table.places[:2])
    table.clock.now += PATIENCE
    table.drive(lambda: len(see_decryption(table).answered) == 2, table.places[:2])


def test_two_tellers_answer_once_both_confirmed_that_the_third_is_missing(closed: Table) -> None:
    answer_without_the_third(closed)
    assert see_decryption(closed).missing == (3,)
    assert tally(closed) == {"agree": 3, "disagree": 1, "blank": 0}


def test_teller_who_comes_late_is_told_that_the_others_went_on(closed: Table) -> None:
    answer_without_the_third(closed)
    closed.step(3)
    assert closed.places[2].voice.find("status went_on")
    assert see_decryption(closed).answered == (1, 2)


def test_device_restarted_during_the_exchange_begins_it_afresh(closed: Table) -> None:
    ask_to_decrypt(closed)
    closed.step(2, closed.places[:2])
    closed.places[0].start()
    closed.drive(lambda: see_decryption(closed).stage is DecryptionStage.COMPLETE)
    assert (see_decryption(closed).attempt, see_decryption(closed).answered) == (2, (1, 2, 3))


def test_device_restarted_after_its_answer_gives_no_other(closed: Table) -> None:
    ask_to_decrypt(closed)
    closed.drive(lambda: see_decryption(closed).stage is DecryptionStage.COMPLETE)
    closed.places[0].start()
    closed.step(3)
    assert see_decryption(closed).attempt == 1
    assert len(closed.places[0].voice.find("answered")) == 1


def test_answer_that_was_stored_but_not_sent_leaves_after_a_restart(closed: Table) -> None:
    place = closed.places[0]

    def lose(path: str, body: bytes | None) -> bytes | None:
        if body is not None and b'"partial"' in body:
            raise ConnectionResetError
        return body

    place.tamper = lose
    ask_to_decrypt(closed)
    closed.drive(lambda: see_decryption(closed).answered == (2, 3))
    closed.step(3)
    place.tamper = lambda path, body: body
    place.start()
    closed.drive(lambda: see_decryption(closed).answered == (1, 2, 3))
    assert see_decryption(closed).attempt == 1


def change_proof(path: str, body: bytes | None) -> bytes | None:
    if body is None or b'"round":"partial"' not in body:
        return body
    payload = json.loads(body)
    partial = json.loads(payload["body"])
    data = bytearray(base64.b64decode(partial["decryptions"] + "=="))
    data[-1] ^= 1
    partial["decryptions"] = base64.b64encode(bytes(data)).decode().rstrip("=")
    payload["body"] = json.dumps(partial, separators=(",", ":"), sort_keys=True)
    return json.dumps(payload).encode()


def test_wrong_partial_decryption_is_named_and_stops_nothing(closed: Table) -> None:
    closed.places[1].tamper = change_proof
    ask_to_decrypt(closed)
    closed.drive(lambda: see_decryption(closed).answered == (1, 3))
    closed.step(2)
    assert see_decryption(closed).refused == (2,)
    assert tally(closed) == {"agree": 3, "disagree": 1, "blank": 0}


def test_board_with_a_ballot_left_out_is_refused_by_the_device(closed: Table) -> None:
    board = read_board(closed.evening.database, MEETING)
    ask_to_decrypt(closed)
    lines = board.splitlines(keepends=True)
    place = closed.places[0]
    ask = place.ask
    shortened = b"".join(lines[:-2] + lines[-1:])

    def serve(method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        return (200, shortened) if path.endswith("/board") else ask(method, path, body, headers)

    place.device._link._transport = serve
    closed.step(3)
    assert place.voice.find("board_wrong")
    assert [report.reporter for report in see_decryption(closed).reports] == [1]


def test_tally_waits_for_enough_answers(closed: Table) -> None:
    ask_to_decrypt(closed)
    with pytest.raises(AnswersMissingError):
        tally(closed)


def test_decryption_is_refused_while_the_election_is_open(ready: Table) -> None:
    sign(ready)
    open_signed(ready)
    with pytest.raises(IllegalTransitionError):
        ask_to_decrypt(ready)


def test_election_without_ballots_is_counted_without_the_tellers(ready: Table) -> None:
    sign(ready)
    open_signed(ready)
    ready.evening.close("s1")
    ask_to_decrypt(ready)
    assert see_decryption(ready).can_tally
    assert tally(ready) == {"agree": 0, "disagree": 0, "blank": 0}


def test_decryption_below_the_floor_is_refused(tmp_path: Path) -> None:
    with lay_table(tmp_path, floor=3) as table:
        table.make_key()
        table.prepare_election()
        sign(table)
        open_signed(table)
        table.evening.cast("s1", AGREE, AGREE)
        table.evening.close("s1")
        with pytest.raises(BelowFloorError):
            ask_to_decrypt(table)


# The end.


@pytest.fixture
def recorded(closed: Table) -> Table:
    """Return a table after its minutes."""
    ask_to_decrypt(closed)
    closed.drive(lambda: see_decryption(closed).stage is DecryptionStage.COMPLETE)
    tally(closed)
    closed.evening.publish("s1")
    closed.evening.write_minutes()
    return closed


def end(table: Table, *without: int) -> bytes:
    return end_when_destroyed(table.evening.database, table.evening.board, meeting=MEETING, without=without)


def test_shares_are_not_destroyed_before_the_minutes(ready: Table) -> None:
    with pytest.raises(MinutesMissingError):
        ask_destruction(ready.evening.database, meeting=MEETING)


def test_destroyed_shares_are_on_the_board(recorded: Table) -> None:
    ask_destruction(recorded.evening.database, meeting=MEETING)
    recorded.drive(lambda: all(place.voice.find("destroyed") for place in recorded.places))
    end(recorded)
    assert len(recorded.evening.list_entries(EntryKind.DESTROYED)) == 3
    assert all(place.device.attempt() for place in recorded.places)


def test_board_does_not_end_while_a_share_is_left_unless_it_is_named(recorded: Table) -> None:
    recorded.places[2].voice.refuses.add("destroy")
    ask_destruction(recorded.evening.database, meeting=MEETING)
    recorded.drive(lambda: len(destruction_state(recorded.evening.database, meeting=MEETING).destroyed) == 2)
    with pytest.raises(StatementsMissingError):
        end(recorded)
    with pytest.raises(StatementsMissingError):
        end(recorded, 2, 3)
    end(recorded, 3)
    assert len(recorded.evening.list_entries(EntryKind.DESTROYED)) == 2


def test_describe_room_shows_everything_at_once(recorded: Table) -> None:
    view = describe_room(recorded.evening.database, meeting=MEETING)
    assert (view.ceremony.stage, len(view.counts), len(view.decryptions), view.destruction.is_asked) == (
        CeremonyStage.FINISHED,
        1,
        1,
        False,
    )


def test_second_election_is_decrypted_by_the_same_devices(tmp_path: Path) -> None:
    plans = (make_plan("s1"), make_plan("s2"))
    with lay_table(tmp_path, plans=plans) as table:
        table.make_key()
        table.prepare_election()
        table.evening.ready("s2")
        database, board = table.evening.database, table.evening.board
        for election in ("s1", "s2"):
            names = {"meeting": MEETING, "election": election}
            ask_counts(database, **names)
            table.drive(lambda names=names: len(counts_state(database, **names).signed) == 3)
            table.evening.manifests[election] = open_when_signed(database, board, **names)
            table.evening.cast(election, AGREE, DISAGREE, DISAGREE)
            table.evening.close(election)
            ask_decryption(database, **names)
            table.drive(lambda names=names: len(decryption_state(database, **names).answered) == 3)
            tallied = tally_when_decrypted(database, board, **names)
            assert tallied.result.contests[0].counts == {"agree": 1, "disagree": 2, "blank": 0}
