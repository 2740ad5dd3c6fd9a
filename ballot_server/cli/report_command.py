"""`phieukin report`: write a meeting's report, show the unit's key, and combine the reports of many units.

Exit status: 0 when all is well, 1 when the thing is wrong (a file of `combine` was left out), 2 for bad usage.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ballot_server import config
from ballot_server.cli.combine_command import run_combine
from ballot_server.cli.options import add_common_options, parse_date
from ballot_server.cli.output_folder import OutputUnwritableError
from ballot_server.i18n import Language, translate
from ballot_server.services.durable_file import write_durably
from ballot_server.services.installation import open_existing_installation
from ballot_server.services.unit_key import format_unit_fingerprint
from ballot_server.services.write_report import write_report

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def register(subparsers: Subparsers) -> None:
    """Add the parser of ``report`` and its three subcommands."""
    report = subparsers.add_parser("report", help=_help("report"), description=_help("report"))
    commands = report.add_subparsers(dest="report_command", required=True, metavar="COMMAND")
    _register_combine(commands)
    write = commands.add_parser("write", help=_help("write"), description=_help("write"))
    write.add_argument("meeting", metavar="MEETING", help=_help("write_meeting"))
    write.add_argument("--data", type=Path, required=True, metavar="DIR", help=_help("data"))
    write.add_argument("--out", type=Path, required=True, metavar="FILE", help=_help("write_out"))
    add_common_options(write)
    write.set_defaults(run=run_write)
    key = commands.add_parser("key", help=_help("key"), description=_help("key"))
    key.add_argument("--data", type=Path, required=True, metavar="DIR", help=_help("data"))
    add_common_options(key)
    key.set_defaults(run=run_key)


def _register_combine(commands: Subparsers) -> None:
    combine = commands.add_parser("combine", help=_help("combine"), description=_help("combine"))
    combine.add_argument("files", nargs="+", metavar="FILE", help=_help("combine_files"))
    combine.add_argument("--units", type=Path, required=True, metavar="UNITS.csv", help=_help("combine_units"))
    combine.add_argument("--out", type=Path, required=True, metavar="DIR", help=_help("combine_out"))
    combine.add_argument("--from", dest="first", type=parse_date, metavar="DATE", help=_help("combine_from"))
    combine.add_argument("--until", dest="last", type=parse_date, metavar="DATE", help=_help("combine_until"))
    combine.add_argument("--workers", type=_parse_workers, metavar="N", help=_help("combine_workers"))
    combine.add_argument("--dask", metavar="ADDRESS", help=_help("combine_dask"))
    add_common_options(combine)
    combine.set_defaults(run=run_combine)


def run_write(arguments: argparse.Namespace) -> int:
    """Write the report of a meeting that has ended.

    Raises: InstallationMissingError, MeetingUnknownError, MeetingNotEndedError, StorageError, OutputUnwritableError.
    """
    out: Path = arguments.out
    installation = open_existing_installation(arguments.data, os.urandom, config.read_database_url(os.environ))
    try:
        report = write_report(installation, arguments.meeting)
        fingerprint = format_unit_fingerprint(installation.unit_key)
    finally:
        installation.close()
    try:
        write_durably(out, report, mode=0o644)
    except OSError as error:
        raise OutputUnwritableError(path=str(out), problem=error.strerror or str(error)) from None
    _tell(arguments, "written", file=str(out), bytes=len(report), key=fingerprint)
    return 0


def run_key(arguments: argparse.Namespace) -> int:
    """Show the fingerprint of the unit's key. Raises: InstallationMissingError, UnitKeyDamagedError, StorageError."""
    installation = open_existing_installation(arguments.data, os.urandom, config.read_database_url(os.environ))
    installation.close()
    _tell(arguments, "key", key=format_unit_fingerprint(installation.unit_key))
    return 0


def _tell(arguments: argparse.Namespace, sentence: str, **fields: object) -> None:
    if arguments.json:
        print(json.dumps({"ok": True, **fields}, ensure_ascii=False))
    else:
        print(translate(f"reports.command.{sentence}", arguments.language, **fields))


def _parse_workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 256):
        raise argparse.ArgumentTypeError(f"{text!r}: 1–256")
    return int(text)


def _help(key: str) -> str:
    return translate(f"reports.help.{key}", Language.VIETNAMESE)
