"""A combined report as PDF: what a superior committee signs, and behind it every unit's numbers.

The signed part is short however many units there are; the tables by unit and by contest follow as annexes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ballot_server.domain.combined_report import CombinedReport, RuleSetTotal
from ballot_server.domain.received_report import ContestSummary, ElectionSummary
from ballot_server.i18n import Language
from ballot_server.minutes.combined_contests import describe_tests, list_contests
from ballot_server.minutes.combined_figures import find_day, find_superior, list_elections, list_figures, list_notes
from ballot_server.minutes.combined_tables import (
    compose_left_out,
    compose_missing,
    compose_reports,
    compose_rule_set,
    compose_units,
)
from ballot_server.minutes.combined_wording import CombinedWording, read_share
from ballot_server.minutes.printable_values import encode_record
from ballot_server.minutes.sheet import CellKind, Share, Sheet, SheetColumn, SheetValue
from ballot_server.minutes.typesetting import make_data_printable, typeset
from ballot_server.minutes.wording import Wording

TEMPLATE = "combined_report.typ"
MOST_TAGGED_ROWS = 3_000
"""Beyond so many rows of tables the print carries no structure for readers for the blind: the JSON and XLSX do."""


MOST_PRINTED_CONTESTS = 2_000
"""Beyond so many contests, some 150 pages, nobody reads them on paper: the print says where they are instead."""

MOST_HEADING_LETTERS, SHORTEST_HEADING = 1_600, 20
"""Letters of all headings of a table, and of one however many columns there are."""

LONGEST_PRINTED = 600
"""Letters of one text: no unit fills the superior's pages. Minutes, workbook and JSON have a longer one whole."""


@dataclass(frozen=True)
class PrintedColumn:
    """A column of a printed table: its heading, its part of the line's width, and whether it holds numbers."""

    title: str
    weight: int
    is_number: bool


@dataclass(frozen=True)
class PrintedTable:
    """A table with every value written out; without rows it says so."""

    title: str
    columns: tuple[PrintedColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    strong_rows: tuple[int, ...]


@dataclass(frozen=True)
class PrintedSection:
    """A heading and the tables below it; without tables it says `instead`, or that there is nothing."""

    title: str
    tables: tuple[PrintedTable, ...]
    instead: str = ""


@dataclass(frozen=True)
class PrintedBand:
    """An outcome and how many of `whole` came to it, which a bar shows."""

    label: str
    count: int
    whole: int


@dataclass(frozen=True)
class PrintedRuleSet:
    """A rule-set, what was held under it, and its outcomes."""

    title: str
    facts: str
    bands: tuple[PrintedBand, ...]


@dataclass(frozen=True)
class PrintedCombination:
    """The whole print."""

    language: str
    heading: str
    superior: str
    day: str
    title: str
    subtitle: str
    page_label: str
    nothing: str
    figures_title: str
    figures: tuple[tuple[str, str], ...]
    rule_sets_title: str
    rule_sets: tuple[PrintedRuleSet, ...]
    sections: tuple[PrintedSection, ...]
    notes_title: str
    notes: tuple[str, ...]
    signatures: tuple[str, ...]
    sign_here: str
    annexes: tuple[PrintedSection, ...]


def render_combined_pdf(combined: CombinedReport, language: Language = Language.VIETNAMESE) -> bytes:
    """Return the report as PDF/A-2b on A4 landscape, the same bytes for the same report.

    Raises: TypesettingError if the pages cannot be set.
    """
    words = CombinedWording(language)
    composed = _compose(combined, words)
    rows = sum(len(table.rows) for part in (*composed.sections, *composed.annexes) for table in part.tables)
    data = encode_record(composed)
    printable = make_data_printable(data)
    printable["replaced"] = Wording(language).describe_replaced(data)
    return typeset(TEMPLATE, printable, dated=find_day(combined), has_tags=rows <= MOST_TAGGED_ROWS)


def _compose(combined: CombinedReport, words: CombinedWording) -> PrintedCombination:
    listed = len(combined.units)
    return PrintedCombination(
        language=words.language.value,
        heading=words.say("heading"),
        superior=_cut(find_superior(combined)) or words.say("body"),
        day=words.say("day"),
        title=words.say("print_title"),
        subtitle=words.say("print_subtitle", listed=listed),
        page_label=words.say("page"),
        nothing=words.say("nothing"),
        figures_title=words.say("section.figures"),
        figures=tuple((each.label, str(each.value)) for each in list_figures(combined, words)),
        rule_sets_title=words.say("section.outcomes"),
        rule_sets=tuple(_compose_rule_set(combined, total, words) for total in combined.total.rule_sets),
        sections=(
            _compose_section("missing", [compose_missing(combined, words)], words),
            _compose_section("left_out", [compose_left_out(combined, words)], words),
        ),
        notes_title=words.say("section.notes"),
        notes=(words.say("checked"), *map(_cut, list_notes(combined, words))),
        signatures=(words.say("signer"), words.say("head")),
        sign_here=words.say("sign_here"),
        annexes=(
            _compose_section("units", [compose_units(combined, words)], words),
            _compose_section(
                "rule_sets", [compose_rule_set(combined, total, words) for total in combined.total.rule_sets], words
            ),
            _compose_contest_section(combined, words),
            _compose_section("reports", [compose_reports(combined, words)], words),
        ),
    )


def _compose_rule_set(combined: CombinedReport, total: RuleSetTotal, words: CombinedWording) -> PrintedRuleSet:
    version = total.rule_set.version
    candidates = sum(each.count for each in total.standings)
    facts = words.say(
        "rule_set.facts",
        version=words.say("rule_set.undated") if version is None else words.write_day(version),
        marks=", ".join(sorted({each.mark for each in list_elections(combined) if _is_under(each, total)})),
        elections=total.elections,
        contests=total.contests,
        issued=total.issued,
        returned=total.returned,
        valid=total.valid,
    )
    bands = [PrintedBand(_cut(words.read(each.text)), each.count, total.contests) for each in total.outcomes]
    bands += [PrintedBand(_cut(words.read(each.text)), each.count, candidates) for each in total.standings]
    return PrintedRuleSet(_cut(words.read(total.rule_set.title)), facts, tuple(bands))


def _is_under(election: ElectionSummary, total: RuleSetTotal) -> bool:
    return election.rule_set.digest == total.rule_set.digest


def _compose_section(name: str, sheets: Sequence[Sheet], words: CombinedWording) -> PrintedSection:
    title = words.say(f"section.{name}")
    return PrintedSection(title, tuple(_print_table(sheet, words, has_title=len(sheets) > 1) for sheet in sheets))


def _compose_contest_section(combined: CombinedReport, words: CombinedWording) -> PrintedSection:
    contests = combined.total.contests
    if contests > MOST_PRINTED_CONTESTS:
        instead = words.say("too_many", contests=contests, sheet=words.say("table.contests"))
        return PrintedSection(words.say("section.contests"), (), instead)
    sheets = [_compose_contests(combined, total, words) for total in combined.total.rule_sets]
    return _compose_section("contests", sheets, words)


def _print_table(sheet: Sheet, words: CombinedWording, *, has_title: bool) -> PrintedTable:
    return PrintedTable(
        title=_cut(sheet.title) if has_title else "",
        columns=tuple(
            PrintedColumn(_shorten_heading(each.title, len(sheet.columns)), each.width, _is_number(each))
            for each in sheet.columns
        ),
        rows=tuple(tuple(_write_value(value, words) for value in row) for row in sheet.rows),
        strong_rows=tuple(sorted(sheet.strong_rows)),
    )


def _shorten_heading(title: str, columns: int) -> str:
    """Return a heading that leaves room below it on every page, where it is repeated."""
    return _cut(title, max(MOST_HEADING_LETTERS // columns, SHORTEST_HEADING))


def _cut(text: str, longest: int = LONGEST_PRINTED) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _is_number(column: SheetColumn) -> bool:
    return column.kind in (CellKind.NUMBER, CellKind.SHARE)


def _write_value(value: SheetValue, words: CombinedWording) -> str:
    match value:
        case None:
            return ""
        case Share():
            return words.write_share(value)
        case date():
            return words.write_day(value)
        case int():
            return str(value)
        case str():
            return _cut(value)


def _compose_contests(combined: CombinedReport, total: RuleSetTotal, words: CombinedWording) -> Sheet:
    """Return a row for every contest under a rule-set, its options one after another in one cell."""
    rows = tuple(
        (
            f"{unit.name} – {words.write_day(report.held_on)}",
            words.read(contest.subject),
            contest.base,
            describe_tests(contest, words),
            _write_votes(contest, words),
            contest.blank,
            election.invalid,
            words.read(contest.outcome_text),
        )
        for unit, report, election, contest in list_contests(combined)
        if _is_under(election, total)
    )
    return Sheet(
        title=words.read(total.rule_set.title),
        columns=(
            SheetColumn(words.say("column.unit_and_day"), width=30),
            SheetColumn(words.say("column.subject"), width=32),
            SheetColumn(words.say("column.base_value"), CellKind.NUMBER, 8),
            SheetColumn(words.say("column.tests"), width=32),
            SheetColumn(words.say("column.votes"), width=50),
            SheetColumn(words.say("column.blank"), CellKind.NUMBER, 9),
            SheetColumn(words.say("column.invalid"), CellKind.NUMBER, 9),
            SheetColumn(words.say("column.outcome"), width=38),
        ),
        rows=rows,
    )


def _write_votes(contest: ContestSummary, words: CombinedWording) -> str:
    return "; ".join(
        f"{words.read(option.label)}: {option.count}"
        + ("" if (share := read_share(option.share)) is None else f" ({words.write_share(share)})")
        + ("" if option.standing_text is None else f", {words.read(option.standing_text)}")
        for option in contest.options
    )
