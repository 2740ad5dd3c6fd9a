"""The tables of a combined report by unit, rule-set and outcome; the reports that count, units missing, files left out.

Workbook and print show the same tables; a number is taken from the one combined report and worked out nowhere else.
"""

from __future__ import annotations

from ballot_server.domain.combined_report import CombinedReport, ListedUnit, RuleSetTotal, UnitReports
from ballot_server.minutes.combined_wording import CombinedWording
from ballot_server.minutes.report_sentences import describe_left_out
from ballot_server.minutes.sheet import CellKind, Sheet, SheetColumn, SheetValue

_NUMBER, _SHARE, _DATE = CellKind.NUMBER, CellKind.SHARE, CellKind.DATE
_COUNTS = ("elections", "contests", "summoned", "present", "issued", "returned", "not_returned", "valid", "invalid")


def compose_units(combined: CombinedReport, words: CombinedWording) -> Sheet:
    """Return a row for every listed unit, and the total below."""
    counts = ("meetings", "elections", "contests", "annulled", "summoned", "present", "ballots")
    left_out: dict[str, int] = {}
    for each in combined.left_out:
        left_out[each.unit] = left_out.get(each.unit, 0) + 1
    rows: list[tuple[SheetValue, ...]] = []
    for number, unit in enumerate(combined.units, start=1):
        state = words.say("state.reported" if unit.has_reported else "state.missing")
        numbers = [getattr(unit.total, name) for name in counts]
        rows.append((number, unit.unit.name, state, *numbers, left_out.get(unit.unit.name, 0), unit.unit.note))
    totals = [getattr(combined.total, name) for name in counts]
    rows.append((None, words.say("column.total"), "", *totals, sum(left_out.values()), ""))
    return Sheet(
        title=words.say("table.units"),
        columns=(
            SheetColumn(words.say("column.order"), _NUMBER, 6),
            SheetColumn(words.say("column.unit"), width=36),
            SheetColumn(words.say("column.state"), width=16),
            *(SheetColumn(words.say(f"column.{name}"), _NUMBER, 12) for name in counts),
            SheetColumn(words.say("column.left_out"), _NUMBER, 12),
            SheetColumn(words.say("column.note"), width=24),
        ),
        rows=tuple(rows),
        strong_rows=frozenset({len(rows) - 1}),
        frozen=2,
    )


def compose_rule_set(combined: CombinedReport, total: RuleSetTotal, words: CombinedWording) -> Sheet:
    """Return a row for every unit that voted under a rule-set, and the total below: people, ballots and outcomes."""
    parts = [(unit, found) for unit in combined.units if (found := _find_part(unit, total)) is not None]
    rows: list[tuple[SheetValue, ...]] = [
        (number, unit.unit.name, *_list_numbers(part)) for number, (unit, part) in enumerate(parts, start=1)
    ]
    rows.append((None, words.say("column.total"), *_list_numbers(total)))
    outcomes = [words.read(each.text) for each in (*total.outcomes, *total.standings)]
    return Sheet(
        title=words.read(total.rule_set.title),
        columns=(
            SheetColumn(words.say("column.order"), _NUMBER, 6),
            SheetColumn(words.say("column.unit"), width=36),
            *(SheetColumn(words.say(f"column.{name}"), _NUMBER, 11) for name in _COUNTS),
            *(SheetColumn(outcome, _NUMBER, 18) for outcome in outcomes),
        ),
        rows=tuple(rows),
        strong_rows=frozenset({len(rows) - 1}),
        frozen=2,
    )


def compose_outcomes(combined: CombinedReport, words: CombinedWording) -> Sheet:
    """Return a row for every rule-set and outcome: how many contests came to it, of how many."""
    rows: list[tuple[SheetValue, ...]] = []
    for total in combined.total.rule_sets:
        title, version = words.read(total.rule_set.title), total.rule_set.version
        of = {"outcomes": total.contests, "standings": sum(each.count for each in total.standings)}
        for kind, whole in of.items():
            for each in getattr(total, kind):
                rows.append((title, version, words.say(f"column.{kind}"), words.read(each.text), each.count, whole))
    return Sheet(
        title=words.say("table.outcomes"),
        columns=(
            SheetColumn(words.say("column.rule_set"), width=44),
            SheetColumn(words.say("column.version"), _DATE, 14),
            SheetColumn(words.say("column.of_what"), width=16),
            SheetColumn(words.say("column.outcome"), width=44),
            SheetColumn(words.say("column.how_many"), _NUMBER, 12),
            SheetColumn(words.say("column.of_how_many"), _NUMBER, 12),
        ),
        rows=tuple(rows),
    )


def compose_reports(combined: CombinedReport, words: CombinedWording) -> Sheet:
    """Return every report that counts with the code by which it is compared with its signed minutes."""
    accepted = [(unit.unit, each) for unit in combined.units for each in unit.reports]
    return Sheet(
        title=words.say("table.reports"),
        columns=(
            SheetColumn(words.say("column.order"), _NUMBER, 6),
            SheetColumn(words.say("column.unit"), width=40),
            SheetColumn(words.say("column.day"), _DATE, 12),
            SheetColumn(words.say("column.file"), width=36),
            SheetColumn(words.say("column.head_code"), width=46),
        ),
        rows=tuple(
            (number, unit.name, each.report.held_on, each.file, each.report.head_code)
            for number, (unit, each) in enumerate(accepted, start=1)
        ),
        frozen=2,
    )


def compose_missing(combined: CombinedReport, words: CombinedWording) -> Sheet:
    """Return the units that have not reported, in the list's order."""
    return Sheet(
        title=words.say("table.missing"),
        columns=(
            SheetColumn(words.say("column.order"), _NUMBER, 6),
            SheetColumn(words.say("column.unit"), width=50),
            SheetColumn(words.say("column.key"), width=30),
            SheetColumn(words.say("column.note"), width=40),
        ),
        rows=tuple((number, *_describe_unit(unit)) for number, unit in enumerate(combined.missing, start=1)),
        frozen=2,
    )


def compose_left_out(combined: CombinedReport, words: CombinedWording) -> Sheet:
    """Return every file that is in no total, why, and what to do about it."""
    rows = []
    for number, left in enumerate(combined.left_out, start=1):
        sentence = describe_left_out(left, words.language)
        rows.append((number, left.file, left.unit, sentence.cause, sentence.next_step))
    return Sheet(
        title=words.say("table.left_out"),
        columns=(
            SheetColumn(words.say("column.order"), _NUMBER, 6),
            SheetColumn(words.say("column.file"), width=36),
            SheetColumn(words.say("column.unit"), width=30),
            SheetColumn(words.say("column.cause"), width=48),
            SheetColumn(words.say("column.next_step"), width=48),
        ),
        rows=tuple(rows),
        frozen=2,
    )


def _find_part(unit: UnitReports, total: RuleSetTotal) -> RuleSetTotal | None:
    # The same text by its digest: two units may write different rules under one id.
    return next((part for part in unit.total.rule_sets if part.rule_set.digest == total.rule_set.digest), None)


def _list_numbers(part: RuleSetTotal) -> list[int]:
    counts = [each.count for each in (*part.outcomes, *part.standings)]
    return [*(getattr(part, name) for name in _COUNTS), *counts]


def _describe_unit(unit: ListedUnit) -> tuple[SheetValue, ...]:
    return unit.name, unit.key, unit.note
