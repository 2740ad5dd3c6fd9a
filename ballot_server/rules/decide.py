"""The engine: from counts and a base to tests and the one outcome; pure, whole numbers and fractions only.

Worked example, `vn-screening-step1`: base 15, agree 10, disagree 2, blank 0. The one test asks for ⌈2·15/3⌉ = 10 and
got 10, so it passes, and the outcome is `listed`.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ballot_server.domain.base import Base
from ballot_server.domain.contest import BLANK, Wording
from ballot_server.domain.threshold import TestResult, Threshold, apply_threshold, needed
from ballot_server.rules.errors import ContestCountsError, FollowedTestsError
from ballot_server.rules.model import OutcomeRule, RuleSet


@dataclass(frozen=True)
class ContestInputs:
    """What the outcome of one contest depends on.

    `counts` are of every option and of blank. `followed` are the results, by test, of the contest that this
    one follows; None where it follows none.
    """

    counts: Mapping[str, int]
    base: Base
    meeting_date: date
    followed: Mapping[str, bool] | None = None


@dataclass(frozen=True)
class Decision:
    """The tests as applied, the outcome with its wording and clause, and the day on which it asks for a new look."""

    base_value: int
    tests: tuple[TestResult, ...]
    outcome: OutcomeRule
    review_on: date | None

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
    """What a test asks for, before the ballot; `base` and `needed` are None where they depend on the count."""

    test: str
    option: str
    threshold: Threshold
    base: int | None
    needed: int | None
    present: int
    reachable: bool


def decide_contest(rule_set: RuleSet, inputs: ContestInputs) -> Decision:
    """Return the decision on one contest.

    Raises: ContestCountsError if counts are not of exactly the rule-set's options and blank; FollowedTestsError if the
    rule-set follows a vote whose tests are not given.
    """
    _check_options(rule_set, inputs.counts)
    base = resolve_base_value(inputs.base, inputs.counts)
    tests = tuple(
        apply_threshold(test.id, test.option, test.threshold, base=base, got=inputs.counts[test.option])
        for test in rule_set.tests
    )
    facts = {test.id: test.passed for test in tests}
    for tie in rule_set.ties:
        votes = {inputs.counts[option] for option in tie.options}
        facts[tie.id] = len(votes) == 1 and votes != {0}
    facts |= _take_followed(rule_set, inputs.followed)
    # The loader has tried every combination of facts: exactly one outcome holds.
    [outcome] = [outcome for outcome in rule_set.outcomes if outcome.holds(facts)]
    months = outcome.review_after_months
    return Decision(
        base_value=base,
        tests=tests,
        outcome=outcome,
        review_on=None if months is None else add_months(inputs.meeting_date, months),
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


def resolve_base_value(base: Base, counts: Mapping[str, int]) -> int:
    """Return a base's value: the sealed one, or the votes cast (valid less blank) of one contest."""
    if base.value is not None:
        return base.value
    return count_votes_cast(counts)


def count_votes_cast(counts: Mapping[str, int]) -> int:
    """Return the valid ballots of a contest with one mark, less the blank ones."""
    return sum(count for option, count in counts.items() if option != BLANK)


def add_months(day: date, months: int) -> date:
    """Return the same day some months on, or the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _check_options(rule_set: RuleSet, counts: Mapping[str, int]) -> None:
    expected = {*rule_set.option_ids, BLANK}
    if counts.keys() != expected:
        raise ContestCountsError(expected=", ".join(sorted(expected)), found=", ".join(sorted(counts)))


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
