"""Move an election from phones to paper in one act: annul it with its ground, and ask the same on paper.

What was cast can then never be decrypted: tellers' devices refuse an election that the board says is annulled.
"""

from __future__ import annotations

from ballot_server.domain.contest import Wording
from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.services.close_election import annul_election
from ballot_server.services.compose_record import Switched
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.repeat_election import store_repeat
from ballot_server.storage.engine import Database
from ballot_server.storage.paper_records import PaperBallotsRecord
from ballot_server.storage.repositories import ElectionRepository, PaperBallotsRepository
from ballot_server.storage.session import Session

_ON_PAPER = Wording(vi="phiếu giấy", en="on paper")
_MOVABLE = frozenset({ElectionState.READY, ElectionState.OPEN, ElectionState.CLOSED})


class NothingToSwitchError(BallotServerError):
    """The election is on paper already, or counted; field: election."""


def switch_to_paper(database: Database, board: Noticeboard, *, meeting: str, election: str, ground: str) -> str:
    """Annul an election on phones and store the same as a ready one on paper; return its id.

    Raises: ElectionMissingError, NothingToSwitchError; what
    `annul_election` and `repeat_election` raise.
    """
    with database.read() as session:
        record = ElectionRepository(session).get(meeting, election)
        if record.is_on_paper or record.state not in _MOVABLE:
            raise NothingToSwitchError(election=record.title_vi)
    annul_election(database, board, meeting=meeting, election=election, ground=ground)
    with database.write() as session:
        name = store_repeat(session, meeting, election, suffix=_ON_PAPER, on_paper=True)
        PaperBallotsRepository(session).save(PaperBallotsRecord(meeting, name, instead_of=election, ground=ground))
    return name


def list_switched(session: Session, meeting: str) -> tuple[Switched, ...]:
    """Return the meeting's elections that went from phones to paper, in the order of those on paper."""
    records = {record.id: record for record in ElectionRepository(session).list_all(meeting)}
    switched = []
    for record in records.values():
        paper = PaperBallotsRepository(session).find(meeting, record.id)
        if paper.instead_of:
            given_up = records[paper.instead_of]
            switched.append(
                Switched(
                    title=Wording(vi=given_up.title_vi, en=given_up.title_en),
                    instead=Wording(vi=record.title_vi, en=record.title_en),
                    ground=paper.ground,
                )
            )
    return tuple(switched)
