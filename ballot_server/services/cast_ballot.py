"""Take one ballot: look it up, check it, store it durably, and only then confirm it.

The order of the checks is the protocol's. A ballot that is stored already gets its confirmation again in any state of
the election, so that a phone whose answer was lost may send the same bytes as often as it likes. Proofs are checked
outside any transaction; what may change meanwhile (state, spent and void credentials, turnout) is checked again under
the lock that *close* takes too.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.storage.engine import Database
from ballot_server.storage.errors import CiphertextRepeatedError, CredentialSpentError
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.repositories import (
    BallotRepository,
    CredentialRepository,
    ElectionRepository,
    PaperBallotsRepository,
    PaperExchangeRepository,
)
from ballot_server.storage.session import Session
from crypto.ballot import Ballot, ballot_size, decode_ballot, verify_ballot
from crypto.confirmation import sign_confirmation
from crypto.elgamal import encode_ciphertext
from crypto.encoding import decode_canonical
from crypto.errors import CryptoError, EncodingError, InvalidBallotError
from crypto.manifest import Manifest
from crypto.proofs.schnorr import SCHNORR_BYTES
from crypto.signing import SigningSeed

__all__ = [
    "BallotMalformedError",
    "BallotTestedError",
    "CiphertextRepeatedError",
    "CredentialSpentError",
    "CredentialUnknownError",
    "CredentialVoidError",
    "ElectionAnnulledError",
    "ElectionClosedError",
    "ElectionNotOpenError",
    "ElectionUnknownError",
    "TurnoutExceededError",
    "cast_ballot",
    "count_places",
]

CIPHERTEXT_DIGEST_BYTES = 16


class ElectionUnknownError(BallotServerError):
    """No sealed election has this hash."""


class ElectionNotOpenError(BallotServerError):
    """The election is not open yet."""


class ElectionClosedError(BallotServerError):
    """The election is closed and this ballot was not cast."""


class ElectionAnnulledError(BallotServerError):
    """The election was annulled: no ballot of it counts."""


class BallotMalformedError(BallotServerError):
    """The bytes are no valid ballot of this election; field: cause (a CryptoError)."""


class CredentialUnknownError(BallotServerError):
    """The slip is not one of this election's."""


class CredentialVoidError(BallotServerError):
    """The slip was brought back and replaced."""


class BallotTestedError(BallotServerError):
    """This ballot was opened as a test, so it can never count."""


class TurnoutExceededError(BallotServerError):
    """As many ballots are stored as people entitled and present, less those on paper; fields: ballots, limit."""


def cast_ballot(database: Database, seed: SigningSeed, election_hash: bytes, data: bytes) -> bytes:
    """Store a ballot and return its signed confirmation as canonical JSON.

    seed: the server's signing key; election_hash: 32 bytes; data: untrusted bytes.

    Raises: ElectionUnknownError; ElectionNotOpenError, ElectionClosedError, ElectionAnnulledError;
        BallotMalformedError; CredentialUnknownError, CredentialVoidError, CredentialSpentError;
        BallotTestedError, CiphertextRepeatedError; TurnoutExceededError; StorageError. After any of them nothing was
        stored.
    """
    ballot_hash = hashlib.sha256(data[:-SCHNORR_BYTES]).digest()
    with database.read() as session:
        election = ElectionRepository(session).find_by_hash(election_hash)
        if election is None or election.manifest is None:
            raise ElectionUnknownError
        if BallotRepository(session).find(election_hash, ballot_hash):
            return _confirm(election_hash, ballot_hash, seed)
        manifest = read_sealed_manifest(election.manifest)
        if len(data) != ballot_size(manifest.shape):
            problem = InvalidBallotError("length", expected=ballot_size(manifest.shape), got=len(data))
            raise BallotMalformedError(cause=problem)
        check_is_open(election)
        check_credential(session, election, data[32:64])
    ballot = _verify(data, manifest)
    with database.write() as session:
        election = ElectionRepository(session).lock_by_hash(election_hash)
        if election is None:
            raise ElectionUnknownError
        if not BallotRepository(session).find(election_hash, ballot_hash):
            _store(session, election, manifest, ballot)
    return _confirm(election_hash, ballot_hash, seed)


def _verify(data: bytes, manifest: Manifest) -> Ballot:
    try:
        ballot = decode_ballot(data, manifest.context)
        verify_ballot(ballot, manifest.context)
    except CryptoError as error:
        raise BallotMalformedError(cause=error) from None
    return ballot


def _store(session: Session, election: ElectionRecord, manifest: Manifest, ballot: Ballot) -> None:
    check_is_open(election)
    check_credential(session, election, ballot.credential)
    ballots = BallotRepository(session)
    # Whoever is refused because their slip is used must read that, not that the room is full.
    if ballots.find_by_credential(manifest.election_hash, ballot.credential) is not None:
        raise CredentialSpentError
    if ballot.ballot_hash in ballots.list_tested(manifest.election_hash):
        raise BallotTestedError
    limit = count_places(session, election)
    stored = ballots.count(manifest.election_hash)
    if stored >= limit:
        raise TurnoutExceededError(ballots=stored, limit=limit)
    ballots.insert(
        manifest.election_hash, ballot.ballot_hash, ballot.credential, ballot.data, digest_ciphertexts(ballot)
    )


def count_places(session: Session, election: ElectionRecord, *, exchanging: int = 0) -> int:
    """Return how many ballots a sealed election can take by phone; less than none if paper has more places than are.

    exchanging: so many slips are about to be exchanged for paper besides those that were.
    """
    if election.manifest is None:
        raise ElectionUnknownError
    counts = read_sealed_manifest(election.manifest).counts
    exchanged = exchanging + PaperExchangeRepository(session).count(election.meeting, election.id)
    # Whoever votes on paper, in exchange or from the beginning, has a place among those present there.
    on_paper = max(exchanged, PaperBallotsRepository(session).find(election.meeting, election.id).issued)
    return min(counts.issued - exchanged, counts.present - on_paper)


def digest_ciphertexts(ballot: Ballot) -> list[bytes]:
    """Return the digests by which copied ciphertexts are recognised while the election is open."""
    return [
        hashlib.sha256(encode_ciphertext(ciphertext)).digest()[:CIPHERTEXT_DIGEST_BYTES]
        for contest in ballot.ciphertexts
        for ciphertext in contest
    ]


def check_is_open(election: ElectionRecord) -> None:
    """Check that ballots are taken. Raises: ElectionNotOpenError, ElectionClosedError, ElectionAnnulledError."""
    match election.state:
        case ElectionState.OPEN:
            return
        case ElectionState.DRAFT | ElectionState.READY:
            raise ElectionNotOpenError
        case ElectionState.ANNULLED:
            raise ElectionAnnulledError
        case _:
            raise ElectionClosedError


def check_credential(session: Session, election: ElectionRecord, public: bytes) -> None:
    """Check that a slip may vote. Raises: ElectionNotOpenError, CredentialVoidError, CredentialUnknownError."""
    if election.slot is None:
        raise ElectionNotOpenError
    credentials = CredentialRepository(session)
    if credentials.is_void(election.meeting, election.series, election.slot, public):
        raise CredentialVoidError
    if not credentials.is_listed(election.meeting, election.series, election.slot, public):
        raise CredentialUnknownError


def _confirm(election_hash: bytes, ballot_hash: bytes, seed: SigningSeed) -> bytes:
    return sign_confirmation(ballot_hash, election_hash, seed).encode()


@lru_cache(maxsize=24)
def read_sealed_manifest(data: bytes) -> Manifest:
    """Return the manifest that a sealed election stores."""
    try:
        return Manifest.from_object(decode_canonical(data))
    except EncodingError as error:
        raise RuntimeError("a sealed manifest in the database is damaged") from error
