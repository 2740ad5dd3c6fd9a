"""Write the unit's roll as a file that spreadsheets open and `import_roll` reads back unchanged.

A cell that a spreadsheet might run as a formula begins with an apostrophe, as spreadsheets themselves mark text; the
reader takes exactly one off again. Source: OWASP ASVS 1.2.10; RFC 4180.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from ballot_server.domain.member import Member
from ballot_server.minutes.sheet_text import neutralise
from ballot_server.services.roll_columns import VIETNAMESE_HEADINGS, RollColumn
from ballot_server.services.roll_words import MEMBER_COLUMNS, write_cell
from ballot_server.services.write_roll_template import make_roll_workbook, save_workbook

_EXEMPTION_COLUMNS = (
    RollColumn.EXEMPTION,
    RollColumn.EXEMPTION_RESOLUTION,
    RollColumn.EXEMPTION_FROM,
    RollColumn.EXEMPTION_TO,
)
EXPORTED: tuple[RollColumn, ...] = (*MEMBER_COLUMNS[:3], *_EXEMPTION_COLUMNS, *MEMBER_COLUMNS[3:])
_DATES = {RollColumn.EXEMPTION_FROM, RollColumn.EXEMPTION_TO}


def write_roll_csv(members: Sequence[Member]) -> bytes:
    """Return a roll as CSV: UTF-8 with its mark, so that spreadsheets know it, and rows as RFC 4180 ends them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(VIETNAMESE_HEADINGS[column][0] for column in EXPORTED)
    for member in members:
        writer.writerow(neutralise(write_cell(member, column)) for column in EXPORTED)
    return text.getvalue().encode("utf-8-sig")


def write_roll_workbook(members: Sequence[Member]) -> bytes:
    """Return a roll as XLSX: every cell is text but the dates, and none is a formula."""
    workbook, sheet = make_roll_workbook(EXPORTED, rows=len(members))
    for row, member in enumerate(members, start=2):
        for place, column in enumerate(EXPORTED, start=1):
            _fill(sheet, row, place, column, member)
    return save_workbook(workbook)


def _fill(sheet: Worksheet, row: int, place: int, column: RollColumn, member: Member) -> None:
    cell = sheet.cell(row=row, column=place)
    if not isinstance(cell, Cell):
        raise TypeError("a new sheet merges no cells")
    exemption = member.exemption
    if column in _DATES and exemption is not None:
        cell.value = exemption.starts if column is RollColumn.EXEMPTION_FROM else exemption.ends
        return
    text = neutralise(write_cell(member, column))
    if text:
        cell.value = text
        # Whatever the text looks like: openpyxl would take some for a formula or an error.
        cell.data_type = "s"
