"""The engine: from counts and a base to tests and the one outcome; pure, whole numbers and fractions only.

Worked example, `vn-screening-step1`: base 15, agree 10, disagree 2, blank 0. The one test asks for ⌈2·15/3⌉ = 10 and
got 10, so it passes, and the outcome is `listed`.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ballot_server.domain.base import Base, BaseKind
from ballot_server.domain.contest import BLANK, Wording
from ballot_server.domain.threshold import TestResult, Threshold, apply_threshold, needed
from ballot_server.rules.cumulate import CumulationRow, cumulate
from ballot_server.rules.errors import ContestCountsError, FollowedTestsError, SeatsMissingError
from ballot_server.rules.fill_seats import CandidateOutcome, fill_seats
from ballot_server.rules.model import SEATS_FILLED, SEATS_TIED, DecisionKind, OutcomeRule, RuleSet, Standing, Test


@dataclass(frozen=True)
class BallotTotals:
    """The ballots of one election, whatever is marked on them."""

    issued: int
    returned: int
    valid: int


@dataclass(frozen=True)
class ContestInputs:
    """What the outcome of one contest depends on.

    `counts` are of every option and of blank. `followed` are the results, by test, of the contest that this
    one follows; None where it follows none. `totals` None means that every ballot marks one option, and that all
    issued came back valid. `candidates` and `seats` are given where the contest names them.
    """

    counts: Mapping[str, int]
    base: Base
    meeting_date: date
    followed: Mapping[str, bool] | None = None
    totals: BallotTotals | None = None
    holds_post: bool = False
    previous_failed: int = 0
    candidates: tuple[str, ...] = ()
    seats: int | None = None


@dataclass(frozen=True)
class Decision:
    """The tests as applied, the outcome with its wording and clause, and the day on which it asks for a new look.

    `candidates` and `seats_left` are an election's, `outcome` then says what the whole came to; `cumulation` is the
    table of the forms, severest first, where the rule-set cumulates.
    """

    base_value: int
    tests: tuple[TestResult, ...]
    outcome: OutcomeRule
    review_on: date | None
    candidates: tuple[CandidateOutcome, ...] = ()
    seats_left: int | None = None
    cumulation: tuple[CumulationRow, ...] = ()

    @property
    def text(self) -> Wording:
        """What the chair announces."""
        return self.outcome.text

    @property
    def next_step(self) -> Wording:
        """What is to be done next."""
        return self.outcome.next_step

    @property
    def clause(self) -> Wording:
        """Where the outcome stands written."""
        return self.outcome.clause


@dataclass(frozen=True)
class Reachability:
    """What a test asks for, before the ballot; `base` and `needed` are None where they depend on the count.

    `option` is None where the test is of each candidate.
    """

    test: str
    option: str | None
    threshold: Threshold
    base: int | None
    needed: int | None
    present: int
    reachable: bool


def decide_contest(rule_set: RuleSet, inputs: ContestInputs) -> Decision:
    """Return the decision on one contest.

    Raises: ContestCountsError if counts are not of exactly the options on the ballot and blank; FollowedTestsError if
    the rule-set follows a vote whose tests are not given; SeatsMissingError for an election without its seats.
    """
    options = list_ballot_options(rule_set, holds_post=inputs.holds_post, candidates=inputs.candidates)
    _check_options(options, inputs.counts)
    base = resolve_base_value(inputs.base, inputs.counts, inputs.totals)
    tests = apply_tests(rule_set, options, inputs.counts, base)
    facts = _collect_facts(rule_set, inputs)
    candidates: tuple[CandidateOutcome, ...] = ()
    seats_left = None
    rows: tuple[CumulationRow, ...] = ()
    match rule_set.decision:
        case DecisionKind.CUMULATION:
            outcome, rows = _decide_cumulation(rule_set, tests)
        case DecisionKind.SEATS:
            if inputs.seats is None:
                raise SeatsMissingError(rule_set=rule_set.id)
            passed = {option: all(test.passed for test in tests if test.option == option) for option in options}
            candidates = fill_seats({option: inputs.counts[option] for option in options}, passed, inputs.seats)
            seats_left = inputs.seats - sum(each.standing is Standing.ELECTED for each in candidates)
            facts[SEATS_FILLED] = seats_left == 0
            facts[SEATS_TIED] = any(each.standing is Standing.TIED for each in candidates)
            outcome = _find_outcome(rule_set, facts)
        case DecisionKind.TABLE:
            passed_tests = {test.id: test.passed for test in tests}
            # A test of an option that is not on this ballot cannot pass.
            facts |= {test.id: passed_tests.get(test.id, False) for test in rule_set.tests}
            outcome = _find_outcome(rule_set, facts)
    months = outcome.review_after_months
    return Decision(
        base_value=base,
        tests=tests,
        outcome=outcome,
        review_on=None if months is None else add_months(inputs.meeting_date, months),
        candidates=candidates,
        seats_left=seats_left,
        cumulation=rows,
    )


def list_ballot_options(
    rule_set: RuleSet, *, holds_post: bool = False, candidates: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the ids of the options on the ballot of one contest, blank left out."""
    if rule_set.elects_candidates:
        return candidates
    return tuple(option for option in rule_set.option_ids if holds_post or option not in rule_set.post_options)


def apply_tests(
    rule_set: RuleSet, options: tuple[str, ...], counts: Mapping[str, int], base: int
) -> tuple[TestResult, ...]:
    """Return every test of every option on the ballot that it is about."""
    return tuple(
        apply_threshold(test.id, option, test.threshold, base=base, got=counts[option])
        for test in rule_set.tests
        for option in _list_tested(test, options)
    )


def describe_reachability(rule_set: RuleSet, base: Base, present_entitled: int) -> tuple[Reachability, ...]:
    """Return, for each test, what it needs and whether those entitled and present could give it, were all agreed."""
    return tuple(
        Reachability(
            test=test.id,
            option=test.option,
            threshold=test.threshold,
            base=base.value,
            needed=None if base.value is None else needed(test.threshold, base.value),
            present=present_entitled,
            reachable=_is_reachable(test.threshold, base.value, present_entitled),
        )
        for test in rule_set.tests
    )


def resolve_base_value(base: Base, counts: Mapping[str, int], totals: BallotTotals | None = None) -> int:
    """Return a base's value: the sealed one, or what was counted; `totals` as in ContestInputs."""
    if base.value is not None:
        return base.value
    total = sum(counts.values())
    totals = BallotTotals(issued=total, returned=total, valid=total) if totals is None else totals
    match base.kind:
        case BaseKind.ISSUED:
            return totals.issued
        case BaseKind.RETURNED:
            return totals.returned
        case BaseKind.VALID:
            return totals.valid
    return totals.valid - counts[BLANK]


def add_months(day: date, months: int) -> date:
    """Return the same day some months on, or the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _list_tested(test: Test, options: tuple[str, ...]) -> tuple[str, ...]:
    return options if test.option is None else tuple(option for option in options if option == test.option)


def _check_options(options: tuple[str, ...], counts: Mapping[str, int]) -> None:
    expected = {*options, BLANK}
    if counts.keys() != expected:
        raise ContestCountsError(expected=", ".join(sorted(expected)), found=", ".join(sorted(counts)))


def _collect_facts(rule_set: RuleSet, inputs: ContestInputs) -> dict[str, bool]:
    """Return the conditions that are no tests of this contest's own."""
    facts = {failures.id: inputs.previous_failed >= failures.at_least for failures in rule_set.failures}
    for tie in rule_set.ties:
        votes = {inputs.counts[option] for option in tie.options}
        facts[tie.id] = len(votes) == 1 and votes != {0}
    return facts | _take_followed(rule_set, inputs.followed)


def _find_outcome(rule_set: RuleSet, facts: Mapping[str, bool]) -> OutcomeRule:
    # The loader has tried every combination of facts: exactly one outcome holds.
    [outcome] = [outcome for outcome in rule_set.outcomes if outcome.holds(facts)]
    return outcome


def _decide_cumulation(
    rule_set: RuleSet, tests: tuple[TestResult, ...]
) -> tuple[OutcomeRule, tuple[CumulationRow, ...]]:
    cumulation = rule_set.cumulation
    if cumulation is None:
        raise ValueError("the loader lets no rule-set cumulate that does not say how")
    found, rows = cumulate(cumulation, tests)
    return next(outcome for outcome in rule_set.outcomes if outcome.id == found), rows


def _take_followed(rule_set: RuleSet, followed: Mapping[str, bool] | None) -> dict[str, bool]:
    if rule_set.follows is None:
        return {}
    given = followed or {}
    for name in rule_set.follows.tests:
        if name not in given:
            raise FollowedTestsError(rule_set=rule_set.follows.rule_set, test=name)
    return {name: given[name] for name in rule_set.follows.tests}


def _is_reachable(threshold: Threshold, base: int | None, present: int) -> bool:
    if base is None:
        return present > 0
    return base > 0 and present >= needed(threshold, base)
