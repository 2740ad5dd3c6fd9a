"""What a roll adds up to on a date: classes, attendance, and exemptions in force, lapsed or not yet begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ballot_server.domain.member import Attendance, Member, MemberClass, Roll


@dataclass(frozen=True)
class RollSummary:
    """The numbers of a roll on a date; the tuples of members keep the order of the roll."""

    on: date
    total: int
    official: int
    probationary: int
    guest: int
    present: int
    absent_excused: int
    absent_unexcused: int
    transferred_out: int
    suspended: int
    exempt: tuple[Member, ...]
    lapsed: tuple[Member, ...]
    not_yet_exempt: tuple[Member, ...]


def find_lapsed_exemptions(roll: Roll, on: date) -> tuple[Member, ...]:
    """Return the members whose exemption ended before a date: they count in the base again."""
    members = (entry.member for entry in roll.entries)
    return tuple(member for member in members if member.exemption is not None and member.exemption.has_lapsed(on))


def summarise_roll(roll: Roll, on: date) -> RollSummary:
    """Return the numbers of a roll on a date."""
    members = tuple(entry.member for entry in roll.entries)
    classes = [member.member_class for member in members]
    attendances = [entry.attendance for entry in roll.entries]
    return RollSummary(
        on=on,
        total=len(members),
        official=classes.count(MemberClass.OFFICIAL),
        probationary=classes.count(MemberClass.PROBATIONARY),
        guest=classes.count(MemberClass.GUEST),
        present=attendances.count(Attendance.PRESENT),
        absent_excused=attendances.count(Attendance.ABSENT_EXCUSED),
        absent_unexcused=attendances.count(Attendance.ABSENT_UNEXCUSED),
        transferred_out=sum(member.transferred_out for member in members),
        suspended=sum(member.suspended for member in members),
        exempt=tuple(member for member in members if member.is_exempt(on)),
        lapsed=find_lapsed_exemptions(roll, on),
        not_yet_exempt=tuple(
            member for member in members if member.exemption is not None and on < member.exemption.starts
        ),
    )
