"""A meeting as its chair sees it: how far everything has come, and the one thing to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from ballot_server.domain.contest import Wording
from ballot_server.domain.election import ElectionState
from ballot_server.services.archive_standing import count_ballots, find_destruction_day, find_keep_until
from ballot_server.services.check_in import SeriesLine, open_desk
from ballot_server.services.count_paper import describe_count
from ballot_server.services.election_plan import decode_plan
from ballot_server.services.repeat_election import name_repeat
from ballot_server.services.trustee_proceedings import has_entry
from ballot_server.services.trustee_progress import describe_all
from ballot_server.services.trustee_view import CeremonyStage, RoomView
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord, MeetingRecord, SeriesRecord, SlipOrderRecord
from ballot_server.storage.repositories import (
    ElectionRepository,
    MeetingRepository,
    PaperBallotsRepository,
    PaperExchangeRepository,
    SeriesRepository,
    SlipOrderRepository,
)
from ballot_server.storage.session import Session
from crypto.bodies import EntryKind

_FINISHED = frozenset({ElectionState.PUBLISHED, ElectionState.ANNULLED})
_SEALED = frozenset(ElectionState) - {ElectionState.DRAFT, ElectionState.READY}


class NextStep(Enum):
    """What the chair does next; the value is part of the sentence's key."""

    SEAT_TELLERS = "seat_tellers"
    MAKE_KEY = "make_key"
    PRINT_SLIPS = "print_slips"
    HOLD_ELECTION = "hold_election"
    WRITE_MINUTES = "write_minutes"
    DESTROY_KEY = "destroy_key"
    END_BOARD = "end_board"
    DONE = "done"


@dataclass(frozen=True)
class PaperProgress:
    """Paper ballots handed out, slips exchanged for them, and how far two tellers have come with counting them."""

    issued: int = 0
    exchanged: int = 0
    round: int = 1
    entered: tuple[int, ...] = ()
    is_agreed: bool = False


@dataclass(frozen=True)
class ElectionLine:
    """One election on the chair's page; `ballots` and `issued`, on phones, are 0 until it is opened."""

    id: str
    title: Wording
    state: ElectionState
    rule_title: Wording
    contests: tuple[Wording, ...]
    follows: str | None
    repeated_as: str | None
    ballots: int
    issued: int
    is_on_paper: bool = False
    is_sealed: bool = False
    paper: PaperProgress = PaperProgress()

    @property
    def outstanding(self) -> int:
        """How many slips are out whose ballots have not come."""
        return max(0, self.issued - self.ballots)


@dataclass(frozen=True)
class Overview:
    """A meeting and all that is going on in it; `current` is the id of the election to hold now.

    keep_until: the last day on which the archive must be kept; destroyed_on: when it was destroyed, None before.
    """

    meeting: MeetingRecord
    elections: tuple[ElectionLine, ...]
    series: tuple[SeriesLine, ...]
    room: RoomView
    invited: int
    present: int
    has_minutes: bool
    is_ended: bool
    keep_until: date
    destroyed_on: date | None = None
    orders: tuple[SlipOrderRecord, ...] = ()

    @property
    def current(self) -> str | None:
        """The first election that is neither published nor annulled."""
        return next((each.id for each in self.elections if each.state not in _FINISHED), None)

    @property
    def has_key(self) -> bool:
        """Whether the tellers made a key."""
        return self.room.ceremony.stage is CeremonyStage.FINISHED

    @property
    def needs_key(self) -> bool:
        """Whether phones vote in an election that is still to be held, or there is nothing to be held at all."""
        ahead = [each for each in self.elections if each.state not in _FINISHED] or self.elections
        return not ahead or any(not each.is_on_paper for each in ahead)

    @property
    def next_step(self) -> NextStep:
        """What is to be done now."""
        if self.is_ended:
            return NextStep.DONE
        if self.has_minutes:
            is_asked = self.room.destruction.is_asked or not self.has_key
            return NextStep.END_BOARD if is_asked else NextStep.DESTROY_KEY
        stage = self.room.ceremony.stage
        if not self.needs_key:
            return NextStep.WRITE_MINUTES if self.current is None else NextStep.HOLD_ELECTION
        if stage is not CeremonyStage.FINISHED:
            return NextStep.SEAT_TELLERS if stage is CeremonyStage.NONE else NextStep.MAKE_KEY
        if any(not each.printed for each in self.series):
            return NextStep.PRINT_SLIPS
        return NextStep.WRITE_MINUTES if self.current is None else NextStep.HOLD_ELECTION

    def find_order(self, letter: str) -> SlipOrderRecord | None:
        """Return the order of a series that another machine prints, or None."""
        return next((each for each in self.orders if each.series == letter), None)

    def find(self, election: str) -> ElectionLine | None:
        """Return an election's line, or None."""
        return next((each for each in self.elections if each.id == election), None)


def oversee_meeting(database: Database, meeting: str) -> Overview:
    """Return how far a meeting has come. Raises: MeetingUnknownError."""
    desk = open_desk(database, meeting)
    with database.read() as session:
        records = ElectionRepository(session).list_all(meeting)
        slips = {each.letter: each for each in SeriesRepository(session).list_all(meeting)}
        held = MeetingRepository(session).get(meeting)
        destroyed_on = find_destruction_day(session, meeting)
        return Overview(
            meeting=held,
            elections=tuple(_describe(session, record, slips, records) for record in records),
            series=desk.series,
            room=describe_all(session, meeting),
            invited=desk.invited,
            present=desk.present,
            has_minutes=destroyed_on is not None or has_entry(session, meeting, EntryKind.MINUTES),
            is_ended=destroyed_on is not None or has_entry(session, meeting, EntryKind.FINAL),
            keep_until=find_keep_until(session, held),
            destroyed_on=destroyed_on,
            orders=SlipOrderRepository(session).list_all(meeting),
        )


def list_overseen(database: Database) -> tuple[MeetingRecord, ...]:
    """Return every meeting that was created, the latest date first."""
    with database.read() as session:
        return MeetingRepository(session).list_all()


def _describe(
    session: Session, record: ElectionRecord, slips: dict[str, SeriesRecord], records: tuple[ElectionRecord, ...]
) -> ElectionLine:
    plan = decode_plan(record)
    is_sealed = record.state in _SEALED and record.election_hash is not None
    ballots = 0
    if record.election_hash is not None:
        ballots = count_ballots(session, record.meeting, record.id, record.election_hash)
    rows = [slips[letter] for letter in record.series]
    issued = sum(row.handed_out - row.brought_back for row in rows)
    return ElectionLine(
        id=record.id,
        title=plan.title,
        state=record.state,
        rule_title=plan.rule_set.title,
        contests=tuple(contest.subject for contest in plan.contests),
        follows=plan.follows,
        repeated_as=next((other.id for other in records if other.id == name_repeat(record.id)), None),
        ballots=ballots if is_sealed else 0,
        issued=issued if is_sealed else 0,
        is_on_paper=record.is_on_paper,
        is_sealed=is_sealed,
        paper=_describe_paper(session, record),
    )


def _describe_paper(session: Session, record: ElectionRecord) -> PaperProgress:
    count = describe_count(session, record.meeting, record.id)
    return PaperProgress(
        issued=PaperBallotsRepository(session).find(record.meeting, record.id).issued,
        exchanged=PaperExchangeRepository(session).count(record.meeting, record.id),
        round=count.round,
        entered=count.entered,
        is_agreed=count.agreed is not None,
    )
