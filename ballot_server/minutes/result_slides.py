"""Slides of published results for the projector: what the minutes say, in big letters and without the rest."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ballot_server.i18n import Language, translate
from ballot_server.minutes.charts import compose_chart, cut_short, split_chart
from ballot_server.minutes.contest_composition import has_summary
from ballot_server.minutes.document import Alignment, Chart, Column, Fact, Table
from ballot_server.minutes.printable_values import encode_value
from ballot_server.minutes.record import ContestRecord, ElectionRecord, OptionRecord
from ballot_server.minutes.slide import ContestSlide, NumbersSlide, Slide, SummarySlide, TitleSlide
from ballot_server.minutes.typesetting import Json, make_data_printable, typeset
from ballot_server.minutes.wording import Wording, group_characters

TEMPLATE = "result_slides.typ"
MOST_BARS = 6
"""So many bars stand on one slide in letters that a room can read."""

_MOST_LABEL_LINES = 10
_MOST_LETTERS = 260
_LETTERS_WITHOUT_ROWS = 700
_LETTERS_A_ROW = 110
_LONGEST_TEXT = 400
_LONGEST_CELL = 65
_LONGEST_NAME = 90
_LETTERS_A_CELL_LINE = 22
_SUMMARY_LINES = 14
_SUMMARY_ROWS = 7
_GROUP_LETTERS_BESIDE_OUTCOME = 300
_GROUP_LETTERS = 550

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class SlidesRecord:
    """What slides of a meeting are made of: its elections that are published, and nothing of any other.

    `head` is the head that the minutes carry, as 32 characters without spaces, empty while there are no minutes.
    """

    superior: str
    unit: str
    place: str
    date: datetime.date
    rehearsal: bool
    head: str
    elections: tuple[ElectionRecord, ...]


def render_result_slides(record: SlidesRecord, language: Language = Language.VIETNAMESE) -> bytes:
    """Return the slides as PDF, 33.87 × 19.05 cm each, the same bytes for the same record.

    Raises: TypesettingError if they cannot be set.
    """
    wording = Wording(language)
    data: dict[str, Json] = {
        "slides": [encode_value(slide) for slide in compose_slides(record, language)],
        "title": _say("heading", language),
        "unit": record.unit,
        "rehearsal": wording.say("rehearsal_mark") if record.rehearsal else "",
        "rehearsal_line": _say("rehearsal", language) if record.rehearsal else "",
        "head": _say("head", language, code=group_characters(record.head)) if record.head else "",
        "clause_label": _say("clause", language),
        "language": language.value,
    }
    printable = make_data_printable(data)
    printable["replaced"] = wording.describe_replaced(data)
    return typeset(TEMPLATE, printable, dated=record.date)


def compose_slides(record: SlidesRecord, language: Language) -> tuple[Slide, ...]:
    """Return the slides of a meeting in order."""
    wording = Wording(language)
    first = TitleSlide(
        superior=cut_short(record.superior, _LONGEST_TEXT),
        unit=cut_short(record.unit, _LONGEST_TEXT),
        title=_say("heading", language),
        day=wording.write_date(record.date),
        place=cut_short(record.place, _LONGEST_TEXT),
    )
    return (first, *(slide for election in record.elections for slide in compose_election_slides(election, language)))


def compose_election_slides(
    election: ElectionRecord, language: Language, *, summary_rows: int = _SUMMARY_ROWS
) -> tuple[Slide, ...]:
    """Return the slides of one election: its numbers, a summary of many contests, and every contest.

    summary_rows: so many contests, or fewer with long texts, are summed up on one slide.
    """
    wording = Wording(language)
    slides: list[Slide] = [_compose_numbers(election, language)]
    if has_summary(election):
        slides.extend(_compose_summaries(election, wording, summary_rows))
    for number in range(1, len(election.contests) + 1):
        slides.extend(_compose_contest(election, number, wording))
    return tuple(slides)


def _compose_numbers(election: ElectionRecord, language: Language) -> NumbersSlide:
    base, slips = election.base, election.slips
    counts = {
        "summoned": election.summoned,
        "present": election.present,
        "issued": slips.issued,
        "returned": slips.returned,
        "not_returned": slips.not_returned,
        "valid": slips.valid,
        "blank": slips.blank,
        "invalid": slips.invalid,
    }
    needs = [
        _say(
            "need_for_each" if each.for_each else "need",
            language,
            option=each.option,
            words=each.words,
            needed=each.needed,
            base=each.base,
        )
        for each in election.thresholds
    ]
    sentences = {"rule": election.rule_set.title, "base": base.parts, "needs": "; ".join(needs)}
    return NumbersSlide(
        election=cut_short(election.title, _LONGEST_TEXT),
        sentences=tuple(
            Fact(_say(name, language), cut_short(text, _LONGEST_TEXT)) for name, text in sentences.items() if text
        ),
        figures=tuple(
            Fact(_say(name, language), _say("apart", language) if count is None else str(count))
            for name, count in counts.items()
        ),
        doubt="" if election.rule_set.in_force else _say("not_in_force", language),
    )


def _compose_summaries(election: ElectionRecord, wording: Wording, most_rows: int) -> list[SummarySlide]:
    options = tuple(Column(option.label, Alignment.CENTER, weight=2) for option in election.contests[0].options)
    columns = (
        Column(wording.say("contest.order"), Alignment.CENTER),
        Column(wording.say("contest.subject"), weight=5),
        *options,
        Column(wording.say("contest.blank_short"), Alignment.CENTER),
        Column(wording.say("contest.outcome"), weight=5),
    )
    rows = [
        (
            str(place),
            cut_short(contest.subject, _LONGEST_CELL),
            *(str(option.count) for option in contest.options),
            str(contest.blank.count),
            cut_short(contest.outcome, _LONGEST_CELL),
        )
        for place, contest in enumerate(election.contests, 1)
    ]
    parts = _share_out(
        rows,
        lambda row: max(_SUMMARY_LINES // most_rows, 1 + max(map(len, row)) // _LETTERS_A_CELL_LINE),
        _SUMMARY_LINES,
    )
    title = cut_short(election.title, _LONGEST_TEXT)
    return [
        SummarySlide(title, Table(columns, tuple(part)), _name_part(place, len(parts)))
        for place, part in enumerate(parts, 1)
    ]


def _compose_contest(election: ElectionRecord, number: int, wording: Wording) -> list[ContestSlide]:
    """Return a contest's slides: charts, what it came to, and what its options came to, on as few as are readable."""
    contest = election.contests[number - 1]
    place = "" if len(election.contests) == 1 else f"{number}/{len(election.contests)}"
    title, subject = cut_short(election.title, _LONGEST_TEXT), cut_short(contest.subject, _LONGEST_TEXT)
    bare = ContestSlide(title, number, place, subject)
    concluded = replace(
        bare,
        outcome=cut_short(contest.outcome, _LONGEST_TEXT),
        clause=cut_short(contest.clause, _LONGEST_TEXT),
        note=cut_short(contest.note, _LONGEST_TEXT),
    )
    charts = compose_chart_parts(contest, wording)
    if len(charts) == 1 and _fits_beside_chart(contest, charts[0]):
        return [replace(concluded, piece=1, chart=charts[0])]
    drawn = [
        replace(bare, part=_name_part(piece, len(charts)), piece=piece, chart=chart)
        for piece, chart in enumerate(charts, start=1)
    ]
    groups = _group_options(contest)
    letters = sum(len(group.label) + len(group.value) for group in groups)
    if letters <= _GROUP_LETTERS_BESIDE_OUTCOME:
        return [*drawn, replace(concluded, groups=groups)]
    parts = _split_groups(groups)
    listed = [replace(bare, part=_name_part(part, len(parts)), groups=(each,)) for part, each in enumerate(parts, 1)]
    return [*drawn, concluded, *listed]


def compose_chart_parts(contest: ContestRecord, wording: Wording) -> tuple[Chart, ...]:
    """Return a contest's chart, or where it has many options several of the same measure with a few options each."""
    return split_chart(compose_chart(contest, wording), wording, most_bars=MOST_BARS, most_lines=_MOST_LABEL_LINES)


def _fits_beside_chart(contest: ContestRecord, chart: Chart) -> bool:
    """Tell whether words and chart fit on one slide in large letters: the higher the chart, the fewer letters do."""
    if any(option.outcome for option in contest.options):
        return False
    letters = sum(len(text) for text in (contest.subject, contest.outcome, contest.clause, contest.note))
    rows = len(chart.bars) + (len(chart.thresholds) if chart.lines_cross else 0)
    return letters <= min(_MOST_LETTERS, _LETTERS_WITHOUT_ROWS - _LETTERS_A_ROW * rows)


def _group_options(contest: ContestRecord) -> tuple[Fact, ...]:
    """Return the options under what each came to, those with the most votes first; none where options have no own."""
    ranked = sorted(contest.options, key=lambda option: -option.count)
    outcomes = dict.fromkeys(option.outcome for option in ranked if option.outcome)
    return tuple(
        Fact(outcome, "; ".join(_cut_label(option) for option in contest.options if option.outcome == outcome))
        for outcome in outcomes
    )


def _cut_label(option: OptionRecord) -> str:
    return cut_short(option.label, _LONGEST_NAME)


def _split_groups(groups: tuple[Fact, ...]) -> list[Fact]:
    """Return groups in parts of so few names that each part fits on a slide."""
    return [
        Fact(group.label, "; ".join(names))
        for group in groups
        for names in _share_out(group.value.split("; "), len, _GROUP_LETTERS)
    ]


def _share_out(items: Sequence[_Item], measure: Callable[[_Item], int], most: int) -> list[list[_Item]]:
    """Return items in parts that measure at most so much together, a larger one alone."""
    parts: list[list[_Item]] = []
    room = 0
    for item in items:
        room -= measure(item)
        if not parts or room < 0:
            parts.append([])
            room = most - measure(item)
        parts[-1].append(item)
    return parts


def _name_part(place: int, count: int) -> str:
    return "" if count == 1 else f"{place}/{count}"


def _say(key: str, language: Language, /, **fields: object) -> str:
    return translate(f"result_slides.{key}", language, **fields)
