"""What stands where on the pages of printed minutes, measured in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pymupdf

from ballot_server.i18n import Language
from ballot_server.minutes.record import MinutesRecord
from ballot_server.minutes.render_minutes import render_minutes

MM = 72 / 25.4
TEXT_AREA = pymupdf.Rect(29 * MM, 17 * MM, 196 * MM, 279 * MM)
"""A4 within the margins, a little more: neither page number nor footer."""

_DARK, _LIGHT = 0.41, 0.84
_HAIR = 1.2


@dataclass(frozen=True)
class DrawnChart:
    """A chart's measures on its page in points: where the axis starts and ends, its bars, and its thick lines."""

    start: float
    end: float
    bars: tuple[float, ...]
    lines: tuple[pymupdf.Rect, ...]

    def measure(self, x: float) -> float:
        """Return a place on the axis, 0 at its start and 1 at its end."""
        return (x - self.start) / (self.end - self.start)


def open_minutes(record: MinutesRecord, language: Language = Language.VIETNAMESE) -> pymupdf.Document:
    """Return the rendered minutes."""
    return pymupdf.open(stream=render_minutes(record, language), filetype="pdf")


def read_body(document: pymupdf.Document) -> str:
    """Return the text of all pages without page numbers and footers, a space where a line ends."""
    return " ".join(" ".join(page.get_text(clip=TEXT_AREA).split()) for page in document)


def list_stray_words(document: pymupdf.Document) -> list[str]:
    """Return the words beyond the left or right margin, or between text and footer; what is turned is left out."""
    return [
        word[4]
        for page in document
        for word in page.get_text("words", clip=pymupdf.INFINITE_RECT())
        if word[4] not in ("DIỄN", "TẬP")
        if word[0] < 29.5 * MM or word[2] > 195.5 * MM or word[1] < 0 or 279 * MM < word[3] < 283 * MM
    ]


def list_stray_drawings(document: pymupdf.Document) -> list[pymupdf.Rect]:
    """Return the rectangles of lines and fillings that are outside the margins, footers left out."""
    return [
        drawn["rect"]
        for page in document
        for drawn in page.get_drawings()
        if drawn["rect"].x0 < 29.4 * MM or drawn["rect"].x1 > 195.6 * MM or 278 * MM < drawn["rect"].y1 < 282.5 * MM
    ]


def find_last_row(page: pymupdf.Page) -> str:
    """Return the words of the lowest row of a page above its footer; what is turned stands in no row."""
    words = [word for word in page.get_text("words", clip=TEXT_AREA) if word[4] not in ("DIỄN", "TẬP")]
    lowest = max(word[3] for word in words)
    return " ".join(word[4] for word in sorted(words) if word[3] > lowest - 3)


def list_alternatives(document: pymupdf.Document) -> list[str]:
    """Return what the file says of its drawings for whoever cannot see them."""
    found = (document.xref_get_key(xref, "Alt") for xref in range(1, document.xref_length()))
    return [text for kind, text in found if kind == "string"]


def find_charts(document: pymupdf.Document) -> Iterator[DrawnChart]:
    """Yield the charts in order; each ends with its axis, the one line of that width from the bars' left end."""
    for page in document:
        bars: list[pymupdf.Rect] = []
        lines: list[pymupdf.Rect] = []
        for drawn in page.get_drawings():
            rect, fill = drawn["rect"], drawn.get("fill")
            is_bar = drawn["items"][0][0] == "re" and rect.height > 6
            if is_bar and fill and min(abs(fill[0] - _DARK), abs(fill[0] - _LIGHT)) < 0.01:
                bars.append(rect)
            elif is_bar and fill and fill[0] == 0 and rect.width < 2:
                lines.append(rect)
            elif bars and rect.height < _HAIR and abs(rect.x0 - bars[0].x0) < _HAIR and drawn["items"][0][0] == "l":
                yield DrawnChart(rect.x0, rect.x1, tuple(bar.x1 for bar in bars), tuple(lines))
                bars, lines = [], []
