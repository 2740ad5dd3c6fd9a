"""Small rolls for tests: members built from what matters about them."""

from datetime import date
from itertools import count

from ballot_server.domain.member import (
    Attendance,
    CardNumber,
    Exemption,
    ExemptionBook,
    Member,
    MemberClass,
    Roll,
    RollEntry,
)

MEETING_DATE = date(2026, 1, 15)


def make_exemption(starts: date, ends: date | None) -> Exemption:
    """Return an exemption for age with a period."""
    return Exemption(book=ExemptionBook.AGE_HEALTH, resolution="05-NQ/CB", starts=starts, ends=ends)


EXEMPT_NOW = make_exemption(date(2025, 1, 1), None)


class RollMaker:
    """Makes entries with card numbers of their own."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def make_entry(
        self,
        attendance: Attendance = Attendance.PRESENT,
        *,
        member_class: MemberClass = MemberClass.OFFICIAL,
        exemption: Exemption | None = None,
        transferred_out: bool = False,
        suspended: bool = False,
        excused_whole_congress: bool = False,
        incumbent: bool = False,
    ) -> RollEntry:
        """Return an entry whose name is its number."""
        number = f"{next(self._numbers):06d}"
        member = Member(
            name=f"Đảng viên {number}",
            card_number=CardNumber(number),
            member_class=member_class,
            exemption=exemption,
            transferred_out=transferred_out,
            suspended=suspended,
            excused_whole_congress=excused_whole_congress,
            incumbent=incumbent,
        )
        return RollEntry(member=member, attendance=attendance)


def make_roll(*entries: RollEntry) -> Roll:
    """Return a roll of entries."""
    return Roll(entries=entries)
