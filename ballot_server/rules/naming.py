"""What a rule-set file's names must agree in: every row refers to something declared, and nothing is declared twice."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from ballot_server.domain.contest import BLANK
from ballot_server.domain.threshold import Comparator, Threshold
from ballot_server.rules.errors import (
    RuleSetCaseError,
    RuleSetCumulationError,
    RuleSetDatesError,
    RuleSetDuplicateError,
    RuleSetMissingKeyError,
    RuleSetUnknownNameError,
)
from ballot_server.rules.model import (
    SEATS_FILLED,
    SEATS_TIED,
    Cumulation,
    DecisionKind,
    RuleSet,
    WorkedCase,
)

_HALF = Fraction(1, 2)


def list_conditions(rule_set: RuleSet) -> tuple[str, ...]:
    """Return the names on which the outcomes of `when` can depend."""
    followed = rule_set.follows.tests if rule_set.follows is not None else ()
    failures = tuple(failures.id for failures in rule_set.failures)
    match rule_set.decision:
        case DecisionKind.CUMULATION:
            return ()
        case DecisionKind.SEATS:
            return (SEATS_FILLED, SEATS_TIED, *failures, *followed)
        case DecisionKind.TABLE:
            tests = tuple(test.id for test in rule_set.tests)
            return (*tests, *(tie.id for tie in rule_set.ties), *failures, *followed)


def check_names(rule_set: RuleSet) -> None:
    """Check the names of a whole file, its dates and what its cases refer to. Raises: a RuleSetError."""
    _check_dates(rule_set)
    path = rule_set.origin
    tests = tuple(test.id for test in rule_set.tests)
    conditions = list_conditions(rule_set)
    _check_distinct(path, "contest.option", (BLANK, *rule_set.option_ids))
    _check_distinct(path, "reading", (reading.id for reading in rule_set.readings))
    _check_distinct(path, "test", conditions if rule_set.decision is DecisionKind.TABLE else (*tests, *conditions))
    _check_distinct(path, "outcome", (outcome.id for outcome in rule_set.outcomes))
    for position, test in enumerate(rule_set.tests, start=1):
        if test.option is not None:
            _check_known(path, f"test[{position}].option", (test.option,), rule_set.option_ids)
    for position, tie in enumerate(rule_set.ties, start=1):
        _check_distinct(path, f"tie[{position}].options", tie.options)
        _check_known(path, f"tie[{position}].options", tie.options, rule_set.option_ids)
    for position, outcome in enumerate(rule_set.outcomes, start=1):
        for row, condition in enumerate(outcome.when, start=1):
            _check_known(path, f"outcome[{position}].when[{row}]", condition, conditions)
    _check_post_options(rule_set)
    if rule_set.cumulation is not None:
        _check_cumulation(rule_set, rule_set.cumulation)
    for position, case in enumerate(rule_set.cases, start=1):
        _check_case(rule_set, case, f"case[{position}]")


def _check_dates(rule_set: RuleSet) -> None:
    first, last = rule_set.effective_from, rule_set.effective_to
    if first is not None and last is not None and last < first:
        raise RuleSetDatesError(path=rule_set.origin, key="effective_to")


def _check_post_options(rule_set: RuleSet) -> None:
    """Check that a tie and the option kept apart are on every ballot."""
    always = tuple(option for option in rule_set.option_ids if option not in rule_set.post_options)
    for position, tie in enumerate(rule_set.ties, start=1):
        _check_known(rule_set.origin, f"tie[{position}].options", tie.options, always)
    if rule_set.cumulation is not None:
        _check_known(rule_set.origin, "cumulation.apart", (rule_set.cumulation.apart,), always)


def _check_cumulation(rule_set: RuleSet, cumulation: Cumulation) -> None:
    """Check that every option has its one place, test and outcome, and that no two can pass alone at once."""
    path, options = rule_set.origin, rule_set.option_ids
    _check_distinct(path, "cumulation.order", (*cumulation.order, cumulation.apart))
    _check_known(path, "cumulation.order", cumulation.order, options)
    placed = (*cumulation.order, cumulation.apart)
    _check_known(path, "contest.option", options, placed)
    _check_distinct(path, "test", (test.option for test in rule_set.tests if test.option is not None))
    tested = tuple(test.option for test in rule_set.tests if test.option is not None)
    _check_known(path, "test", options, tested)
    expected = (*placed, cumulation.otherwise)
    _check_distinct(path, "cumulation.otherwise", expected)
    outcomes = tuple(outcome.id for outcome in rule_set.outcomes)
    _check_known(path, "outcome", expected, outcomes)
    _check_known(path, "outcome", outcomes, expected)
    for position, test in enumerate(rule_set.tests, start=1):
        if not _takes_more_than_half(test.threshold):
            raise RuleSetCumulationError(path=path, key=f"test[{position}]")


def _takes_more_than_half(threshold: Threshold) -> bool:
    """Tell whether two options can never both pass of one base that holds all their votes."""
    return threshold.fraction > _HALF or (threshold.fraction == _HALF and threshold.comparator is Comparator.MORE_THAN)


def _check_case(rule_set: RuleSet, case: WorkedCase, key: str) -> None:
    path = rule_set.origin
    _check_known(path, f"{key}.outcome", (case.outcome,), tuple(outcome.id for outcome in rule_set.outcomes))
    _check_known(path, f"{key}.needed", case.needed, tuple(test.id for test in rule_set.tests))
    followed = rule_set.follows.tests if rule_set.follows is not None else ()
    _check_known(path, f"{key}.followed", case.followed, followed)
    for name in followed:
        if name not in case.followed:
            raise RuleSetMissingKeyError(path=path, key=f"{key}.followed.{name}")
    if (case.base is None) is rule_set.base.kind.is_known_before_the_count:
        if case.base is None:
            raise RuleSetMissingKeyError(path=path, key=f"{key}.base")
        raise RuleSetCaseError(path=path, key=f"{key}.base")
    if case.standings is None:
        absent = () if case.holds_post else rule_set.post_options
        on_ballot = tuple(option for option in rule_set.option_ids if option not in absent)
        _check_known(path, f"{key}.counts", case.counts, (*on_ballot, BLANK))
        if case.ballots is not None and case.ballots != sum(case.counts.values()):
            raise RuleSetCaseError(path=path, key=f"{key}.ballots")
        return
    candidates = tuple(case.standings)
    _check_known(path, f"{key}.counts", case.counts, (*candidates, BLANK))
    if not case.seats or case.seats > len(candidates):
        raise RuleSetCaseError(path=path, key=f"{key}.seats")
    _check_marks(case, path, key, case.seats)


def _check_marks(case: WorkedCase, path: str, key: str, seats: int) -> None:
    """Check that some ballots give a case's counts: between one and `seats` marks on each that is not blank."""
    marks = [votes for option, votes in case.counts.items() if option != BLANK]
    marked = (case.ballots or 0) - case.counts.get(BLANK, 0)
    if not 0 <= marked <= sum(marks) <= seats * marked or max(marks, default=0) > marked:
        raise RuleSetCaseError(path=path, key=f"{key}.ballots")


def _check_distinct(path: str, key: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise RuleSetDuplicateError(path=path, key=key, name=name)
        seen.add(name)


def _check_known(path: str, key: str, names: Iterable[str], known: tuple[str, ...]) -> None:
    for name in names:
        if name not in known:
            raise RuleSetUnknownNameError(path=path, key=key, name=name, known=", ".join(known) or "–")
