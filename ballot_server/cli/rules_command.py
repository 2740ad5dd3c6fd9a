"""`phieukin rules list|show ID|check FILE`: look at rule-sets, and try one's own.

Exit status: 0; 1 if a file is refused or one of its worked cases disagrees; 2 for an unknown id or an unreadable file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ballot_server.cli.options import add_common_options
from ballot_server.domain.contest import Wording
from ballot_server.domain.threshold import Comparator, Threshold
from ballot_server.i18n import Language, translate, translate_error
from ballot_server.rules.cases import CaseResult, run_cases
from ballot_server.rules.errors import RuleSetError, RuleSetTextError, UnknownRuleSetError
from ballot_server.rules.loader import list_rule_sets, load_rule_set
from ballot_server.rules.model import Mark, RuleSet
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
        _print_json([_summarise(rule_set) for rule_set in rule_sets])
        return ACCEPTED
    for rule_set in rule_sets:
        print(
            translate(
                "rules.list_line",
                arguments.language,
                id=rule_set.id,
                mark=rule_set.source.mark.value,
                title=_say(rule_set.title, arguments.language),
                period=_say_period(rule_set, arguments.language),
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
        _print_json([_describe(rule_set) for rule_set in versions])
        return ACCEPTED
    for rule_set in versions:
        print("\n".join(_say_rule_set(rule_set, arguments.language)))
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


def _say_rule_set(rule_set: RuleSet, language: Language) -> Iterator[str]:
    source, base = rule_set.source, rule_set.base
    yield f"{rule_set.id} – {_say(rule_set.title, language)}"
    yield translate(
        "rules.source", language, document=_say(source.document, language), clause=_say(source.clause, language)
    )
    if source.number is not None and source.issued_on is not None:
        yield translate("rules.source_number", language, number=source.number, date=source.issued_on.isoformat())
    if source.note is not None:
        yield translate("rules.source_note", language, note=_say(source.note, language))
    yield translate("rules.mark_line", language, mark=source.mark.value, meaning=_say_mark(source.mark, language))
    yield translate("rules.effective", language, period=_say_period(rule_set, language))
    options = ", ".join(f"{_say(option.text, language)} ({option.id})" for option in rule_set.options)
    yield translate("rules.options", language, options=options)
    yield translate("rules.base", language, base=translate(f"rules.base_kind.{base.kind.value}", language))
    for field, standing in (
        ("exempt_present", base.exempt_present),
        ("transferred_out", base.transferred_out),
        ("suspended", base.suspended),
    ):
        yield translate(f"rules.standing.{field}_{standing.value}", language)
    votes = "member_concerned_votes" if rule_set.member_concerned_votes else "member_concerned_does_not_vote"
    yield translate(f"rules.{votes}", language)
    if rule_set.follows is not None:
        yield translate("rules.follows", language, rule_set=rule_set.follows.rule_set)
    for test in rule_set.tests:
        threshold = _say_threshold(test.threshold, language)
        yield translate("rules.test", language, test=test.id, option=test.option, threshold=threshold)
    for outcome in rule_set.outcomes:
        yield translate(
            "rules.outcome",
            language,
            id=outcome.id,
            text=_say(outcome.text, language),
            next=_say(outcome.next_step, language),
            clause=_say(outcome.clause, language),
        )
    for reading in rule_set.readings:
        yield translate("rules.reading", language, mark=reading.mark.value, text=_say(reading.text, language))


def _say(wording: Wording, language: Language) -> str:
    return wording.in_language(language.value)


def _say_mark(mark: Mark, language: Language) -> str:
    return translate(f"rules.mark.{'unverified' if mark is Mark.UNVERIFIED else mark.value}", language)


def _say_period(rule_set: RuleSet, language: Language) -> str:
    parts: list[str] = []
    if rule_set.effective_from is not None:
        parts.append(translate("rules.period_from", language, first=rule_set.effective_from.isoformat()))
    if rule_set.effective_to is not None:
        parts.append(translate("rules.period_to", language, last=rule_set.effective_to.isoformat()))
    return " ".join(parts) or translate("rules.period_always", language)


def _say_threshold(threshold: Threshold, language: Language) -> str:
    key = "rules.at_least" if threshold.comparator is Comparator.AT_LEAST else "rules.more_than"
    return translate(key, language, fraction=threshold.fraction)


def _say_case(outcome: str, needed: Mapping[str, int]) -> str:
    needs = ", ".join(f"{test} {votes}" for test, votes in needed.items())
    return f"{outcome} ({needs})" if needs else outcome


def _summarise(rule_set: RuleSet) -> dict[str, object]:
    first, last = rule_set.effective_from, rule_set.effective_to
    return {
        "id": rule_set.id,
        "title": rule_set.title.to_json(),
        "mark": rule_set.source.mark.value,
        "effective_from": None if first is None else first.isoformat(),
        "effective_to": None if last is None else last.isoformat(),
    }


def _describe(rule_set: RuleSet) -> dict[str, object]:
    base, source = rule_set.base, rule_set.source
    return {
        **_summarise(rule_set),
        "source": {
            "document": source.document.to_json(),
            "number": source.number,
            "date": None if source.issued_on is None else source.issued_on.isoformat(),
            "clause": source.clause.to_json(),
            "note": None if source.note is None else source.note.to_json(),
            "read_on": None if source.read_on is None else source.read_on.isoformat(),
            "mark": source.mark.value,
        },
        "options": [option.id for option in rule_set.options],
        "member_concerned_votes": rule_set.member_concerned_votes,
        "base": {
            "kind": base.kind.value,
            "exempt_present": base.exempt_present.value,
            "transferred_out": base.transferred_out.value,
            "suspended": base.suspended.value,
        },
        "follows": None if rule_set.follows is None else rule_set.follows.rule_set,
        "tests": [
            {
                "id": test.id,
                "option": test.option,
                test.threshold.comparator.value: list(test.threshold.fraction.as_integer_ratio()),
            }
            for test in rule_set.tests
        ],
        "outcomes": [{"id": outcome.id, "text": outcome.text.to_json()} for outcome in rule_set.outcomes],
        "readings": [
            {"id": reading.id, "mark": reading.mark.value, "text": reading.text.to_json()}
            for reading in rule_set.readings
        ],
    }


def _describe_case(result: CaseResult) -> dict[str, object]:
    return {
        "title": result.case.title,
        "agrees": result.agrees,
        "expected": {"outcome": result.case.outcome, "needed": dict(result.case.needed)},
        "found": {"outcome": result.outcome, "needed": dict(result.needed)},
    }


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
