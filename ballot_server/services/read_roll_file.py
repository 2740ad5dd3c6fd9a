"""Read the bytes of a roll file, CSV or XLSX, into rows of cells; hostile bytes end in a RollError, not in a crash."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path, PurePath

from ballot_server.services.plain_text import fold_text
from ballot_server.services.read_workbook import read_workbook
from ballot_server.services.roll_cells import RollRow, read_text_cell
from ballot_server.services.roll_columns import COLUMN_OF_HEADING
from ballot_server.services.roll_limits import LARGEST_FILE_BYTES, MOST_COLUMNS, MOST_MEMBERS
from ballot_server.services.roll_problem import RollCause, RollError, RollProblem

RollSource = Path | tuple[str, bytes]
"""A file, or the name and the bytes of an upload."""

_DELIMITERS = (",", ";", "\t")


def read_roll_rows(source: RollSource) -> tuple[RollRow, ...]:
    """Return the rows of a roll file that are not empty, the heading first. Raises: RollError."""
    name, data = _read_bytes(source)
    read = _READER_OF_SUFFIX.get(PurePath(name).suffix.lower())
    if read is None:
        raise RollError([RollProblem(RollCause.UNKNOWN_KIND, value=name)])
    if len(data) > LARGEST_FILE_BYTES:
        raise RollError([RollProblem(RollCause.FILE_TOO_LARGE, value=name, other=str(LARGEST_FILE_BYTES // 2**20))])
    rows = read(data)
    if not rows:
        raise RollError([RollProblem(RollCause.EMPTY_FILE, value=name)])
    return rows


def _read_bytes(source: RollSource) -> tuple[str, bytes]:
    if not isinstance(source, Path):
        return source
    try:
        if source.is_file():
            with source.open("rb") as file:
                return source.name, file.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise RollError([RollProblem(RollCause.FILE_NOT_FOUND, value=source.name)]) from error
    raise RollError([RollProblem(RollCause.FILE_NOT_FOUND, value=source.name)])


def _read_csv(data: bytes) -> tuple[RollRow, ...]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise RollError([RollProblem(RollCause.NOT_UTF8, row=row)]) from error
    return _split_rows(text, _find_delimiter(text))


def _find_delimiter(text: str) -> str:
    """Return the delimiter under which the first line that is not empty holds the most known headings."""
    first_line = next((line for line in text.split("\n") if line.strip()), "")

    def count_headings(delimiter: str) -> int:
        headings = (fold_text(cell.strip().strip('"')) for cell in first_line.split(delimiter))
        return sum(heading in COLUMN_OF_HEADING for heading in headings)

    return max(_DELIMITERS, key=count_headings)


def _split_rows(text: str, delimiter: str) -> tuple[RollRow, ...]:
    rows: list[RollRow] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, fields in enumerate(reader, start=1):
            if any(field.strip() for field in fields[MOST_COLUMNS:]):
                raise RollError([RollProblem(RollCause.TOO_MANY_COLUMNS, row=number, other=str(MOST_COLUMNS))])
            row = RollRow(number, tuple(read_text_cell(field) for field in fields[:MOST_COLUMNS]))
            if not row.is_empty:
                rows.append(row)
            if len(rows) > MOST_MEMBERS + 1:
                raise RollError([RollProblem(RollCause.TOO_MANY_ROWS, row=number, other=str(MOST_MEMBERS))])
    except csv.Error as error:
        raise RollError([RollProblem(RollCause.BROKEN_QUOTES, row=number + 1)]) from error
    return tuple(rows)


_READER_OF_SUFFIX: dict[str, Callable[[bytes], tuple[RollRow, ...]]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".txt": _read_csv,
    ".xlsx": read_workbook,
}
