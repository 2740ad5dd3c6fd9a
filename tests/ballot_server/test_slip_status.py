"""A slip asks about itself, and a phone checks the closed box."""

import json
from pathlib import Path

import pytest

from ballot_server.domain.election import ElectionState
from ballot_server.services.cast_ballot import BallotMalformedError, ElectionUnknownError, cast_ballot
from ballot_server.services.slip_status import (
    QUESTION_BYTES,
    ElectionStillOpenError,
    list_closed_ballots,
    read_slip_status,
)
from ballot_server.storage.repositories import CredentialRepository
from crypto.credential import Credential
from crypto.encoding import decode_base64
from crypto.group import multiply_base, random_scalar
from crypto.proofs.schnorr import SignatureLabel, sign_as_credential
from tests.support.rooms import MEETING, Room, furnish_room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return furnish_room(tmp_path)


def ask(room: Room, credential: Credential, label: SignatureLabel = "status") -> bytes:
    election = room.manifest.election_hash
    return credential.public + sign_as_credential(label, election, credential, b"", room.random_source.randbytes)


def read(room: Room, question: bytes) -> dict[str, object]:
    answer = read_slip_status(room.installation.database, room.manifest.election_hash, question)
    status: dict[str, object] = json.loads(answer)
    return status


def cast(room: Room, slip: int) -> bytes:
    sealed = room.seal_ballot(slip)
    cast_ballot(room.installation.database, room.installation.seed, room.manifest.election_hash, sealed.data)
    return sealed.ballot_hash


def test_status_of_an_unused_slip_is_listed_without_a_ballot(room: Room) -> None:
    status = read(room, ask(room, room.credentials[0]))
    assert status == {"ballot_hash": None, "is_listed": True, "is_void": False}


def test_status_of_a_used_slip_names_its_ballot(room: Room) -> None:
    ballot_hash = cast(room, 0)
    assert read(room, ask(room, room.credentials[0]))["ballot_hash"] == ballot_hash.hex()


def test_status_of_a_made_up_slip_is_not_listed(room: Room) -> None:
    secret = random_scalar(room.random_source.randbytes)
    assert read(room, ask(room, Credential(secret, multiply_base(secret))))["is_listed"] is False


def test_status_of_a_void_slip_says_so(room: Room) -> None:
    with room.installation.database.write() as session:
        CredentialRepository(session).add_void(MEETING, "A", room.manifest.slot, room.credentials[1].public, bytes(64))
    assert read(room, ask(room, room.credentials[1]))["is_void"] is True


def test_watcher_who_only_knows_the_listed_credential_is_told_nothing(room: Room) -> None:
    stranger = room.credentials[1]
    signature = ask(room, stranger)[32:]
    with pytest.raises(BallotMalformedError):
        read(room, room.credentials[0].public + signature)


def test_signature_of_a_cast_ballot_asks_nothing(room: Room) -> None:
    with pytest.raises(BallotMalformedError):
        read(room, ask(room, room.credentials[0], "cast"))


@pytest.mark.parametrize("length", [0, 31, 32, QUESTION_BYTES - 1, QUESTION_BYTES + 1])
def test_question_of_another_length_is_refused(room: Room, length: int) -> None:
    with pytest.raises(BallotMalformedError):
        read(room, (ask(room, room.credentials[0]) + b"\0")[:length])


def test_status_of_an_unknown_election_is_refused(room: Room) -> None:
    with pytest.raises(ElectionUnknownError):
        read_slip_status(room.installation.database, bytes(32), ask(room, room.credentials[0]))


def test_ballots_are_listed_to_nobody_while_the_election_is_open(room: Room) -> None:
    with pytest.raises(ElectionStillOpenError):
        list_closed_ballots(room.installation.database, room.manifest.election_hash)


def test_closed_ballots_are_listed_under_their_credentials_sorted_by_hash(room: Room) -> None:
    cast_hashes = {cast(room, slip): room.credentials[slip].public for slip in (0, 1, 2)}
    room.move_to(ElectionState.CLOSED)
    answer = json.loads(list_closed_ballots(room.installation.database, room.manifest.election_hash))
    rows = decode_base64(answer["ballots"])
    listed = [(rows[start + 32 : start + 64], rows[start : start + 32]) for start in range(0, len(rows), 64)]
    assert listed == sorted(cast_hashes.items())
