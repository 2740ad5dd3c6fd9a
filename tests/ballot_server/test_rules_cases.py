"""Every worked case of every installed rule-set, executed, and what the cases must cover."""

from dataclasses import replace

import pytest

from ballot_server.domain.base import BaseKind
from ballot_server.rules.cases import CaseResult, run_cases
from ballot_server.rules.loader import list_rule_sets, load_rule_set
from ballot_server.rules.model import RuleSet, Test, WorkedCase
from tests.support.rule_files import load_installed

RESULTS = [
    pytest.param(result, id=f"{rule_set.origin}: {result.case.title}")
    for rule_set in list_rule_sets()
    for result in run_cases(rule_set)
]


@pytest.mark.parametrize("result", RESULTS)
def test_worked_case_agrees(result: CaseResult) -> None:
    assert (result.outcome, result.standings, result.seats_left) == (
        result.case.outcome,
        result.case.standings,
        result.case.seats_left,
    )
    assert {test: result.needed.get(test) for test in result.case.needed} == result.case.needed
    assert result.agrees


@pytest.mark.parametrize("rule_set", list_rule_sets(), ids=lambda rule_set: rule_set.origin)
def test_worked_cases_reach_every_outcome(rule_set: RuleSet) -> None:
    assert {case.outcome for case in rule_set.cases} == {outcome.id for outcome in rule_set.outcomes}


def list_distances(case: WorkedCase, test: Test) -> list[int]:
    """Return how far the options that a test is about lie above its need; of an election, every candidate."""
    options = [test.option] if test.option is not None else list(case.standings or ())
    return [case.counts[option] - case.needed[test.id] for option in options if option in case.counts]


@pytest.mark.parametrize("rule_set", list_rule_sets(), ids=lambda rule_set: rule_set.origin)
def test_worked_cases_stand_below_at_and_above_every_threshold(rule_set: RuleSet) -> None:
    for test in rule_set.tests:
        distances = {
            distance for case in rule_set.cases if test.id in case.needed for distance in list_distances(case, test)
        }
        assert {-1, 0, 1} <= distances, test.id


@pytest.mark.parametrize("rule_set", list_rule_sets(), ids=lambda rule_set: rule_set.origin)
def test_worked_cases_have_a_base_that_does_not_divide(rule_set: RuleSet) -> None:
    def read_base(case: WorkedCase) -> int:
        blank = case.counts.get("blank", 0) if rule_set.base.kind is BaseKind.VOTES_CAST else 0
        return sum(case.counts.values()) - blank if case.base is None else case.base

    for test in rule_set.tests:
        denominator = test.threshold.fraction.denominator
        assert {True, False} <= {read_base(case) % denominator == 0 for case in rule_set.cases}


@pytest.mark.parametrize("rule_set", list_rule_sets(), ids=lambda rule_set: rule_set.origin)
def test_worked_cases_hold_no_ballots_and_everyone(rule_set: RuleSet) -> None:
    assert any(set(case.counts.values()) == {0} for case in rule_set.cases)
    assert any(
        max(case.counts.values()) == (case.base or sum(case.counts.values())) > 0 and case.counts.get("blank", 0) == 0
        for case in rule_set.cases
    )


def test_worked_case_may_tell_valid_ballots_from_those_returned() -> None:
    text = load_installed("vn-confidence").source_text
    on_valid = load_rule_set(text.replace('kind = "returned"', 'kind = "valid"'), "own.toml")
    wrong = [result.case.title for result in run_cases(on_valid) if not result.agrees]
    assert wrong == ["Phiếu không hợp lệ vẫn là phiếu thu về: 15 trên 30"]


def test_case_with_a_wrong_outcome_disagrees() -> None:
    rule_set = load_installed("vn-screening-step1")
    wrong = replace(rule_set.cases[1], outcome="not_listed")
    assert [result.agrees for result in run_cases(replace(rule_set, cases=(wrong,)))] == [False]


def test_case_with_a_wrong_need_disagrees() -> None:
    rule_set = load_installed("vn-screening-step1")
    wrong = replace(rule_set.cases[1], needed={"listing": 9})
    assert [result.agrees for result in run_cases(replace(rule_set, cases=(wrong,)))] == [False]
