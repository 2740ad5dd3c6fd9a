"""The cases that other implementations of `decide` run are what this one says."""

import json
from pathlib import Path

import pytest

from ballot_server.rules.errors import RuleSetError
from ballot_server.rules.loader import load_rule_set
from kiosk.toolchain import KIOSK
from tests.support.rules_cases import build_cases, write_cases, write_installed

FILE = Path(__file__).parents[1] / "rules_cases.json"
CASES = json.loads(FILE.read_text(encoding="utf-8"))


def test_shared_cases_are_current() -> None:
    assert FILE.read_text(encoding="utf-8") == write_cases(), "run: make rules"


def test_digests_of_installed_texts_are_current() -> None:
    recorded = (KIOSK / "src" / "rules" / "installed.json").read_text(encoding="utf-8")
    assert recorded == write_installed(), "run: make rules"


def test_shared_cases_read_back_as_they_were_built() -> None:
    assert build_cases() == CASES


@pytest.mark.parametrize("refused", CASES["refused"], ids=lambda refused: refused["why"])
def test_shared_text_is_refused(refused: dict[str, str]) -> None:
    with pytest.raises(RuleSetError):
        load_rule_set(refused["text"], "shared.toml")


def test_shared_cases_reach_every_outcome_and_standing() -> None:
    outcomes = {(case["rule_set"], case["expected"]["outcome"]) for case in CASES["decisions"]}
    for file in CASES["rule_sets"]:
        rule_set = load_rule_set(file["text"], file["origin"])
        assert {(rule_set.origin, outcome.id) for outcome in rule_set.outcomes} <= outcomes
    standings = {each for case in CASES["decisions"] for each in case["expected"]["candidates"].values()}
    assert standings == {"elected", "not_elected", "tied"}
