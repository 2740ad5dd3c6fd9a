"""The report: tables that are read as they stand, or pasted where Markdown is rendered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.reference import AgainstFloor, Counts

_HEADINGS = ("what", "figure", "ratio", "to what, measured in the same run")


@dataclass(frozen=True)
class Row:
    """One figure with its unit, and how many times the reference it is."""

    what: str
    figure: str
    ratio: float
    reference: str


@dataclass(frozen=True)
class Section:
    """A table under a title; `note` says what was simplified."""

    title: str
    rows: Sequence[Row]
    note: str


def compare_with_floor(what: str, measured: AgainstFloor) -> Row:
    """Return the row of a time measured against its floor."""
    reference = f"{format_seconds(measured.floor_seconds)} of arithmetic: {_describe_counts(measured.counts)}"
    return Row(what, format_seconds(measured.seconds), measured.ratio, reference)


def format_seconds(seconds: float) -> str:
    """Return a time in milliseconds, from two seconds on in seconds."""
    if seconds >= 2:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"


def render_section(section: Section) -> str:
    """Return a section as Markdown whose columns also line up as plain text."""
    rows = [_HEADINGS, *((row.what, row.figure, f"{row.ratio:.2f}", row.reference) for row in section.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_render_row(row, widths) for row in rows]
    rule = "|".join("-" * (width + 1) + (":" if place in (1, 2) else "-") for place, width in enumerate(widths))
    return "\n".join([f"## {section.title}", "", section.note, "", lines[0], f"|{rule}|", *lines[1:], ""])


def _render_row(cells: Sequence[str], widths: Sequence[int]) -> str:
    what, figure, ratio, reference = widths
    return f"| {cells[0]:<{what}} | {cells[1]:>{figure}} | {cells[2]:>{ratio}} | {cells[3]:<{reference}} |"


def _describe_counts(counts: Counts) -> str:
    return ", ".join(f"{count:,} {operation.value}" for operation, count in counts.items())
