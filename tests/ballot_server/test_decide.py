"""The engine: one outcome for every count, the pair of screening ballots, ties, and what can still be reached."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballot_server.rules.decide import ContestInputs, Decision, add_months, decide_contest, describe_reachability
from ballot_server.rules.errors import ContestCountsError, FollowedTestsError
from ballot_server.rules.model import RuleSet
from tests.support.rolls import MEETING_DATE
from tests.support.rule_files import load_installed, make_plain_base, make_votes_cast_base

STEP1 = load_installed("vn-screening-step1")
PROGRESS = load_installed("vn-screening-progress")
REMOVAL = load_installed("vn-screening-removal")
MAJORITY = load_installed("majority-of-votes-cast")


def decide_screening(
    rule_set: RuleSet, base: int, agree: int, *, disagree: int = 0, blank: int = 0, progress: bool | None = None
) -> Decision:
    counts = {"agree": agree, "disagree": disagree, "blank": blank}
    followed = None if progress is None else {"progress": progress}
    return decide_contest(rule_set, ContestInputs(counts, make_plain_base(base), MEETING_DATE, followed))


def decide_majority(yes: int, no: int, blank: int = 0) -> Decision:
    counts = {"yes": yes, "no": no, "blank": blank}
    return decide_contest(MAJORITY, ContestInputs(counts, make_votes_cast_base(yes + no + blank), MEETING_DATE))


def test_decide_lists_at_two_thirds_of_the_base() -> None:
    decision = decide_screening(STEP1, 15, 10, disagree=2)
    assert decision.outcome.id == "listed"
    [test] = decision.tests
    assert (test.option, test.base, test.needed, test.got, test.passed) == ("agree", 15, 10, 10, True)


def test_decide_carries_wording_next_step_and_clause_in_both_languages() -> None:
    decision = decide_screening(STEP1, 15, 10)
    assert "phê duyệt" in decision.next_step.vi
    assert "approval" in decision.next_step.en
    assert "bước 1" in decision.clause.vi
    assert decision.text.vi.startswith("Đưa vào danh sách")


@pytest.mark.parametrize("base", range(1, 31))
def test_pair_of_ballots_follows_the_decision_table_for_every_count(base: int) -> None:
    table = {
        (True, False): "progress_recognised",
        (False, True): "proposed_for_removal",
        (False, False): "another_twelve_months",
        (True, True): "contradiction",
    }
    for progress_votes in range(base + 1):
        [progress] = decide_screening(PROGRESS, base, progress_votes).tests
        assert progress.passed is (Fraction(progress_votes, base) >= Fraction(1, 2))
        for removal_votes in range(base + 1):
            decision = decide_screening(REMOVAL, base, removal_votes, progress=progress.passed)
            removal = Fraction(removal_votes, base) >= Fraction(2, 3)
            assert decision.outcome.id == table[progress.passed, removal]


def test_exactly_one_half_passes_for_progress_only() -> None:
    assert decide_screening(PROGRESS, 20, 10).outcome.id == "progress_recognised"
    assert decide_screening(STEP1, 20, 10).outcome.id == "not_listed"
    assert decide_screening(REMOVAL, 20, 10, progress=False).outcome.id == "another_twelve_months"
    assert decide_majority(10, 10).outcome.id == "tied"


def test_twelve_more_months_propose_the_day_a_year_on() -> None:
    assert decide_screening(REMOVAL, 15, 3, progress=False).review_on == date(2027, 1, 15)


def test_other_outcomes_propose_no_day() -> None:
    assert decide_screening(REMOVAL, 15, 10, progress=True).review_on is None


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 1, 15), 11, date(2026, 12, 15)),
    ],
)
def test_add_months_keeps_the_day_or_takes_the_last(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_removal_is_refused_without_the_progress_vote() -> None:
    with pytest.raises(FollowedTestsError):
        decide_screening(REMOVAL, 15, 10)


def test_removal_is_refused_if_another_vote_is_followed() -> None:
    inputs = ContestInputs(
        {"agree": 1, "disagree": 0, "blank": 0}, make_plain_base(3), MEETING_DATE, followed={"listing": True}
    )
    with pytest.raises(FollowedTestsError):
        decide_contest(REMOVAL, inputs)


@pytest.mark.parametrize(
    "counts", [{"agree": 1, "disagree": 1}, {"agree": 1, "blank": 0}, {"yes": 1, "no": 0, "blank": 0}, {}]
)
def test_decide_refuses_counts_of_other_options(counts: dict[str, int]) -> None:
    with pytest.raises(ContestCountsError):
        decide_contest(STEP1, ContestInputs(counts, make_plain_base(3), MEETING_DATE))


@pytest.mark.parametrize("rule_set", [STEP1, PROGRESS], ids=lambda rule_set: rule_set.id)
def test_base_zero_passes_nothing(rule_set: RuleSet) -> None:
    [test] = decide_screening(rule_set, 0, 0).tests
    assert not test.passed


def test_majority_takes_its_base_from_votes_cast() -> None:
    decision = decide_majority(6, 5, blank=9)
    assert decision.base_value == 11
    assert decision.outcome.id == "passed"
    assert decision.tests[0].needed == 6


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_majority_is_tied_only_where_yes_equals_no_above_zero(yes: int, no: int, blank: int) -> None:
    outcome = decide_majority(yes, no, blank).outcome.id
    assert (outcome == "tied") is (yes == no > 0)
    assert (outcome == "passed") is (yes > no)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 200), st.booleans())
def test_order_of_options_never_matters(agree: int, disagree: int, blank: int, base: int, progress: bool) -> None:
    counts = {"agree": agree, "disagree": disagree, "blank": blank}
    turned = dict(reversed(counts.items()))
    for rule_set in (STEP1, PROGRESS, REMOVAL):
        decisions = [
            decide_contest(rule_set, ContestInputs(each, make_plain_base(base), MEETING_DATE, {"progress": progress}))
            for each in (counts, turned)
        ]
        assert decisions[0] == decisions[1]


@given(st.integers(1, 200), st.integers(0, 199), st.sampled_from([STEP1, PROGRESS, REMOVAL]))
def test_one_more_agreement_never_turns_pass_to_fail(base: int, agree: int, rule_set: RuleSet) -> None:
    before, after = (decide_screening(rule_set, base, votes, progress=False) for votes in (agree, agree + 1))
    assert after.tests[0].passed >= before.tests[0].passed


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_one_more_yes_never_turns_pass_to_fail(yes: int, no: int, blank: int) -> None:
    ranks = {"not_passed": 0, "tied": 1, "passed": 2}
    before, after = decide_majority(yes, no, blank), decide_majority(yes + 1, no, blank)
    assert ranks[after.outcome.id] >= ranks[before.outcome.id]


@pytest.mark.parametrize("present", [11, 12])
def test_reachability_says_whether_those_present_are_enough(present: int) -> None:
    [reach] = describe_reachability(STEP1, make_plain_base(17), present)
    assert (reach.base, reach.needed, reach.present, reach.reachable) == (17, 12, present, present >= 12)


def test_reachability_is_never_given_of_base_zero() -> None:
    [reach] = describe_reachability(STEP1, make_plain_base(0), 5)
    assert not reach.reachable


@pytest.mark.parametrize("present", [0, 1])
def test_reachability_of_votes_cast_names_no_need(present: int) -> None:
    [reach] = describe_reachability(MAJORITY, make_votes_cast_base(20), present)
    assert (reach.base, reach.needed, reach.reachable) == (None, None, present > 0)
