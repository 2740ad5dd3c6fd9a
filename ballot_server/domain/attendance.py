"""Attendance as events: who came, left and came back, and when; who is in the room follows from them.

Nothing here knows a slip or a ballot, and no slip or ballot knows a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ballot_server.domain.member import Attendance, CardNumber, Roll, RollEntry


class Step(Enum):
    """What one event was."""

    ARRIVED = "arrived"
    LEFT = "left"
    CAME_BACK = "came_back"
    EXCUSED = "excused"
    UNEXCUSED = "unexcused"
    UNDONE = "undone"


@dataclass(frozen=True)
class AttendanceEvent:
    """One change, as it was made; `number` counts a meeting's events from 1.

    by: the name of the staff's account. undoes: the number of the event that this one takes back, with its reason.
    """

    number: int
    card_number: CardNumber
    attendance: Attendance
    at: datetime
    by: str
    undoes: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Movement:
    """How the room changed after a moment: the people who were not there then and are now, and the reverse."""

    came: tuple[CardNumber, ...]
    left: tuple[CardNumber, ...]


def apply_events(roll: Roll, events: Iterable[AttendanceEvent]) -> Roll:
    """Return a roll with the attendance that its events make of what it began with."""
    last = {event.card_number: event.attendance for event in sorted(events, key=lambda event: event.number)}
    return Roll(
        tuple(RollEntry(entry.member, last.get(entry.member.card_number, entry.attendance)) for entry in roll.entries)
    )


def name_steps(began: Attendance, events: Sequence[AttendanceEvent]) -> tuple[Step, ...]:
    """Return what each event of one person was, the oldest first; `began` is the attendance before the first."""
    steps: list[Step] = []
    taken_back = {event.undoes for event in events}
    current, was_here = began, began is Attendance.PRESENT
    for event in events:
        if event.undoes is not None:
            steps.append(Step.UNDONE)
        elif event.attendance is Attendance.PRESENT:
            steps.append(Step.CAME_BACK if was_here else Step.ARRIVED)
        elif current is Attendance.PRESENT:
            steps.append(Step.LEFT)
        else:
            steps.append(Step.EXCUSED if event.attendance is Attendance.ABSENT_EXCUSED else Step.UNEXCUSED)
        current = event.attendance
        was_here = was_here or (current is Attendance.PRESENT and event.number not in taken_back)
    return tuple(steps)


def compare_rooms(before: Roll, after: Roll) -> Movement:
    """Return who came and who left between two states of one roll."""
    was = {entry.member.card_number for entry in before.entries if entry.attendance is Attendance.PRESENT}
    now = {entry.member.card_number for entry in after.entries if entry.attendance is Attendance.PRESENT}
    order = [entry.member.card_number for entry in after.entries]
    return Movement(
        came=tuple(card for card in order if card in now - was),
        left=tuple(card for card in order if card in was - now),
    )
