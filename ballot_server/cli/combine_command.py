"""`phieukin report combine FILE… --units UNITS.csv --out DIR`: verify every report, add up, and say what is missing."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ballot_server.cli.output_folder import OutputUnwritableError, check_place, write_files
from ballot_server.cli.progress import ProgressLine
from ballot_server.domain.combined_report import CombinedReport, ListedUnit, Period, ReceivedFile
from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language, translate, translate_error
from ballot_server.services.check_files import check_files
from ballot_server.services.combine_reports import combine_reports
from ballot_server.services.dask_workers import DaskMissingError, DaskUnreachableError, open_dask
from ballot_server.services.print_combined import explain_left_out, print_combined, show_name
from ballot_server.services.read_units import LARGEST_LIST_BYTES, read_units
from ballot_server.services.report_file import REPORT_SUFFIX
from ballot_server.services.report_workers import CheckReports, ProcessWorkers
from ballot_server.services.unit_problem import UnitsError, describe_unit_problem

COMBINED, LEFT_OUT, BAD_USAGE = 0, 1, 2
PROBLEMS_NAMED = 50
LARGEST_NAMES_BYTES = 16 * 2**20


class UnusableArgumentError(BallotServerError):
    """What the command was given cannot be used; fields: path, problem."""


class CombinePeriodError(BallotServerError):
    """The period ends before it begins; fields: first, last."""


def run_combine(arguments: argparse.Namespace) -> int:
    """Combine the reports in the files named; what is left out is said, and stops nothing."""
    language: Language = arguments.language
    try:
        units = read_units(_read_small(arguments.units, LARGEST_LIST_BYTES))
        paths = list_files(arguments.files)
        period = _read_period(arguments)
        check_place(arguments.out)
        received = _check_all(arguments, paths, units)
    except UnitsError as error:
        return _tell_problems(arguments.units, error, language, as_json=arguments.json)
    except (
        UnusableArgumentError,
        CombinePeriodError,
        OutputUnwritableError,
        DaskMissingError,
        DaskUnreachableError,
    ) as error:
        print(translate_error(error, language), file=sys.stderr)
        return BAD_USAGE
    combined = combine_reports(units, received, period)
    files = print_combined(combined, language)
    write_files(arguments.out, files)
    written = [str(arguments.out / name) for name in files]
    if arguments.json:
        print(json.dumps(_list_result(combined, written, language), ensure_ascii=False, indent=1))
    else:
        _tell_result(combined, written, language)
    return LEFT_OUT if combined.left_out else COMBINED


def list_files(arguments: Sequence[str]) -> tuple[Path, ...]:
    """Return the files that the arguments name: themselves, all reports in a folder, or the lines of an @list.

    Each is named once. Raises: UnusableArgumentError for a list that cannot be read, or if there is no file at all.
    """
    paths: dict[Path, None] = {}
    for argument in arguments:
        for path in _expand(argument):
            paths.setdefault(path)
    if not paths:
        raise UnusableArgumentError(path=", ".join(arguments), problem=f"*{REPORT_SUFFIX}")
    return tuple(paths)


def _expand(argument: str) -> Iterator[Path]:
    if argument.startswith("@"):
        listed = Path(argument[1:])
        try:
            lines = _read_small(listed, LARGEST_NAMES_BYTES).decode("utf-8-sig").splitlines()
        except UnicodeDecodeError:
            raise UnusableArgumentError(path=str(listed), problem="UTF-8") from None
        yield from (Path(line.strip()) for line in lines if line.strip())
    elif Path(argument).is_dir():
        yield from sorted(Path(argument).glob(f"*{REPORT_SUFFIX}"))
    else:
        yield Path(argument)


def _read_small(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise UnusableArgumentError(path=str(path), problem=error.strerror or str(error)) from None


def _read_period(arguments: argparse.Namespace) -> Period:
    period = Period(arguments.first, arguments.last)
    if period.first is not None and period.last is not None and period.last < period.first:
        raise CombinePeriodError(first=period.first.strftime("%d/%m/%Y"), last=period.last.strftime("%d/%m/%Y"))
    return period


def _check_all(
    arguments: argparse.Namespace, paths: Sequence[Path], units: Sequence[ListedUnit]
) -> tuple[ReceivedFile, ...]:
    progress = ProgressLine(sys.stderr, arguments.language)
    with _open_workers(arguments, len(paths)) as check:
        return check_files(
            list(zip(_name_files(paths), paths, strict=True)),
            keys=frozenset(unit.key for unit in units),
            check=check,
            on_progress=lambda done, total: progress.show("reports", done, total),
        )


@contextmanager
def _open_workers(arguments: argparse.Namespace, files: int) -> Iterator[CheckReports]:
    if arguments.dask is not None:
        with open_dask(arguments.dask) as workers:
            yield workers
    else:
        yield ProcessWorkers(min(arguments.workers or os.cpu_count() or 1, files))


def _name_files(paths: Sequence[Path]) -> list[str]:
    """Return the names to show: without folders where that tells them apart; never bytes that are no text."""
    bare = [path.name for path in paths]
    names = bare if len(set(bare)) == len(bare) else [str(path) for path in paths]
    return [os.fsencode(name).decode("utf-8", "replace") for name in names]


def _tell_problems(units: Path, error: UnitsError, language: Language, *, as_json: bool) -> int:
    sentences = [describe_unit_problem(problem, language) for problem in error.problems[:PROBLEMS_NAMED]]
    if as_json:
        problems = [
            {"row": problem.row, "column": show_name(problem.column), "cause": problem.cause.value, "message": sentence}
            for problem, sentence in zip(error.problems, sentences, strict=False)
        ]
        print(json.dumps({"ok": False, "units": str(units), "problems": problems}, ensure_ascii=False, indent=1))
    else:
        print("\n".join([translate_error(error, language), *sentences]), file=sys.stderr)
    return BAD_USAGE


def _list_result(combined: CombinedReport, written: Sequence[str], language: Language) -> dict[str, object]:
    left_out = []
    for each in combined.left_out:
        said = explain_left_out(each, language)
        left_out.append(
            {
                "file": show_name(each.file),
                "cause": each.cause.value,
                "check": each.check or None,
                "entry": each.entry,
                "message": said.cause,
                "next_step": said.next_step,
            }
        )
    return {
        "ok": not combined.left_out,
        "units": len(combined.units),
        "reported": len(combined.reported),
        "missing": [show_name(unit.name) for unit in combined.missing],
        "files": combined.files,
        "meetings": combined.total.meetings,
        "ballots": combined.total.ballots,
        "left_out": left_out,
        "written": written,
    }


def _tell_result(combined: CombinedReport, written: Sequence[str], language: Language) -> None:
    total = combined.total
    for each in combined.left_out:
        said = explain_left_out(each, language)
        print(f"{show_name(each.file)}: {said.cause} {said.next_step}", file=sys.stderr)
    print(
        translate(
            "reports.command.combined",
            language,
            reported=len(combined.reported),
            units=len(combined.units),
            meetings=total.meetings,
            elections=total.elections,
            ballots=total.ballots,
        )
    )
    if combined.left_out:
        print(translate("reports.command.left_out", language, count=len(combined.left_out), files=combined.files))
    if combined.missing:
        print(translate("reports.command.missing", language, count=len(combined.missing)))
        print("\n".join(f"  {show_name(unit.name)}" for unit in combined.missing))
    print(translate("reports.command.files", language, files=", ".join(written)))
