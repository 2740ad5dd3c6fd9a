"""A printed document as a list of blocks, the same for PDF and DOCX: what stands where, not how it looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from ballot_server.minutes.layouts import Layout


class Tone(Enum):
    """How a paragraph is meant."""

    PLAIN = "plain"
    NOTE = "note"
    WARNING = "warning"
    OUTCOME = "outcome"


class Alignment(Enum):
    """How a table's column is set."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 opens a section, 2 an election, 3 a contest."""

    text: str
    level: int
    kind: str = field(default="heading", init=False)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, with words in bold before it if `lead` is not empty.

    A lead alone stays on the page of what follows, and so does a paragraph that `keeps_with_next`.
    """

    text: str
    lead: str = ""
    tone: Tone = Tone.PLAIN
    keeps_with_next: bool = False
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True)
class NameList:
    """Names numbered from 1, after a lead in bold."""

    lead: str
    names: tuple[str, ...]
    kind: str = field(default="names", init=False)


@dataclass(frozen=True)
class Fact:
    """A label and its value on one line."""

    label: str
    value: str


@dataclass(frozen=True)
class Facts:
    """Facts one below another, their values aligned."""

    rows: tuple[Fact, ...]
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True)
class Column:
    """A column of a table; `weight` 0 is as wide as its content, others share the rest of the line."""

    title: str
    alignment: Alignment = Alignment.LEFT
    weight: int = 0


@dataclass(frozen=True)
class Table:
    """A table; every row has as many cells as there are columns. `strong_rows` counts from 0."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    strong_rows: tuple[int, ...] = ()
    kind: str = field(default="table", init=False)


class BarTone(Enum):
    """How a bar is filled, told apart without colour."""

    REACHED = "reached"
    """It reaches a line that concerns it."""

    PLAIN = "plain"
    """No line concerns it, or it reaches none."""

    BLANK = "blank"
    """Blank ballots."""


@dataclass(frozen=True)
class ChartBar:
    """One bar: what it counts, how many, and that count's share of the chart's whole as tables print it.

    `carried` are votes for severer forms that count for this one too, drawn behind its own.
    """

    label: str
    count: int
    share: str
    carried: int = 0
    tone: BarTone = BarTone.PLAIN


@dataclass(frozen=True)
class ChartThreshold:
    """A line at the count that is needed, what it is called, and which bars, from 0, must reach it."""

    label: str
    needed: int
    bars: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """Horizontal bars of one contest on an axis from 0, with the lines that they must reach.

    `whole` is the base in people or ballots. `end`, where the axis ends, is the same, or more where a bar or a line is
    beyond the base. `lines_cross` where every line concerns the same bars, so that it may be drawn across all.
    `caption` says what the axis and the fillings mean; `description` says every number in words, for whoever cannot
    see the drawing.
    """

    title: str
    bars: tuple[ChartBar, ...]
    whole: int
    end: int
    thresholds: tuple[ChartThreshold, ...]
    lines_cross: bool
    caption: str
    description: str
    kind: str = field(default="chart", init=False)


@dataclass(frozen=True)
class WritingLines:
    """Empty lines to write on by hand."""

    count: int
    kind: str = field(default="lines", init=False)


PlainBlock = Heading | Paragraph | NameList | Facts | Table | Chart | WritingLines


@dataclass(frozen=True)
class Together:
    """Blocks that stay on one page where they fit on one."""

    blocks: tuple[PlainBlock, ...]
    kind: str = field(default="together", init=False)


Block = PlainBlock | Together


@dataclass(frozen=True)
class SignaturePlace:
    """A place to sign: the role, and the name that stands below it."""

    role: str
    name: str


@dataclass(frozen=True)
class Seal:
    """The board's head: its label, the code in groups of four, the code as the QR holds it, and what it is for."""

    label: str
    groups: str
    code: str
    use: str


@dataclass(frozen=True)
class Front:
    """The top of the first page: left block, right block, title. Empty strings are not printed."""

    superior: str
    unit: str
    number: str
    heading: str
    day: str
    title: str
    subtitle: str
    rehearsal_line: str


@dataclass(frozen=True)
class PrintedDocument:
    """A whole document.

    `closing` and the signatures stay together. The last two signatures are clerk and chair, the others tellers under
    `signatures_heading`. `recipients` stand below them, the label underlined; there are none outside the Party.
    `watermark` is printed across each page and empty for real minutes.
    """

    front: Front
    blocks: tuple[Block, ...]
    closing: tuple[Block, ...]
    layout: Layout
    seal: Seal | None
    signatures: tuple[SignaturePlace, ...]
    signatures_heading: str
    sign_here: str
    recipients_label: str
    recipients: tuple[str, ...]
    page_label: str
    footer: str
    watermark: str
