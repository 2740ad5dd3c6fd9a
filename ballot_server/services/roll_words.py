"""What a roll's cells say: the words that files, histories and pages share, as `import_roll` reads them back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from ballot_server.domain.member import ExemptionBook, Member, MemberClass
from ballot_server.services.roll_columns import RollColumn

CLASS_WORDS: Mapping[MemberClass, str] = {
    MemberClass.OFFICIAL: "chính thức",
    MemberClass.PROBATIONARY: "dự bị",
    MemberClass.GUEST: "sinh hoạt tạm thời đến",
}
BOOK_WORDS: Mapping[ExemptionBook | None, str] = {
    None: "không",
    ExemptionBook.AGE_HEALTH: "tuổi cao, sức yếu",
    ExemptionBook.OTHER: "lý do khác",
}
MEMBER_COLUMNS: tuple[RollColumn, ...] = (
    RollColumn.NAME,
    RollColumn.CARD_NUMBER,
    RollColumn.CLASS,
    RollColumn.TRANSFERRED_OUT,
    RollColumn.SUSPENDED,
    RollColumn.EXCUSED_WHOLE_CONGRESS,
    RollColumn.INCUMBENT,
    RollColumn.POSITION,
    RollColumn.NOTE,
)
"""What a roll says of a member apart from exemptions."""


def write_yes_or_no(*, value: bool) -> str:
    """Return the word of a yes or a no."""
    return "có" if value else "không"


_WRITERS: Mapping[RollColumn, Callable[[Member], str]] = {
    RollColumn.NAME: lambda member: member.name,
    RollColumn.CARD_NUMBER: lambda member: member.card_number,
    RollColumn.CLASS: lambda member: CLASS_WORDS[member.member_class],
    RollColumn.TRANSFERRED_OUT: lambda member: write_yes_or_no(value=member.transferred_out),
    RollColumn.SUSPENDED: lambda member: write_yes_or_no(value=member.suspended),
    RollColumn.EXCUSED_WHOLE_CONGRESS: lambda member: write_yes_or_no(value=member.excused_whole_congress),
    RollColumn.INCUMBENT: lambda member: write_yes_or_no(value=member.incumbent),
    RollColumn.POSITION: lambda member: member.position,
    RollColumn.NOTE: lambda member: member.note,
    RollColumn.EXEMPTION: lambda member: BOOK_WORDS[member.exemption.book if member.exemption else None],
    RollColumn.EXEMPTION_RESOLUTION: lambda member: member.exemption.resolution if member.exemption else "",
    RollColumn.EXEMPTION_FROM: lambda member: write_date(member.exemption.starts if member.exemption else None),
    RollColumn.EXEMPTION_TO: lambda member: write_date(member.exemption.ends if member.exemption else None),
}


def write_cell(member: Member, column: RollColumn) -> str:
    """Return what the cell of a member says in a column."""
    return _WRITERS[column](member)


def write_date(day: date | None) -> str:
    """Return a day as Vietnamese lists write it, or nothing."""
    return "" if day is None else f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def write_exemption(member: Member) -> str:
    """Return a member's exemption in one line, or "không"."""
    exemption = member.exemption
    if exemption is None:
        return BOOK_WORDS[None]
    until = f"–{write_date(exemption.ends)}" if exemption.ends else ""
    parts = (BOOK_WORDS[exemption.book], exemption.resolution, f"{write_date(exemption.starts)}{until}")
    return ", ".join(part for part in parts if part)
