"""What stands around the blocks of a DOCX: head and title, seal and signatures, header and footer, watermark."""

from __future__ import annotations

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.section import _Footer, _Header
from docx.shared import Pt
from docx.table import Table, _Cell, _Row

from ballot_server.minutes.document import Front, PrintedDocument, Seal, SignaturePlace
from ballot_server.minutes.docx_elements import (
    UNBROKEN_LENGTH,
    Side,
    TableForm,
    add_field,
    add_picture,
    add_row,
    add_spacer,
    add_table,
    draw_border,
    frame_cell,
    keep_rows,
    measure_text,
    millimetres,
    open_cell,
)
from ballot_server.minutes.docx_package import FONT
from ballot_server.minutes.docx_styles import measure_line
from ballot_server.minutes.layouts import Layout
from ballot_server.minutes.qr_code import draw_qr_picture

_LEFT_OF_HEAD, _RIGHT_OF_HEAD = 9, 11
_HEAD_GAP = millimetres(2)
_QR_SIDE = millimetres(30)
_QR_COLUMN = millimetres(36)
_ROOM_TO_SIGN = millimetres(19)
_BETWEEN_SIGNATURES = millimetres(8)
_SEAL_INSET = 7
_MOST_TELLERS_IN_ROW = 3
# First and last column of each part of a row, by how many parts there are, in the table of seal and signatures.
_Parts = tuple[tuple[int, int], ...]
_WHOLE: _Parts = ((0, 4),)
_SEAL: _Parts = ((0, 0), (1, 4))
_PARTS: dict[int, _Parts] = {1: _WHOLE, 2: ((0, 2), (3, 4)), 3: ((0, 1), (2, 3), (4, 4))}
_GROUPS_A_LINE = 4
_WATERMARK_WIDTH, _WATERMARK_HEIGHT = 470, 112


def add_front(document: Document, printed: PrintedDocument) -> None:
    """Add the head of the first page, in two columns, and the title."""
    front, layout = printed.front, printed.layout
    _add_head(document, front, layout)
    document.add_paragraph(front.title, style="Title")
    if front.subtitle:
        document.add_paragraph(front.subtitle, style="Subtitle")
    if front.rehearsal_line:
        line = document.add_paragraph(style="Subtitle")
        line.add_run(f"{printed.watermark} – {front.rehearsal_line}").italic = True
    if layout.title_rule:
        document.add_paragraph(layout.title_rule, style="Title Rule")


def _add_head(document: Document, front: Front, layout: Layout) -> None:
    line = measure_line(layout)
    unit = (line - _HEAD_GAP) / (_LEFT_OF_HEAD + _RIGHT_OF_HEAD)
    widths = (unit * _LEFT_OF_HEAD + _HEAD_GAP, unit * _RIGHT_OF_HEAD)
    table = add_table(document._body, TableForm(widths))
    left, right = add_row(table, breakable=_has_endless(front.superior, front.unit)).cells
    agency = (
        ("Superior", front.superior),
        ("Agency", front.unit),
        ("Number", layout.separator),
        ("Number", front.number),
    )
    for at, (style, text) in enumerate(pair for pair in agency if pair[1]):
        paragraph = left.add_paragraph(style=style) if at else open_cell(left, style)
        paragraph.add_run(text)
        paragraph.paragraph_format.right_indent = Pt(_HEAD_GAP)
    heading = open_cell(right, "Party Heading")
    heading.add_run(front.heading)
    spare = widths[1] - measure_text(front.heading, layout.sizes.heading)
    heading.paragraph_format.left_indent = heading.paragraph_format.right_indent = Pt(max(0, spare / 2))
    draw_border(heading, Side.BOTTOM, width=0.6, room=2)
    right.add_paragraph(front.day, style="Day")


def add_closing_table(document: Document, printed: PrintedDocument) -> None:
    """Add seal and places to sign as one table, which readers keep on one page more surely than several.

    The last row of tellers stays with clerk and chair, however many rows are above.
    """
    line = measure_line(printed.layout)
    bounds = (_QR_COLUMN, line / 3, line / 2, 2 * line / 3, line)
    widths = tuple(end - start for start, end in zip((0, *bounds), bounds, strict=False))
    table = add_table(document._body, TableForm(widths, inset_sides=3))
    if printed.seal is not None:
        keep_rows([_fill_seal(add_row(table), printed.seal)])
    heading = add_row(table)
    open_cell(_merge(heading, _WHOLE)[0], "Signatures Heading").add_run(printed.signatures_heading)
    tellers, officers = printed.signatures[:-2], printed.signatures[-2:]
    parts = _PARTS[min(max(len(tellers), 1), _MOST_TELLERS_IN_ROW)]
    rows = [
        _sign(table, tellers[start : start + len(parts)], parts, printed.sign_here)
        for start in range(0, len(tellers), len(parts))
    ]
    last = _sign(table, officers, _PARTS[len(officers)], printed.sign_here)
    keep_rows([heading, *rows[-1:]])
    if printed.recipients:
        keep_rows([last])
        _list_recipients(add_row(table), printed)
    # Word wants a paragraph after a table; this one takes no room that could become a page of its own.
    add_spacer(document._body, 1)


def _fill_seal(row: _Row, seal: Seal) -> _Row:
    """Fill a row with the board's head, as QR code and in groups, in a frame."""
    picture, words = _merge(row, _SEAL)
    frame_cell(picture, (Side.TOP, Side.LEFT, Side.BOTTOM), inset=_SEAL_INSET)
    frame_cell(words, (Side.TOP, Side.BOTTOM, Side.RIGHT), inset=_SEAL_INSET)
    code = draw_qr_picture(seal.code)
    add_picture(open_cell(picture, "Picture"), code, width=_QR_SIDE, description=f"{seal.label} {seal.code}")
    words.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    open_cell(words, "Seal Label").add_run(seal.label)
    groups = seal.groups.split(" ")
    for start in range(0, len(groups), _GROUPS_A_LINE):
        words.add_paragraph("  ".join(groups[start : start + _GROUPS_A_LINE]), style="Seal Code")
    words.add_paragraph(seal.use, style="Seal Use")
    return row


def _sign(table: Table, places: tuple[SignaturePlace, ...], parts: _Parts, sign_here: str) -> _Row:
    """Add a row of places to sign; parts that no place is for stay empty."""
    row = add_row(table, breakable=_has_endless(*(place.name for place in places)))
    cells = _merge(row, parts)
    for cell in cells[len(places) :]:
        open_cell(cell, "Signature Hint")
    for cell, place in zip(cells, places, strict=False):
        open_cell(cell, "Signature Role").add_run(place.role)
        cell.add_paragraph(sign_here, style="Signature Hint")
        name = cell.add_paragraph(place.name, style="Signature Name")
        name.paragraph_format.space_before = Pt(_ROOM_TO_SIGN)
        name.paragraph_format.space_after = Pt(_BETWEEN_SIGNATURES)
    return row


def _list_recipients(row: _Row, printed: PrintedDocument) -> None:
    """Fill a row with those who get a copy, under a label."""
    (cell,) = _merge(row, _WHOLE)
    frame_cell(cell, (), inset=0)
    open_cell(cell, "Recipients").add_run(printed.recipients_label).underline = True
    for name in printed.recipients:
        cell.add_paragraph(f"– {name}", style="Recipients")


def _has_endless(*texts: str) -> bool:
    return any(len(text) >= UNBROKEN_LENGTH for text in texts)


def _merge(row: _Row, parts: _Parts) -> list[_Cell]:
    """Return the row's cells after those of each part have become one."""
    cells = row.cells
    return [cells[first].merge(cells[last]) for first, last in parts]


def add_edges(document: Document, printed: PrintedDocument) -> None:
    """Fill headers and footers: the page's number above the text from the second page on, the code below it."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    for number, header in enumerate((section.first_page_header, section.header), 1):
        header.is_linked_to_previous = False
        if number > 1:
            paragraph = header.paragraphs[0]
            paragraph.style = "Header"
            add_field(paragraph, "PAGE", str(number))
        if printed.watermark:
            _add_watermark(header, printed.watermark, number)
    for footer in (section.first_page_footer, section.footer):
        footer.is_linked_to_previous = False
        _fill_footer(footer, printed)


def _fill_footer(footer: _Footer, printed: PrintedDocument) -> None:
    paragraph = footer.paragraphs[0]
    paragraph.style = "Footer"
    paragraph.paragraph_format.tab_stops.add_tab_stop(Pt(measure_line(printed.layout)), WD_TAB_ALIGNMENT.RIGHT)
    draw_border(paragraph, Side.TOP, width=0.5, room=3)
    paragraph.add_run(f"{printed.footer}\t")
    if printed.watermark:
        paragraph.add_run(printed.watermark).bold = True
        paragraph.add_run("     ")
    paragraph.add_run(f"{printed.page_label} ")
    add_field(paragraph, "PAGE", "1")
    paragraph.add_run("/")
    add_field(paragraph, "NUMPAGES", "1")


def _add_watermark(header: _Header, text: str, number: int) -> None:
    """Add a text across the page behind its own, as Word's own watermarks are made."""
    picture = parse_xml(
        f"<w:pict {nsdecls('w')} "
        'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
        '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
        '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>'
        '<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" '
        'o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
        f'<v:shape id="PowerPlusWaterMarkObject{number}" o:spid="_x0000_s{2048 + number}" type="#_x0000_t136" '
        f'style="position:absolute;margin-left:0;margin-top:0;width:{_WATERMARK_WIDTH}pt;'
        f"height:{_WATERMARK_HEIGHT}pt;rotation:305;z-index:-251658752;mso-position-horizontal:center;"
        'mso-position-horizontal-relative:page;mso-position-vertical:center;mso-position-vertical-relative:page" '
        'o:allowincell="f" fillcolor="#ececec" stroked="f">'
        f"<v:textpath style=\"font-family:'{FONT}';font-size:1pt;font-weight:bold\"/></v:shape></w:pict>"
    )
    (shape,) = picture.iter("{urn:schemas-microsoft-com:vml}shape")
    shape[0].set("string", text)
    shape.set("alt", text)
    header.paragraphs[0].add_run()._r.append(picture)
