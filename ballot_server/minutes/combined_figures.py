"""The figures of a combined report that stand above its tables, and the notes that belong to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ballot_server.domain.combined_report import CombinedReport
from ballot_server.domain.received_report import ElectionSummary, ReportSummary
from ballot_server.minutes.combined_wording import CombinedWording

UNDATED = date(1980, 1, 1)
"""The day inside a file that no meeting dates."""

VERIFIED_MARKS = frozenset({"V", "S"})
"""The marks of rule-sets that were compared with a text; below them a note is due."""


@dataclass(frozen=True)
class Figure:
    """One number or text and what it is."""

    label: str
    value: int | str


def list_reports(combined: CombinedReport) -> Iterator[ReportSummary]:
    """Yield every report that counts, in the order of the units."""
    for unit in combined.units:
        for accepted in unit.reports:
            yield accepted.report


def list_elections(combined: CombinedReport) -> Iterator[ElectionSummary]:
    """Yield every election that counts, in the order of the units."""
    for report in list_reports(combined):
        yield from report.elections


def find_day(combined: CombinedReport) -> date:
    """Return the day that the files bear: of the last meeting, so that no clock is in them."""
    return max((report.held_on for report in list_reports(combined)), default=combined.period.last or UNDATED)


def find_superior(combined: CombinedReport) -> str:
    """Return the one body that all reports name as their superior, or nothing where they name several."""
    named = {report.superior for report in list_reports(combined)}
    return named.pop() if len(named) == 1 else ""


def list_figures(combined: CombinedReport, words: CombinedWording) -> tuple[Figure, ...]:
    """Return the numbers of the whole."""
    total = combined.total
    numbers = {
        "listed": len(combined.units),
        "reported": len(combined.reported),
        "missing": len(combined.missing),
        "files": combined.files,
        "counted": combined.files - len(combined.left_out),
        "left_out": len(combined.left_out),
        "meetings": total.meetings,
        "elections": total.elections,
        "contests": total.contests,
        "annulled": total.annulled,
        "summoned": total.summoned,
        "present": total.present,
        "ballots": total.ballots,
    }
    period = Figure(words.say("figure.period"), words.write_period(combined.period))
    return (period, *(Figure(words.say(f"figure.{name}"), number) for name, number in numbers.items()))


def list_notes(combined: CombinedReport, words: CombinedWording) -> tuple[str, ...]:
    """Return what a reader must know of the numbers: how people are counted, and which texts were not compared."""
    notes = [words.say("note.people"), words.say("note.order"), words.say("note.compare")]
    elections = tuple(list_elections(combined))
    for mark in sorted({each.mark for each in elections} - VERIFIED_MARKS):
        titles = {words.read(each.rule_set.title): None for each in elections if each.mark == mark}
        notes.append(words.say("note.not_checked", mark=mark, titles="; ".join(titles)))
    own = {words.read(each.rule_set.title): None for each in elections if each.rule_set.is_own}
    if own:
        notes.append(words.say("note.own", titles="; ".join(own)))
    outdated = {words.read(each.rule_set.title): None for each in elections if not each.in_force}
    if outdated:
        notes.append(words.say("note.not_in_force", titles="; ".join(outdated)))
    if any(each.is_damaged for report in list_reports(combined) for each in report.annulled):
        notes.append(words.say("note.damaged"))
    return tuple(notes)
