"""The slides of published results as plain values: what each kind of slide says, and nothing of how it looks."""

from __future__ import annotations

from dataclasses import dataclass, field

from ballot_server.minutes.document import Chart, Fact, Table


@dataclass(frozen=True)
class TitleSlide:
    """The first slide."""

    superior: str
    unit: str
    title: str
    day: str
    place: str
    kind: str = field(default="title", init=False)


@dataclass(frozen=True)
class NumbersSlide:
    """An election's rule, base and thresholds as sentences, and its counts; a doubt about the rule if there is one."""

    election: str
    sentences: tuple[Fact, ...]
    figures: tuple[Fact, ...]
    doubt: str
    kind: str = field(default="numbers", init=False)


@dataclass(frozen=True)
class SummarySlide:
    """Several contests in one table; `part` as "2/3", empty where the table is on one slide."""

    election: str
    table: Table
    part: str
    kind: str = field(default="summary", init=False)


@dataclass(frozen=True)
class ContestSlide:
    """A contest's chart, or its conclusion, or both.

    `number` counts contests from 1, `place` says so where there are several ("3/14"). `part` as "1/8" numbers the
    charts, or the lists, of a contest with many options; `piece` counts the charts alone, from 1. `groups` are the
    options under what each of them came to, on slides of their own where they are many. Every slide has
    a chart, an outcome or groups.
    """

    election: str
    number: int
    place: str
    subject: str
    part: str = ""
    piece: int = 0
    chart: Chart | None = None
    outcome: str = ""
    clause: str = ""
    note: str = ""
    groups: tuple[Fact, ...] = ()
    kind: str = field(default="contest", init=False)


Slide = TitleSlide | NumbersSlide | SummarySlide | ContestSlide
