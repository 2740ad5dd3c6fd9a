"""Members of the unit, their exemptions and their attendance, as one meeting sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NewType

CardNumber = NewType("CardNumber", str)


class MemberClass(Enum):
    """What a person is in the unit (chính thức, dự bị, sinh hoạt tạm thời đến)."""

    OFFICIAL = "official"
    PROBATIONARY = "probationary"
    GUEST = "guest"


class ExemptionBook(Enum):
    """Which of the two exemption books holds an exemption. Source: guidance of source 003, A.I.5.1 and 5.2."""

    AGE_HEALTH = "age_health"
    OTHER = "other"


class Attendance(Enum):
    """Whether a person is in the room, and if not, whether with a reason."""

    PRESENT = "present"
    ABSENT_EXCUSED = "absent_excused"
    ABSENT_UNEXCUSED = "absent_unexcused"


@dataclass(frozen=True)
class Exemption:
    """A decided exemption from duties and meetings; `ends` None means until withdrawn.

    decided_on: the day of the decision, or None where it stands behind the first day, as in a roll's file.
    returned_on: the day from which the member takes part again, however long the exemption was to last.
    """

    book: ExemptionBook
    resolution: str
    starts: date
    ends: date | None
    decided_on: date | None = None
    returned_on: date | None = None

    def is_in_force(self, on: date) -> bool:
        """Tell whether the exemption counts on a date.

        It does iff starts ≤ date ≤ ends, both days included, it was decided by then, and the member has not returned.
        """
        return (
            self.starts <= on
            and (self.ends is None or on <= self.ends)
            and (self.decided_on is None or self.decided_on <= on)
            and not self.has_returned(on)
        )

    def has_lapsed(self, on: date) -> bool:
        """Tell whether the exemption ended before a date, and nobody has closed it: the classic wrong denominator."""
        return self.ends is not None and self.ends < on and not self.has_returned(on)

    def has_returned(self, on: date) -> bool:
        """Tell whether the member has come back by a date."""
        return self.returned_on is not None and self.returned_on <= on


@dataclass(frozen=True)
class Member:
    """A person on the roll; `card_number` is text, its leading zeros are kept."""

    name: str
    card_number: CardNumber
    member_class: MemberClass
    exemption: Exemption | None = None
    transferred_out: bool = False
    suspended: bool = False
    excused_whole_congress: bool = False
    incumbent: bool = False
    position: str = ""
    note: str = ""

    def is_exempt(self, on: date) -> bool:
        """Tell whether an exemption is in force on a date."""
        return self.exemption is not None and self.exemption.is_in_force(on)


@dataclass(frozen=True)
class RollEntry:
    """A member with the attendance at one meeting."""

    member: Member
    attendance: Attendance


@dataclass(frozen=True)
class Roll:
    """The roll of one meeting, in the order of its source; card numbers are distinct."""

    entries: tuple[RollEntry, ...]
