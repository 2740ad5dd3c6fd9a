"""Close an election: one serialised event, after which a ballot is in or out and nothing tells when it came."""

from __future__ import annotations

from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.services.election_plan import decode_plan
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.sealed_election import ElectionNotSealedError
from ballot_server.services.watch_attendance import freeze_attendance
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.repositories import (
    BallotRepository,
    CredentialRepository,
    ElectionRepository,
    rewrite_ballots_sorted,
    rewrite_erased,
)
from ballot_server.storage.session import Session
from crypto.bodies import ClosedBody, EntryKind
from crypto.void import VoidCredential


class ElectionFollowedError(BallotServerError):
    """Another election was opened that follows this one, and is not annulled; fields: election, following."""


def close_election(database: Database, board: Noticeboard, *, meeting: str, election: str) -> int:
    """Close an open election, post its ballots sorted by hash, and rewrite the files; return the number of ballots.

    Closing a closed election again posts nothing and only repeats the rewrite. One on paper has nothing to post yet.
    Raises: ElectionMissingError, IllegalTransitionError; then the election stays as it was. RewriteIncompleteError or
    DatabaseBusyError after the close: close it again.
    """
    with database.write() as session:
        elections = ElectionRepository(session)
        record = elections.get(meeting, election)
        if record.state is not ElectionState.CLOSED:
            record = elections.change_state(meeting, election, ElectionState.CLOSED)
            if not record.is_on_paper:
                board.append(session, EntryKind.CLOSED, _collect_ballots(session, record).to_object())
            freeze_attendance(session, meeting, election, is_close=True)
        ballots = _forget_ciphertexts(session, record)
    rewrite_ballots_sorted(database)
    return ballots


def repeat_rewrite(database: Database) -> None:
    """Rewrite the files once more, as at close and after a destruction: a process may have died before the rewrite.

    For the start of the server.

    Raises: RewriteIncompleteError, DatabaseBusyError.
    """
    rewrite_erased(database)


def annul_election(database: Database, board: Noticeboard, *, meeting: str, election: str, ground: str) -> None:
    """Annul an election that is not published yet; if it was opened, its ground stands on the board beside it.

    What is stored of its ballots is rewritten as at close. Annul first what follows it: an outcome that was drawn from
    its tests could not be recomputed without them.

    Raises: ElectionMissingError, IllegalTransitionError, ElectionFollowedError, EncodingError for an empty ground.
    RewriteIncompleteError or DatabaseBusyError after the annulment: the next close repeats the rewrite.
    """
    with database.write() as session:
        record = ElectionRepository(session).change_state(meeting, election, ElectionState.ANNULLED)
        if record.manifest is None:
            return
        _check_not_followed(session, record)
        board.append(session, EntryKind.ANNULLED, {"election": election, "ground": ground})
        _forget_ciphertexts(session, record)
    rewrite_ballots_sorted(database)


def _check_not_followed(session: Session, record: ElectionRecord) -> None:
    for other in ElectionRepository(session).list_all(record.meeting):
        is_standing = other.manifest is not None and other.state is not ElectionState.ANNULLED
        if is_standing and decode_plan(other).follows == record.id:
            raise ElectionFollowedError(election=record.id, following=other.id)


def _forget_ciphertexts(session: Session, record: ElectionRecord) -> int:
    """Erase what was kept to recognise copied ballots; return the number of ballots."""
    if record.election_hash is None:
        raise ElectionNotSealedError(election=record.id)
    repository = BallotRepository(session)
    repository.delete_ciphertexts(record.election_hash)
    return repository.count(record.election_hash)


def _collect_ballots(session: Session, record: ElectionRecord) -> ClosedBody:
    if record.election_hash is None or record.slot is None:
        raise ElectionNotSealedError(election=record.id)
    repository = BallotRepository(session)
    return ClosedBody(
        election=record.id,
        election_hash=record.election_hash,
        ballots=b"".join(ballot.data for ballot in repository.list_sorted(record.election_hash)),
        tested=repository.list_tested(record.election_hash),
        void=tuple(
            VoidCredential(public, signature)
            for public, signature in CredentialRepository(session).list_void(record.meeting, record.series, record.slot)
        ),
    )
