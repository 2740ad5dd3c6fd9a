"""What holds for every count under every installed rule-set, and for the two algorithms by an oracle of their own."""

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballot_server.domain.base import Base
from ballot_server.domain.base_parts import ClassCounts
from ballot_server.domain.threshold import Comparator, Threshold
from ballot_server.rules.decide import BallotTotals, ContestInputs, Decision, decide_contest, list_ballot_options
from ballot_server.rules.loader import list_rule_sets
from ballot_server.rules.model import DecisionKind, RuleSet, Standing
from tests.support.rolls import MEETING_DATE
from tests.support.rule_files import load_installed

ROOT = Path(__file__).parents[2]
DISCIPLINE = load_installed("vn-discipline")
ELECTION = load_installed("vn-committee-election")
FORMS = ("expulsion", "removal_from_office", "warning", "reprimand")
TWO_OPTIONS = [
    rule_set for rule_set in list_rule_sets() if rule_set.decision is DecisionKind.TABLE and len(rule_set.options) == 2
]
KNOWN_BEFORE = [rule_set for rule_set in list_rule_sets() if rule_set.base.kind.is_known_before_the_count]
FAVOURABLE = {"passed", "listed", "progress_recognised"}


def name_file(rule_set: RuleSet) -> str:
    """Return what a test with a rule-set is called."""
    return rule_set.origin


def make_base(rule_set: RuleSet, value: int) -> Base:
    """Return a base of a value, or the one that is known after the count only."""
    known = value if rule_set.base.kind.is_known_before_the_count else None
    return Base(rule_set.base.kind, known, ClassCounts(value, 0, 0, 0), None)


@st.composite
def draw_inputs(draw: st.DrawFn, rule_set: RuleSet) -> ContestInputs:
    """Return any inputs of one contest that a meeting could give."""
    holds_post = draw(st.booleans())
    candidates = tuple(f"p{place}" for place in range(draw(st.integers(1, 6)))) if rule_set.elects_candidates else ()
    options = list_ballot_options(rule_set, holds_post=holds_post, candidates=candidates)
    counts = {option: draw(st.integers(0, 40)) for option in (*options, "blank")}
    valid = (max(counts.values()) if candidates else 0) + counts["blank"] if candidates else sum(counts.values())
    returned = valid + draw(st.integers(0, 3))
    followed = rule_set.follows.tests if rule_set.follows is not None else ()
    return ContestInputs(
        counts=counts,
        base=make_base(rule_set, draw(st.integers(0, 250))),
        meeting_date=MEETING_DATE,
        followed={test: draw(st.booleans()) for test in followed},
        totals=BallotTotals(issued=returned + draw(st.integers(0, 3)), returned=returned, valid=valid),
        holds_post=holds_post,
        previous_failed=draw(st.integers(0, 4)),
        candidates=candidates,
        seats=draw(st.integers(1, len(candidates))) if candidates else None,
    )


def reaches(threshold: Threshold, votes: int, base: int) -> bool:
    """Tell by fractions whether votes pass a threshold: another way than the engine's."""
    if base == 0:
        return False
    share = Fraction(votes, base)
    if threshold.comparator is Comparator.MORE_THAN:
        return share > threshold.fraction
    return share >= threshold.fraction


def list_facts(rule_set: RuleSet, inputs: ContestInputs, decision: Decision) -> dict[str, bool]:
    """Return the conditions of a table or an election, each found by another way than the engine's."""
    counts = inputs.counts
    facts = {failures.id: inputs.previous_failed >= failures.at_least for failures in rule_set.failures}
    facts |= {
        tie.id: all(counts[option] == counts[tie.options[0]] > 0 for option in tie.options) for tie in rule_set.ties
    }
    facts |= dict(inputs.followed or {})
    if rule_set.decision is DecisionKind.SEATS:
        standings = [each.standing for each in decision.candidates]
        facts["seats_filled"] = standings.count(Standing.ELECTED) == inputs.seats
        facts["seats_tied"] = Standing.TIED in standings
        return facts
    return facts | {
        test.id: reaches(test.threshold, counts[str(test.option)], decision.base_value) for test in rule_set.tests
    }


@pytest.mark.parametrize("rule_set", list_rule_sets(), ids=name_file)
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_every_count_has_exactly_one_outcome(rule_set: RuleSet, data: st.DataObject) -> None:
    inputs = data.draw(draw_inputs(rule_set))
    decision = decide_contest(rule_set, inputs)
    if rule_set.decision is DecisionKind.CUMULATION:
        assert [each.id for each in rule_set.outcomes].count(decision.outcome.id) == 1
        return
    facts = list_facts(rule_set, inputs, decision)
    assert [each.id for each in rule_set.outcomes if each.holds(facts)] == [decision.outcome.id]


@pytest.mark.parametrize("rule_set", list_rule_sets(), ids=name_file)
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_order_of_options_never_matters(rule_set: RuleSet, data: st.DataObject) -> None:
    inputs = data.draw(draw_inputs(rule_set))
    names = data.draw(st.permutations(sorted(inputs.counts)))
    candidates = tuple(name for name in names if name in inputs.candidates)
    turned = replace(inputs, counts={name: inputs.counts[name] for name in names}, candidates=candidates)
    turned_rules = replace(
        rule_set,
        options=tuple(data.draw(st.permutations(rule_set.options))),
        tests=tuple(data.draw(st.permutations(rule_set.tests))),
        outcomes=tuple(data.draw(st.permutations(rule_set.outcomes))),
    )
    decision, other = decide_contest(rule_set, inputs), decide_contest(turned_rules, turned)
    assert other.outcome == decision.outcome
    assert set(other.candidates) == set(decision.candidates)
    assert set(other.tests) == set(decision.tests)


@pytest.mark.parametrize("rule_set", TWO_OPTIONS, ids=name_file)
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_one_more_in_favour_never_turns_pass_to_fail(rule_set: RuleSet, data: st.DataObject) -> None:
    inputs = data.draw(draw_inputs(rule_set))
    option = rule_set.option_ids[0]
    totals = inputs.totals
    assert totals is not None
    more = replace(
        inputs,
        counts={**inputs.counts, option: inputs.counts[option] + 1},
        totals=BallotTotals(totals.issued + 1, totals.returned + 1, totals.valid + 1),
    )
    before, after = decide_contest(rule_set, inputs), decide_contest(rule_set, more)
    assert [test.passed for test in after.tests] >= [test.passed for test in before.tests]
    if rule_set.follows is None and before.outcome.id in FAVOURABLE:
        assert after.outcome.id == before.outcome.id


@pytest.mark.parametrize("rule_set", KNOWN_BEFORE, ids=name_file)
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_base_of_zero_passes_no_test(rule_set: RuleSet, data: st.DataObject) -> None:
    inputs = replace(data.draw(draw_inputs(rule_set)), base=make_base(rule_set, 0))
    assert not any(test.passed for test in decide_contest(rule_set, inputs).tests)


def list_counts(ballots: int, options: int) -> Iterator[tuple[int, ...]]:
    """Return every way to spread so many ballots, or fewer, over options."""
    return (votes for votes in itertools.product(range(ballots + 1), repeat=options) if sum(votes) <= ballots)


def cumulate_by_hand(base: int, votes: dict[str, int]) -> str:
    """Return the outcome of a discipline vote, written out from the text."""

    def has_enough(form: str, count: int) -> bool:
        return 3 * count >= 2 * base if form == "expulsion" else 2 * count > base

    if base == 0:
        return "inconclusive"
    if 2 * votes["none"] > base:
        return "none"
    forms = [form for form in FORMS if form in votes]
    alone = [form for form in forms if has_enough(form, votes[form])]
    if alone:
        [form] = alone
        return form
    for place, form in enumerate(forms):
        if has_enough(form, sum(votes[severer] for severer in forms[: place + 1])):
            return form
    return "inconclusive"


@pytest.mark.parametrize("holds_post", [True, False])
@pytest.mark.parametrize("base", range(7))
def test_cumulation_agrees_with_the_text_for_every_small_count(base: int, holds_post: bool) -> None:
    forms = [form for form in (*FORMS, "none") if holds_post or form != "removal_from_office"]
    for spread in list_counts(base, len(forms)):
        votes = dict(zip(forms, spread, strict=True))
        inputs = ContestInputs(
            {**votes, "blank": base - sum(spread)}, make_base(DISCIPLINE, base), MEETING_DATE, holds_post=holds_post
        )
        assert decide_contest(DISCIPLINE, inputs).outcome.id == cumulate_by_hand(base, votes), votes


@settings(deadline=None, max_examples=50)
@given(base=st.integers(1, 120), cuts=st.lists(st.integers(0, 120), min_size=5, max_size=5))
def test_cumulation_agrees_with_the_text_for_large_counts(base: int, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, base) for cut in cuts)]
    votes = dict(zip((*FORMS, "none"), (after - before for before, after in itertools.pairwise(edges)), strict=True))
    inputs = ContestInputs({**votes, "blank": 0}, make_base(DISCIPLINE, base), MEETING_DATE, holds_post=True)
    assert decide_contest(DISCIPLINE, inputs).outcome.id == cumulate_by_hand(base, votes)


@pytest.mark.parametrize(
    ("votes", "outcome", "runs"),
    [
        ({"expulsion": 8, "warning": 5, "reprimand": 7}, "warning", [8, 13, 20]),
        ({"expulsion": 12, "reprimand": 8}, "warning", [12, 12, 20]),
    ],
)
def test_cumulation_gives_the_table_of_the_two_examples(votes: dict[str, int], outcome: str, runs: list[int]) -> None:
    counts = {"expulsion": 0, "warning": 0, "reprimand": 0, "none": 0, "blank": 0, **votes}
    decision = decide_contest(DISCIPLINE, ContestInputs(counts, make_base(DISCIPLINE, 20), MEETING_DATE))
    assert decision.outcome.id == outcome
    assert [row.run for row in decision.cumulation] == runs
    assert [row.needed for row in decision.cumulation] == [14, 11, 11]


@dataclass(frozen=True)
class Round:
    """One election by an oracle: who is surely in, and who is left for how many seats."""

    elected: frozenset[str]
    tied: frozenset[str]


def elect_by_hand(base: int, votes: dict[str, int], seats: int) -> Round:
    """Fill the seats group by group, each group with equally many votes."""
    elected: set[str] = set()
    passing = {name: count for name, count in votes.items() if base and 2 * count > base}
    for count in sorted(set(passing.values()), reverse=True):
        group = {name for name in passing if passing[name] == count}
        if len(elected) + len(group) > seats:
            free = seats - len(elected)
            return Round(frozenset(elected), frozenset(group) if free else frozenset())
        elected |= group
    return Round(frozenset(elected), frozenset())


@pytest.mark.parametrize("base", range(6))
def test_seats_agree_with_the_oracle_for_every_small_count(base: int) -> None:
    for names in (("a",), ("a", "b"), ("a", "b", "c"), ("a", "b", "c", "d")):
        for spread in itertools.product(range(base + 1), repeat=len(names)):
            votes = dict(zip(names, spread, strict=True))
            for seats in range(1, len(names) + 1):
                check_seats(base, votes, seats)


def check_seats(base: int, votes: dict[str, int], seats: int) -> None:
    """Compare one election with the oracle."""
    inputs = ContestInputs(
        {**votes, "blank": 0},
        make_base(ELECTION, base),
        MEETING_DATE,
        totals=BallotTotals(base, base, base),
        candidates=tuple(votes),
        seats=seats,
    )
    decision = decide_contest(ELECTION, inputs)
    expected = elect_by_hand(base, votes, seats)
    found = {
        standing: frozenset(each.option for each in decision.candidates if each.standing is standing)
        for standing in Standing
    }
    assert (found[Standing.ELECTED], found[Standing.TIED]) == (expected.elected, expected.tied), (votes, seats)
    assert decision.seats_left == seats - len(expected.elected)


@settings(deadline=None, max_examples=50)
@given(
    votes=st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 30), min_size=1),
    base=st.integers(1, 60),
    data=st.data(),
)
def test_ties_are_never_decided_by_order(votes: dict[str, int], base: int, data: st.DataObject) -> None:
    seats = data.draw(st.integers(1, len(votes)))
    check_seats(base, dict(data.draw(st.permutations(list(votes.items())))), seats)


def list_engine_files() -> list[Path]:
    """Return the modules in which nothing but whole numbers and fractions may be reckoned with."""
    domain = [ROOT / "ballot_server/domain" / f"{name}.py" for name in ("base", "quorum", "result", "threshold")]
    # The loader divides no numbers: its strokes join paths.
    rules = (path for path in (ROOT / "ballot_server/rules").glob("*.py") if path.name != "loader.py")
    return [*sorted(rules), *domain]


@pytest.mark.parametrize("path", list_engine_files(), ids=lambda path: path.name)
def test_engine_reckons_without_floats(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not isinstance(node, ast.Div)
        assert not (isinstance(node, ast.Name) and node.id in {"float", "round"})
