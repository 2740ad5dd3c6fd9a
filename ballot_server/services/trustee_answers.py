"""Partial decryptions as they come in: checked at once against the sum that the server computes itself."""

from __future__ import annotations

from collections.abc import Sequence

from ballot_server.services.board_view import read_ceremony
from ballot_server.services.sealed_election import read_manifest
from ballot_server.services.trustee_proceedings import name_whole
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import BallotRepository
from ballot_server.storage.repositories.trustees import TrusteeRepository
from ballot_server.storage.session import Session
from crypto.aggregate import aggregate_stored_ballots
from crypto.decryption import PartialDecryption, verify_partial_decryption
from crypto.encoding import decode_canonical
from crypto.errors import CryptoError

VALID = "partial"
REFUSED = "refused"


def judge_answer(session: Session, meeting: str, election: str, body: bytes) -> str | None:
    """Return why a device's partial decryption is wrong, None if it holds.

    Raises: CeremonyMissingError, ElectionNotSealedError.
    """
    ceremony = read_ceremony(session, meeting)
    manifest = read_manifest(session, meeting, election)
    try:
        partial = PartialDecryption.from_body(decode_canonical(body))
        stored = BallotRepository(session).list_sorted(manifest.election_hash)
        aggregate = aggregate_stored_ballots((ballot.data for ballot in stored), manifest.shape)
        verify_partial_decryption(ceremony, manifest.election_hash, aggregate, partial)
    except CryptoError as error:
        return str(error)
    return None


def list_answered(session: Session, meeting: str, election: str, kind: str = VALID) -> tuple[int, ...]:
    """Return whose partial decryption of an election is in and valid, or (of kind REFUSED) was wrong."""
    messages = TrusteeRepository(session).list_latest(meeting, name_whole(election).name, kind)
    return tuple(message.sender for message in messages)


def collect_partials(database: Database, *, meeting: str, election: str) -> Sequence[PartialDecryption]:
    """Return the valid partial decryptions of an election, by trustee: what `tally_election` asks for."""
    with database.read() as session:
        messages = TrusteeRepository(session).list_latest(meeting, name_whole(election).name, VALID)
    return tuple(PartialDecryption.from_body(decode_canonical(message.body)) for message in messages)
