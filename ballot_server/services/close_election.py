"""Close an election: one serialised event, after which a ballot is in or out and nothing tells when it came."""

from __future__ import annotations

from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.repositories import (
    BallotRepository,
    CredentialRepository,
    ElectionRepository,
    rewrite_ballots_sorted,
)
from ballot_server.storage.session import Session
from crypto.bodies import ClosedBody, EntryKind


class ElectionNotSealedError(BallotServerError):
    """The election was never opened; field: election."""


def close_election(database: Database, board: Noticeboard, *, meeting: str, election: str) -> int:
    """Close an open election, post its ballots sorted by hash, and rewrite the files; return the number of ballots.

    Raises: ElectionMissingError, IllegalTransitionError; then the election stays as it was. RewriteIncompleteError or
    DatabaseBusyError after the close: run `rewrite_ballots_sorted` again.
    """
    with database.write() as session:
        record = ElectionRepository(session).change_state(meeting, election, ElectionState.CLOSED)
        body, ballots = _collect_ballots(session, record)
        board.append(session, EntryKind.CLOSED, body.to_object())
        BallotRepository(session).delete_ciphertexts(body.election_hash)
    rewrite_ballots_sorted(database)
    return ballots


def annul_election(database: Database, board: Noticeboard, *, meeting: str, election: str, ground: str) -> None:
    """Annul an election that is sealed and not published yet, with its ground; both stay on the board.

    Raises: ElectionMissingError, IllegalTransitionError, EncodingError for an empty ground.
    """
    with database.write() as session:
        record = ElectionRepository(session).change_state(meeting, election, ElectionState.ANNULLED)
        if record.manifest is not None:
            board.append(session, EntryKind.ANNULLED, {"election": election, "ground": ground})


def _collect_ballots(session: Session, record: ElectionRecord) -> tuple[ClosedBody, int]:
    if record.election_hash is None or record.slot is None:
        raise ElectionNotSealedError(election=record.id)
    repository = BallotRepository(session)
    ballots = [ballot.data for ballot in repository.list_sorted(record.election_hash)]
    body = ClosedBody(
        election=record.id,
        election_hash=record.election_hash,
        ballots=b"".join(ballots),
        tested=repository.list_tested(record.election_hash),
        void=CredentialRepository(session).list_void(record.meeting, record.series, record.slot),
    )
    return body, len(ballots)
