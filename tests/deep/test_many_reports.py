"""Some hundred units report, among them forgers and the careless: each file ends in its place, each number is right."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from crypto.bodies import EntryKind
from tests.support.command_line import run_phieukin
from tests.support.reports import (
    HELD_ON,
    TWENTY,
    UnitMeeting,
    alter_report,
    build_report,
    hold_meeting,
    list_unit,
    sign_report,
    write_reports,
    write_units,
)

HONEST = 240
SMALL = UnitMeeting(0, votes=(0, 0, 1), absent=0)


def write_strange_reports(folder: Path) -> Counter[str]:
    """Write reports that must be left out, from units above the honest ones; return how many for each cause."""
    expected: Counter[str] = Counter()

    def write(cause: str, data: bytes) -> None:
        expected[cause] += 1
        (folder / f"strange-{cause}-{expected[cause]}.report.json").write_bytes(data)

    for number in range(HONEST + 1, HONEST + 6):
        meeting = replace(SMALL, number=number)
        entries = hold_meeting(meeting).entries
        honest = sign_report(meeting, entries)
        write("not_a_report", honest[:-1])
        write("not_a_report", os.urandom(1_000))
        write("wrong_signature", alter_report(honest, lambda report: report.update(superior="Đảng bộ khác")))
        write("envelope_differs", sign_report(meeting, entries, unit="Chi bộ khác"))
        write("archive_fails", sign_report(meeting, [each for each in entries if each.kind is not EntryKind.MINUTES]))
        write("not_ended", sign_report(meeting, entries[:-1]))
        write("rehearsal", build_report(replace(meeting, rehearsal=True)))
        write("other_unit", sign_report(meeting, entries, key=number + 10))
        write("foreign", sign_report(meeting, entries, key=9_000))
        write("other_day", build_report(replace(meeting, held_on=HELD_ON - timedelta(days=400))))
        write("contradicted", build_report(replace(meeting, occasion=2)))
        write("contradicted", build_report(replace(meeting, occasion=2, votes=(1, 1, 1))))
        write("doubled", (folder / f"{number - HONEST:04}.report.json").read_bytes())
    return expected


def test_hundreds_of_reports_are_counted_and_every_strange_one_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    write_reports(folder, HONEST, processes=2)
    expected = write_strange_reports(folder)
    units = [list_unit(number) for number in range(1, HONEST + 21)]
    (tmp_path / "units.csv").write_bytes(write_units(units))
    finished = run_phieukin(
        "report", "combine", folder, "--units", tmp_path / "units.csv", "--out", tmp_path / "out", "--json",
        "--from", "2026-01-01", "--until", "2026-12-31",
    )  # fmt: skip
    told = json.loads(finished.output)
    assert finished.status == 1
    assert Counter(each["cause"] for each in told["left_out"]) == expected
    assert (told["reported"], told["meetings"], told["ballots"]) == (HONEST, HONEST, HONEST * len(TWENTY))
    assert told["missing"] == [unit.name for unit in units[HONEST:]]
