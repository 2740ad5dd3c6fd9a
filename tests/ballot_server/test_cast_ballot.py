"""Casting: the order of the checks, what counts once and only once, and races with everything else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest

from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.services.cast_ballot import (
    BallotMalformedError,
    BallotTestedError,
    CiphertextRepeatedError,
    CredentialSpentError,
    CredentialUnknownError,
    CredentialVoidError,
    ElectionAnnulledError,
    ElectionClosedError,
    ElectionNotOpenError,
    ElectionUnknownError,
    TurnoutExceededError,
    cast_ballot,
)
from ballot_server.storage.errors import DatabaseBusyError
from ballot_server.storage.repositories import BallotRepository, CredentialRepository, ElectionRepository
from crypto.ballot import decode_ballot
from crypto.bodies import ClosedBody, EntryKind
from crypto.body_form import read_body
from crypto.confirmation import Confirmation, verify_confirmation
from crypto.credential import derive_credential
from crypto.errors import InvalidBallotError, InvalidElementError, InvalidProofError, InvalidSignatureError
from crypto.proofs.schnorr import SCHNORR_BYTES, sign_as_credential
from crypto.slip import generate_slip_code
from tests.support.crypto_samples import SeededRandom
from tests.support.evenings import AGREE, DISAGREE, Evening, make_plan, make_roll, prepare_evening
from tests.support.rooms import MEETING, Room, furnish_room

Result = TypeVar("Result")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    furnished = furnish_room(tmp_path)
    yield furnished
    furnished.installation.close()


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with prepare_evening(tmp_path) as prepared:
        prepared.open("s1")
        yield prepared


def cast(room: Room, data: bytes) -> bytes:
    return cast_ballot(room.installation.database, room.installation.seed, room.manifest.election_hash, data)


def count(room: Room) -> int:
    with room.installation.database.read() as session:
        return BallotRepository(session).count(room.manifest.election_hash)


def insist(act: Callable[[], Result]) -> Result:
    """Do something as phones and chairs do it, who ask a busy server again: SQLite hands its lock on in no order."""
    for _ in range(20):
        try:
            return act()
        except DatabaseBusyError:
            continue
    raise AssertionError("the database stays busy")


def declare_void(room: Room, slip: int) -> None:
    with room.installation.database.write() as session:
        CredentialRepository(session).add_void(MEETING, "A", 0, room.credentials[slip].public, bytes(64))


def seal_as_stranger(room: Room) -> bytes:
    stranger = derive_credential(generate_slip_code(SeededRandom(9)), MEETING, 0)
    return replace(room, credentials=(stranger,)).seal_ballot(0).data


def flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


ROUTES = {
    ElectionState.CLOSED: (ElectionState.CLOSED,),
    ElectionState.TALLIED: (ElectionState.CLOSED, ElectionState.TALLIED),
    ElectionState.PUBLISHED: (ElectionState.CLOSED, ElectionState.TALLIED, ElectionState.PUBLISHED),
    ElectionState.ANNULLED: (ElectionState.ANNULLED,),
}


def test_cast_stores_the_ballot_and_signs_its_hash(room: Room) -> None:
    sealed = room.seal_ballot(0)
    confirmation = Confirmation.decode(cast(room, sealed.data))
    verify_confirmation(confirmation, room.installation.server_key)
    assert (confirmation.election_hash, confirmation.ballot_hash) == (room.manifest.election_hash, sealed.ballot_hash)
    assert count(room) == 1


@pytest.mark.parametrize("state", list(ROUTES))
def test_cast_confirms_a_stored_ballot_again_in_any_state(room: Room, state: ElectionState) -> None:
    sealed = room.seal_ballot(0)
    first = cast(room, sealed.data)
    room.move_to(*ROUTES[state])
    assert cast(room, sealed.data) == first


def test_cast_confirms_a_stored_ballot_again_once_its_slip_is_void(room: Room) -> None:
    sealed = room.seal_ballot(0)
    first = cast(room, sealed.data)
    declare_void(room, 0)
    assert cast(room, sealed.data) == first


def test_cast_confirms_a_stored_ballot_again_once_the_room_is_full(room: Room) -> None:
    sealed = [room.seal_ballot(slip) for slip in range(6)]
    confirmations = [cast(room, ballot.data) for ballot in sealed]
    assert [cast(room, ballot.data) for ballot in sealed] == confirmations


def test_cast_refuses_an_election_that_nobody_sealed(room: Room) -> None:
    with pytest.raises(ElectionUnknownError):
        cast_ballot(room.installation.database, room.installation.seed, bytes(32), room.seal_ballot(0).data)


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (ElectionState.CLOSED, ElectionClosedError),
        (ElectionState.TALLIED, ElectionClosedError),
        (ElectionState.PUBLISHED, ElectionClosedError),
        (ElectionState.ANNULLED, ElectionAnnulledError),
    ],
)
def test_cast_refuses_a_new_ballot_in_every_state_but_open(
    room: Room, state: ElectionState, error: type[BallotServerError]
) -> None:
    sealed = room.seal_ballot(0)
    room.move_to(*ROUTES[state])
    with pytest.raises(error):
        cast(room, sealed.data)
    assert count(room) == 0


def test_cast_refuses_a_ballot_before_the_election_opens(tmp_path: Path) -> None:
    room = furnish_room(tmp_path, state=ElectionState.READY)
    with pytest.raises(ElectionNotOpenError):
        cast(room, room.seal_ballot(0).data)
    room.installation.close()


@pytest.mark.parametrize("length", [0, 1, 63, 64, 100, -1])
def test_cast_checks_the_size_before_the_state(room: Room, length: int) -> None:
    data = room.seal_ballot(0).data
    room.move_to(ElectionState.CLOSED)
    with pytest.raises(BallotMalformedError) as caught:
        cast(room, data[:length])
    assert isinstance(caught.value.fields["cause"], InvalidBallotError)


def test_cast_refuses_a_ballot_with_a_byte_too_many(room: Room) -> None:
    with pytest.raises(BallotMalformedError):
        cast(room, room.seal_ballot(0).data + b"\0")


def test_cast_checks_the_state_before_the_credential(room: Room) -> None:
    data = seal_as_stranger(room)
    room.move_to(ElectionState.CLOSED)
    with pytest.raises(ElectionClosedError):
        cast(room, data)


def test_cast_refuses_a_slip_that_is_not_listed_before_it_decodes(room: Room) -> None:
    broken = bytearray(seal_as_stranger(room))
    broken[64:96] = b"\xff" * 32
    with pytest.raises(CredentialUnknownError):
        cast(room, bytes(broken))


def test_cast_refuses_a_void_slip_before_it_decodes(room: Room) -> None:
    broken = bytearray(room.seal_ballot(0).data)
    broken[64:96] = b"\xff" * 32
    declare_void(room, 0)
    with pytest.raises(CredentialVoidError):
        cast(room, bytes(broken))


def test_cast_decodes_before_it_checks_the_signature(room: Room) -> None:
    broken = bytearray(room.seal_ballot(0).data)
    broken[64:96] = b"\xff" * 32
    with pytest.raises(BallotMalformedError) as caught:
        cast(room, bytes(broken))
    assert isinstance(caught.value.fields["cause"], InvalidElementError)


def test_cast_checks_the_signature_before_the_proofs(room: Room) -> None:
    data = room.seal_ballot(0).data
    with pytest.raises(BallotMalformedError) as caught:
        cast(room, flip(data, len(data) - SCHNORR_BYTES - 32))
    assert isinstance(caught.value.fields["cause"], InvalidSignatureError)


def test_cast_refuses_a_signed_ballot_whose_proof_does_not_hold(room: Room) -> None:
    data = room.seal_ballot(0).data
    unsigned = flip(data[:-SCHNORR_BYTES], len(data) - SCHNORR_BYTES - 32)
    signature = sign_as_credential("cast", room.manifest.election_hash, room.credentials[0], unsigned, SeededRandom(1))
    with pytest.raises(BallotMalformedError) as caught:
        cast(room, unsigned + signature)
    assert isinstance(caught.value.fields["cause"], InvalidProofError)


def test_cast_refuses_a_ballot_of_another_election(room: Room, tmp_path: Path) -> None:
    other = furnish_room(tmp_path / "other", contests=1)
    manifest = replace(other.manifest, floor=4)
    data = replace(other, manifest=manifest).seal_ballot(0).data
    other.installation.close()
    with pytest.raises(BallotMalformedError):
        cast(room, data)
    assert count(room) == 0


def test_cast_refuses_a_second_ballot_of_one_slip_and_keeps_the_first(room: Room) -> None:
    first = room.seal_ballot(0)
    cast(room, first.data)
    with pytest.raises(CredentialSpentError):
        cast(room, room.seal_ballot(0, option=1).data)
    with room.installation.database.read() as session:
        assert [ballot.data for ballot in BallotRepository(session).list_sorted(room.manifest.election_hash)] == [
            first.data
        ]


def test_cast_refuses_a_ballot_that_was_opened_as_a_test(room: Room) -> None:
    sealed = room.seal_ballot(0)
    with room.installation.database.write() as session:
        BallotRepository(session).add_tested(room.manifest.election_hash, sealed.ballot_hash)
    with pytest.raises(BallotTestedError):
        cast(room, sealed.data)
    assert count(room) == 0


def test_cast_refuses_a_ballot_with_a_ciphertext_that_is_stored(room: Room) -> None:
    sealed = room.seal_ballot(0)
    ballot = decode_ballot(sealed.data, room.manifest.context)
    first = ballot.ciphertexts[0][0]
    digest = hashlib.sha256(first.alpha + first.beta).digest()[:16]
    other = room.seal_ballot(1)
    with room.installation.database.write() as session:
        BallotRepository(session).insert(
            room.manifest.election_hash, other.ballot_hash, room.credentials[1].public, other.data, [digest]
        )
    with pytest.raises(CiphertextRepeatedError):
        cast(room, sealed.data)
    assert count(room) == 1


def test_cast_refuses_more_ballots_than_people_present(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, drawn={"A": 5}) as evening:
        evening.open("s1")
        evening.cast("s1", *[AGREE] * 5)
        with pytest.raises(TurnoutExceededError) as caught:
            evening.send("s1", evening.seal("s1", 5, AGREE).data)
        assert caught.value.fields == {"ballots": 5, "limit": 5}
        assert evening.count_ballots("s1") == 5


def test_cast_refuses_more_ballots_than_slips_issued(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, drawn={"A": 2}) as evening:
        evening.open("s1")
        evening.cast("s1", AGREE, AGREE)
        with pytest.raises(TurnoutExceededError):
            evening.send("s1", evening.seal("s1", 2, AGREE).data)


def test_cast_says_that_a_slip_is_used_even_when_the_room_is_full(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, drawn={"A": 2}) as evening:
        evening.open("s1")
        evening.cast("s1", AGREE, AGREE)
        with pytest.raises(CredentialSpentError):
            evening.send("s1", evening.seal("s1", 0, DISAGREE).data)


def test_cast_refuses_another_slot_of_the_same_slip(tmp_path: Path) -> None:
    plans = (make_plan("s1"), make_plan("s2"))
    with prepare_evening(tmp_path, plans) as evening:
        evening.open("s1")
        evening.open("s2")
        wrong = replace(evening, manifests={"s1": replace(evening.manifests["s1"], slot=1)})
        with pytest.raises(CredentialUnknownError):
            evening.send("s1", wrong.seal("s1", 0, AGREE).data)


def test_forty_phones_with_one_slip_store_exactly_one_ballot(room: Room) -> None:
    ballots = [room.seal_ballot(0, option=number % 3) for number in range(40)]
    barrier = Barrier(40)

    def send(data: bytes) -> str:
        barrier.wait()
        try:
            insist(lambda: cast(room, data))
        except CredentialSpentError:
            return "spent"
        return "stored"

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(send, [ballot.data for ballot in ballots]))
    assert sorted(answers) == ["spent"] * 39 + ["stored"]
    assert count(room) == 1


def test_one_ballot_sent_forty_times_at_once_is_confirmed_alike(room: Room) -> None:
    data = room.seal_ballot(0).data
    with ThreadPoolExecutor(40) as pool:
        answers = set(pool.map(lambda _: insist(lambda: cast(room, data)), range(40)))
    assert len(answers) == 1
    assert count(room) == 1


def test_ballots_racing_a_close_are_confirmed_exactly_if_they_are_counted(tmp_path: Path) -> None:
    slips = 300
    room = furnish_room(tmp_path, slips=slips)
    ballots = [room.seal_ballot(slip) for slip in range(slips)]

    def send(data: bytes) -> bytes | None:
        try:
            return Confirmation.decode(insist(lambda: cast(room, data))).ballot_hash
        except ElectionClosedError:
            return None

    def close() -> frozenset[bytes]:
        with room.installation.database.write() as session:
            ElectionRepository(session).change_state(MEETING, "s1", ElectionState.CLOSED)
            stored = BallotRepository(session).list_sorted(room.manifest.election_hash)
            return frozenset(ballot.ballot_hash for ballot in stored)

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(send, ballot.data) for ballot in ballots]
        answers[slips // 3].result()
        closed = insist(close)
        confirmed = frozenset(answer for task in answers if (answer := task.result()) is not None)
    assert confirmed == closed
    assert closed
    assert count(room) == len(closed)
    room.installation.close()


def test_ballots_racing_the_close_service_stand_in_its_board_entry(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, roll=make_roll(40)) as evening:
        evening.open("s1")
        ballots = [evening.seal("s1", voter, AGREE) for voter in range(40)]

        def send(data: bytes) -> bytes | None:
            try:
                return Confirmation.decode(insist(lambda: evening.send("s1", data))).ballot_hash
            except ElectionClosedError:
                return None

        with ThreadPoolExecutor(8) as pool:
            answers = [pool.submit(send, ballot.data) for ballot in ballots]
            answers[10].result()
            closed = insist(lambda: evening.close("s1"))
            confirmed = {answer for task in answers if (answer := task.result()) is not None}
        body = read_body(EntryKind.CLOSED, evening.list_entries(EntryKind.CLOSED)[0].body)
        assert isinstance(body, ClosedBody)
        size = len(ballots[0].data)
        listed = [body.ballots[at : at + size - SCHNORR_BYTES] for at in range(0, len(body.ballots), size)]
        assert {hashlib.sha256(unsigned).digest() for unsigned in listed} == confirmed
        assert closed == len(confirmed)


def test_voiding_and_casting_one_slip_at_once_has_exactly_one_winner(tmp_path: Path) -> None:
    room = furnish_room(tmp_path, slips=20)
    ballots = [room.seal_ballot(slip) for slip in range(20)]
    barrier = Barrier(2)

    def send(slip: int) -> bool:
        barrier.wait()
        try:
            cast(room, ballots[slip].data)
        except CredentialVoidError:
            return False
        return True

    def void(slip: int) -> bool:
        public = room.credentials[slip].public
        barrier.wait()
        with room.installation.database.write() as session:
            if BallotRepository(session).find_by_credential(room.manifest.election_hash, public) is not None:
                return False
            CredentialRepository(session).add_void(MEETING, "A", 0, public, bytes(64))
        return True

    with ThreadPoolExecutor(2) as pool:
        for slip in range(20):
            sent, voided = pool.submit(send, slip), pool.submit(void, slip)
            assert sent.result() is not voided.result()
    room.installation.close()


def test_malformed_ballot_names_no_byte_of_it_in_its_error(room: Room) -> None:
    data = flip(room.seal_ballot(0).data, 200)
    with pytest.raises(BallotMalformedError) as caught:
        cast(room, data)
    assert data[32:64].hex() not in str(caught.value)
    assert repr(data[32:64]) not in str(caught.value)


def test_cast_writes_nothing_on_the_board(evening: Evening) -> None:
    before = evening.list_entries()
    evening.cast("s1", AGREE, DISAGREE)
    assert evening.list_entries() == before
