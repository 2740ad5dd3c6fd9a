"""What the chair and the desk see of an election's paper ballots; never a number that only one teller has entered."""

from __future__ import annotations

from dataclasses import dataclass

from ballot_server.domain.contest import Contest, Wording
from ballot_server.domain.election import ElectionState
from ballot_server.domain.paper import Cell, CellKind
from ballot_server.i18n import REFUSALS, Language, translate, translate_error
from ballot_server.services.count_paper import PaperCount, describe_count
from ballot_server.services.counted_elections import find_paper_counts
from ballot_server.services.election_plan import decode_plan
from ballot_server.services.post_paper_counts import draft_paper_counts
from ballot_server.storage.engine import Database
from ballot_server.storage.paper_records import PaperBallotsRecord
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.repositories import (
    ElectionRepository,
    MeetingRepository,
    PaperBallotsRepository,
    PaperExchangeRepository,
)
from ballot_server.storage.session import Session

_HANDING_OUT = frozenset({ElectionState.READY, ElectionState.OPEN})


@dataclass(frozen=True)
class PaperPart:
    """An election's paper ballots.

    differing: the numbers to count again, in words; doubt: why what both tellers counted cannot be true, empty if it
    can; posted: ballots and invalid ones on the board, None before.
    """

    election: str
    title: Wording
    is_alone: bool
    can_change: bool
    ballots: PaperBallotsRecord
    exchanged: int
    floor: int
    count: PaperCount
    differing: tuple[str, ...]
    doubt: str
    posted: tuple[int, int] | None

    @property
    def is_used(self) -> bool:
        """Whether anybody votes on paper."""
        return self.is_alone or bool(self.ballots.issued or self.exchanged)

    @property
    def is_below_floor(self) -> bool:
        """Whether so few ballots are out that this channel could not be counted beside phones."""
        return not self.is_alone and 0 < self.ballots.issued < self.floor

    @property
    def must_count(self) -> bool:
        """Whether ballots were handed out that are not counted on the board yet."""
        return self.is_used and self.posted is None


def show_paper(database: Database, meeting: str, election: str, language: Language) -> PaperPart:
    """Return one election's paper ballots. Raises: ElectionMissingError."""
    with database.read() as session:
        return _describe(session, ElectionRepository(session).get(meeting, election), language)


def list_paper(database: Database, meeting: str, language: Language) -> tuple[PaperPart, ...]:
    """Return the elections whose paper ballots the desk may be handing out now."""
    with database.read() as session:
        records = ElectionRepository(session).list_all(meeting)
        parts = [_describe(session, record, language) for record in records if record.state in _HANDING_OUT]
    return tuple(part for part in parts if part.can_change)


def describe_cell(cell: Cell, contests: tuple[Contest, ...], language: Language) -> str:
    """Return in words which number of a sheet is meant."""
    fields = {"reason": cell.reason, "subject": "", "option": ""}
    if cell.kind in (CellKind.OPTION, CellKind.BLANK):
        contest = contests[cell.contest]
        fields["subject"] = contest.subject.in_language(language.value)
        if cell.kind is CellKind.OPTION:
            fields["option"] = contest.options[cell.option].text.in_language(language.value)
    return translate(f"web.count.cell.{cell.kind.value}", language, **fields)


def _describe(session: Session, record: ElectionRecord, language: Language) -> PaperPart:
    plan = decode_plan(record)
    count = describe_count(session, record.meeting, record.id)
    posted = find_paper_counts(session, record.meeting, record.id)
    changeable = {ElectionState.READY} if record.is_on_paper else _HANDING_OUT
    return PaperPart(
        election=record.id,
        title=plan.title,
        is_alone=record.is_on_paper,
        can_change=record.state in changeable,
        ballots=PaperBallotsRepository(session).find(record.meeting, record.id),
        exchanged=PaperExchangeRepository(session).count(record.meeting, record.id),
        floor=MeetingRepository(session).get(record.meeting).floor,
        count=count,
        differing=tuple(describe_cell(cell, plan.contests, language) for cell in count.differing),
        doubt=_find_doubt(session, record, language) if count.agreed is not None and posted is None else "",
        posted=None if posted is None else (posted.ballots, posted.invalid),
    )


def _find_doubt(session: Session, record: ElectionRecord, language: Language) -> str:
    if record.state is not ElectionState.CLOSED:
        return ""
    try:
        draft_paper_counts(session, record.meeting, record.id)
    except REFUSALS as error:
        return translate_error(error, language)
    return ""
