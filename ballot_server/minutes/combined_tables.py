"""The tables of a combined report: per rule-set and unit, per contest, per option, missing units, files left out.

Workbook and print show the same tables; a number is taken from the one combined report and worked out nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator

from ballot_server.domain.combined_report import CombinedReport, ListedUnit, RuleSetTotal, UnitReports
from ballot_server.domain.received_report import ContestSummary, ElectionSummary, OptionSummary, ReportSummary
from ballot_server.minutes.combined_wording import CombinedWording, read_share
from ballot_server.minutes.report_sentences import describe_left_out
from ballot_server.minutes.sheet import CellKind, Sheet, SheetColumn, SheetValue

MOST_OPTIONS = 6
"""So many options stand beside each other; those of contests with more stand in the table of options alone."""

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


def compose_contests(combined: CombinedReport, words: CombinedWording) -> Sheet:
    """Return a row for every contest; the options of those with more than `MOST_OPTIONS` are in the other table."""
    contests = list(list_contests(combined))
    shown = [len(contest.options) for _, _, _, contest in contests if len(contest.options) <= MOST_OPTIONS]
    places = max(shown, default=0)
    rows = [
        (
            *_place_contest(unit, report, election, contest, words),
            *_describe_base(election, contest, words),
            *_list_options(contest, places, words),
            contest.blank,
            election.invalid,
            words.read(contest.outcome_text),
        )
        for unit, report, election, contest in contests
    ]
    options = [
        SheetColumn(words.say(f"column.{name}", number=number), kind, width)
        for number in range(1, places + 1)
        for name, kind, width in (
            ("option_n", CellKind.TEXT, 15),
            ("count_n", _NUMBER, 8),
            ("share_n", _SHARE, 10),
        )
    ]
    return Sheet(
        title=words.say("table.contests"),
        columns=(
            *_list_contest_columns(words),
            SheetColumn(words.say("column.mark"), width=9),
            SheetColumn(words.say("column.base"), width=22),
            SheetColumn(words.say("column.base_value"), _NUMBER, 10),
            SheetColumn(words.say("column.needed"), _NUMBER, 10),
            SheetColumn(words.say("column.tests"), width=28),
            *options,
            SheetColumn(words.say("column.blank"), _NUMBER, 9),
            SheetColumn(words.say("column.invalid"), _NUMBER, 9),
            SheetColumn(words.say("column.outcome"), width=34),
        ),
        rows=tuple(rows),
        frozen=2,
    )


def compose_options(combined: CombinedReport, words: CombinedWording) -> Sheet:
    """Return a row for every option of every contest, as tables that turn and filter rows want them."""
    rows = [
        (
            *_place_contest(unit, report, election, contest, words),
            words.read(option.label),
            option.count,
            read_share(option.share),
            contest.base,
            words.read(option.standing_text) if option.standing_text is not None else "",
        )
        for unit, report, election, contest in list_contests(combined)
        for option in contest.options
    ]
    return Sheet(
        title=words.say("table.options"),
        columns=(
            *_list_contest_columns(words),
            SheetColumn(words.say("column.option"), width=34),
            SheetColumn(words.say("column.count"), _NUMBER, 9),
            SheetColumn(words.say("column.share"), _SHARE, 11),
            SheetColumn(words.say("column.base_value"), _NUMBER, 10),
            SheetColumn(words.say("column.standing"), width=24),
        ),
        rows=tuple(rows),
        frozen=2,
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


def list_contests(
    combined: CombinedReport,
) -> Iterator[tuple[ListedUnit, ReportSummary, ElectionSummary, ContestSummary]]:
    """Yield every contest that counts, with its election, report and unit, in the order of the units."""
    for unit in combined.units:
        for accepted in unit.reports:
            for election in accepted.report.elections:
                for contest in election.contests:
                    yield unit.unit, accepted.report, election, contest


def _place_contest(
    unit: ListedUnit, report: ReportSummary, election: ElectionSummary, contest: ContestSummary, words: CombinedWording
) -> tuple[SheetValue, ...]:
    return (
        unit.name,
        report.held_on,
        words.read(election.title),
        words.read(election.rule_set.title),
        words.read(contest.subject),
    )


def _list_contest_columns(words: CombinedWording) -> tuple[SheetColumn, ...]:
    return (
        SheetColumn(words.say("column.unit"), width=26),
        SheetColumn(words.say("column.day"), _DATE, 12),
        SheetColumn(words.say("column.election"), width=24),
        SheetColumn(words.say("column.rule_set"), width=28),
        SheetColumn(words.say("column.subject"), width=28),
    )


def _describe_base(
    election: ElectionSummary, contest: ContestSummary, words: CombinedWording
) -> tuple[SheetValue, ...]:
    needed = {test.needed for test in contest.tests}
    return (
        election.mark,
        words.name_base(election.base_kind),
        contest.base,
        needed.pop() if len(needed) == 1 else None,
        describe_tests(contest, words),
    )


def describe_tests(contest: ContestSummary, words: CombinedWording) -> str:
    """Return each comparison that was made, as minutes print it."""
    labels = {option.id: words.read(option.label) for option in contest.options}
    return "; ".join(
        words.say(
            "test.passed" if test.passed else "test.failed",
            option=labels.get(test.option, test.option),
            needed=test.needed,
            base=test.base,
            got=test.got,
        )
        for test in contest.tests
    )


def _list_options(contest: ContestSummary, places: int, words: CombinedWording) -> tuple[SheetValue, ...]:
    if len(contest.options) > MOST_OPTIONS:
        return (words.say("table.see_options"), *(None,) * (3 * places - 1)) if places else ()
    values: list[SheetValue] = []
    for option in contest.options:
        values += _describe_option(option, words)
    return (*values, *(None,) * (3 * places - len(values)))


def _describe_option(option: OptionSummary, words: CombinedWording) -> tuple[SheetValue, ...]:
    return words.read(option.label), option.count, read_share(option.share)


def _describe_unit(unit: ListedUnit) -> tuple[SheetValue, ...]:
    return unit.name, unit.key, unit.note
