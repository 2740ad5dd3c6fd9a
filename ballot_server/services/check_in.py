"""Check people in: who is in the room, who stays away with or without a reason, and who draws from which box.

Nothing here knows a slip: a person draws one blindly, and only the number of slips handed out is counted. Attendance
may change while an election is open; its sealed numbers do not, and what changed since stands beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from ballot_server.domain.attendance import AttendanceEvent, Step, apply_events, name_steps
from ballot_server.domain.base import VoterRule, list_entitled
from ballot_server.domain.member import Attendance, CardNumber, Member, MemberClass, Roll
from ballot_server.domain.series import SMALLEST_SAFE_SERIES
from ballot_server.services.create_meeting import fill_room
from ballot_server.services.election_plan import decode_plan
from ballot_server.services.find_people import find_people
from ballot_server.services.vietnamese_order import order_name
from ballot_server.services.watch_attendance import RoomChange, list_open_changes
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.repositories import (
    AttendanceRepository,
    ElectionRepository,
    MeetingRepository,
    RollRepository,
    SeriesRepository,
)

MOST_LINES = 50


class NoSlip(Enum):
    """Why somebody draws no slip; the value is part of the sentence's key."""

    GUEST = "guest"
    PROBATIONARY = "probationary"
    SUSPENDED = "suspended"
    EXEMPT = "exempt"
    TRANSFERRED = "transferred"
    CONCERNED = "concerned"


@dataclass(frozen=True)
class StepLine:
    """One event of a person; only the last one can be taken back, and only once."""

    event: AttendanceEvent
    step: Step
    can_undo: bool


@dataclass(frozen=True)
class PersonLine:
    """One person at the desk; `row` counts from 1 in the order of the roll, `series` is the box to draw from."""

    row: int
    member: Member
    attendance: Attendance
    series: str | None
    no_slip: NoSlip | None
    has_lapsed: bool
    steps: tuple[StepLine, ...] = ()


@dataclass(frozen=True)
class SeriesLine:
    """The slips of one box; `people` may draw from it, `present` of them are in the room."""

    letter: str
    colour: str
    people: int
    present: int
    printed: int
    handed_out: int
    brought_back: int
    lost: int
    left_over: int
    frozen_by: str

    @property
    def is_small(self) -> bool:
        """Whether so few may draw from this box, or are there to draw, that secrecy suffers."""
        return self.people < SMALLEST_SAFE_SERIES or 0 < self.present < SMALLEST_SAFE_SERIES

    @property
    def is_short(self) -> bool:
        """Whether more slips are out than people of this box are in the room."""
        return self.handed_out - self.brought_back - self.lost > self.present

    @property
    def is_unbalanced(self) -> bool:
        """Whether printed slips are not those handed out and left over."""
        return self.printed != self.handed_out + self.left_over


@dataclass(frozen=True)
class Counter:
    """Mời, có mặt, phát, hủy, còn lại: of all boxes together; `is_wrong` if any box does not agree."""

    invited: int
    present: int
    handed_out: int
    void: int
    left_over: int
    is_wrong: bool


@dataclass(frozen=True)
class DeskView:
    """What the desk shows: numbers, boxes, and the people found, at most 50 of them."""

    code: str
    unit: str
    held_on: date
    invited: int
    present: int
    excused: int
    unexcused: int
    voters: int
    series: tuple[SeriesLine, ...]
    people: tuple[PersonLine, ...]
    found: int
    changes: tuple[RoomChange, ...] = ()

    @property
    def is_recorded(self) -> bool:
        """Whether anybody was marked present or excused."""
        return bool(self.present or self.excused)

    @property
    def counter(self) -> Counter:
        """The numbers that are always in sight."""
        return Counter(
            invited=self.invited,
            present=self.present,
            handed_out=sum(each.handed_out for each in self.series),
            void=sum(each.brought_back for each in self.series),
            left_over=sum(each.left_over for each in self.series),
            is_wrong=any(each.is_short or each.is_unbalanced for each in self.series),
        )


def open_desk(database: Database, meeting: str, query: str = "") -> DeskView:
    """Return the desk's view of a meeting with the people whom a query finds, by given name.

    query: words of a name with or without tone marks, a row number, or a card number; empty for everybody.
    Raises: MeetingUnknownError.
    """
    with database.read() as session:
        record = MeetingRepository(session).get(meeting)
        beginning = RollRepository(session).load_beginning(meeting)
        events = AttendanceRepository(session).list_all(meeting)
        elections = ElectionRepository(session).list_all(meeting)
        slips = SeriesRepository(session).list_all(meeting)
        changes = list_open_changes(session, meeting, elections)
    roll = apply_events(beginning, events)
    lines = list_people(roll, record.held_on, elections)
    people = find_people(
        lines,
        query,
        name_of=lambda line: line.member.name,
        card_of=lambda line: line.member.card_number,
        row_of=lambda line: line.row,
    )
    found = sorted(people, key=lambda line: order_name(line.member.name))
    present = [line for line in lines if line.attendance is Attendance.PRESENT]
    attendances = [line.attendance for line in lines]
    return DeskView(
        code=record.code,
        unit=record.unit,
        held_on=record.held_on,
        invited=len(lines),
        present=len(present),
        excused=attendances.count(Attendance.ABSENT_EXCUSED),
        unexcused=attendances.count(Attendance.ABSENT_UNEXCUSED),
        voters=sum(line.no_slip is None for line in present),
        series=tuple(
            SeriesLine(
                letter=each.letter,
                colour=each.colour,
                people=sum(line.series == each.letter for line in lines),
                present=sum(line.series == each.letter for line in present),
                printed=each.printed,
                handed_out=each.handed_out,
                brought_back=each.brought_back,
                lost=each.lost,
                left_over=each.left_over,
                frozen_by=_find_open(elections, each.letter),
            )
            for each in slips
        ),
        people=_add_steps(found[:MOST_LINES], beginning, events),
        found=len(found),
        changes=changes,
    )


def list_people(roll: Roll, on: date, elections: tuple[ElectionRecord, ...]) -> list[PersonLine]:
    """Return everybody on a roll in its order, without what each did, by the elections' rules."""
    letters = _assign_series(roll, on, elections)
    on_paper = _list_voters_on_paper(roll, on, elections)
    return [
        _describe_person(row, entry.member, entry.attendance, letters, on, on_paper)
        for row, entry in enumerate(roll.entries, start=1)
    ]


def _add_steps(
    people: list[PersonLine], beginning: Roll, events: tuple[AttendanceEvent, ...]
) -> tuple[PersonLine, ...]:
    """Return people with what each of them did."""
    return tuple(
        replace(line, steps=_list_steps(began.attendance, own))
        for line in people
        for began in (beginning.entries[line.row - 1],)
        for own in (tuple(event for event in events if event.card_number == line.member.card_number),)
    )


def _list_steps(began: Attendance, events: tuple[AttendanceEvent, ...]) -> tuple[StepLine, ...]:
    steps = name_steps(began, events)
    return tuple(
        StepLine(event, step, can_undo=event is events[-1] and event.undoes is None)
        for event, step in zip(events, steps, strict=True)
    )


def _assign_series(roll: Roll, on: date, elections: tuple[ElectionRecord, ...]) -> dict[CardNumber, str]:
    """Return who draws from which box: that of exactly the elections in which one could vote."""
    letter_of = {
        frozenset(election.id for election in elections if letter in election.series): letter
        for letter in sorted({letter for election in elections for letter in election.series})
    }
    patterns: dict[CardNumber, set[str]] = {}
    for election in elections:
        if election.is_on_paper:
            continue
        # Whoever is on the roll may still come, so entitlement is asked as if they had.
        rule: VoterRule = decode_plan(election).voter_rule
        for entry in list_entitled(fill_room(roll), on, rule):
            patterns.setdefault(entry.member.card_number, set()).add(election.id)
    return {
        card: letter_of[frozenset(pattern)] for card, pattern in patterns.items() if frozenset(pattern) in letter_of
    }


def _list_voters_on_paper(roll: Roll, on: date, elections: tuple[ElectionRecord, ...]) -> frozenset[CardNumber]:
    """Return who may vote in an election that is held on paper alone."""
    return frozenset(
        entry.member.card_number
        for election in elections
        if election.is_on_paper
        for entry in list_entitled(fill_room(roll), on, decode_plan(election).voter_rule)
    )


def _describe_person(
    row: int,
    member: Member,
    attendance: Attendance,
    letters: dict[CardNumber, str],
    on: date,
    on_paper: frozenset[CardNumber],
) -> PersonLine:
    series = letters.get(member.card_number)
    return PersonLine(
        row=row,
        member=member,
        attendance=attendance,
        series=series,
        no_slip=None if series is not None or member.card_number in on_paper else _find_reason(member, on),
        has_lapsed=member.exemption is not None and member.exemption.has_lapsed(on),
    )


def _find_reason(member: Member, on: date) -> NoSlip:
    if member.member_class is MemberClass.GUEST:
        return NoSlip.GUEST
    if member.member_class is MemberClass.PROBATIONARY:
        return NoSlip.PROBATIONARY
    if member.suspended:
        return NoSlip.SUSPENDED
    if member.is_exempt(on):
        return NoSlip.EXEMPT
    return NoSlip.TRANSFERRED if member.transferred_out else NoSlip.CONCERNED


def _find_open(elections: tuple[ElectionRecord, ...], letter: str) -> str:
    return next(
        (each.title_vi for each in elections if each.state.value == "open" and letter in each.series),
        "",
    )
