"""`phieukin rules list|show ID|check FILE`: look at rule-sets, and try one's own.

Exit status: 0; 1 if a file is refused or one of its worked cases disagrees; 2 for an unknown id or an unreadable file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ballot_server.cli.options import add_common_options
from ballot_server.cli.rules_json import describe_rule_set, summarise_rule_set
from ballot_server.cli.rules_wording import say, say_period, say_rule_set
from ballot_server.i18n import Language, translate, translate_error
from ballot_server.rules.cases import CaseResult, run_cases
from ballot_server.rules.errors import RuleSetError, RuleSetTextError, UnknownRuleSetError
from ballot_server.rules.loader import list_rule_sets, load_rule_set
from ballot_server.rules.model import RuleSet
from ballot_server.rules.parsing import LARGEST_TEXT

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

ACCEPTED, WRONG, BAD_USAGE = 0, 1, 2


def register(subparsers: _SubParsersAction[ArgumentParser]) -> None:
    """Add `rules` and its three actions to the command's parser."""
    parser = subparsers.add_parser("rules", help=_help("help"), description=_help("help"))
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|check")
    listing = actions.add_parser("list", help=_help("help_list"), description=_help("help_list"))
    listing.set_defaults(run=run_list)
    showing = actions.add_parser("show", help=_help("help_show"), description=_help("help_show"))
    showing.add_argument("id", metavar="ID")
    showing.set_defaults(run=run_show)
    checking = actions.add_parser("check", help=_help("help_check"), description=_help("help_check"))
    checking.add_argument("file", metavar="FILE", type=Path)
    checking.set_defaults(run=run_check)
    for action in (listing, showing, checking):
        add_common_options(action)


def run_list(arguments: argparse.Namespace) -> int:
    """Print the installed rule-sets."""
    rule_sets = list_rule_sets()
    if arguments.json:
        _print_json([summarise_rule_set(rule_set) for rule_set in rule_sets])
        return ACCEPTED
    for rule_set in rule_sets:
        print(
            translate(
                "rules.list_line",
                arguments.language,
                id=rule_set.id,
                mark=rule_set.source.mark.value,
                title=say(rule_set.title, arguments.language),
                period=say_period(rule_set, arguments.language),
            )
        )
    return ACCEPTED


def run_show(arguments: argparse.Namespace) -> int:
    """Print every installed version of one rule-set."""
    installed = list_rule_sets()
    versions = [rule_set for rule_set in installed if rule_set.id == arguments.id]
    if not versions:
        known = ", ".join(sorted({rule_set.id for rule_set in installed}))
        print(translate_error(UnknownRuleSetError(id=arguments.id, known=known), arguments.language), file=sys.stderr)
        return BAD_USAGE
    if arguments.json:
        _print_json([describe_rule_set(rule_set) for rule_set in versions])
        return ACCEPTED
    for rule_set in versions:
        print("\n".join(say_rule_set(rule_set, arguments.language)))
    return ACCEPTED


def run_check(arguments: argparse.Namespace) -> int:
    """Load a file and run its worked cases."""
    path = str(arguments.file)
    try:
        rule_set = load_rule_set(_read_text(arguments.file), path)
    except OSError as error:
        sentence = translate("rules.unreadable", arguments.language, path=path, problem=error.strerror or error)
        print(sentence, file=sys.stderr)
        return BAD_USAGE
    except RuleSetError as error:
        return _refuse(error, arguments.language, as_json=arguments.json)
    results = run_cases(rule_set)
    accepted = all(result.agrees for result in results)
    if arguments.json:
        _print_json(
            {
                "path": path,
                "accepted": accepted,
                "id": rule_set.id,
                "cases": [_describe_case(result) for result in results],
            }
        )
    else:
        _print_cases(rule_set, results, arguments.language)
    return ACCEPTED if accepted else WRONG


def _help(key: str) -> str:
    return translate(f"rules.{key}", Language.VIETNAMESE)


def _read_text(file: Path) -> str:
    try:
        # Bytes first: reading as text would turn line ends, and the text is what gets sealed.
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise RuleSetTextError(path=str(file), key="*", limit=LARGEST_TEXT) from error


def _refuse(error: RuleSetError, language: Language, *, as_json: bool) -> int:
    sentence = translate_error(error, language)
    if as_json:
        reason = {"path": error.path, "key": error.key, "error": type(error).__name__, "reason": sentence}
        _print_json({"path": error.path, "accepted": False, "refused": reason})
    else:
        print(sentence, file=sys.stderr)
    return WRONG


def _print_cases(rule_set: RuleSet, results: tuple[CaseResult, ...], language: Language) -> None:
    wrong = 0
    for number, result in enumerate(results, start=1):
        if not result.agrees:
            wrong += 1
            sentence = translate(
                "rules.case_disagrees",
                language,
                number=number,
                title=result.case.title,
                expected=_say_case(result.case.outcome, result.case.needed),
                found=_say_case(result.outcome, result.needed),
            )
            print(sentence, file=sys.stderr)
    if wrong:
        sentence = translate("rules.cases_disagree", language, path=rule_set.origin, wrong=wrong, cases=len(results))
        print(sentence, file=sys.stderr)
    else:
        print(translate("rules.accepted", language, path=rule_set.origin, id=rule_set.id, cases=len(results)))


def _say_case(outcome: str, needed: Mapping[str, int]) -> str:
    needs = ", ".join(f"{test} {votes}" for test, votes in needed.items())
    return f"{outcome} ({needs})" if needs else outcome


def _describe_case(result: CaseResult) -> dict[str, object]:
    return {
        "title": result.case.title,
        "agrees": result.agrees,
        "expected": {"outcome": result.case.outcome, "needed": dict(result.case.needed)},
        "found": {"outcome": result.outcome, "needed": dict(result.needed)},
    }


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
