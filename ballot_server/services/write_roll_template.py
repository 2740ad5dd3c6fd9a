"""Write the empty roll that a unit fills in: an XLSX with the Vietnamese headings and two rows to overwrite."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ballot_server.errors import BallotServerError
from ballot_server.minutes.sheet_workbook import fix_workbook
from ballot_server.services.roll_columns import VIETNAMESE_HEADINGS, RollColumn

COLUMNS: tuple[RollColumn, ...] = tuple(column for column in RollColumn if column is not RollColumn.LINE_NUMBER)
TITLE = "Danh sách"
ROWS_PREPARED = 300
"""So many rows have their columns set to text or date and their choices offered."""

_NO_DAY = date(1980, 1, 1)
"""A roll is of no day; this is the earliest that its form of file can name."""

_CHOICES = {
    RollColumn.CLASS: "chính thức,dự bị,sinh hoạt tạm thời đến",
    RollColumn.ATTENDANCE: "có mặt,vắng có lý do,vắng không lý do",
    RollColumn.TRANSFERRED_OUT: "có,không",
    RollColumn.SUSPENDED: "có,không",
    RollColumn.EXCUSED_WHOLE_CONGRESS: "có,không",
    RollColumn.INCUMBENT: "có,không",
    # A list of choices is parted by commas, so this one has none inside.
    RollColumn.EXEMPTION: "không,tuổi cao sức yếu,lý do khác",
}
_DATES = (RollColumn.EXEMPTION_FROM, RollColumn.EXEMPTION_TO)
_EXAMPLES: tuple[dict[RollColumn, str | date], ...] = (
    {
        RollColumn.NAME: "Nguyễn Văn Ví Dụ",
        RollColumn.CARD_NUMBER: "00123456",
        RollColumn.CLASS: "chính thức",
        RollColumn.EXEMPTION: "không",
        RollColumn.INCUMBENT: "có",
        RollColumn.POSITION: "Bí thư chi bộ",
        RollColumn.ATTENDANCE: "có mặt",
    },
    {
        RollColumn.NAME: "Trần Thị Thí Dụ",
        RollColumn.CARD_NUMBER: "00123457",
        RollColumn.CLASS: "chính thức",
        RollColumn.EXEMPTION: "lý do khác",
        RollColumn.EXEMPTION_RESOLUTION: "12-NQ/CB",
        RollColumn.EXEMPTION_FROM: date(2026, 1, 1),
        RollColumn.EXEMPTION_TO: date(2026, 6, 30),
        RollColumn.ATTENDANCE: "vắng có lý do",
        RollColumn.NOTE: "Dòng mẫu: xóa trước khi nhập",
    },
)


class FileExistsAlreadyError(BallotServerError):
    """A file stands where a new one should be written; field: path."""

    def __init__(self, *, path: str) -> None:
        super().__init__(path=path)


def write_roll_template(path: Path) -> None:
    """Write the template; nothing is overwritten. Raises: FileExistsAlreadyError, OSError."""
    content = make_roll_template()
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise FileExistsAlreadyError(path=str(path)) from error


def make_roll_template() -> bytes:
    """Return the template's bytes."""
    workbook, sheet = make_roll_workbook(COLUMNS)
    for row, example in enumerate(_EXAMPLES, start=2):
        for column, value in example.items():
            sheet.cell(row=row, column=COLUMNS.index(column) + 1).value = value
    return save_workbook(workbook)


def make_roll_workbook(columns: Sequence[RollColumn], *, rows: int = 0) -> tuple[Workbook, Worksheet]:
    """Return an empty roll with its headings; its cells are prepared for so many rows and some more to fill in."""
    workbook = Workbook()
    sheet = workbook.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a sheet")
    sheet.title = TITLE
    sheet.freeze_panes = "C2"
    last = rows + ROWS_PREPARED + 1
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        heading = sheet.cell(row=1, column=place, value=VIETNAMESE_HEADINGS[column][0])
        heading.font = Font(bold=True)
        heading.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[letter].width = 26 if column in (RollColumn.NAME, RollColumn.NOTE) else 18
        for row in range(2, last + 1):
            sheet.cell(row=row, column=place).number_format = "dd/mm/yyyy" if column in _DATES else "@"
        if column in _CHOICES:
            choices = DataValidation(type="list", formula1=f'"{_CHOICES[column]}"', allow_blank=True)
            choices.add(f"{letter}2:{letter}{last}")
            sheet.add_data_validation(choices)
    return workbook, sheet


def save_workbook(workbook: Workbook) -> bytes:
    """Return a workbook's bytes, the same for the same roll: no time of the clock is in them."""
    file = io.BytesIO()
    workbook.save(file)
    return fix_workbook(file.getvalue(), title=TITLE, dated=_NO_DAY)
