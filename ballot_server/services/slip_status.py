"""What a slip may ask about itself: whether it voted in an election; and what its phone checks after the close.

Only who holds a slip may ask about it: the question is signed by the slip's credential, or anybody on the Wi-Fi could
watch the listed credentials and see at which moment each of them votes.
"""

from __future__ import annotations

from itertools import chain

from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.services.archive_standing import check_kept
from ballot_server.services.cast_ballot import BallotMalformedError, ElectionUnknownError
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.repositories import BallotRepository, CredentialRepository, ElectionRepository
from ballot_server.storage.session import Session
from crypto.encoding import encode_base64, encode_canonical
from crypto.errors import CryptoError
from crypto.group import ELEMENT_BYTES, decode_public_element
from crypto.proofs.schnorr import SCHNORR_BYTES, verify_credential_signature

QUESTION_BYTES = ELEMENT_BYTES + SCHNORR_BYTES
_CLOSED_STATES = frozenset({ElectionState.CLOSED, ElectionState.TALLIED, ElectionState.PUBLISHED})


class ElectionStillOpenError(BallotServerError):
    """The box is not closed: who voted so far is told to nobody."""


def read_slip_status(database: Database, election_hash: bytes, question: bytes) -> bytes:
    """Return what is known of the slip that asks, as canonical JSON: is_listed, is_void, ballot_hash or null.

    question: X ‖ signature, 96 untrusted bytes; the signature has the label "status" and an empty message.

    Raises: ElectionUnknownError; ArchiveDestroyedError; BallotMalformedError for bytes that are no such question.
    """
    with database.read() as session:
        election = ElectionRepository(session).find_by_hash(election_hash)
        if election is None or election.slot is None:
            raise ElectionUnknownError
        check_kept(session, election.meeting)
        public = _check_question(election_hash, question)
        return encode_canonical(_describe_slip(session, election, election.slot, election_hash, public))


def list_closed_ballots(database: Database, election_hash: bytes) -> bytes:
    """Return what a closed election holds as canonical JSON, in base64: ballots and tested.

    ballots: X ‖ ballot hash for each, ascending by hash; tested: the hashes of tested ballots, ascending.

    Raises: ElectionUnknownError; ArchiveDestroyedError; ElectionStillOpenError.
    """
    with database.read() as session:
        election = ElectionRepository(session).find_by_hash(election_hash)
        if election is None:
            raise ElectionUnknownError
        check_kept(session, election.meeting)
        if election.state not in _CLOSED_STATES:
            raise ElectionStillOpenError
        repository = BallotRepository(session)
        ballots = b"".join(row.public + row.ballot_hash for row in repository.list_sorted(election_hash))
        tested = b"".join(repository.list_tested(election_hash))
    return encode_canonical({"ballots": encode_base64(ballots), "tested": encode_base64(tested)})


def list_credentials(database: Database, election_hash: bytes) -> bytes:
    """Return who may vote in an election as canonical JSON: credentials, sorted by bytes, in base64.

    It is what the manifest's credentials_hash is the hash of.

    Raises: ElectionUnknownError; ArchiveDestroyedError.
    """
    with database.read() as session:
        election = ElectionRepository(session).find_by_hash(election_hash)
        if election is None or election.slot is None:
            raise ElectionUnknownError
        check_kept(session, election.meeting)
        credentials = CredentialRepository(session)
        lists = [credentials.list_sorted(election.meeting, letter, election.slot) for letter in election.series]
    return encode_canonical({"credentials": encode_base64(b"".join(sorted(chain.from_iterable(lists))))})


def _check_question(election_hash: bytes, question: bytes) -> bytes:
    public, signature = question[:ELEMENT_BYTES], question[ELEMENT_BYTES:]
    try:
        element = decode_public_element(public)
        verify_credential_signature("status", election_hash, element, b"", signature)
    except CryptoError as error:
        raise BallotMalformedError(cause=error) from None
    return public


def _describe_slip(
    session: Session, election: ElectionRecord, slot: int, election_hash: bytes, public: bytes
) -> dict[str, bool | str | None]:
    credentials = CredentialRepository(session)
    ballot_hash = BallotRepository(session).find_by_credential(election_hash, public)
    return {
        "is_listed": credentials.is_listed(election.meeting, election.series, slot, public),
        "is_void": credentials.is_void(election.meeting, election.series, slot, public),
        "ballot_hash": None if ballot_hash is None else ballot_hash.hex(),
    }
