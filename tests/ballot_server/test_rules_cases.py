"""Every worked case of every installed rule-set, executed, and what the cases must cover."""

from dataclasses import replace

import pytest

from ballot_server.rules.cases import CaseResult, run_cases
from ballot_server.rules.loader import list_rule_sets
from ballot_server.rules.model import RuleSet
from tests.support.rule_files import load_installed

RESULTS = [
    pytest.param(result, id=f"{rule_set.id}: {result.case.title}")
    for rule_set in list_rule_sets()
    for result in run_cases(rule_set)
]


@pytest.mark.parametrize("result", RESULTS)
def test_worked_case_agrees(result: CaseResult) -> None:
    assert (result.outcome, result.needed) == (result.case.outcome, result.case.needed)


@pytest.mark.parametrize("rule_set", list_rule_sets(), ids=lambda rule_set: rule_set.id)
def test_worked_cases_reach_every_outcome(rule_set: RuleSet) -> None:
    assert {case.outcome for case in rule_set.cases} == {outcome.id for outcome in rule_set.outcomes}


@pytest.mark.parametrize("rule_set", list_rule_sets(), ids=lambda rule_set: rule_set.id)
def test_worked_cases_stand_below_at_and_above_the_threshold(rule_set: RuleSet) -> None:
    [test] = rule_set.tests
    distances = {case.counts[test.option] - case.needed[test.id] for case in rule_set.cases}
    assert {-1, 0, 1} <= distances


@pytest.mark.parametrize("rule_set", list_rule_sets(), ids=lambda rule_set: rule_set.id)
def test_worked_cases_hold_no_ballots_and_everyone(rule_set: RuleSet) -> None:
    assert any(set(case.counts.values()) == {0} for case in rule_set.cases)
    option = rule_set.tests[0].option
    assert any(case.counts[option] == sum(case.counts.values()) > 0 for case in rule_set.cases)


def test_case_with_a_wrong_outcome_disagrees() -> None:
    rule_set = load_installed("vn-screening-step1")
    wrong = replace(rule_set.cases[1], outcome="not_listed")
    assert [result.agrees for result in run_cases(replace(rule_set, cases=(wrong,)))] == [False]


def test_case_with_a_wrong_need_disagrees() -> None:
    rule_set = load_installed("vn-screening-step1")
    wrong = replace(rule_set.cases[1], needed={"listing": 9})
    assert [result.agrees for result in run_cases(replace(rule_set, cases=(wrong,)))] == [False]
