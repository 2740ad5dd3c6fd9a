"""`phieukin rehearse SCENARIO.toml --out DIR`: a whole meeting with simulated people, and what it leaves behind.

Exit status: 0; 1 if the scenario is refused or the rehearsal fails; 2 for bad usage. The files appear together at the
end, or not at all.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ballot_server.cli.options import add_common_options
from ballot_server.cli.progress import ProgressLine
from ballot_server.domain.scenario import Scenario
from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language, translate
from ballot_server.rehearsal.casting import start_workers
from ballot_server.rehearsal.plans import load_scenario
from ballot_server.rehearsal.run import Rehearsed, rehearse
from ballot_server.services.scenario_problem import ScenarioError, describe_scenario_problem
from crypto.board import format_head

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


class OutputUnwritableError(BallotServerError):
    """The output folder cannot be written; fields: path, problem."""


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
        for problem in error.problems:
            print(describe_scenario_problem(problem, language), file=sys.stderr)
        return 1
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
    try:
        _write_files(arguments.out, _list_files(rehearsed, result))
    except OSError as error:
        raise OutputUnwritableError(path=str(arguments.out), problem=error.strerror or str(error)) from None
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print("\n".join(_list_lines(arguments.out, rehearsed, language)))
    return 0


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
        "archive.jsonl": rehearsed.archive,
        **slips,
    }


def _write_files(out: Path, files: dict[str, bytes]) -> None:
    """Write all files beside their places first, then put each in its place."""
    out.mkdir(parents=True, exist_ok=True)
    drafts: list[tuple[Path, Path]] = []
    try:
        for name, data in files.items():
            draft = out / f".{name}.draft"
            drafts.append((draft, out / name))
            draft.write_bytes(data)
        for draft, place in drafts:
            draft.replace(place)
    finally:
        for draft, _ in drafts:
            draft.unlink(missing_ok=True)


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
