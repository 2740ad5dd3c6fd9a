"""Each kind of block of a printed document as Word has it: paragraphs, tables, lists, charts and lines to write on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt

from ballot_server.i18n import Language
from ballot_server.minutes.document import (
    Alignment,
    Block,
    Chart,
    Column,
    Facts,
    Heading,
    NameList,
    Paragraph,
    PlainBlock,
    Table,
    Together,
    Tone,
    WritingLines,
)
from ballot_server.minutes.docx_elements import (
    UNBROKEN_LENGTH,
    Side,
    TableForm,
    add_picture,
    add_row,
    add_spacer,
    add_table,
    add_writing_line,
    draw_border,
    keep_rows,
    keep_together,
    measure_text,
    millimetres,
    open_cell,
)
from ballot_server.minutes.docx_styles import CENTER, LEFT, RIGHT, WRITING_LINE_HEIGHT, measure_line
from ballot_server.minutes.layouts import Layout
from ballot_server.minutes.printable_values import encode_printable
from ballot_server.minutes.typesetting import typeset_picture

CHART_TEMPLATE = "chart_in_text.typ"
CHART_PPI = 200
_NAMES_IN_LINE = 6
_NAME_COLUMNS = 3
_CROWDED_COLUMNS = 8
_KEPT_FACTS = 3
_LABEL_WIDTH, _LABEL_GAP = millimetres(59), millimetres(3)
_LEAST_SHARE = 0.45
"""What columns with a weight get of a table's width at least, however wide the others are."""

_AFTER_TABLE = 4
_LINE = 1.2
"""The height of a line in ems, with what stands between two."""

_LONGEST_TOGETHER = millimetres(245)
"""What is longer than most of a page is not kept on one."""

_ALIGNMENTS = {Alignment.LEFT: LEFT, Alignment.CENTER: CENTER, Alignment.RIGHT: RIGHT}
_STYLES = {Tone.PLAIN: "Body Text", Tone.NOTE: "Note", Tone.WARNING: "Warning", Tone.OUTCOME: "Outcome"}


@dataclass(frozen=True)
class BlockWriter:
    """Adds blocks at the end of a document."""

    document: Document
    layout: Layout
    language: Language

    @property
    def line(self) -> float:
        """The length of a line in points."""
        return measure_line(self.layout)

    def add_blocks(self, blocks: Sequence[Block]) -> None:
        """Add blocks in their order."""
        for block in blocks:
            self.add_block(block)

    def add_block(self, block: Block) -> None:
        """Add one block."""
        if isinstance(block, Heading):
            self._add_heading(block)
        elif isinstance(block, Paragraph):
            self._add_paragraph(block)
        elif isinstance(block, NameList):
            self._add_names(block)
        elif isinstance(block, Facts):
            self._add_facts(block)
        elif isinstance(block, Table):
            self._add_table(block)
        elif isinstance(block, Chart):
            self._add_chart(block)
        elif isinstance(block, WritingLines):
            for _ in range(block.count):
                add_writing_line(self.document._body, width=self.line)
        else:
            self._add_together(block)

    def collect(self, add: Callable[[], None]) -> list[BaseOxmlElement]:
        """Return the paragraphs and tables that `add` puts at the document's end."""
        body = self.document.element.body
        before = len(body.inner_content_elements)
        add()
        return list(body.inner_content_elements[before:])

    def _add_heading(self, block: Heading) -> None:
        heading = self.document.add_paragraph(block.text, style=f"Heading {block.level}")
        if len(block.text) >= UNBROKEN_LENGTH:
            # It runs over pages and cannot stay with what follows as well.
            heading.paragraph_format.keep_together = heading.paragraph_format.keep_with_next = False

    def _add_together(self, block: Together) -> None:
        """Keep blocks on one page, unless they are longer than one: then each keeps what it must by itself."""
        added = self.collect(lambda: self.add_blocks(block.blocks))
        if sum(self._estimate_height(inner) for inner in block.blocks) > _LONGEST_TOGETHER:
            return
        if added and added[-1].tag.endswith("}p") and added[-1].style == "Spacer":
            added.pop()
        keep_together(added)

    def _add_paragraph(self, block: Paragraph) -> None:
        if not block.text:
            self.document.add_paragraph(block.lead, style="List Lead")
            return
        paragraph = self.document.add_paragraph(style=_STYLES[block.tone])
        if block.tone in (Tone.WARNING, Tone.OUTCOME):
            paragraph.paragraph_format.left_indent = Pt(10)
            draw_border(paragraph, Side.LEFT, width=2, room=8)
        if block.lead:
            paragraph.add_run(f"{block.lead} ").bold = True
        paragraph.add_run(block.text).bold = True if block.tone is Tone.OUTCOME else None
        if block.keeps_with_next:
            paragraph.paragraph_format.keep_with_next = True

    def _add_names(self, block: NameList) -> None:
        numbered = [f"{place}. {name}" for place, name in enumerate(block.names, 1)]
        if len(numbered) <= _NAMES_IN_LINE:
            line = self.document.add_paragraph(style="Normal")
            line.add_run(f"{block.lead} ").bold = True
            line.add_run(f"{'; '.join(numbered)}.")
            return
        self.document.add_paragraph(block.lead, style="List Lead")
        width = self.line / _NAME_COLUMNS
        table = add_table(self.document._body, TableForm((width,) * _NAME_COLUMNS))
        for start in range(0, len(numbered), _NAME_COLUMNS):
            row = add_row(table)
            for cell, name in zip(row.cells, numbered[start : start + _NAME_COLUMNS], strict=False):
                paragraph = open_cell(cell, "Name")
                paragraph.add_run(name)
                paragraph.paragraph_format.right_indent = Pt(6)
            for cell in row.cells[len(numbered) - start :]:
                open_cell(cell, "Name")
        add_spacer(self.document._body, _AFTER_TABLE)

    def _add_facts(self, block: Facts) -> None:
        """Add labels and values; no page takes a lone first or last row with it."""
        widths = (_LABEL_WIDTH + _LABEL_GAP, self.line - _LABEL_WIDTH - _LABEL_GAP)
        table = add_table(self.document._body, TableForm(widths))
        rows = []
        for fact in block.rows:
            row = add_row(table, breakable=len(fact.value) >= UNBROKEN_LENGTH)
            label, value = row.cells
            paragraph = open_cell(label, "Fact")
            paragraph.add_run(f"– {fact.label}:")
            paragraph.paragraph_format.right_indent = Pt(_LABEL_GAP)
            open_cell(value, "Fact").add_run(fact.value)
            rows.append(row)
        keep_rows(rows[: _KEPT_FACTS - 1])
        keep_rows(rows[-_KEPT_FACTS:-1])
        add_spacer(self.document._body, _AFTER_TABLE)

    def _add_table(self, block: Table) -> None:
        is_crowded = len(block.columns) >= _CROWDED_COLUMNS
        size = self.layout.sizes.table - (1 if is_crowded else 0)
        inset = 3 if is_crowded else 4.5
        widths = _share_width(block, self.line, size, 2 * inset)
        form = TableForm(widths, has_lines=True, inset_sides=inset, inset_ends=0.8)
        table = add_table(self.document._body, form)
        style = "Crowded Cell" if is_crowded else "Cell"
        titles = tuple(column.title for column in block.columns)
        for at, cells in enumerate((titles, *block.rows)):
            is_head = at == 0
            row = add_row(table, repeats=is_head, breakable=any(len(cell) >= UNBROKEN_LENGTH for cell in cells))
            for cell, text, column in zip(row.cells, cells, block.columns, strict=True):
                cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
                paragraph = open_cell(cell, style)
                paragraph.alignment = CENTER if is_head else _ALIGNMENTS[column.alignment]
                paragraph.add_run(text).bold = True if is_head or at - 1 in block.strong_rows else None
        keep_rows(table.rows[:1])
        add_spacer(self.document._body, _AFTER_TABLE)

    def _add_chart(self, block: Chart) -> None:
        data = {"chart": encode_printable(block), "language": self.language.value, "width": round(self.line)}
        picture = typeset_picture(CHART_TEMPLATE, data, suffix="png", ppi=CHART_PPI)
        paragraph = self.document.add_paragraph(style="Picture")
        add_picture(paragraph, picture, width=self.line, description=block.description)

    def _estimate_height(self, block: PlainBlock) -> float:
        """Return about how much of a page a block takes, in points."""
        body, table = self.layout.sizes.body * _LINE, self.layout.sizes.table * _LINE
        if isinstance(block, Table):
            widths = _share_width(block, self.line, self.layout.sizes.table, 9)
            rows = [_count_lines(row, widths, self.layout.sizes.table) for row in block.rows]
            return sum(rows) * table + (len(rows) + 2) * 4 + 2 * table
        if isinstance(block, Chart):
            return (sum(1 + len(bar.label) // 25 for bar in block.bars) + len(block.thresholds) + 3) * table * 1.2
        if isinstance(block, Facts):
            widths = (_LABEL_WIDTH, self.line - _LABEL_WIDTH - _LABEL_GAP)
            return sum(
                _count_lines((row.label, row.value), widths, self.layout.sizes.body) * body for row in block.rows
            )
        if isinstance(block, NameList):
            return (len(block.names) / _NAME_COLUMNS + 1) * body
        if isinstance(block, WritingLines):
            return block.count * WRITING_LINE_HEIGHT
        text = block.text if isinstance(block, Heading) else f"{block.lead} {block.text}"
        return _count_lines((text,), (self.line,), self.layout.sizes.body) * body + 8


def _count_lines(cells: Sequence[str], widths: Sequence[float], size: float) -> int:
    """Return how many lines the longest of some cells takes."""
    return max(1 + int(measure_text(text, size) / width) for text, width in zip(cells, widths, strict=True))


def _share_width(block: Table, width: float, size: float, insets: float) -> tuple[float, ...]:
    """Return the columns' widths: those without a weight are as wide as their content, the others share the rest."""
    natural = [
        0.0 if column.weight else _measure_column(column, [row[at] for row in block.rows], size) + insets
        for at, column in enumerate(block.columns)
    ]
    weights = sum(column.weight for column in block.columns)
    most = width * (1 - _LEAST_SHARE) if weights else width
    taken = sum(natural)
    if taken > most or not weights:
        natural = [part * most / taken for part in natural]
        taken = most
    return tuple(
        (width - taken) * column.weight / weights if column.weight else part
        for column, part in zip(block.columns, natural, strict=True)
    )


def _measure_column(column: Column, cells: Sequence[str], size: float) -> float:
    widest = max((measure_text(cell, size) for cell in cells), default=0.0)
    return max(measure_text(column.title, size, bold=True), widest)
