"""`phieukin verify ARCHIVE [--head CODE]`: check an archive by V1 to V12, offline.

Exit status: 0 when every check holds, 1 when one fails, 2 when the command is used wrongly.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ballot_server.cli.options import add_common_options
from ballot_server.i18n import Language, translate
from ballot_server.services.verify_results import RulesReport, verify_results
from crypto.board import normalise_head
from crypto.errors import EncodingError, VerificationError
from crypto.verify import Report, sentences, verify_archive
from crypto.verify.model import ignore_progress
from crypto.verify.printing import describe_failure, describe_report, list_failure, list_report
from crypto.verify.processes import show_progress, spread_ballots

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

VERIFIED, FAILED, BAD_USAGE = 0, 1, 2
PROCESSES_FROM_BYTES = 2_000_000
"""Below this size processes cost more than they save."""


def register(subparsers: _SubParsersAction[ArgumentParser]) -> None:
    """Add `verify` to the command's parser."""
    parser = subparsers.add_parser("verify", help=_help("help"), description=_help("help"))
    parser.add_argument("archive", type=Path, metavar="ARCHIVE")
    parser.add_argument("--head", metavar="CODE", help=_help("help_head"))
    parser.add_argument(
        "--confirmation", type=Path, action="append", default=[], metavar="FILE", help=_help("help_confirmation")
    )
    add_common_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Verify an archive and say what was checked, or which check failed and where."""
    language: Language = arguments.language
    try:
        if arguments.head is not None:
            normalise_head(arguments.head)
        data = arguments.archive.read_bytes()
        confirmations = [path.read_bytes() for path in arguments.confirmation]
    except EncodingError:
        return _complain(sentences.BAD_HEAD.say(_speak(language)))
    except OSError as error:
        sentence = sentences.UNREADABLE.say(_speak(language))
        return _complain(sentence.format(path=error.filename, problem=error.strerror))
    jobs = (os.cpu_count() or 1) if len(data) >= PROCESSES_FROM_BYTES else 1
    is_shown = sys.stderr.isatty() and not arguments.json
    try:
        with spread_ballots(jobs) as map_ballots:
            report = verify_archive(
                data,
                head=arguments.head,
                confirmations=confirmations,
                map_ballots=map_ballots,
                on_progress=show_progress if is_shown else ignore_progress,
            )
        rules = verify_results(report)
    except VerificationError as error:
        print(json.dumps(list_failure(error)) if arguments.json else describe_failure(error, _speak(language)))
        return FAILED
    if arguments.json:
        print(json.dumps({**list_report(report, rules.checks), "own_rules": rules.own_rules}))
    else:
        print("\n".join(_describe_all(report, rules, language)))
    return VERIFIED


def _describe_all(report: Report, rules: RulesReport, language: Language) -> list[str]:
    speech = _speak(language)
    return [
        *describe_report(report, speech, rules.checks),
        *(translate("verify.own_rules", language, election=election) for election in rules.own_rules),
        (sentences.VERIFIED if report.head_compared else sentences.CONSISTENT).say(speech),
    ]


def _speak(language: Language) -> sentences.Language:
    return sentences.Language(language.value)


def _help(key: str) -> str:
    return translate(f"verify.{key}", Language.VIETNAMESE)


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return BAD_USAGE
