"""The looks of Party papers by date: which documents ruled a paper's form on a day, and what they ask for.

What is known of each, how well, and what is not known, is in docs/decisions/0018-layouts-by-date.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    """Sizes of text in points.

    `heading` is the right-hand line at the top, `day` the line below it, `subject` what stands under the title.
    """

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
    recipients: int


@dataclass(frozen=True)
class Layout:
    """A paper's look: the documents that rule it, from which day, and its measures.

    `indent` is that of a paragraph's first line, in millimetres. `separator` stands under the agency's name,
    `title_rule` under the subject. `names_place`: the day is said with the place where the paper is signed.
    """

    name: str
    source: str
    since: date
    margins: Margins
    sizes: FontSizes
    page_numbers: PageNumbers
    indent: int
    separator: str
    title_rule: str
    names_place: bool
    roles_bold: bool


GUIDANCE_OF_2018 = Layout(
    name="36-HD/VPTW",
    source="66-QĐ/TW, 06/02/2017; 36-HD/VPTW, 03/4/2018",
    since=date(2018, 4, 3),
    margins=Margins(top=20, bottom=20, left=30, right=15),
    sizes=FontSizes(
        heading=15,
        agency=14,
        number=14,
        day=14,
        title=16,
        subject=14,
        body=14,
        table=12,
        note=12,
        signature=14,
        recipients=12,
    ),
    page_numbers=PageNumbers.TOP_CENTER,
    indent=10,
    separator="*",
    title_rule="-----",
    names_place=True,
    roles_bold=True,
)
"""Sizes are those of its third annex; the rest is from papers made after it."""

REGULATION_OF_2026 = replace(
    GUIDANCE_OF_2018,
    name="399-QĐ/TW",
    source="399-QĐ/TW, 09/01/2026; 36-HD/VPTW, 03/4/2018",
    since=date(2026, 1, 9),
)
"""The regulation was new, its guidance not yet: measures are still the older ones."""

GUIDANCE_OF_2026 = replace(
    GUIDANCE_OF_2018,
    name="05-HD/VPTW",
    source="399-QĐ/TW, 09/01/2026; 05-HD/VPTW, 27/5/2026",
    since=date(2026, 5, 27),
    names_place=False,
    roles_bold=False,
)
"""Where nothing else was seen of it, the older guidance is followed."""

_LAYOUTS = (GUIDANCE_OF_2018, REGULATION_OF_2026, GUIDANCE_OF_2026)


def find_layout(day: date) -> Layout:
    """Return the layout that ruled on a day; before the oldest known one, that one."""
    ruling = [layout for layout in _LAYOUTS if layout.since <= day]
    return ruling[-1] if ruling else _LAYOUTS[0]


def leave_party(layout: Layout) -> Layout:
    """Return the layout for a body outside the Party: the measures of the day, none of the Party's signs."""
    sizes = replace(layout.sizes, heading=12, agency=12, number=12, day=12)
    return replace(layout, name="", source="", sizes=sizes, separator="", title_rule="", names_place=False)
