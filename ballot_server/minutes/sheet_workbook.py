"""Tables as an XLSX that opens the same everywhere: numbers are numbers, texts are texts, and nothing is a formula.

The same tables give the same bytes: the times inside the file are those of `dated`, not of the clock.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from ballot_server.minutes.file_package import pack_parts, unpack_parts
from ballot_server.minutes.sheet import CellKind, Share, Sheet, SheetColumn, SheetValue
from ballot_server.minutes.sheet_text import ELLIPSIS, make_sheet_text

LONGEST_TITLE = 31
"""Characters of a sheet's name."""

_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\']")
_CORE = "docProps/core.xml"
_A4, _A3 = 9, 8
_WIDEST_ON_A4 = 220
_LINE_POINTS, _TALLEST_POINTS = 16, 400
_EDGE = Side(style="thin", color="FF808080")
_BORDER = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_FONT = "Times New Roman"

_FORMATS = {CellKind.TEXT: "@", CellKind.NUMBER: "#,##0", CellKind.SHARE: "0.00%", CellKind.DATE: "dd/mm/yyyy"}
_HEADING = "phieukin heading"


def write_workbook(sheets: Sequence[Sheet], *, title: str, dated: date) -> bytes:
    """Return the workbook of these sheets; names of sheets are made valid and told apart by a number where alike."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for style in _list_styles():
        workbook.add_named_style(style)
    names: set[str] = set()
    for sheet in sheets:
        name = _name_sheet(sheet.title, names)
        names.add(name.casefold())
        target = workbook.create_sheet(name)
        if not isinstance(target, Worksheet):
            raise TypeError("a new workbook has sheets of cells")
        _set_up_page(target, sheet)
        _write_cells(target, sheet)
    file = io.BytesIO()
    workbook.save(file)
    return fix_workbook(file.getvalue(), title=make_sheet_text(title), dated=dated)


def _list_styles() -> Iterator[NamedStyle]:
    """Yield the styles of headings and of every kind of cell: setting one name is faster than setting its parts."""
    for kind in CellKind:
        alignment = Alignment(
            horizontal="left" if kind is CellKind.TEXT else "right",
            vertical="top",
            wrap_text=kind is CellKind.TEXT,
            indent=1 if kind is CellKind.TEXT else 0,
        )
        for is_strong in (False, True):
            yield NamedStyle(
                name=_name_style(kind, is_strong=is_strong),
                font=Font(name=_FONT, size=12, bold=is_strong),
                alignment=alignment,
                border=_BORDER,
                number_format=_FORMATS[kind],
            )
    yield NamedStyle(
        name=_HEADING,
        font=Font(name=_FONT, size=12, bold=True),
        alignment=Alignment(horizontal="center", vertical="center", wrap_text=True),
        border=_BORDER,
        fill=PatternFill("solid", fgColor="FFE7E7E7"),
        number_format="@",
    )


def _name_style(kind: CellKind, *, is_strong: bool) -> str:
    return f"phieukin {kind.value} strong" if is_strong else f"phieukin {kind.value}"


def _name_sheet(title: str, taken: set[str]) -> str:
    plain = " ".join(_NOT_IN_TITLES.sub(" ", make_sheet_text(title)).split()) or "-"
    name, number = _cut(plain, LONGEST_TITLE), 1
    while name.casefold() in taken:
        number += 1
        name = f"{_cut(plain, LONGEST_TITLE - len(str(number)) - 3)} ({number})"
    return name


def _cut(text: str, longest: int) -> str:
    """Return a text cut behind a word, or within the first one if that alone is too long."""
    if len(text) <= longest:
        return text
    words = text[: longest - 1].rpartition(" ")[0] or text[: longest - 1]
    return f"{words.rstrip(' ,;.')}{ELLIPSIS}"


def _set_up_page(target: Worksheet, sheet: Sheet) -> None:
    for place, column in enumerate(sheet.columns, start=1):
        target.column_dimensions[get_column_letter(place)].width = column.width
    target.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}2"
    target.page_setup.orientation = "landscape"
    width = sum(column.width for column in sheet.columns)
    target.page_setup.paperSize = _A4 if width <= _WIDEST_ON_A4 else _A3
    target.page_setup.fitToWidth, target.page_setup.fitToHeight = True, False
    target.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    target.print_title_rows = "1:1"
    target.page_margins = PageMargins(left=0.4, right=0.4, top=0.8, bottom=0.7)
    # &A is the sheet's name, &P and &N are page and pages.
    target.HeaderFooter.oddHeader = HeaderFooterItem(center=_HeaderFooterPart("&A"))
    target.HeaderFooter.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("&P/&N"))


def _write_cells(target: Worksheet, sheet: Sheet) -> None:
    titles = [column.title for column in sheet.columns]
    for place, title in enumerate(titles, start=1):
        _fill(target.cell(row=1, column=place), title, _HEADING)
    target.row_dimensions[1].height = _guess_height(sheet.columns, titles)
    for number, row in enumerate(sheet.rows):
        is_strong = number in sheet.strong_rows
        for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True), start=1):
            style = _name_style(_find_kind(column.kind, value), is_strong=is_strong)
            _fill(target.cell(row=number + 2, column=place), value, style)
        target.row_dimensions[number + 2].height = _guess_height(sheet.columns, row)


def _guess_height(columns: Sequence[SheetColumn], row: Sequence[SheetValue]) -> int:
    """Return a row's height in points: not every spreadsheet finds one itself for text that wraps."""
    lines = 1
    for column, value in zip(columns, row, strict=True):
        # An indent and the last word of each line take some of the width.
        if isinstance(value, str) and len(value) > column.width - 2:
            lines = max(lines, 1 + len(value) // max(column.width + column.width // 10 - 4, 1))
    return min(lines * _LINE_POINTS, _TALLEST_POINTS)


def _find_kind(kind: CellKind, value: SheetValue) -> CellKind:
    match value:
        case None:
            return kind
        case str():
            return CellKind.TEXT
        case Share():
            return CellKind.SHARE
        case int():
            return CellKind.NUMBER
        case date():
            return CellKind.DATE


def _fill(cell: Cell | MergedCell, value: SheetValue, style: str) -> None:
    if not isinstance(cell, Cell):
        raise TypeError("a new sheet merges no cells")
    if isinstance(value, Share):
        cell.value = Decimal(value.hundredths) / 10_000
    elif not isinstance(value, str):
        cell.value = value
    elif text := make_sheet_text(value):
        cell.value = text
        # Whatever the text looks like: openpyxl would take some for a formula or an error.
        cell.data_type = "s"
    cell.style = style


def fix_workbook(content: bytes, *, title: str, dated: date) -> bytes:
    """Return a workbook as openpyxl saved it with our own properties, and with no time of the clock in it."""
    moment = datetime(dated.year, dated.month, dated.day)  # noqa: DTZ001 - the format's times have no zone.
    properties = DocumentProperties(creator="phieukin", title=title, created=moment, modified=moment)
    core = tostring(properties.to_tree())
    return pack_parts(unpack_parts(content) | {_CORE: core.encode() if isinstance(core, str) else core})
