"""Charts of contests: the one drawing that minutes, slides, projector and picture files share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import Literal

from ballot_server.i18n import Language
from ballot_server.minutes.document import BarTone, Chart, ChartBar, ChartThreshold
from ballot_server.minutes.printable_values import encode_printable
from ballot_server.minutes.record import ContestRecord, OptionRecord
from ballot_server.minutes.typesetting import Json, typeset_picture
from ballot_server.minutes.wording import NO_SHARE, Wording

PICTURE_TEMPLATE = "chart_picture.typ"
PICTURE_PPI = 200
_LONGEST_LABEL = 90
_LONGEST_TITLE = 200
_LONGEST_OPTION_AT_LINE = 32
_LETTERS_A_LINE = 25
_LINES_A_PIECE = 30
_BARS_A_PIECE = 20


class PictureFormat(Enum):
    """A picture's file format; the value is the suffix of its name."""

    PNG = "png"
    SVG = "svg"


def compose_chart(contest: ContestRecord, wording: Wording) -> Chart:
    """Return a contest's bars in the order of its table, blank ballots last, with what each option needed.

    Long texts are cut short: the table beside the chart has them in full.
    """
    whole = contest.bases[0].value if contest.bases else 0
    bars = (*(_draw_option(option, contest, wording) for option in contest.options), _draw_blank(contest, wording))
    thresholds, lines_cross = _draw_thresholds(contest, wording)
    end = max(whole, *(bar.count + bar.carried for bar in bars), *(line.needed for line in thresholds), 1)
    axis = _write_axis(contest, end, wording)
    title = cut_short(contest.subject, _LONGEST_TITLE)
    chart = Chart(
        title=title,
        bars=bars,
        whole=whole,
        end=end,
        thresholds=thresholds,
        lines_cross=lines_cross,
        caption=" ".join([axis, *_explain_fillings(bars, wording)]),
        description="",
    )
    return _describe(chart, axis, wording)


def cut_short(text: str, most: int) -> str:
    """Return a text of at most `most` characters, with an ellipsis where it was cut."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _draw_option(option: OptionRecord, contest: ContestRecord, wording: Wording) -> ChartBar:
    rows = [row for row in contest.cumulation if row.option == option.label]
    reached = any(test.passed for test in contest.tests if test.option == option.label)
    return ChartBar(
        label=cut_short(option.label, _LONGEST_LABEL),
        count=option.count,
        share=wording.write_share(option.count, contest.bases[0].value) if contest.bases else NO_SHARE,
        carried=rows[0].run - rows[0].votes if rows else 0,
        tone=BarTone.REACHED if reached or any(row.reached for row in rows) else BarTone.PLAIN,
    )


def _draw_blank(contest: ContestRecord, wording: Wording) -> ChartBar:
    has_share = bool(contest.bases) and contest.bases[0].holds_blank
    share = wording.write_share(contest.blank.count, contest.bases[0].value) if has_share else NO_SHARE
    return ChartBar(contest.blank.label, contest.blank.count, share, tone=BarTone.BLANK)


def _draw_thresholds(contest: ContestRecord, wording: Wording) -> tuple[tuple[ChartThreshold, ...], bool]:
    """Return a line for each number that is needed, the smallest first, and whether all concern the same bars."""
    needs = {(row.needed, row.option) for row in contest.cumulation}
    needs |= {(test.needed, test.option) for test in contest.tests}
    lines = {
        needed: tuple(at for at, option in enumerate(contest.options) if (needed, option.label) in needs)
        for needed in sorted({needed for needed, _ in needs})
    }
    lines_cross = len(set(lines.values())) == 1
    thresholds = []
    for needed, bars in lines.items():
        label = wording.say("chart.needed", needed=needed)
        if lines_cross and len(bars) == 1 < len(contest.options):
            option = contest.options[bars[0]].label
            if len(option) <= _LONGEST_OPTION_AT_LINE:
                label = wording.say("chart.option_needed", option=option, needed=needed)
        thresholds.append(ChartThreshold(label, needed, bars))
    return tuple(thresholds), lines_cross


def _write_axis(contest: ContestRecord, end: int, wording: Wording) -> str:
    if not contest.bases:
        return wording.say("chart.axis_bare", end=end)
    own = contest.bases[0]
    base = cut_short(own.short or own.label, _LONGEST_LABEL)
    key = "chart.axis" if own.value == end else "chart.axis_beyond"
    return wording.say(key, end=end, base=base, whole=own.value)


def _explain_fillings(bars: Sequence[ChartBar], wording: Wording) -> list[str]:
    """Return what each filling that occurs means."""
    return [
        *([wording.say("chart.reached")] if any(bar.tone is BarTone.REACHED for bar in bars) else []),
        *([wording.say("chart.carried")] if any(bar.carried for bar in bars) else []),
        wording.say("chart.blank"),
    ]


def _describe(chart: Chart, axis: str, wording: Wording) -> Chart:
    """Return the chart with every number of it in its description."""
    bars = "; ".join(
        wording.say(
            "chart.bar_carried" if bar.carried else "chart.bar",
            label=bar.label,
            count=bar.count,
            share="" if bar.share == NO_SHARE else f" ({bar.share})",
            run=bar.count + bar.carried,
        )
        for bar in chart.bars
    )
    every = tuple(at for at, bar in enumerate(chart.bars) if bar.tone is not BarTone.BLANK)
    lines = " ".join(
        wording.say(
            "chart.line",
            options=wording.say("chart.all_options")
            if line.bars == every
            else ", ".join(f"“{chart.bars[at].label}”" for at in line.bars),
            needed=line.needed,
        )
        for line in chart.thresholds
    )
    description = wording.say("chart.description", title=chart.title, axis=axis, bars=bars, lines=lines)
    return replace(chart, description=description.strip())


def split_chart(
    chart: Chart, wording: Wording, *, most_bars: int = _BARS_A_PIECE, most_lines: int = _LINES_A_PIECE
) -> tuple[Chart, ...]:
    """Return a chart in as few pieces of nearly one length as can be, all with the same axis and lines.

    Each piece describes its own bars; lines that concern none of them are left out. most_lines: of labels, which take
    several where they are long.
    """
    least = len(_share_bars(chart, most_bars, most_lines))
    shortest = min(most_bars, -(-len(chart.bars) // least))
    shares = (_share_bars(chart, bars, most_lines) for bars in range(shortest, most_bars + 1))
    pieces = next(pieces for pieces in shares if len(pieces) == least)
    return (chart,) if least == 1 else tuple(_cut_piece(chart, piece, wording) for piece in pieces)


def _share_bars(chart: Chart, most_bars: int, most_lines: int) -> list[list[int]]:
    """Return the places of bars piece by piece, each as full as it may be."""
    pieces: list[list[int]] = []
    height = 0
    for at, bar in enumerate(chart.bars):
        lines = 1 + len(bar.label) // _LETTERS_A_LINE
        if not pieces or height + lines > most_lines or len(pieces[-1]) == most_bars:
            pieces.append([])
            height = 0
        pieces[-1].append(at)
        height += lines
    if len(pieces) > 1 and [chart.bars[at].tone for at in pieces[-1]] == [BarTone.BLANK]:
        # Blank ballots alone say nothing: they stay with the last options, as one bar more.
        pieces[-2:] = [[*pieces[-2], *pieces[-1]]]
    return pieces


def _cut_piece(chart: Chart, piece: list[int], wording: Wording) -> Chart:
    places = {at: place for place, at in enumerate(piece)}
    lines = tuple(
        replace(line, bars=tuple(places[at] for at in line.bars if at in places))
        for line in chart.thresholds
        if any(at in places for at in line.bars)
    )
    cut = replace(chart, bars=tuple(chart.bars[at] for at in piece), thresholds=lines)
    return _describe(cut, chart.caption, wording)


def render_chart(chart: Chart, picture: PictureFormat, language: Language = Language.VIETNAMESE) -> bytes:
    """Return a chart under its title as a picture, the same bytes for the same chart.

    Raises: TypesettingError if it cannot be drawn.
    """
    data: dict[str, Json] = {"chart": encode_printable(chart), "language": language.value}
    suffix: Literal["png", "svg"] = "png" if picture is PictureFormat.PNG else "svg"
    return typeset_picture(PICTURE_TEMPLATE, data, suffix=suffix, ppi=PICTURE_PPI)
