"""Both implementations of the rules say the same: of shared cases, drawn counts, texts, sealed rules and archives."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ballot_server.domain.result import format_percentage
from ballot_server.domain.threshold import Comparator, Threshold, needed, passes
from ballot_server.rules.decide import add_months
from ballot_server.rules.errors import SealedRulesError
from ballot_server.rules.loader import list_rule_sets
from ballot_server.rules.model import RuleSet
from ballot_server.rules.sealed import read_sealed_rules
from crypto.verify import verify_archive
from tests.support.browser_rules import (
    BrowserRules,
    compare_drawn_counts,
    compare_texts,
    list_changed_numbers,
    locate,
    read_toml_here,
    run_browser_rules,
    verify_changed_here,
    verify_results_here,
)
from tests.support.kiosk import BrowserSide
from tests.support.lying_results import ELECTIONS, MINUTES, OUTCOMES, RULES
from tests.support.rehearsals import Rehearsal, rehearse_every_vote
from tests.support.rule_files import SMALL_FILE
from tests.support.ruled_archives import (
    build_election_archive,
    build_mixed_archive,
    build_paper_archive,
    build_ruled_archive,
)

CASES = json.loads((Path(__file__).parents[1] / "rules_cases.json").read_text(encoding="utf-8"))
RULE_SETS = list_rule_sets()
TEXTS = [rule_set.source_text for rule_set in RULE_SETS]
DRAWN_COUNTS, DAMAGED_TEXTS, DAMAGED_RULES, CHANGED_NUMBERS = 60, 800, 300, 12


@pytest.fixture(scope="module")
def browser_rules(browser_side: BrowserSide) -> Iterator[BrowserRules]:
    with run_browser_rules(browser_side.folder) as rules:
        yield rules


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    return rehearse_every_vote(tmp_path_factory)


@pytest.mark.parametrize("file", CASES["rule_sets"], ids=lambda file: file["origin"])
def test_shared_decisions_are_those_of_the_browser(browser_rules: BrowserRules, file: dict[str, str]) -> None:
    cases = [case for case in CASES["decisions"] if case["rule_set"] == file["origin"]]
    answers = browser_rules.ask_for_value("decide", text=file["text"], inputs=[case["inputs"] for case in cases])
    assert [answer.get("value") for answer in answers] == [case["expected"] for case in cases]


@pytest.mark.parametrize("rule_set", RULE_SETS, ids=lambda rule_set: rule_set.origin)
def test_browser_finds_the_worked_cases_of_a_file_right(browser_rules: BrowserRules, rule_set: RuleSet) -> None:
    answers = browser_rules.ask_for_value("cases", text=rule_set.source_text)
    assert answers == [True] * len(rule_set.cases)


@pytest.mark.parametrize("refused", CASES["refused"], ids=lambda refused: refused["why"])
def test_shared_text_is_refused_by_the_browser(browser_rules: BrowserRules, refused: dict[str, str]) -> None:
    assert "refused" in browser_rules.ask("rule_set", text=refused["text"])


def test_line_that_would_keep_a_reader_busy_is_refused_by_the_browser(browser_rules: BrowserRules) -> None:
    answer = browser_rules.ask("rule_set", text=f"{SMALL_FILE}a{'.a' * 40_000} = 1\n")
    assert "a line of more than" in str(answer["refused"])


@pytest.mark.parametrize("case", CASES["sealed"], ids=lambda case: case["rules"]["rule_set"])
def test_shared_sealed_election_is_decided_alike(browser_rules: BrowserRules, case: dict[str, Any]) -> None:
    question = {name: case[name] for name in ("rules", "counts", "numbers", "followed")}
    assert browser_rules.ask_for_value("election", **question) == case["expected"]


@pytest.mark.parametrize("rule_set", RULE_SETS, ids=lambda rule_set: rule_set.origin)
def test_drawn_counts_are_decided_alike(browser_rules: BrowserRules, rule_set: RuleSet) -> None:
    source = random.Random(rule_set.origin)
    assert compare_drawn_counts(browser_rules, rule_set, source, rounds=DRAWN_COUNTS) == []


def test_thresholds_of_all_small_bases_are_alike(browser_rules: BrowserRules) -> None:
    rows = [
        (comparator, numerator, denominator, base, got)
        for comparator in Comparator
        for numerator, denominator in ((1, 2), (2, 3), (2, 4), (4, 5), (3, 10), (1, 1000), (1, 1))
        for base in range(40)
        for got in range(0, 41, 3)
    ]
    here = []
    for comparator, numerator, denominator, base, got in rows:
        threshold = Threshold(comparator, Fraction(numerator, denominator))
        here.append([needed(threshold, base), passes(threshold, base, got)])
    question = [(comparator.value, *numbers) for comparator, *numbers in rows]
    assert browser_rules.ask_for_value("thresholds", thresholds=question) == here


def test_shares_are_rounded_alike(browser_rules: BrowserRules) -> None:
    rows = [
        (count, base) for base in (*range(1, 120), 475, 1587, 99_999) for count in (0, 1, base // 3, base // 2, base)
    ]
    here = [format_percentage(count, base) for count, base in rows]
    assert browser_rules.ask_for_value("shares", shares=rows) == here


def test_days_months_on_are_alike(browser_rules: BrowserRules) -> None:
    days = [date(2023, 12, 27) + timedelta(days=step) for step in range(0, 800, 3)]
    rows = [(day.isoformat(), months) for day in days for months in (1, 2, 11, 12, 13, 120)]
    here = [add_months(date.fromisoformat(day), months).isoformat() for day, months in rows]
    assert browser_rules.ask_for_value("months", months=rows) == here


TOML_TEXTS = {
    "one key twice": "a = 1\na = 2\n",
    "one key twice by dots": "a.b = 1\na.b = 2\n",
    "one table twice": "[a]\n[a]\n",
    "table over a value": "a = 1\n[a]\n",
    "table over dots": "a.b = 1\n[a]\n",
    "table beside dots": "a.b = 1\n[a.c]\n",
    "table after its part": "[a.b]\n[a]\nc = 1\n",
    "dots into a table": "[a.b]\n[a]\nb.c = 1\n",
    "dots into a path": "[a.b.c]\n[a]\nb.d = 1\n",
    "table over dots into a path": "[a.b.c]\n[a]\nb.d = 1\n[a.b]\n",
    "dots into braces": "a = { b = 1 }\na.c = 2\n",
    "table into braces": "a = {}\n[a.b]\n",
    "row into a list": "a = [{ b = 1 }]\n[[a]]\n",
    "table into a list": "a = [{ b = 1 }]\n[a.c]\n",
    "row over a table": "[a]\n[[a]]\n",
    "table over rows": "[[a]]\n[a]\n",
    "table of the last row": "[[a]]\n[a.b]\n[[a]]\n[a.b]\n",
    "table of one row twice": "[[a]]\n[a.b]\n[a.b]\n",
    "rows in rows": "[[a]]\n[[a.b]]\n[[a.b]]\n[[a]]\n[[a.b]]\n",
    "dots in braces": "a = { b.c = 1, b.d = 2 }\n",
    "dots into braces in braces": "a = { b = {}, b.c = 1 }\n",
    "line end in braces": "a = {\nb = 1 }\n",
    "comma at the end of braces": "a = { b = 1, }\n",
    "comma at the end of a list": "a = [1, 2, # two\n]\n",
    "comma alone": "a = [,]\n",
    "two on a line": "a = 1 b = 2\n",
    "quoted keys": '"a b" = 1\n\'c.d\' = 2\n"" = 3\n',
    "many lines": 'a = """\nx\\\n   y\n"z"\n""""\n',
    "five quotes": 'a = """x"""""\n',
    "six quotes": 'a = """x""""""\n',
    "blank after a backslash": 'a = """x\\  \n  y"""\n',
    "backslash before a letter": 'a = """x\\ y"""\n',
    "many plain lines": "a = '''\nx\\y'z'''\n",
    "escapes": 'a = "\\b\\t\\n\\f\\r\\"\\\\\\u0111\\U0001F600"\n',
    "escape of a later version": 'a = "\\e"\n',
    "escape of half a pair": 'a = "\\ud800"\n',
    "tab in a text": 'a = "x\ty"\n',
    "control in a text": 'a = "x\x01y"\n',
    "control in a comment": "a = 1 # x\x01\n",
    "return alone": "a = 1\rb = 2\n",
    "return and feed": 'a = 1\r\nb = """x\r\ny"""\r\n',
    "order mark": "\ufeffa = 1\n",
    "leading zero": "a = 01\n",
    "numbers": "a = [+1, -0, 1_000, 0x_1]\n",
    "other numbers": "a = [0xfF_0, 0o17, 0b1_0, -17, 99999999999999999999]\n",
    "signed hexadecimal": "a = -0x1\n",
    "very long number": f"a = {'9' * 4300}\n",
    "too long number": f"a = {'9' * 4301}\n",
    "fraction": "a = 1.0\n",
    "power": "a = 1e2\n",
    "time": "a = 07:32:00\n",
    "date and time": "a = 2026-01-15 07:32:00\n",
    "dates": "a = [2024-02-29, 0001-01-01]\n",
    "no such day": "a = 2026-02-29\n",
    "year zero": "a = 0000-01-01\n",
    "word": "a = yes\n",
    "truth with a tail": "a = truely\n",
    "no value": "a =\n",
    "no key": "= 1\n",
    "empty header": "[]\n",
    "blank in a header": "[ a . b ]\n[[ c ]]\n",
    "blank between brackets": "[ [a]]\n",
    "no line end": "a = 1",
    "nothing": "",
    "prototype": "__proto__ = 1\n[constructor]\n",
}


@pytest.mark.parametrize("name", TOML_TEXTS)
def test_odd_toml_is_read_alike(browser_rules: BrowserRules, name: str) -> None:
    text = TOML_TEXTS[name]
    assert browser_rules.ask("toml", text=text).get("value") == read_toml_here(text).get("value")


def test_damaged_texts_are_read_alike(browser_rules: BrowserRules) -> None:
    texts = [SMALL_FILE, *TOML_TEXTS.values(), *TEXTS]
    assert compare_texts(browser_rules, texts, random.Random(1), rounds=DAMAGED_TEXTS) == []


def draw_value(source: random.Random, value: object) -> object:
    """Return something that may stand where a value stood."""
    others = [None, True, 0, 1, -1, 2**31, "", "blank", "m1", "2026-1-15", "9001-01-01", [], {}, ["p1", "p1"], [value]]
    if type(value) is int:
        others += [value - 1, value + 1, value + 1]
    return source.choice(others)


def damage_rules(rules: dict[str, Any], source: random.Random) -> dict[str, Any]:
    """Return sealed rules with a member changed, left out or added, anywhere in them."""
    damaged: dict[str, Any] = json.loads(json.dumps(rules))
    target: Any = damaged
    while True:
        inner = [key for key in target if isinstance(target[key], dict | list)] if isinstance(target, dict) else []
        if isinstance(target, list):
            inner = [index for index, item in enumerate(target) if isinstance(item, dict | list)]
        if not inner or source.random() < 0.4:
            break
        target = target[source.choice(inner)]
    if isinstance(target, list):
        target.append(source.choice([*target, "p4", "blank", 1]))
    elif target and source.random() < 0.8:
        key = source.choice(list(target))
        target[key] = draw_value(source, target[key])
    elif target and source.random() < 0.5:
        target.pop(source.choice(list(target)))
    else:
        target[source.choice(["excused", "not_incumbent", "ground", "seats", "colour"])] = draw_value(source, 0)
    return damaged


def test_damaged_sealed_rules_are_taken_and_refused_alike(browser_rules: BrowserRules) -> None:
    source = random.Random(2)
    taken, different = 0, []
    for _ in range(DAMAGED_RULES):
        rules = damage_rules(source.choice(CASES["sealed"])["rules"], source)
        try:
            read_sealed_rules(rules)
            here = True
        except SealedRulesError:
            here = False
        taken += here
        if here != ("value" in browser_rules.ask("sealed_rules", rules=rules)):
            different.append({**rules, "text": "…"})
    assert different == []
    assert 0 < taken < DAMAGED_RULES


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "one election": build_ruled_archive,
    "an election of candidates": build_election_archive,
    "phones and paper": build_mixed_archive,
    "paper alone": build_paper_archive,
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_honest_archive_has_the_same_results(browser_rules: BrowserRules, name: str) -> None:
    archive = ARCHIVES[name]()
    here = verify_results_here(archive)
    assert here["checks"] == {"V10": 1, "V11": 1}
    assert browser_rules.verify(archive) == here


def test_rehearsal_of_every_vote_has_the_same_results(browser_rules: BrowserRules, evening: Rehearsal) -> None:
    here = verify_results_here(evening.archive)
    assert len(here["elections"]) == here["checks"]["V10"] > 10
    assert browser_rules.verify(evening.archive) == here


LIES: dict[str, Callable[[], bytes]] = {
    **{f"outcome: {name}": lambda lie=lie: build_ruled_archive(change_result=lie) for name, lie in OUTCOMES.items()},
    **{f"minutes: {name}": lambda lie=lie: build_ruled_archive(change_numbers=lie) for name, lie in MINUTES.items()},
    **{f"rules: {name}": lambda lie=lie: build_ruled_archive(change_rules=lie) for name, lie in RULES.items()},
    **{f"election: {name}": build for name, build in ELECTIONS.items()},
}


@pytest.mark.parametrize("name", LIES)
def test_lying_server_is_found_by_both(browser_rules: BrowserRules, name: str) -> None:
    archive = LIES[name]()
    here = verify_results_here(archive)
    assert here["check"] in ("V10", "V11")
    assert locate(browser_rules.verify(archive)) == here


def test_number_changed_in_outcome_or_minutes_is_found_by_both(browser_rules: BrowserRules, evening: Rehearsal) -> None:
    report = verify_archive(evening.archive)
    changes = random.Random(3).sample(list_changed_numbers(report), CHANGED_NUMBERS)
    here = verify_changed_here(report, changes)
    assert {answer["check"] for answer in here} == {"V10", "V11"}
    assert browser_rules.find_changed(evening.archive, changes) == here
