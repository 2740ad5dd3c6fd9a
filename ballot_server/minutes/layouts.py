"""The looks of Party papers by date: which document ruled a paper's form on a day, and what it asks for.

What is known of each, and how well, is in docs/decisions/0018-layouts-by-date.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum


class PageNumbers(Enum):
    """Where a page's number stands."""

    TOP_CENTER = "top_center"
    """Above the text in the middle, from the second page on."""


@dataclass(frozen=True)
class Margins:
    """The white around the text of a sheet, in millimetres."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True)
class FontSizes:
    """Sizes of text in points; `heading` is the right-hand line at the top, `subject` what stands under the title."""

    heading: int
    agency: int
    number: int
    day: int
    title: int
    subject: int
    body: int
    table: int
    note: int
    signature: int


@dataclass(frozen=True)
class Layout:
    """A paper's look: the document that rules it, from which day, and its measures.

    `separator` stands under the agency's name.
    """

    name: str
    source: str
    since: date
    margins: Margins
    sizes: FontSizes
    page_numbers: PageNumbers
    separator: str


_SIZES = FontSizes(
    heading=15, agency=14, number=14, day=14, title=16, subject=14, body=14, table=12, note=12, signature=14
)

GUIDANCE_OF_2018 = Layout(
    name="36-HD/VPTW",
    source="36-HD/VPTW, 03/4/2018",
    since=date(2018, 4, 3),
    margins=Margins(top=20, bottom=20, left=30, right=15),
    sizes=_SIZES,
    page_numbers=PageNumbers.TOP_CENTER,
    separator="*",
)
REGULATION_OF_2026 = Layout(
    name="399-QĐ/TW",
    source="399-QĐ/TW, 09/01/2026; 05-HD/VPTW, 27/5/2026",
    since=date(2026, 1, 9),
    margins=Margins(top=20, bottom=20, left=30, right=15),
    sizes=_SIZES,
    page_numbers=PageNumbers.TOP_CENTER,
    separator="*",
)
_LAYOUTS = (GUIDANCE_OF_2018, REGULATION_OF_2026)


def find_layout(day: date) -> Layout:
    """Return the layout that ruled on a day; before the oldest known one, that one."""
    ruling = [layout for layout in _LAYOUTS if layout.since <= day]
    return ruling[-1] if ruling else _LAYOUTS[0]
