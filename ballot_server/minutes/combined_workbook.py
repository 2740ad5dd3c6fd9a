"""A combined report as XLSX: what a superior committee files, sorts and copies from."""

from __future__ import annotations

from ballot_server.domain.combined_report import CombinedReport
from ballot_server.i18n import Language
from ballot_server.minutes.combined_contests import compose_contests, compose_options
from ballot_server.minutes.combined_figures import find_day, list_figures, list_notes
from ballot_server.minutes.combined_tables import (
    compose_left_out,
    compose_missing,
    compose_outcomes,
    compose_reports,
    compose_rule_set,
    compose_units,
)
from ballot_server.minutes.combined_wording import CombinedWording
from ballot_server.minutes.sheet import CellKind, Sheet, SheetColumn, SheetValue
from ballot_server.minutes.sheet_workbook import write_workbook


def render_combined_workbook(combined: CombinedReport, language: Language = Language.VIETNAMESE) -> bytes:
    """Return the workbook, the same bytes for the same report; totals are values, and no cell is a formula."""
    words = CombinedWording(language)
    rule_sets = [compose_rule_set(combined, total, words) for total in combined.total.rule_sets]
    sheets = (
        _compose_summary(combined, words),
        compose_outcomes(combined, words),
        compose_units(combined, words),
        *rule_sets,
        compose_contests(combined, words),
        compose_options(combined, words),
        compose_reports(combined, words),
        compose_missing(combined, words),
        compose_left_out(combined, words),
    )
    return write_workbook(sheets, title=words.say("title"), dated=find_day(combined))


def _compose_summary(combined: CombinedReport, words: CombinedWording) -> Sheet:
    rows: list[tuple[SheetValue, ...]] = [(each.label, each.value) for each in list_figures(combined, words)]
    rows += [(note, None) for note in list_notes(combined, words)]
    return Sheet(
        title=words.say("table.summary"),
        columns=(
            SheetColumn(words.say("title"), width=84),
            SheetColumn(words.say("column.how_many"), CellKind.NUMBER, 40),
        ),
        rows=tuple(rows),
    )
