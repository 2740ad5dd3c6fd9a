"""Read the list of units that are to report, all or nothing: every problem is told by row and column.

The list is a CSV in UTF-8 with one unit a row: its name, its key's fingerprint, and a note if there is any. It is kept
by hand, and it alone says whom the superior committee trusts; so nothing in it is guessed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from enum import Enum

from ballot_server.domain.combined_report import ListedUnit
from ballot_server.services.combine_reports import name_unit
from ballot_server.services.plain_text import fold_text
from ballot_server.services.roll_cells import RollCell, RollRow, read_text_cell
from ballot_server.services.roll_headings import name_column
from ballot_server.services.roll_problem import RollCause
from ballot_server.services.unit_key import FingerprintError, normalise_unit_fingerprint
from ballot_server.services.unit_problem import UnitCause, UnitProblem, UnitsError

LARGEST_LIST_BYTES = 4 * 2**20
MOST_UNITS = 20_000
MOST_COLUMNS = 16

_DELIMITERS = (",", ";", "\t")
_EMPTY = RollCell()
_FAULTS: Mapping[RollCause, UnitCause] = {
    RollCause.FORMULA: UnitCause.FORMULA,
    RollCause.HIDDEN_CHARACTER: UnitCause.HIDDEN_CHARACTER,
    RollCause.TEXT_TOO_LONG: UnitCause.TEXT_TOO_LONG,
}


class UnitColumn(Enum):
    """The columns of the list; the value is the English heading."""

    UNIT = "unit"
    KEY = "key"
    NOTE = "note"


_VIETNAMESE: Mapping[UnitColumn, tuple[str, ...]] = {
    UnitColumn.UNIT: ("đơn vị", "tên đơn vị", "chi bộ"),
    UnitColumn.KEY: ("dấu khóa", "dấu khóa của đơn vị"),
    UnitColumn.NOTE: ("ghi chú",),
}
_REQUIRED = (UnitColumn.UNIT, UnitColumn.KEY)
_COLUMN_OF_HEADING: Mapping[str, UnitColumn] = {
    fold_text(heading): column for column in UnitColumn for heading in (column.value, *_VIETNAMESE[column])
}


def read_units(data: bytes) -> tuple[ListedUnit, ...]:
    """Return the units of a list in its order, names and keys all different. Raises: UnitsError with every problem."""
    first, *rows = _read_rows(data)
    problems: list[UnitProblem] = []
    places = _find_columns(first, problems)
    reader = _UnitReader(first, places, problems)
    units = [reader.read(row) for row in rows]
    if not rows:
        problems.append(UnitProblem(UnitCause.NO_UNITS, first.number))
    if problems:
        raise UnitsError(problems)
    return tuple(units)


def _read_rows(data: bytes) -> list[RollRow]:
    """Return the rows that are not empty, the heading first."""
    if len(data) > LARGEST_LIST_BYTES:
        raise UnitsError([UnitProblem(UnitCause.FILE_TOO_LARGE, other=str(LARGEST_LIST_BYTES // 2**20))])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnitsError([UnitProblem(UnitCause.NOT_UTF8, data[: error.start].count(b"\n") + 1)]) from error
    rows: list[RollRow] = []
    number = 0
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_find_delimiter(text), strict=True)
        for number, fields in enumerate(reader, start=1):
            if any(field.strip() for field in fields[MOST_COLUMNS:]):
                raise UnitsError([UnitProblem(UnitCause.TOO_MANY_COLUMNS, number, other=str(MOST_COLUMNS))])
            row = RollRow(number, tuple(read_text_cell(field) for field in fields[:MOST_COLUMNS]))
            if not row.is_empty:
                rows.append(row)
            if len(rows) > MOST_UNITS + 1:
                raise UnitsError([UnitProblem(UnitCause.TOO_MANY_ROWS, number, other=str(MOST_UNITS))])
    except csv.Error as error:
        raise UnitsError([UnitProblem(UnitCause.BROKEN_QUOTES, number + 1)]) from error
    if not rows:
        raise UnitsError([UnitProblem(UnitCause.EMPTY_FILE)])
    return rows


def _find_delimiter(text: str) -> str:
    """Return the delimiter under which the first line that is not empty holds the most known headings."""
    first_line = next((line for line in text.split("\n") if line.strip()), "")

    def count_headings(delimiter: str) -> int:
        return sum(fold_text(cell.strip().strip('"')) in _COLUMN_OF_HEADING for cell in first_line.split(delimiter))

    return max(_DELIMITERS, key=count_headings)


def _find_columns(row: RollRow, problems: list[UnitProblem]) -> dict[UnitColumn, int]:
    """Return where each column stands, counted from 0; what is wrong with the headings is added to `problems`."""
    places: dict[UnitColumn, int] = {}
    for place, cell in enumerate(row.cells):
        column = _COLUMN_OF_HEADING.get(fold_text(cell.text))
        if cell.fault is not None:
            problems.append(_name_fault(row.number, name_column(place), cell))
        elif cell.is_empty:
            continue
        elif column is None:
            problems.append(UnitProblem(UnitCause.UNKNOWN_COLUMN, row.number, cell.text, name_column(place)))
        elif column in places:
            first = row.cells[places[column]].text
            cause = UnitCause.DOUBLED_COLUMN
            problems.append(UnitProblem(cause, row.number, cell.text, name_column(place), first))
        else:
            places[column] = place
    for column in _REQUIRED:
        if column not in places:
            problem = UnitProblem(UnitCause.MISSING_COLUMN, row.number, _VIETNAMESE[column][0], column.value)
            problems.append(problem)
    return places


def _name_fault(row: int, column: str, cell: RollCell) -> UnitProblem:
    cause = UnitCause.HIDDEN_CHARACTER if cell.fault is None else _FAULTS[cell.fault]
    return UnitProblem(cause, row, column, cell.text, cell.detail)


class _UnitReader:
    """Reads row after row and collects what is wrong; a unit is worth something only if nothing is."""

    def __init__(self, headings: RollRow, places: Mapping[UnitColumn, int], problems: list[UnitProblem]) -> None:
        self._headings = headings
        self._places = places
        self._problems = problems
        self._row_of_name: dict[str, int] = {}
        self._row_of_key: dict[str, int] = {}

    def read(self, row: RollRow) -> ListedUnit:
        """Return the unit of a row."""
        self._check_cells(row)
        name, key, note = (self._find_cell(row, column) for column in UnitColumn)
        for column in _REQUIRED:
            if column in self._places and self._find_cell(row, column).is_empty:
                self._report(UnitCause.MISSING_VALUE, row, column)
        if name.text and name.fault is None:
            self._check_new(UnitCause.DOUBLED_UNIT, row, UnitColumn.UNIT, name_unit(name.text), self._row_of_name)
        return ListedUnit(name.text, self._read_key(row, key), note.text)

    def _read_key(self, row: RollRow, cell: RollCell) -> str:
        if cell.is_empty or cell.fault is not None:
            return ""
        try:
            key = normalise_unit_fingerprint(cell.text)
        except FingerprintError:
            self._report(UnitCause.NOT_A_KEY, row, UnitColumn.KEY)
            return ""
        self._check_new(UnitCause.DOUBLED_KEY, row, UnitColumn.KEY, key, self._row_of_key)
        return key

    def _check_cells(self, row: RollRow) -> None:
        """Report cells that are unfit, and cells under no heading."""
        known = frozenset(self._places.values())
        named = frozenset(place for place, cell in enumerate(self._headings.cells) if not cell.is_empty)
        for place, cell in enumerate(row.cells):
            if cell.fault is not None and place in known:
                self._problems.append(_name_fault(row.number, self._headings.cells[place].text, cell))
            elif not cell.is_empty and place not in named:
                cause = UnitCause.CELL_WITHOUT_HEADING
                self._problems.append(UnitProblem(cause, row.number, name_column(place), cell.text))

    def _check_new(
        self, cause: UnitCause, row: RollRow, column: UnitColumn, value: str, row_of_value: dict[str, int]
    ) -> None:
        if value in row_of_value:
            self._report(cause, row, column, other=str(row_of_value[value]))
        else:
            row_of_value[value] = row.number

    def _find_cell(self, row: RollRow, column: UnitColumn) -> RollCell:
        place = self._places.get(column)
        return _EMPTY if place is None or place >= len(row.cells) else row.cells[place]

    def _report(self, cause: UnitCause, row: RollRow, column: UnitColumn, *, other: str = "") -> None:
        heading = self._headings.cells[self._places[column]].text
        value = self._find_cell(row, column).text
        self._problems.append(UnitProblem(cause, row.number, heading, value, other))
