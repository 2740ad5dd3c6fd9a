"""``phieukin roll check FILE`` and ``phieukin roll template FILE``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ballot_server.cli.options import add_common_options, parse_date
from ballot_server.domain.member import Member
from ballot_server.i18n import Language, translate, translate_error
from ballot_server.services.import_roll import read_roll
from ballot_server.services.plain_text import show_text
from ballot_server.services.roll_problem import RollCause, RollError, RollProblem, describe_roll_problem
from ballot_server.services.summarise_roll import RollSummary, summarise_roll
from ballot_server.services.write_roll_template import FileExistsAlreadyError, write_roll_template

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

OK, WRONG, BAD_USAGE = 0, 1, 2


def register(subparsers: Subparsers) -> None:
    """Add the parser of ``roll`` and its two subcommands."""
    roll = subparsers.add_parser("roll", help=_help("roll"), description=_help("roll"))
    commands = roll.add_subparsers(dest="roll_command", required=True, metavar="COMMAND")
    check = commands.add_parser("check", help=_help("check"), description=_help("check"))
    check.add_argument("file", type=Path, metavar="FILE", help=_help("check_file"))
    check.add_argument("--on", type=parse_date, metavar="DATE", help=_help("on"))
    add_common_options(check)
    check.set_defaults(run=run_check)
    template = commands.add_parser("template", help=_help("template"), description=_help("template"))
    template.add_argument("file", type=Path, metavar="FILE", help=_help("template_file"))
    add_common_options(template)
    template.set_defaults(run=run_template)


def run_check(args: argparse.Namespace) -> int:
    """Print what a roll adds up to, or every problem in it."""
    file: Path = args.file
    language: Language = args.language
    on: date = args.on or datetime.now(UTC).astimezone().date()
    try:
        summary = summarise_roll(read_roll(file), on)
    except RollError as error:
        _print_problems(file, error.problems, language, as_json=args.json)
        missing = any(problem.cause is RollCause.FILE_NOT_FOUND for problem in error.problems)
        return BAD_USAGE if missing else WRONG
    if args.json:
        _print_json(_summary_to_json(file, summary))
    else:
        print("\n".join(_list_summary_lines(summary, language)))
    return OK


def run_template(args: argparse.Namespace) -> int:
    """Write the template of a roll."""
    file: Path = args.file
    try:
        if file.suffix.lower() != ".xlsx":
            raise RollError([RollProblem(RollCause.UNKNOWN_KIND, value=file.name)])
        write_roll_template(file)
    except RollError as error:
        _print_problems(file, error.problems, args.language, as_json=args.json)
        return BAD_USAGE
    except FileExistsAlreadyError as error:
        print(translate_error(error, args.language), file=sys.stderr)
        return BAD_USAGE
    except OSError:
        problem = RollProblem(RollCause.FILE_NOT_FOUND, value=str(file))
        _print_problems(file, [problem], args.language, as_json=args.json)
        return BAD_USAGE
    if args.json:
        _print_json({"ok": True, "file": str(file)})
    else:
        print(translate("roll.template.written", args.language, path=file))
    return OK


def _help(key: str) -> str:
    return translate(f"roll.help.{key}", Language.VIETNAMESE)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


def _print_problems(file: Path, problems: Sequence[RollProblem], language: Language, *, as_json: bool) -> None:
    if as_json:
        told = [
            {
                "row": problem.row,
                "column": show_text(problem.column) or None,
                "value": show_text(problem.value),
                "cause": problem.cause.value,
                "message": describe_roll_problem(problem, language),
            }
            for problem in problems
        ]
        _print_json({"ok": False, "file": str(file), "problems": told})
        return
    print(translate("roll.check.refused", language, count=len(problems)), file=sys.stderr)
    for problem in problems:
        print(describe_roll_problem(problem, language), file=sys.stderr)


def _list_summary_lines(summary: RollSummary, language: Language) -> list[str]:
    lines = [
        translate("roll.check.good", language, total=summary.total, on=summary.on.strftime("%d/%m/%Y")),
        translate(
            "roll.check.classes",
            language,
            official=summary.official,
            probationary=summary.probationary,
            guest=summary.guest,
        ),
        translate("roll.check.states", language, suspended=summary.suspended, transferred_out=summary.transferred_out),
        translate(
            "roll.check.attendance",
            language,
            present=summary.present,
            absent_excused=summary.absent_excused,
            absent_unexcused=summary.absent_unexcused,
        ),
    ]
    groups = {"exempt": summary.exempt, "lapsed": summary.lapsed, "not_yet_exempt": summary.not_yet_exempt}
    for key, members in groups.items():
        if members or key == "exempt":
            lines.append(translate(f"roll.check.{key}", language, count=len(members)))
            lines.extend(_describe_exemption(member, language) for member in members)
    return lines


def _describe_exemption(member: Member, language: Language) -> str:
    exemption = member.exemption
    if exemption is None:
        raise ValueError("the member is not exempt")
    return translate(
        "roll.check.exemption_line",
        language,
        name=member.name,
        card_number=member.card_number,
        book=translate(f"roll.check.{exemption.book.value}", language),
        starts=exemption.starts.strftime("%d/%m/%Y"),
        ends=exemption.ends.strftime("%d/%m/%Y") if exemption.ends else translate("roll.check.no_end", language),
    )


def _summary_to_json(file: Path, summary: RollSummary) -> dict[str, object]:
    return {
        "ok": True,
        "file": str(file),
        "on": summary.on.isoformat(),
        "total": summary.total,
        "classes": {"official": summary.official, "probationary": summary.probationary, "guest": summary.guest},
        "suspended": summary.suspended,
        "transferred_out": summary.transferred_out,
        "attendance": {
            "present": summary.present,
            "absent_excused": summary.absent_excused,
            "absent_unexcused": summary.absent_unexcused,
        },
        "exemptions": {
            "in_force": [_exemption_to_json(member) for member in summary.exempt],
            "lapsed": [_exemption_to_json(member) for member in summary.lapsed],
            "not_yet": [_exemption_to_json(member) for member in summary.not_yet_exempt],
        },
        "problems": [],
    }


def _exemption_to_json(member: Member) -> dict[str, object]:
    exemption = member.exemption
    if exemption is None:
        raise ValueError("the member is not exempt")
    return {
        "name": member.name,
        "card_number": member.card_number,
        "book": exemption.book.value,
        "resolution": exemption.resolution,
        "from": exemption.starts.isoformat(),
        "to": exemption.ends.isoformat() if exemption.ends else None,
    }
