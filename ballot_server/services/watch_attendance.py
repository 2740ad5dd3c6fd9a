"""How the room changed since an election froze it: at opening and at close the numbers stand, later changes beside."""

from __future__ import annotations

from dataclasses import dataclass

from ballot_server.domain.attendance import apply_events, compare_rooms
from ballot_server.domain.base import list_entitled, list_present_entitled
from ballot_server.domain.contest import Wording
from ballot_server.domain.election import ElectionState
from ballot_server.domain.member import Attendance, Roll, RollEntry
from ballot_server.services.election_plan import decode_plan
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.register_records import AttendanceMark
from ballot_server.storage.repositories import (
    AttendanceRepository,
    ElectionRepository,
    MeetingRepository,
    RollRepository,
)
from ballot_server.storage.session import Session


@dataclass(frozen=True)
class RoomChange:
    """Of the entitled: how many were in the room at an election's opening and close, and who came and left since.

    at_close: None while the election is open, and then `came` and `left` are up to now; afterwards up to the close.
    """

    election: str
    title: Wording
    at_open: int
    at_close: int | None
    came: tuple[str, ...]
    left: tuple[str, ...]


def freeze_attendance(session: Session, meeting: str, election: str, *, is_close: bool) -> None:
    """Note where an election's opening or close stands among the events, and who of the entitled was there."""
    record = ElectionRepository(session).get(meeting, election)
    repository = AttendanceRepository(session)
    roll = RollRepository(session).load(meeting)
    on = MeetingRepository(session).get(meeting).held_on
    present = len(list_present_entitled(roll, on, decode_plan(record).voter_rule))
    repository.mark(AttendanceMark(meeting, election, is_close, repository.count(meeting), present))


def watch_election(database: Database, meeting: str, election: str) -> RoomChange | None:
    """Return how the room changed since one election opened, or None if it never did. Raises: ElectionMissingError."""
    with database.read() as session:
        record = ElectionRepository(session).get(meeting, election)
        return next(iter(_describe_all(session, meeting, (record,))), None)


def list_open_changes(session: Session, meeting: str, elections: tuple[ElectionRecord, ...]) -> tuple[RoomChange, ...]:
    """Return how the room changed since each open election was opened."""
    return _describe_all(session, meeting, tuple(each for each in elections if each.state is ElectionState.OPEN))


def _describe_all(session: Session, meeting: str, elections: tuple[ElectionRecord, ...]) -> tuple[RoomChange, ...]:
    marks = {(mark.election, mark.is_close): mark for mark in AttendanceRepository(session).list_marks(meeting)}
    return tuple(
        _describe(session, record, marks[record.id, False], marks.get((record.id, True)))
        for record in elections
        if (record.id, False) in marks
    )


def _describe(
    session: Session, record: ElectionRecord, opened: AttendanceMark, closed: AttendanceMark | None
) -> RoomChange:
    beginning = RollRepository(session).load_beginning(record.meeting)
    events = AttendanceRepository(session).list_all(record.meeting)
    on = MeetingRepository(session).get(record.meeting).held_on
    plan = decode_plan(record)
    # Whoever could vote if they were here: others come and go without touching the numbers.
    full = Roll(tuple(RollEntry(entry.member, Attendance.PRESENT) for entry in beginning.entries))
    entitled = {entry.member.card_number for entry in list_entitled(full, on, plan.voter_rule)}
    names = {entry.member.card_number: entry.member.name for entry in beginning.entries}
    later = apply_events(beginning, events if closed is None else events[: closed.events])
    movement = compare_rooms(apply_events(beginning, events[: opened.events]), later)
    return RoomChange(
        election=record.id,
        title=plan.title,
        at_open=opened.present,
        at_close=None if closed is None else closed.present,
        came=tuple(names[card] for card in movement.came if card in entitled),
        left=tuple(names[card] for card in movement.left if card in entitled),
    )
