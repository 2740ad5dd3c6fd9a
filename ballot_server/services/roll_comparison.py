"""Compare a file with the unit's roll: who is new, what changes field by field, and who is missing from the file.

A column that the file does not have says nothing. Exemptions stand in the books, so a file may add one to somebody who
has none standing, and must otherwise say what the book says: a list typed somewhere else never ends an exemption.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ballot_server.domain.member import Exemption, Member
from ballot_server.services.import_roll import RollTable
from ballot_server.services.plain_text import fold_card_number
from ballot_server.services.roll_columns import RollColumn
from ballot_server.services.roll_problem import RollCause, RollProblem
from ballot_server.services.roll_words import MEMBER_COLUMNS, write_cell, write_date, write_exemption
from ballot_server.storage.register_records import UnitMember

LEFT_ON = "left_on"
"""The field of the history that says since when somebody belongs elsewhere."""
ADDED = "added"
"""The field of the history that says that somebody came onto the roll."""


@dataclass(frozen=True)
class FieldChange:
    """One field that changes, as its cell says it before and after."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class MemberChange:
    """A member of the roll as the file makes it; `exemption` is one to write into a book."""

    before: UnitMember
    after: UnitMember
    fields: tuple[FieldChange, ...]
    exemption: Exemption | None = None


@dataclass(frozen=True)
class RollComparison:
    """What importing a file would do; people whom the file lacks stay unless they are said to have left."""

    added: tuple[Member, ...]
    changed: tuple[MemberChange, ...]
    missing: tuple[UnitMember, ...]
    unchanged: int
    problems: tuple[RollProblem, ...]


def compare_roll(
    present: Sequence[UnitMember], exemptions: Mapping[int, Exemption], table: RollTable, on: date
) -> RollComparison:
    """Return what a file changes in the unit's roll.

    exemptions: what the roll of this date shows of each member's, by the member's id.
    """
    by_card = {fold_card_number(each.member.card_number): each for each in present}
    added: list[Member] = []
    changed: list[MemberChange] = []
    problems: list[RollProblem] = []
    seen: set[int] = set()
    unchanged = 0
    for row, entry in zip(table.rows, table.roll.entries, strict=True):
        found = by_card.get(fold_card_number(entry.member.card_number))
        shown = None if found is None else exemptions.get(found.id)
        problems.extend(_check_exemption(entry.member.exemption, shown, row, table, on))
        if found is None:
            added.append(entry.member)
            continue
        seen.add(found.id)
        change = _compare_member(found, shown, entry.member, table)
        if change.fields:
            changed.append(change)
        else:
            unchanged += 1
    missing = tuple(each for each in present if each.id not in seen and each.belongs(on))
    return RollComparison(tuple(added), tuple(changed), missing, unchanged, tuple(problems))


def compare_fields(old: Member, new: Member, columns: Iterable[RollColumn]) -> tuple[FieldChange, ...]:
    """Return the fields in which two states of a member differ."""
    written = ((column, write_cell(old, column), write_cell(new, column)) for column in columns)
    return tuple(FieldChange(column.value, before, after) for column, before, after in written if before != after)


def _compare_member(found: UnitMember, shown: Exemption | None, said: Member, table: RollTable) -> MemberChange:
    columns = [column for column in MEMBER_COLUMNS if column in table.headings]
    member = _take_over(found.member, said, columns)
    fields = list(compare_fields(found.member, member, columns))
    if found.left_on is not None:
        fields.append(FieldChange(LEFT_ON, write_date(found.left_on), ""))
    exemption = None
    if said.exemption is not None and not _is_same(said.exemption, shown):
        exemption = said.exemption
        old = write_exemption(replace(member, exemption=shown))
        fields.append(FieldChange(RollColumn.EXEMPTION.value, old, write_exemption(said)))
    return MemberChange(found, UnitMember(found.id, member), tuple(fields), exemption)


def _take_over(member: Member, said: Member, columns: Sequence[RollColumn]) -> Member:
    """Return a member with what the file's columns say."""
    return Member(
        name=said.name,
        card_number=said.card_number,
        member_class=said.member_class,
        transferred_out=_choose(columns, RollColumn.TRANSFERRED_OUT, said, member).transferred_out,
        suspended=_choose(columns, RollColumn.SUSPENDED, said, member).suspended,
        excused_whole_congress=_choose(columns, RollColumn.EXCUSED_WHOLE_CONGRESS, said, member).excused_whole_congress,
        incumbent=_choose(columns, RollColumn.INCUMBENT, said, member).incumbent,
        position=_choose(columns, RollColumn.POSITION, said, member).position,
        note=_choose(columns, RollColumn.NOTE, said, member).note,
    )


def _choose(columns: Sequence[RollColumn], column: RollColumn, said: Member, member: Member) -> Member:
    return said if column in columns else member


def _check_exemption(
    said: Exemption | None, shown: Exemption | None, row: int, table: RollTable, on: date
) -> Iterable[RollProblem]:
    heading = table.headings.get(RollColumn.EXEMPTION)
    if heading is None:
        return
    stands = shown is not None and not shown.has_lapsed(on)
    if said is None:
        if stands and shown is not None:
            yield RollProblem(RollCause.EXEMPTION_STANDS_IN_BOOK, row, heading, "", _name(shown))
        return
    if _is_same(said, shown):
        return
    if not said.resolution:
        where = table.headings.get(RollColumn.EXEMPTION_RESOLUTION, heading)
        yield RollProblem(RollCause.EXEMPTION_WITHOUT_RESOLUTION, row, where)
    if shown is not None and (stands or shown.ends is None or said.starts <= shown.ends):
        yield RollProblem(RollCause.EXEMPTION_DIFFERS_FROM_BOOK, row, heading, _name(said), _name(shown))


def _is_same(said: Exemption, shown: Exemption | None) -> bool:
    return shown is not None and (said.book, said.resolution, said.starts, said.ends) == (
        shown.book,
        shown.resolution,
        shown.starts,
        shown.ends,
    )


def _name(exemption: Exemption) -> str:
    return f"{exemption.resolution} {write_date(exemption.starts)}–{write_date(exemption.ends)}".strip()
