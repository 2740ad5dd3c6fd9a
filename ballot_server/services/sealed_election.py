"""Sealed elections as stored: a manifest where phones vote, a paper election where nobody does."""

from __future__ import annotations

from ballot_server.errors import BallotServerError
from ballot_server.storage.repositories import ElectionRepository
from ballot_server.storage.session import Session
from crypto.encoding import decode_canonical_object
from crypto.manifest import Manifest
from crypto.paper import PaperElection


class ElectionNotSealedError(BallotServerError):
    """The election was never opened; field: election."""


class ElectionOnPaperError(BallotServerError):
    """The election is held on paper alone: nothing of it is on phones; field: election."""


def decode_sealed(data: bytes) -> Manifest | PaperElection:
    """Return what was sealed, from its stored canonical bytes."""
    value = decode_canonical_object(data)
    return Manifest.from_object(value) if "key" in value else PaperElection.from_object(value)


def read_sealed(session: Session, meeting: str, election: str) -> Manifest | PaperElection:
    """Return what an election sealed. Raises: ElectionMissingError, ElectionNotSealedError."""
    record = ElectionRepository(session).get(meeting, election)
    if record.manifest is None:
        raise ElectionNotSealedError(election=election)
    return decode_sealed(record.manifest)


def read_manifest(session: Session, meeting: str, election: str) -> Manifest:
    """Return an election's sealed manifest.

    Raises: ElectionMissingError, ElectionNotSealedError, ElectionOnPaperError.
    """
    sealed = read_sealed(session, meeting, election)
    if not isinstance(sealed, Manifest):
        raise ElectionOnPaperError(election=election)
    return sealed
