"""Ballots that voters test instead of casting: published with their openings until the election closes.

A voter who wonders whether the phone encrypts what it shows lets it encrypt a made-up choice, notes the tracker, and
then asks for the opening. Any other device recomputes from it what the ballot contains. A tested ballot can never be
cast and a cast one never be tested: both are decided under the lock that *close* takes too.
"""

from __future__ import annotations

import hashlib

from ballot_server.errors import BallotServerError
from ballot_server.services.archive_standing import check_kept
from ballot_server.services.cast_ballot import (
    BallotMalformedError,
    CredentialSpentError,
    ElectionUnknownError,
    check_credential,
    check_is_open,
    digest_ciphertexts,
    read_sealed_manifest,
)
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord, OpenedBallot
from ballot_server.storage.repositories import BallotRepository, ElectionRepository
from ballot_server.storage.session import Session
from crypto.ballot import ballot_size, decode_ballot
from crypto.encoding import encode_base64, encode_canonical
from crypto.errors import CryptoError, InvalidBallotError
from crypto.group import SCALAR_BYTES
from crypto.manifest import Manifest
from crypto.opening import open_tested_ballot
from crypto.proofs.schnorr import SCHNORR_BYTES
from crypto.tracker import format_tracker

MOST_TESTS = 5
"""How many ballots one slip may test in one election."""

TRACKER_CHARACTERS = 20


class AllTestsUsedError(BallotServerError):
    """The slip has tested as many ballots as it may; field: limit."""


class TrackerUnknownError(BallotServerError):
    """No ballot that was tested in this open election has this tracker."""


def read_test_size(database: Database, election_hash: bytes) -> int:
    """Return how many bytes a tested ballot has with its opening. Raises: ElectionUnknownError."""
    with database.read() as session:
        return sum(_measure(_read_manifest(_find_election(session, election_hash))))


def publish_test(database: Database, election_hash: bytes, body: bytes) -> bytes:
    """Publish a tested ballot and return, as canonical JSON, how many tests the slip has left: tests_left.

    body: the ballot signed as a test ‖ its opening, untrusted bytes. The same body again changes nothing.

    Raises: ElectionUnknownError; ElectionNotOpenError, ElectionClosedError, ElectionAnnulledError;
        BallotMalformedError; CredentialUnknownError, CredentialVoidError, CredentialSpentError;
        AllTestsUsedError; CiphertextRepeatedError; StorageError. After any of them nothing was stored.
    """
    with database.read() as session:
        election = _find_election(session, election_hash)
        manifest = _read_manifest(election)
        data, opening = _split(body, manifest)
        public = data[32:64]
        if not _is_tested(session, election_hash, data):
            check_is_open(election)
            check_credential(session, election, public)
    digests = _verify(data, opening, manifest)
    opened = OpenedBallot(_hash(data), data, opening)
    with database.write() as session:
        locked = ElectionRepository(session).lock_by_hash(election_hash)
        if locked is None:
            raise ElectionUnknownError
        ballots = BallotRepository(session)
        if not _is_tested(session, election_hash, data):
            _check_admission(session, locked, election_hash, public)
            ballots.insert_opened(election_hash, public, opened, digests)
        left = MOST_TESTS - ballots.count_opened(election_hash, public)
    return encode_canonical({"tests_left": left})


def read_test(database: Database, election_hash: bytes, tracker: bytes) -> bytes:
    """Return a tested ballot as canonical JSON: ballot and opening, in base64.

    tracker: the 20 characters without hyphens, untrusted bytes.

    Raises: ElectionUnknownError; ArchiveDestroyedError; TrackerUnknownError, also once the election is closed and the
        openings are erased.
    """
    with database.read() as session:
        check_kept(session, _find_election(session, election_hash).meeting)
        ballots = BallotRepository(session)
        for ballot_hash in ballots.list_tested(election_hash):
            if format_tracker(ballot_hash).replace("-", "").encode("ascii") == tracker:
                opened = ballots.find_opened(election_hash, ballot_hash)
                if opened is not None:
                    return encode_canonical(
                        {"ballot": encode_base64(opened.data), "opening": encode_base64(opened.opening)}
                    )
    raise TrackerUnknownError


def _check_admission(session: Session, election: ElectionRecord, election_hash: bytes, public: bytes) -> None:
    check_is_open(election)
    check_credential(session, election, public)
    ballots = BallotRepository(session)
    if ballots.find_by_credential(election_hash, public) is not None:
        raise CredentialSpentError
    if ballots.count_opened(election_hash, public) >= MOST_TESTS:
        raise AllTestsUsedError(limit=MOST_TESTS)


def _find_election(session: Session, election_hash: bytes) -> ElectionRecord:
    election = ElectionRepository(session).find_by_hash(election_hash)
    if election is None or election.manifest is None:
        raise ElectionUnknownError
    return election


def _read_manifest(election: ElectionRecord) -> Manifest:
    if election.manifest is None:
        raise ElectionUnknownError
    return read_sealed_manifest(election.manifest)


def _measure(manifest: Manifest) -> tuple[int, int]:
    """Return the bytes of a ballot and of its opening."""
    return ballot_size(manifest.shape), SCALAR_BYTES * sum(contest.options + 1 for contest in manifest.shape)


def _split(body: bytes, manifest: Manifest) -> tuple[bytes, bytes]:
    size, opening_size = _measure(manifest)
    if len(body) != size + opening_size:
        problem = InvalidBallotError("length", expected=size + opening_size, got=len(body))
        raise BallotMalformedError(cause=problem)
    return body[:size], body[size:]


def _verify(data: bytes, opening: bytes, manifest: Manifest) -> list[bytes]:
    """Check a tested ballot as any other device would; return the digests of its ciphertexts."""
    try:
        open_tested_ballot(manifest.context, data, opening)
        return digest_ciphertexts(decode_ballot(data, manifest.context))
    except CryptoError as error:
        raise BallotMalformedError(cause=error) from None


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data[:-SCHNORR_BYTES]).digest()


def _is_tested(session: Session, election_hash: bytes, data: bytes) -> bool:
    return _hash(data) in BallotRepository(session).list_tested(election_hash)
