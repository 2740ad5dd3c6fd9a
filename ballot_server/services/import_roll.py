"""Import a roll from a spreadsheet, all or nothing: every problem is told by row and column, or the roll is good.

An exemption in the file is taken as decided. "Giảm" is no exemption, book two always has an end, and what a cell does
not say plainly is a problem, never a guess. Source: guidance of source 003, A.I.5.1 and A.I.5.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

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
from ballot_server.services.plain_text import fold_card_number, fold_text
from ballot_server.services.read_roll_file import RollSource, read_roll_rows
from ballot_server.services.roll_cells import RollCell, RollRow
from ballot_server.services.roll_columns import (
    ATTENDANCE_OF_WORD,
    CLASS_OF_WORD,
    EXEMPTION_OF_WORD,
    YES_OR_NO_OF_WORD,
    RollColumn,
    is_reduced_duties,
)
from ballot_server.services.roll_headings import RollHeadings, find_headings, name_column
from ballot_server.services.roll_problem import RollCause, RollError, RollProblem

Meaning = TypeVar("Meaning")

_ISO_DATE = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_VIETNAMESE_DATE = re.compile(r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})")
_DATE_COLUMNS = (RollColumn.EXEMPTION_FROM, RollColumn.EXEMPTION_TO)
_EXEMPTION_DETAILS = (RollColumn.EXEMPTION_RESOLUTION, *_DATE_COLUMNS)
_EMPTY = RollCell()


@dataclass(frozen=True)
class RollTable:
    """A roll with where it stands in its file: each entry's row, and each column's heading as the file writes it."""

    roll: Roll
    rows: tuple[int, ...]
    headings: Mapping[RollColumn, str]


def read_roll(source: RollSource, *, attendance_needed: bool = False) -> Roll:
    """Return the roll of a CSV or XLSX file.

    source: a path, or the name and the bytes of an upload; the suffix of the name tells the format.
    attendance_needed: whether every row must say its attendance; if not, who has none is absent without reason so far.
    Raises: RollError with every problem of the file.
    """
    return read_roll_table(source, attendance_needed=attendance_needed).roll


def read_roll_table(source: RollSource, *, attendance_needed: bool = False) -> RollTable:
    """Return the roll of a file with its rows and headings. Arguments and errors: as of `read_roll`."""
    first, *rows = read_roll_rows(source)
    problems: list[RollProblem] = []
    headings = find_headings(first, problems, attendance_needed=attendance_needed)
    row_of_card: dict[str, int] = {}
    entries = []
    for row in rows:
        reader = _RowReader(row, headings)
        entries.append(reader.read(attendance_needed=attendance_needed))
        reader.check_card_number(row_of_card)
        problems.extend(reader.problems)
    if not rows:
        problems.append(RollProblem(RollCause.NO_MEMBERS, row=first.number))
    if problems:
        raise RollError(problems)
    found = {column: heading.heading for column, heading in headings.columns.items()}
    return RollTable(Roll(tuple(entries)), tuple(row.number for row in rows), found)


class _RowReader:
    """Reads one row and collects what is wrong with it; the entry is worth something only if nothing is."""

    def __init__(self, row: RollRow, headings: RollHeadings) -> None:
        self.problems: list[RollProblem] = []
        self._row = row
        self._headings = headings

    def read(self, *, attendance_needed: bool) -> RollEntry:
        """Return the entry of the row."""
        self._check_cells()
        name = self._read_text(RollColumn.NAME, needed=True)
        card_number = self._read_text(RollColumn.CARD_NUMBER, needed=True)
        member_class = self._read_word(RollColumn.CLASS, CLASS_OF_WORD, RollCause.UNKNOWN_CLASS, needed=True)
        attendance = self._read_word(
            RollColumn.ATTENDANCE, ATTENDANCE_OF_WORD, RollCause.UNKNOWN_ATTENDANCE, needed=attendance_needed
        )
        member = Member(
            name=name,
            card_number=CardNumber(card_number),
            member_class=member_class or MemberClass.GUEST,
            exemption=self._read_exemption(),
            transferred_out=self._read_yes_or_no(RollColumn.TRANSFERRED_OUT),
            suspended=self._read_yes_or_no(RollColumn.SUSPENDED),
            excused_whole_congress=self._read_yes_or_no(RollColumn.EXCUSED_WHOLE_CONGRESS),
            incumbent=self._read_yes_or_no(RollColumn.INCUMBENT),
            position=self._read_text(RollColumn.POSITION),
            note=self._read_text(RollColumn.NOTE),
        )
        return RollEntry(member, attendance or Attendance.ABSENT_UNEXCUSED)

    def check_card_number(self, row_of_card: dict[str, int]) -> None:
        """Report a card number that an earlier row has; spaces and case do not make another number."""
        cell = self._find_cell(RollColumn.CARD_NUMBER)
        key = fold_card_number(cell.text)
        if not key or cell.fault is not None:
            return
        if key in row_of_card:
            self._report(RollCause.DOUBLED_CARD_NUMBER, RollColumn.CARD_NUMBER, other=str(row_of_card[key]))
        else:
            row_of_card[key] = self._row.number

    def _check_cells(self) -> None:
        """Report unfit cells, dates where text belongs, and cells under no heading."""
        for column, found in self._headings.columns.items():
            cell = self._find_cell(column)
            if cell.fault is not None:
                self.problems.append(RollProblem(cell.fault, self._row.number, found.heading, cell.text, cell.detail))
            elif cell.day is not None and column not in _DATE_COLUMNS:
                self._report(RollCause.DATE_IN_TEXT, column)
        for place, cell in enumerate(self._row.cells):
            if not cell.is_empty and place not in self._headings.places:
                letters = name_column(place)
                self.problems.append(RollProblem(RollCause.CELL_WITHOUT_HEADING, self._row.number, letters, cell.text))

    def _find_cell(self, column: RollColumn) -> RollCell:
        found = self._headings.columns.get(column)
        if found is None or found.place >= len(self._row.cells):
            return _EMPTY
        return self._row.cells[found.place]

    def _report(self, cause: RollCause, column: RollColumn, *, other: str = "") -> None:
        """Report a problem in a column that the file has; of a missing column, the heading row has told."""
        found = self._headings.columns.get(column)
        if found is not None:
            value = self._find_cell(column).text
            self.problems.append(RollProblem(cause, self._row.number, found.heading, value, other))

    def _read_text(self, column: RollColumn, *, needed: bool = False) -> str:
        cell = self._find_cell(column)
        if needed and cell.is_empty:
            self._report(RollCause.MISSING_VALUE, column)
        return cell.text

    def _read_word(
        self, column: RollColumn, meanings: Mapping[str, Meaning], cause: RollCause, *, needed: bool = False
    ) -> Meaning | None:
        """Return what a cell's word means; None if it is empty, unfit or unknown."""
        cell = self._find_cell(column)
        if cell.fault is not None:
            return None
        word = fold_text(cell.text)
        if cell.is_empty and "" not in meanings:
            if needed:
                self._report(RollCause.MISSING_VALUE, column)
            return None
        # Marks alone, such as "?", fold to nothing but do not say nothing.
        if word not in meanings or (cell.text and not word):
            self._report(cause, column)
            return None
        return meanings[word]

    def _read_yes_or_no(self, column: RollColumn) -> bool:
        return self._read_word(column, YES_OR_NO_OF_WORD, RollCause.UNKNOWN_YES_NO) or False

    def _read_exemption(self) -> Exemption | None:
        cell = self._find_cell(RollColumn.EXEMPTION)
        starts, ends = (self._read_date(column) for column in _DATE_COLUMNS)
        if is_reduced_duties(fold_text(cell.text)):
            self._report(RollCause.REDUCED_IS_NOT_EXEMPT, RollColumn.EXEMPTION)
            return None
        before = len(self.problems)
        book = self._read_word(RollColumn.EXEMPTION, EXEMPTION_OF_WORD, RollCause.UNKNOWN_EXEMPTION)
        if book is None:
            if cell.fault is None and len(self.problems) == before:
                self._check_no_details()
            return None
        self._check_period(book, starts, ends)
        return Exemption(book, self._read_text(RollColumn.EXEMPTION_RESOLUTION), starts or date.min, ends)

    def _check_no_details(self) -> None:
        for column in _EXEMPTION_DETAILS:
            if not self._find_cell(column).is_empty:
                self._report(RollCause.DETAILS_WITHOUT_EXEMPTION, column)

    def _check_period(self, book: ExemptionBook, starts: date | None, ends: date | None) -> None:
        """Report an exemption without start, of book two without end, or ending before it starts."""
        start_column, end_column = _DATE_COLUMNS
        if self._find_cell(start_column).is_empty:
            self._report_exemption(RollCause.EXEMPTION_WITHOUT_START, start_column)
        if book is ExemptionBook.OTHER and self._find_cell(end_column).is_empty:
            self._report_exemption(RollCause.BOOK_TWO_WITHOUT_END, end_column)
        if starts is not None and ends is not None and ends < starts:
            self._report(RollCause.EXEMPTION_ENDS_BEFORE_START, end_column, other=self._find_cell(start_column).text)

    def _report_exemption(self, cause: RollCause, column: RollColumn) -> None:
        """Report at the column if the file has it, else at the exemption itself."""
        self._report(cause, column if column in self._headings.columns else RollColumn.EXEMPTION)

    def _read_date(self, column: RollColumn) -> date | None:
        cell = self._find_cell(column)
        if cell.is_empty or cell.fault is not None:
            return None
        if cell.day is not None:
            return cell.day
        match = _ISO_DATE.fullmatch(cell.text) or _VIETNAMESE_DATE.fullmatch(cell.text)
        if match is not None:
            try:
                return date(int(match["year"]), int(match["month"]), int(match["day"]))
            except ValueError:
                pass
        self._report(RollCause.IMPOSSIBLE_DATE, column)
        return None
