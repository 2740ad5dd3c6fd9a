"""The browser's rules, run by Node and asked one question after another, and what this side answers to the same."""

from __future__ import annotations

import json
import random
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from ballot_server.domain.base import Base
from ballot_server.domain.base_parts import ClassCounts
from ballot_server.domain.contest import BLANK
from ballot_server.rules.decide import BallotTotals, ContestInputs, decide_contest, list_ballot_options
from ballot_server.rules.errors import RuleSetError
from ballot_server.rules.loader import load_rule_set
from ballot_server.rules.model import RuleSet
from ballot_server.services.verify_results import verify_results
from crypto.encoding import encode_base64
from crypto.errors import VerificationError
from crypto.verify import Report, verify_archive
from kiosk.toolchain import find_node
from tests.support.rules_cases import write_expected, write_inputs

Answer = dict[str, Any]

Change = dict[str, Any]
"""`election`, or None for the minutes, and the `value` to stand there instead."""

DEEPEST = 32
"""What the browser's reader takes; nothing in a rule-set is nested so deeply."""


class BrowserRules:
    """Node with the browser's rules, behind pipes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, operation: str, **arguments: object) -> Answer:
        """Return {"value": …} or {"refused": why}, as kiosk/test/rules.ts answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"operation": operation, **arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the browser's rules crashed"
        answer: Answer = json.loads(line)
        return answer

    def ask_for_value(self, operation: str, **arguments: object) -> Any:
        """Return the value of what may not be refused."""
        answer = self.ask(operation, **arguments)
        assert "refused" not in answer, answer
        return answer["value"]

    def verify(self, archive: bytes) -> Answer:
        """Return the checks V10 and V11 with all results, or the check that failed and the entry."""
        answer: Answer = self.ask_for_value("archive", archive=encode_base64(archive))
        return answer

    def find_changed(self, archive: bytes, changes: Sequence[Change]) -> list[Answer]:
        """Return the check that fails, and where, for each thing that a server could have written instead."""
        answers = self.ask_for_value("changed_archive", archive=encode_base64(archive), changes=list(changes))
        return [locate(answer) for answer in answers]


@contextmanager
def run_browser_rules(folder: Path) -> Iterator[BrowserRules]:
    """Run the rules that were built into a folder."""
    node = find_node()
    process = subprocess.Popen(
        [str(node.node), str(folder / "rules.mjs")],
        env=node.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        yield BrowserRules(process)
        assert process.stdin is not None
        process.stdin.close()


def verify_results_here(archive: bytes) -> Answer:
    """Return what this side says of an archive, as the browser's side writes it, without the words of a failure."""
    try:
        report = verify_archive(archive)
        checks = verify_results(report).checks
    except VerificationError as error:
        return {"check": error.check, "entry": error.entry}
    numbers = {} if report.minutes is None else report.minutes.body.numbers
    return {"checks": {check.name: check.counted for check in checks}, **numbers}


def verify_changed_here(report: Report, changes: Sequence[Change]) -> list[Answer]:
    """Return what this side says of a verified archive for each thing that its server could have written instead."""
    return [_find_failure(_change_report(report, change)) for change in changes]


def _find_failure(report: Report) -> Answer:
    try:
        verify_results(report)
    except VerificationError as error:
        return {"check": error.check, "entry": error.entry}
    return {}


def _change_report(report: Report, change: Change) -> Report:
    if change["election"] is None:
        assert report.minutes is not None
        body = replace(report.minutes.body, numbers=change["value"])
        return replace(report, minutes=replace(report.minutes, body=body))
    elections = []
    for election in report.elections:
        changed = election
        if election.outcome is not None and election.manifest.body.election == change["election"]:
            body = replace(election.outcome.body, result=change["value"])
            changed = replace(election, outcome=replace(election.outcome, body=body))
        elections.append(changed)
    return replace(report, elections=tuple(elections))


def list_changed_numbers(report: Report) -> list[Change]:
    """Return, for each number of each outcome and of the minutes, what would stand there with that number changed."""
    written: list[tuple[str | None, Any]] = [
        (election.manifest.body.election, election.outcome.body.result)
        for election in report.elections
        if election.outcome is not None
    ]
    if report.minutes is not None:
        written.append((None, report.minutes.body.numbers))
    return [
        {"election": election, "value": change_number(value, path, by)}
        for election, value in written
        for path in list_numbers(value)
        for by in (1, -1)
    ]


def compare_drawn_counts(
    browser_rules: BrowserRules, rule_set: RuleSet, source: random.Random, *, rounds: int, largest: int = 500
) -> list[object]:
    """Return the inputs for which the two implementations differ."""
    drawn = [draw_inputs(rule_set, source, largest=largest) for _ in range(rounds)]
    written = [write_inputs(inputs) for inputs in drawn]
    answers = browser_rules.ask_for_value("decide", text=rule_set.source_text, inputs=written)
    here = [{"value": write_expected(decide_contest(rule_set, inputs))} for inputs in drawn]
    return [row for row in zip(written, here, answers, strict=True) if row[1] != row[2]]


def compare_texts(
    browser_rules: BrowserRules, texts: Sequence[str], source: random.Random, *, rounds: int
) -> list[object]:
    """Return the damaged texts that the two readers of TOML, or of rule-sets, read differently."""
    different: list[object] = []
    for _ in range(rounds):
        text = damage(texts, source)
        here, there = read_toml_here(text), browser_rules.ask("toml", text=text)
        if here.get("value") != there.get("value"):
            different.append((text, here, there))
        if read_rule_set_here(text) != ("value" in browser_rules.ask("rule_set", text=text)):
            different.append(text)
    return different


def read_rule_set_here(text: str) -> bool:
    """Tell whether this side takes a text as a rule-set."""
    try:
        load_rule_set(text, "shared.toml")
    except RuleSetError:
        return False
    return True


def locate(answer: Answer) -> Answer:
    """Return an answer without the words of a failure, which are each implementation's own."""
    return {key: value for key, value in answer.items() if key != "problem"}


def read_toml_here(text: str) -> Answer:
    """Return what this side's reader makes of a text, in the form of the other one's answer."""
    try:
        return {"value": _tag(tomllib.loads(text), 0)}
    except (ValueError, RecursionError):
        return {"refused": True}


def _tag(value: object, depth: int) -> object:
    """Return a value with its type told. Raises: ValueError for what no rule-set holds."""
    if depth > DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return {"integer": str(value)}
    if type(value) is date:
        return {"date": value.isoformat()}
    if isinstance(value, list):
        return [_tag(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {"table": [[name, _tag(member, depth)] for name, member in value.items()]}
    raise ValueError("no rule-set holds a value of this type")


def draw_inputs(rule_set: RuleSet, source: random.Random, *, largest: int) -> ContestInputs:
    """Return random inputs of one contest that some evening could give: small and large, level and lopsided."""
    holds_post = source.random() < 0.5
    candidates = tuple(f"c{place}" for place in range(source.randint(1, 6))) if rule_set.elects_candidates else ()
    options = list_ballot_options(rule_set, holds_post=holds_post, candidates=candidates)
    top = source.choice([0, 1, 2, 3, 5, 12, largest])
    counts = {option: source.randint(0, top) for option in (*options, BLANK)}
    marked = max(counts[option] for option in options) if candidates else sum(counts[option] for option in options)
    valid = marked + counts[BLANK]
    returned = valid + source.choice([0, 0, 1, 3])
    issued = returned + source.choice([0, 0, 1, 4])
    value = max(0, issued + source.randint(-2, 6)) if rule_set.base.kind.is_known_before_the_count else None
    followed = rule_set.follows.tests if rule_set.follows is not None else ()
    return ContestInputs(
        counts=counts,
        base=Base(rule_set.base.kind, value, ClassCounts(value or 0, 0, 0, 0), None),
        meeting_date=date(2026, 1, 1).replace(month=source.randint(1, 12), day=source.randint(1, 28)),
        followed={test: source.random() < 0.5 for test in followed},
        totals=BallotTotals(issued=issued, returned=returned, valid=valid),
        holds_post=holds_post,
        previous_failed=source.randint(0, 4),
        candidates=candidates,
        seats=source.randint(1, len(candidates)) if candidates else None,
    )


def damage(texts: Sequence[str], source: random.Random) -> str:
    """Return one of the texts with a few places cut, doubled, exchanged or overwritten."""
    text = source.choice(texts)
    for _ in range(source.choice([1, 1, 1, 2, 4])):
        lines = text.split("\n")
        place, other = source.randrange(len(text) + 1), source.randrange(len(lines))
        match source.randrange(6):
            case 0:
                text = text[:place] + text[place + source.choice([1, 1, 2, 9]) :]
            case 1:
                text = text[:place] + source.choice(PIECES) + text[place:]
            case 2:
                text = text[:place] + source.choice(PIECES) + text[place + 1 :]
            case 3:
                text = "\n".join([*lines[:other], *lines[other : other + 2], *lines[other:]])
            case 4:
                text = "\n".join([*lines[:other], *lines[other + 1 :]])
            case _:
                here = source.randrange(len(lines))
                lines[here], lines[other] = lines[other], lines[here]
                text = "\n".join(lines)
    return text


PIECES = (
    *("[", "]", "[[", "]]", "{", "}", "=", ".", ",", "#", "\n", "\r\n", "\r", " ", "\t", '"', "'", '"""', "'''", "\\"),
    *("\\u0041", "\\U0001F600", "\\uD800", "\\n", "\\e", "\\x41", "\x00", "\x7f", "\u0085", "\ufeff", "đ", "\\\n  "),
    *("0", "-", "+", "_", "01", "0x1F", "0o7", "0b10", "1_000", "-0", "9" * 20, "1.5", "1e3", "inf", "nan", "true"),
    *(
        "2026-02-30",
        "2024-02-29",
        "2026-01-15T07:32:00Z",
        "07:32:00",
        "a.b.c = 1\n",
        "[a.b]\n",
        "[[a.b]]\n",
        "a = {}\n",
    ),
    *("a = [1, 2,]\n", "{ a = 1, }", '"" = 1\n', "'a.b' = 1\n", "a.b = { c = 1 }\n", "a.b.d = 2\n", "[a]\n", "[[a]]\n"),
)


def list_numbers(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every number in a JSON value; true and false are none."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from list_numbers(member, (*path, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from list_numbers(member, (*path, index))
    elif type(value) is int:
        yield path


def change_number(value: Any, path: Sequence[str | int], by: int) -> Any:
    """Return a JSON value in which the number at a path is another by so much."""
    if not path:
        return value + by
    step, *rest = path
    changed = change_number(value[step], rest, by)
    if isinstance(value, Mapping):
        return {**value, step: changed}
    assert isinstance(step, int)
    return [*value[:step], changed, *value[step + 1 :]]
