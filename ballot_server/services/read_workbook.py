"""Read an XLSX roll: first the zip and its XML within limits, then the one sheet that holds data, values only.

Everything is inspected before openpyxl sees it: sizes as declared (zipfile gives no more bytes than declared), no
document type (so no entity can grow), how far each sheet reaches, its merged cells. Formulas are never evaluated: a
cell with one is refused. Source: OWASP ASVS 5.2.1-5.2.3.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from ballot_server.services.roll_cells import RollCell, RollRow, read_number_cell, read_text_cell
from ballot_server.services.roll_limits import (
    LARGEST_SIDE_PART_BYTES,
    LARGEST_UNZIPPED_BYTES,
    MOST_COLUMNS,
    MOST_MEMBERS,
    MOST_PARTS,
    MOST_SHEETS,
)
from ballot_server.services.roll_problem import RollCause, RollError, RollProblem

_SHEETS = "xl/worksheets/"
_TEXTS = "xl/sharedStrings.xml"
_XML_SUFFIXES = (".xml", ".rels", ".vml")
_MEGABYTE = 2**20
_ENCRYPTED = 0x1
_ROW_OF_REFERENCE = re.compile(r"[A-Z]{1,3}([0-9]{1,7})")
_COLUMN_OF_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]")


class _DoctypeFoundError(Exception):
    """An XML part declares a document type, which no spreadsheet program writes."""


@dataclass
class _SheetReach:
    """How far a sheet's filled cells reach, and the cells it merges."""

    last_row: int = 0
    last_column: int = 0
    merged: list[str] = field(default_factory=list)


def read_workbook(data: bytes) -> tuple[RollRow, ...]:
    """Return the rows that are not empty of the one sheet with data. Raises: RollError."""
    try:
        reaches = _inspect_package(data)
        problems = [problem for reach in reaches for problem in _list_reach_problems(reach)]
        if problems:
            raise RollError(problems)
        sheets = _read_sheets(data)
    except RollError:
        raise
    except Exception as error:  # openpyxl, zipfile and zlib promise no set of errors for a broken file.
        raise RollError([RollProblem(RollCause.BROKEN_WORKBOOK)]) from error
    filled = [sheet for sheet in sheets if sheet]
    if len(filled) > 1:
        raise RollError([RollProblem(RollCause.SEVERAL_SHEETS, value=str(len(filled)))])
    return filled[0] if filled else ()


def _inspect_package(data: bytes) -> list[_SheetReach]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = package.infolist()
        if len(parts) > MOST_PARTS or any(part.flag_bits & _ENCRYPTED for part in parts):
            raise RollError([RollProblem(RollCause.BROKEN_WORKBOOK)])
        if sum(part.file_size for part in parts) > LARGEST_UNZIPPED_BYTES or any(map(_is_oversized, parts)):
            limit = str(LARGEST_UNZIPPED_BYTES // _MEGABYTE)
            raise RollError([RollProblem(RollCause.UNZIPPED_TOO_LARGE, other=limit)])
        return [
            reach
            for part in parts
            if part.filename.lower().endswith(_XML_SUFFIXES) and (reach := _inspect_part(package, part)) is not None
        ]


def _is_oversized(part: zipfile.ZipInfo) -> bool:
    if part.filename.startswith(_SHEETS) or part.filename == _TEXTS:
        return False
    return part.filename.lower().endswith(_XML_SUFFIXES) and part.file_size > LARGEST_SIDE_PART_BYTES


def _inspect_part(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> _SheetReach | None:
    """Parse one XML part without keeping it; return the reach if it is a sheet."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    reach = _SheetReach() if part.filename.startswith(_SHEETS) else None
    if reach is not None:
        parser.StartElementHandler = _SheetListener(reach).start
    with package.open(part) as file:
        parser.ParseFile(file)
    return reach


def _refuse_doctype(*_: object) -> None:
    raise _DoctypeFoundError


class _SheetListener:
    """Listen to the elements of a sheet; only cells with something in them count. Row and column may go unsaid."""

    def __init__(self, reach: _SheetReach) -> None:
        self._reach = reach
        self._row = 0
        self._column = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif local == "c":
            letters = _COLUMN_OF_REFERENCE.match(attributes.get("r", ""))
            self._column = _number_column(letters[1]) if letters else self._column + 1
        elif local in ("v", "f", "is"):
            self._reach.last_row = max(self._reach.last_row, self._row)
            self._reach.last_column = max(self._reach.last_column, self._column)
        elif local == "mergeCell":
            self._reach.merged.append(attributes.get("ref", ""))


def _number_column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _list_reach_problems(reach: _SheetReach) -> list[RollProblem]:
    problems = []
    if reach.last_row > MOST_MEMBERS + 1:
        problems.append(RollProblem(RollCause.TOO_MANY_ROWS, row=reach.last_row, other=str(MOST_MEMBERS)))
    if reach.last_column > MOST_COLUMNS:
        problems.append(RollProblem(RollCause.TOO_MANY_COLUMNS, row=1, other=str(MOST_COLUMNS)))
    for reference in reach.merged:
        row = _ROW_OF_REFERENCE.match(reference)
        problems.append(RollProblem(RollCause.MERGED_CELLS, row=int(row[1]) if row else 1, value=reference))
    return problems


def _read_sheets(data: bytes) -> list[tuple[RollRow, ...]]:
    """Return the rows that are not empty, sheet by sheet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that say nothing about values.
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            if len(workbook.worksheets) > MOST_SHEETS:
                raise RollError([RollProblem(RollCause.SEVERAL_SHEETS, value=str(len(workbook.worksheets)))])
            return [_read_sheet(sheet) for sheet in workbook.worksheets]
        finally:
            workbook.close()


def _read_sheet(sheet: Worksheet) -> tuple[RollRow, ...]:
    rows = sheet.iter_rows(min_row=1, max_row=MOST_MEMBERS + 1, min_col=1, max_col=MOST_COLUMNS)
    numbered = (RollRow(number, tuple(map(_read_cell, cells))) for number, cells in enumerate(rows, start=1))
    return tuple(row for row in numbered if not row.is_empty)


def _read_cell(cell: Cell | MergedCell) -> RollCell:
    value = cell.value
    if value is None:
        return _EMPTY
    if cell.data_type == "f":
        return RollCell(text=str(value), fault=RollCause.FORMULA)
    if cell.data_type == "e":
        return RollCell(text=str(value), fault=RollCause.SPREADSHEET_ERROR)
    if isinstance(value, bool):
        return RollCell(text="1" if value else "0")
    if isinstance(value, (int, float)):
        return read_number_cell(value, cell.number_format)
    if isinstance(value, datetime) and value.time() == time():
        return RollCell(text=value.strftime("%d/%m/%Y"), day=value.date())
    if isinstance(value, date) and not isinstance(value, datetime):
        return RollCell(text=value.strftime("%d/%m/%Y"), day=value)
    if isinstance(value, str):
        return read_text_cell(value)
    # A time of day or a length of time: no column of a roll holds one.
    return RollCell(text=str(value), fault=RollCause.UNCLEAR_NUMBER)


_EMPTY = RollCell()
