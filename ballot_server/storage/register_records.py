"""What the repositories of the unit's roll and of attendance take and return beside the domain's own values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ballot_server.domain.exemption import MemberId
from ballot_server.domain.member import Member


@dataclass(frozen=True)
class UnitMember:
    """Somebody on the unit's roll; `member` has no exemption, `left_on` is the first day of belonging elsewhere."""

    id: MemberId
    member: Member
    left_on: date | None = None

    def belongs(self, on: date) -> bool:
        """Tell whether the member belongs to the unit on a date."""
        return self.left_on is None or on < self.left_on


@dataclass(frozen=True)
class RollChange:
    """One field that changed, from what to what; `source` is the file's name, or empty for a form."""

    member: MemberId
    at: datetime
    by: str
    field: str
    old: str
    new: str
    source: str = ""


@dataclass(frozen=True)
class RollUpload:
    """A file that somebody looks through before it is imported."""

    by: str
    digest: bytes
    name: str
    data: bytes


@dataclass(frozen=True)
class AttendanceMark:
    """An election's opening or close: how many events there were, how many entitled were in the room."""

    meeting: str
    election: str
    is_close: bool
    events: int
    present: int
