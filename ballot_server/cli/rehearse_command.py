"""`phieukin rehearse SCENARIO.toml --out DIR`: a whole meeting with simulated people, and what it leaves behind.

Exit status: 0; 1 if the scenario is refused or the rehearsal fails; 2 for bad usage, such as a scenario that cannot be
opened. The files appear together at the end, or not at all.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ballot_server.cli.options import add_common_options
from ballot_server.cli.output_folder import check_place, write_files
from ballot_server.cli.progress import ProgressLine
from ballot_server.domain.scenario import Scenario
from ballot_server.i18n import Language, translate
from ballot_server.rehearsal.casting import start_workers
from ballot_server.rehearsal.plans import load_scenario
from ballot_server.rehearsal.run import Rehearsed, rehearse
from ballot_server.services.plain_text import show_text
from ballot_server.services.scenario_problem import (
    ScenarioCause,
    ScenarioError,
    ScenarioProblem,
    describe_scenario_problem,
)
from crypto.board import format_head

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

REHEARSED, WRONG, BAD_USAGE = 0, 1, 2


def register(subparsers: _SubParsersAction[ArgumentParser]) -> None:
    """Add `rehearse` to the command's parser."""
    help_text = translate("rehearse.help", Language.VIETNAMESE)
    parser = subparsers.add_parser("rehearse", help=help_text, description=help_text)
    parser.add_argument("scenario", type=Path, metavar="SCENARIO.toml")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help=translate("rehearse.help_out", Language.VIETNAMESE)
    )
    add_common_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Rehearse, write the files, and say what came out."""
    language: Language = arguments.language
    try:
        scenario = load_scenario(arguments.scenario)
    except ScenarioError as error:
        _print_problems(arguments.scenario, error.problems, language, as_json=arguments.json)
        missing = any(problem.cause is ScenarioCause.FILE_NOT_FOUND for problem in error.problems)
        return BAD_USAGE if missing else WRONG
    check_place(arguments.out)
    contests = sum(election.ballots * len(election.contests) for election in scenario.elections)
    progress = ProgressLine(sys.stderr, language)
    with (
        tempfile.TemporaryDirectory(prefix="phieukin-") as folder,
        start_workers(contests, _count_workers()) as workers,
    ):
        rehearsed = rehearse(
            scenario, data_folder=Path(folder), workers=workers, language=language, on_progress=progress.show
        )
    result = _describe_result(scenario, rehearsed)
    files = _list_files(rehearsed, result)
    write_files(arguments.out, files)
    _remove_old_slips(arguments.out, files)
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print("\n".join(_list_lines(arguments.out, rehearsed, language)))
    return REHEARSED


def _print_problems(scenario: Path, problems: Sequence[ScenarioProblem], language: Language, *, as_json: bool) -> None:
    if not as_json:
        for problem in problems:
            print(describe_scenario_problem(problem, language), file=sys.stderr)
        return
    told = [
        {
            "path": show_text(problem.path),
            "value": show_text(problem.value),
            "cause": problem.cause.value,
            "message": describe_scenario_problem(problem, language),
        }
        for problem in problems
    ]
    print(json.dumps({"ok": False, "file": str(scenario), "problems": told}, ensure_ascii=False))


def _count_workers() -> int:
    return max(2, os.cpu_count() or 1)


def _describe_result(scenario: Scenario, rehearsed: Rehearsed) -> dict[str, object]:
    return {
        "meeting": {"unit": scenario.meeting.unit, "date": scenario.meeting.date.isoformat()},
        "elections": [result.to_json() for result in rehearsed.results],
        "board_head": rehearsed.head.hex(),
        "verified": rehearsed.report.head_compared,
    }


def _list_files(rehearsed: Rehearsed, result: dict[str, object]) -> dict[str, bytes]:
    """Return the files by name; slips of a second series stand in a file of their own."""
    slips = {
        "slips.pdf" if place == 0 else f"slips-{letter}.pdf": pdf
        for place, (letter, pdf) in enumerate(sorted(rehearsed.slips.items()))
    }
    return {
        "result.json": (json.dumps(result, ensure_ascii=False, indent=1) + "\n").encode("utf-8"),
        "minutes.pdf": rehearsed.minutes,
        "minutes.docx": rehearsed.minutes_docx,
        "archive.jsonl": rehearsed.archive,
        **slips,
    }


def _remove_old_slips(out: Path, files: dict[str, bytes]) -> None:
    """Remove the slips of an earlier rehearsal that had more series."""
    for old in out.glob("slips-?.pdf"):
        if old.name not in files:
            old.unlink()


def _list_lines(out: Path, rehearsed: Rehearsed, language: Language) -> list[str]:
    report = rehearsed.report
    lines = []
    for result in rehearsed.results:
        for contest in result.contests:
            tests = ", ".join(f"{test.option} {test.got}/{test.base}, ≥ {test.needed}" for test in contest.tests)
            lines.append(f"{result.id} · {contest.id}: {contest.outcome} ({tests})")
    lines.append(
        translate(
            "rehearse.verified",
            language,
            entries=report.entries,
            ballots=report.ballots,
            proofs=report.proofs,
            signatures=report.signatures,
        )
    )
    lines.append(translate("rehearse.written", language, folder=str(out), head=format_head(rehearsed.head)))
    return lines
