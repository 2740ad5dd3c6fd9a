"""The reports of many units: what one takes to be checked, and all of them to be added up and printed."""

from __future__ import annotations

from dataclasses import replace

from ballot_server.domain.combined_report import ReceivedFile
from ballot_server.i18n import Language
from ballot_server.services.combine_reports import combine_reports
from ballot_server.services.print_combined import print_combined
from ballot_server.services.read_report import read_report
from bench.reference import measure_against_floor, time_once
from bench.table import Row, Section, compare_with_floor, format_seconds
from tests.support.reports import TWENTY, UnitMeeting, build_report, list_unit

UNITS = 2_000
ROUNDS = 3


def measure_reports() -> Section:
    """Measure one report's check, and what follows once so many are checked."""
    meeting = UnitMeeting(1, TWENTY, absent=3)
    data = build_report(meeting)
    check = measure_against_floor(lambda: read_report(data), ROUNDS)
    units = [list_unit(number) for number in range(1, UNITS + 1)]
    summary = read_report(data)
    files = [
        ReceivedFile(f"{unit.name}.report.json", replace(summary, unit=unit.name, unit_key=unit.key)) for unit in units
    ]
    combining = time_once(lambda: combine_reports(units, files))
    combined = combine_reports(units, files)
    printing = time_once(lambda: print_combined(combined, Language.VIETNAMESE))
    checks = check.seconds * UNITS
    reference = f"{format_seconds(checks)}, the checks of {UNITS:,} reports"
    rows = [
        compare_with_floor(f"check a report of {len(TWENTY)} ballots", check),
        Row(f"add up {UNITS:,} reports", format_seconds(combining), combining / checks, reference),
        Row("print them as PDF, XLSX and JSON", format_seconds(printing), printing / checks, reference),
    ]
    note = (
        f"One vote with one contest of two options: {len(data):,} bytes, {summary.proofs} proofs,"
        f" {summary.signatures} signatures. Checks run in as many processes as there are cores."
    )
    return Section("Reports of many units", rows, note)
