"""The styles of a DOCX: real headings, and a named style for each kind of paragraph, so that a clerk changes one place.

The PDF's template measures its lines from the top of a capital to the base line; Word adds the height of the font. What
stands here is the same distance between lines and between paragraphs, to within half a point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from ballot_server.minutes.docx_elements import millimetres
from ballot_server.minutes.docx_package import FONT
from ballot_server.minutes.layouts import FontSizes, Layout, Margins

LEFT, CENTER, RIGHT, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
PAGE_WIDTH = 210
FOOTER_SIZE = 9
WRITING_LINE_HEIGHT = millimetres(9)
_BODY_LINE = 1.08
_FONT_HEIGHT = 1.15
"""The height of a line of Times New Roman, in ems."""


@dataclass(frozen=True)
class _Style:
    name: str
    size: float
    alignment: WD_ALIGN_PARAGRAPH = JUSTIFY
    bold: bool = False
    italic: bool = False
    caps: bool = False
    before: float = 0
    after: float = 0
    line: float = _BODY_LINE
    indent: int = 0
    keeps: bool = False
    level: int = 0
    built_in: bool = False


def define_styles(document: Document, layout: Layout) -> None:
    """Set the page of a layout and add the styles."""
    _set_page(document, layout.margins)
    _describe_normal(document, layout.sizes)
    for style in _list_styles(layout):
        _add_style(document, style)


def measure_line(layout: Layout) -> float:
    """Return how long a line of text is, in points."""
    return millimetres(PAGE_WIDTH - layout.margins.left - layout.margins.right)


def _list_styles(layout: Layout) -> tuple[_Style, ...]:
    sizes = layout.sizes
    body, table, note = sizes.body, sizes.table, sizes.note
    return (
        _Style("Heading 1", body, LEFT, bold=True, caps=True, before=9, after=3.5, keeps=True, level=1, built_in=True),
        _Style("Heading 2", body, LEFT, bold=True, before=8, after=3.5, keeps=True, level=2, built_in=True),
        _Style("Heading 3", body, LEFT, bold=True, italic=True, before=6, after=2, keeps=True, level=3, built_in=True),
        _Style("Title", sizes.title, CENTER, bold=True, before=14, after=3, keeps=True, built_in=True),
        _Style("Subtitle", sizes.subject, CENTER, bold=True, after=3, keeps=True, built_in=True),
        _Style("Superior", sizes.agency, CENTER, caps=True, after=2),
        _Style("Agency", sizes.agency, CENTER, bold=True, caps=True, after=2),
        _Style("Number", sizes.number, CENTER, after=2),
        _Style("Party Heading", sizes.heading, CENTER, bold=True, after=4),
        _Style("Day", sizes.day, CENTER, italic=True, after=2),
        _Style("Title Rule", sizes.subject, CENTER, after=8),
        _Style("Body Text", body, indent=layout.indent, built_in=True),
        _Style("Note", note, italic=True, before=1, after=3),
        _Style("Warning", body, italic=True, before=3, after=3),
        _Style("Outcome", body, before=3, after=3),
        _Style("List Lead", body, LEFT, bold=True, before=1, after=2, keeps=True),
        _Style("Name", table, LEFT, after=1.5),
        _Style("Fact", body, LEFT, after=1.5, line=1),
        _Style("Cell", table, LEFT, line=1),
        _Style("Crowded Cell", table - 1, LEFT, line=1),
        _Style("Picture", body, CENTER, before=4, after=2, line=1),
        # Room above it, for LibreOffice gives a line of nothing but dots the height of its letters only.
        _Style("Writing Line", body, LEFT, before=WRITING_LINE_HEIGHT - _FONT_HEIGHT * body, line=1),
        _Style("Spacer", 1, LEFT, line=1),
        _Style("Seal Label", body, LEFT, bold=True, after=3, line=1),
        _Style("Seal Code", 14, LEFT, bold=True, after=3, line=1),
        _Style("Seal Use", note, LEFT, italic=True, line=1),
        _Style("Signatures Heading", table, CENTER, bold=True, before=9, after=9, keeps=True),
        _Style("Signature Role", table, CENTER, bold=layout.roles_bold, after=1, line=1),
        _Style("Signature Hint", note, CENTER, italic=True, line=1),
        _Style("Signature Name", sizes.signature, CENTER, bold=True, line=1),
        _Style("Recipients", sizes.recipients, LEFT, after=1.5, line=1),
        _Style("Header", sizes.body, CENTER, line=1, built_in=True),
        _Style("Footer", FOOTER_SIZE, LEFT, before=2, line=1, built_in=True),
    )


def _set_page(document: Document, margins: Margins) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE_WIDTH), Mm(297)
    section.top_margin, section.bottom_margin = Mm(margins.top), Mm(margins.bottom)
    section.left_margin, section.right_margin = Mm(margins.left), Mm(margins.right)
    section.header_distance = section.footer_distance = Mm(10)
    section.gutter = Mm(0)


def _describe_normal(document: Document, sizes: FontSizes) -> None:
    normal = cast(ParagraphStyle, document.styles["Normal"])
    normal.font.name = FONT
    normal.font.size = Pt(sizes.body)
    paragraph = normal.paragraph_format
    paragraph.alignment = JUSTIFY
    paragraph.line_spacing = _BODY_LINE
    paragraph.space_before, paragraph.space_after = Pt(0), Pt(2.5)
    paragraph.widow_control = True


def _add_style(document: Document, wanted: _Style) -> None:
    style = document.styles.add_style(wanted.name, WD_STYLE_TYPE.PARAGRAPH, builtin=wanted.built_in)
    style.base_style = document.styles["Normal"]
    style.quick_style = True
    style.hidden = False
    style.font.size = Pt(wanted.size)
    style.font.color.rgb = RGBColor(0, 0, 0)
    style.font.bold, style.font.italic, style.font.all_caps = wanted.bold, wanted.italic, wanted.caps
    paragraph = style.paragraph_format
    paragraph.alignment = wanted.alignment
    paragraph.line_spacing = wanted.line
    paragraph.space_before, paragraph.space_after = Pt(wanted.before), Pt(wanted.after)
    if wanted.indent:
        paragraph.first_line_indent = Mm(wanted.indent)
    paragraph.keep_with_next = paragraph.keep_together = wanted.keeps
    if wanted.level:
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), str(wanted.level - 1))
        style.element.get_or_add_pPr().append(level)
    if wanted.level or not wanted.built_in:
        style.next_paragraph_style = document.styles["Normal" if wanted.level else wanted.name]
