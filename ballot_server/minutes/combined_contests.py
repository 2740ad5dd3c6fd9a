"""The tables of a combined report by contest and by option, and how one contest's numbers are told."""

from __future__ import annotations

from collections.abc import Iterator

from ballot_server.domain.combined_report import CombinedReport, ListedUnit
from ballot_server.domain.received_report import ContestSummary, ElectionSummary, OptionSummary, ReportSummary
from ballot_server.minutes.combined_wording import CombinedWording, read_share
from ballot_server.minutes.sheet import CellKind, Sheet, SheetColumn, SheetValue

MOST_OPTIONS = 6
"""So many options stand beside each other; those of contests with more stand in the table of options alone."""

_NUMBER, _SHARE, _DATE = CellKind.NUMBER, CellKind.SHARE, CellKind.DATE


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
    return Sheet(
        title=words.say("table.contests"),
        columns=(
            *_list_contest_columns(words),
            SheetColumn(words.say("column.mark"), width=9),
            SheetColumn(words.say("column.base"), width=22),
            SheetColumn(words.say("column.base_value"), _NUMBER, 10),
            SheetColumn(words.say("column.needed"), _NUMBER, 10),
            SheetColumn(words.say("column.tests"), width=28),
            *_list_option_columns(places, words),
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


def _list_option_columns(places: int, words: CombinedWording) -> tuple[SheetColumn, ...]:
    parts = (("option_n", CellKind.TEXT, 15), ("count_n", _NUMBER, 8), ("share_n", _SHARE, 10))
    return tuple(
        SheetColumn(words.say(f"column.{name}", number=number), kind, width)
        for number in range(1, places + 1)
        for name, kind, width in parts
    )


def _describe_option(option: OptionSummary, words: CombinedWording) -> tuple[SheetValue, ...]:
    return words.read(option.label), option.count, read_share(option.share)
