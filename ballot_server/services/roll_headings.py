"""Find the columns of a roll by its heading row, in any order; report headings unknown, doubled or missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ballot_server.services.plain_text import fold_text
from ballot_server.services.roll_cells import RollRow
from ballot_server.services.roll_columns import COLUMN_OF_HEADING, REQUIRED_COLUMNS, VIETNAMESE_HEADINGS, RollColumn
from ballot_server.services.roll_problem import RollCause, RollProblem


@dataclass(frozen=True)
class FoundColumn:
    """Where a column stands, counted from 0, and its heading as the file writes it."""

    place: int
    heading: str


@dataclass(frozen=True)
class RollHeadings:
    """The columns found in a heading row; `places` are all columns with any heading, known or not."""

    columns: Mapping[RollColumn, FoundColumn]
    places: frozenset[int]


def find_headings(row: RollRow, problems: list[RollProblem], *, attendance_needed: bool) -> RollHeadings:
    """Return the columns of a heading row; what is wrong with it is added to `problems`."""
    columns: dict[RollColumn, FoundColumn] = {}
    for place, cell in enumerate(row.cells):
        column = COLUMN_OF_HEADING.get(fold_text(cell.text))
        if cell.fault is not None:
            problems.append(RollProblem(cell.fault, row.number, name_column(place), cell.text, cell.detail))
        elif cell.is_empty:
            continue
        elif column is None:
            problems.append(RollProblem(RollCause.UNKNOWN_COLUMN, row.number, cell.text, name_column(place)))
        elif column in columns:
            first = columns[column].heading
            problems.append(RollProblem(RollCause.DOUBLED_COLUMN, row.number, cell.text, name_column(place), first))
        else:
            columns[column] = FoundColumn(place, cell.text)
    required = (*REQUIRED_COLUMNS, RollColumn.ATTENDANCE) if attendance_needed else REQUIRED_COLUMNS
    for column in required:
        if column not in columns:
            vietnamese = VIETNAMESE_HEADINGS[column][0]
            problems.append(RollProblem(RollCause.MISSING_COLUMN, row.number, vietnamese, column.value))
    return RollHeadings(columns, frozenset(place for place, cell in enumerate(row.cells) if not cell.is_empty))


def name_column(place: int) -> str:
    """Return a column's letters as a spreadsheet shows them, from a place counted from 0."""
    letters = ""
    number = place + 1
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
