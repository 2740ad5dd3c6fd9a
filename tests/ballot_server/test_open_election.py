"""Opening: what is sealed, what must not have changed, and who must have signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from ballot_server.domain.election import ElectionState, IllegalTransitionError
from ballot_server.domain.member import Attendance, CardNumber
from ballot_server.services.create_meeting import create_meeting
from ballot_server.services.installation import open_installation
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.open_election import (
    CountsChangedError,
    TooFewCountSignaturesError,
    make_ready,
    open_election,
)
from ballot_server.services.preview_election import FollowedNotSealedError, SlipsMissingError
from ballot_server.services.print_slips import print_slips
from ballot_server.services.voter_view import CeremonyMissingError
from ballot_server.storage.errors import ElectionMissingError
from ballot_server.storage.repositories import RollRepository
from crypto.bodies import EntryKind
from crypto.encoding import JsonObject
from crypto.errors import CeremonyError, EncodingError
from crypto.manifest import Manifest
from tests.support.crypto_samples import SeededRandom
from tests.support.evenings import (
    MEETING,
    SCREENING,
    Evening,
    begin_evening,
    describe_meeting,
    make_plan,
    make_roll,
    prepare_evening,
)


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with prepare_evening(tmp_path) as prepared:
        yield prepared


def open_with(evening: Evening, sign_counts: object, *, election: str = "s1") -> Manifest:
    assert callable(sign_counts)
    return open_election(evening.database, evening.board, meeting=MEETING, election=election, sign_counts=sign_counts)


def refuse_to_sign(_election: str, _slot: int, _counts: JsonObject) -> Sequence[JsonObject]:
    raise AssertionError("nobody may be asked to sign")


def set_attendance(evening: Evening, number: int, attendance: Attendance) -> None:
    with evening.database.write() as session:
        RollRepository(session).set_attendance(MEETING, CardNumber(f"001250{number:02d}"), attendance)


def check_unopened(evening: Evening) -> None:
    record = evening.get("s1")
    assert (record.state, record.manifest, record.election_hash) == (ElectionState.READY, None, None)
    assert evening.list_entries(EntryKind.MANIFEST) == []


def test_open_seals_the_manifest_on_the_board_and_in_storage(evening: Evening) -> None:
    manifest = evening.open("s1")
    [entry] = evening.list_entries(EntryKind.MANIFEST)
    record = evening.get("s1")
    assert record.state is ElectionState.OPEN
    assert record.election_hash == manifest.election_hash == Manifest.from_object(entry.body).election_hash


def test_open_seals_the_counts_that_the_tellers_signed(evening: Evening) -> None:
    signed: list[JsonObject] = []

    def sign(election: str, slot: int, counts: JsonObject) -> Sequence[JsonObject]:
        signed.append(counts)
        return evening.tellers.sign_counts(election, slot, counts)

    manifest = open_with(evening, sign)
    assert [manifest.counts.to_object()] == signed
    assert [signature.trustee for signature in manifest.count_signatures] == [1, 2, 3]


def test_open_names_no_member_of_the_roll_on_the_board(evening: Evening) -> None:
    evening.open("s1")
    board = b"".join(entry.encode() for entry in evening.list_entries())
    with evening.database.read() as session:
        members = [entry.member for entry in RollRepository(session).load(MEETING).entries]
    assert not [member for member in members if member.name.encode() in board or member.card_number.encode() in board]


def test_open_takes_signatures_in_any_order(evening: Evening) -> None:
    manifest = open_with(evening, lambda *asked: tuple(reversed(evening.tellers.sign_counts(*asked))))
    assert [signature.trustee for signature in manifest.count_signatures] == [1, 2, 3]


def test_open_takes_as_few_signatures_as_the_key_needs(evening: Evening) -> None:
    manifest = open_with(evening, lambda *asked: evening.tellers.sign_counts(*asked)[1:])
    assert [signature.trustee for signature in manifest.count_signatures] == [2, 3]


def test_open_refuses_fewer_signatures_than_the_key_needs(evening: Evening) -> None:
    with pytest.raises(TooFewCountSignaturesError) as caught:
        open_with(evening, lambda *asked: evening.tellers.sign_counts(*asked)[:1])
    assert caught.value.fields == {"election": "s1", "signed": 1, "needed": 2}
    check_unopened(evening)


def test_open_counts_one_teller_who_signs_twice_once(evening: Evening) -> None:
    with pytest.raises(TooFewCountSignaturesError):
        open_with(evening, lambda *asked: [*evening.tellers.sign_counts(*asked)[:1]] * 2)
    check_unopened(evening)


def test_open_refuses_a_signature_of_other_counts(evening: Evening) -> None:
    def sign(election: str, slot: int, counts: JsonObject) -> Sequence[JsonObject]:
        return evening.tellers.sign_counts(election, slot, {**counts, "present": 4})

    with pytest.raises(CeremonyError):
        open_with(evening, sign)
    check_unopened(evening)


def test_open_refuses_a_signature_for_another_slot(evening: Evening) -> None:
    with pytest.raises(CeremonyError):
        open_with(evening, lambda election, slot, counts: evening.tellers.sign_counts(election, slot + 1, counts))
    check_unopened(evening)


def test_open_refuses_a_signature_of_another_form(evening: Evening) -> None:
    with pytest.raises(EncodingError):
        open_with(evening, lambda *_: [{"trustee": 1}])
    check_unopened(evening)


def test_open_refuses_counts_that_changed_while_the_tellers_signed(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, drawn={"A": 4}) as evening:

        def sign(election: str, slot: int, counts: JsonObject) -> Sequence[JsonObject]:
            evening.hand_out("A", 5)
            return evening.tellers.sign_counts(election, slot, counts)

        with pytest.raises(CountsChangedError):
            open_with(evening, sign)
        check_unopened(evening)


def test_open_refuses_attendance_that_changed_while_the_tellers_signed(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, drawn={"A": 4}) as evening:

        def sign(election: str, slot: int, counts: JsonObject) -> Sequence[JsonObject]:
            set_attendance(evening, 5, Attendance.ABSENT_EXCUSED)
            return evening.tellers.sign_counts(election, slot, counts)

        with pytest.raises(CountsChangedError):
            open_with(evening, sign)
        check_unopened(evening)


def test_open_after_counts_changed_seals_the_new_ones(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, drawn={"A": 4}) as evening:
        evening.hand_out("A", 5)
        assert evening.open("s1").counts.handed_out == 5


def test_open_lets_others_write_while_the_tellers_sign(evening: Evening) -> None:
    def sign(election: str, slot: int, counts: JsonObject) -> Sequence[JsonObject]:
        with evening.database.read() as session:
            assert RollRepository(session).count_present(MEETING) == 5
        evening.database.compact()
        return evening.tellers.sign_counts(election, slot, counts)

    open_with(evening, sign)


def test_open_refuses_a_draft_before_anybody_signs(tmp_path: Path) -> None:
    with begin_evening(tmp_path) as evening:
        evening.print_series("A", 6)
        with pytest.raises(IllegalTransitionError):
            open_with(evening, refuse_to_sign)


def test_open_refuses_an_open_election_before_anybody_signs(evening: Evening) -> None:
    evening.open("s1")
    with pytest.raises(IllegalTransitionError):
        open_with(evening, refuse_to_sign)


@pytest.mark.parametrize("act", ["close", "annul"])
def test_open_refuses_to_open_again(evening: Evening, act: str) -> None:
    evening.open("s1")
    getattr(evening, act)("s1")
    with pytest.raises(IllegalTransitionError):
        open_with(evening, refuse_to_sign)


def test_open_refuses_an_unknown_election(evening: Evening) -> None:
    with pytest.raises(ElectionMissingError):
        open_with(evening, refuse_to_sign, election="s9")


def test_open_refuses_a_series_without_slips(tmp_path: Path) -> None:
    with begin_evening(tmp_path) as evening:
        evening.ready("s1")
        with pytest.raises(SlipsMissingError):
            open_with(evening, refuse_to_sign)


def test_open_refuses_an_election_that_follows_one_not_opened(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING) as evening, pytest.raises(FollowedNotSealedError):
        open_with(evening, refuse_to_sign, election="s3b")


def test_open_refuses_before_the_key_is_made(tmp_path: Path) -> None:
    random_bytes = SeededRandom(1)
    installation = open_installation(tmp_path, random_bytes)
    board = Noticeboard(MEETING, installation.seed)
    create_meeting(installation.database, board, describe_meeting(), make_roll(), [make_plan()])
    print_slips(
        installation.database,
        board,
        meeting=MEETING,
        series="A",
        title="Rà soát",
        count=6,
        address="http://192.168.10.1:8080",
        fingerprint=None,
        key_words=(),
        print_sheet=lambda sheet: b"",
        random_bytes=random_bytes,
    )
    make_ready(installation.database, MEETING, "s1")
    with pytest.raises(CeremonyMissingError):
        open_election(installation.database, board, meeting=MEETING, election="s1", sign_counts=refuse_to_sign)
    installation.close()


def test_two_openings_at_once_open_once(evening: Evening) -> None:
    barrier = Barrier(2)
    boards = [evening.board, Noticeboard(MEETING, evening.installation.seed)]

    def attempt(board: Noticeboard) -> bool:
        def sign(election: str, slot: int, counts: JsonObject) -> Sequence[JsonObject]:
            signatures = evening.tellers.sign_counts(election, slot, counts)
            barrier.wait()
            return signatures

        try:
            open_election(evening.database, board, meeting=MEETING, election="s1", sign_counts=sign)
        except IllegalTransitionError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, boards)) == [False, True]
    assert len(evening.list_entries(EntryKind.MANIFEST)) == 1


def test_make_ready_refuses_an_election_that_is_ready(evening: Evening) -> None:
    with pytest.raises(IllegalTransitionError):
        evening.ready("s1")
