"""The small pieces a DOCX is put together from, where python-docx has no call of its own for them.

Lengths are points unless a name says millimetres. Text comes in printable: `typesetting.make_printable` has left
nothing that XML could not hold.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from io import BytesIO

from docx.blkcntnr import BlockItemContainer
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Emu, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

POINTS_PER_MM = 72 / 25.4
UNBROKEN_LENGTH = 400
"""A cell with a text from this length on may be split between two pages."""

_TWIPS = 20
_LINE = '<w:{} w:val="single" w:sz="4" w:space="0" w:color="5A5A5A"/>'
_EMU_PER_POINT = 12700
_AFTER_PARAGRAPH_BORDERS = tuple(
    f"w:{name}"
    for name in (
        "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct", "autoSpaceDE",
        "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents",
        "suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap", "outlineLvl", "divId",
        "cnfStyle", "rPr", "sectPr", "pPrChange",
    )
)  # fmt: skip


class Side(Enum):
    """A side of a paragraph or cell."""

    TOP = "top"
    LEFT = "left"
    BOTTOM = "bottom"
    RIGHT = "right"


@dataclass(frozen=True)
class TableForm:
    """How a table is made: widths of its columns, whether it has lines, the room inside its cells."""

    widths: tuple[float, ...]
    has_lines: bool = False
    inset_sides: float = 0
    inset_ends: float = 0


def millimetres(length: float) -> float:
    """Return millimetres in points."""
    return length * POINTS_PER_MM


def add_table(container: BlockItemContainer, form: TableForm) -> Table:
    """Add an empty table of fixed widths."""
    table = container.add_table(0, len(form.widths), Pt(sum(form.widths)))
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, form.widths, strict=True):
        column.w = Emu(round(width * _EMU_PER_POINT))
    properties = parse_xml(_write_table_properties(form))
    table._tbl.replace(table._tbl.tblPr, properties)
    return table


def add_row(table: Table, *, repeats: bool = False, breakable: bool = False) -> _Row:
    """Add a row; one that repeats heads the table on every page."""
    row = _Row(table._tbl.add_tr(), table)
    for column in table._tbl.tblGrid.gridCol_lst:
        cell = row._tr.add_tc()
        if column.w is not None:
            cell.width = column.w
    properties = row._tr.get_or_add_trPr()
    if not breakable:
        properties.append(OxmlElement("w:cantSplit"))
    if repeats:
        properties.append(OxmlElement("w:tblHeader"))
    return row


def open_cell(cell: _Cell, style: str) -> Paragraph:
    """Return the paragraph that every cell begins with, in a style."""
    (paragraph,) = cell.paragraphs
    paragraph.style = style
    return Paragraph(paragraph._p, cell)


def add_spacer(container: BlockItemContainer, height: float) -> Paragraph:
    """Add an empty paragraph of an exact height: what parts two tables, and what must follow the last."""
    paragraph = container.add_paragraph(style="Spacer")
    paragraph.paragraph_format.line_spacing = Pt(height)
    return paragraph


def keep_with_next(element: BaseOxmlElement) -> None:
    """Keep a paragraph, or each row of a table or a row, on the page of what follows."""
    for paragraph in element.iter(qn("w:p")):
        paragraph.get_or_add_pPr().keepNext_val = True


def keep_rows(rows: Sequence[_Row]) -> None:
    """Keep each of the rows on the page of what follows."""
    for row in rows:
        keep_with_next(row._tr)


def keep_together(elements: Sequence[BaseOxmlElement]) -> None:
    """Keep paragraphs and tables on one page, where they fit on one; the last is free to end it."""
    for element in elements[:-1]:
        keep_with_next(element)
    for last in elements[-1:]:
        for row in last.findall(qn("w:tr"))[:-1]:
            keep_with_next(row)


def draw_border(paragraph: Paragraph, side: Side, *, width: float, room: float) -> None:
    """Draw a line along a paragraph, `room` points from its text."""
    border = f'<w:{side.value} w:val="single" w:sz="{round(width * 8)}" w:space="{round(room)}" w:color="auto"/>'
    borders = parse_xml(f"<w:pBdr {nsdecls('w')}>{border}</w:pBdr>")
    paragraph._p.get_or_add_pPr().insert_element_before(borders, *_AFTER_PARAGRAPH_BORDERS)


def frame_cell(cell: _Cell, sides: Sequence[Side], *, inset: float) -> None:
    """Draw lines along sides of a cell, and leave room inside all of them."""
    properties = cell._tc.get_or_add_tcPr()
    borders = "".join(_LINE.format(side.value) for side in sides)
    properties.append(parse_xml(f"<w:tcBorders {nsdecls('w')}>{borders}</w:tcBorders>"))
    properties.append(parse_xml(f"<w:tcMar {nsdecls('w')}>{_write_margins(inset, inset)}</w:tcMar>"))


def add_writing_line(container: BlockItemContainer, *, width: float) -> Paragraph:
    """Add a dotted line to write on by hand."""
    paragraph = container.add_paragraph("\t", style="Writing Line")
    paragraph.paragraph_format.tab_stops.add_tab_stop(Pt(width), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    return paragraph


def add_field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    """Add a field that the reader's program fills in; `shown` stands until then."""
    for kind in ("begin", "", "separate", shown, "end"):
        run = paragraph.add_run()
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif kind:
            run.text = kind
        else:
            text = OxmlElement("w:instrText")
            text.text = f" {instruction} "
            text.set(qn("xml:space"), "preserve")
            run._r.append(text)


def add_picture(paragraph: Paragraph, picture: bytes, *, width: float, description: str) -> None:
    """Add a PNG and its text for whoever cannot see it."""
    shape = paragraph.add_run().add_picture(BytesIO(picture), width=Pt(width))
    shape._inline.docPr.set("descr", description)
    for side in ("T", "B", "L", "R"):
        # Where nothing is said, some programs leave a gap of their own around it.
        shape._inline.set(f"dist{side}", "0")


def measure_text(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide a text is on one line, a little more rather than less."""
    letters = unicodedata.normalize("NFD", text)
    ems = sum(_measure_letter(letter) for letter in letters if not unicodedata.combining(letter))
    return ems * size * (1.1 if bold else 1.03)


def _measure_letter(letter: str) -> float:
    if letter in "ijlt.,;:'’!()[]|/ -":
        return 0.31
    if letter in "mMWw%@…":
        return 0.83
    if letter.isdigit():
        return 0.5
    return 0.7 if letter.isupper() else 0.47


def _write_table_properties(form: TableForm) -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV") if form.has_lines else ()
    borders = "".join(_LINE.format(side) for side in sides)
    margins = _write_margins(form.inset_ends, form.inset_sides)
    return (
        f"<w:tblPr {nsdecls('w')}>"
        f'<w:tblW w:w="{round(sum(form.widths) * _TWIPS)}" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/>'
        f'{f"<w:tblBorders>{borders}</w:tblBorders>" if borders else ""}<w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar>{margins}</w:tblCellMar><w:tblLook w:val="0020" w:firstRow="1"/></w:tblPr>'
    )


def _write_margins(ends: float, sides: float) -> str:
    """Return the room inside a cell: above and below, left and right."""
    room = {Side.TOP: ends, Side.LEFT: sides, Side.BOTTOM: ends, Side.RIGHT: sides}
    return "".join(f'<w:{side.value} w:w="{round(inset * _TWIPS)}" w:type="dxa"/>' for side, inset in room.items())
