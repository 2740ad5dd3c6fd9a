"""The worked cases of a rule-set, executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ballot_server.domain.base import Base
from ballot_server.domain.base_parts import ClassCounts
from ballot_server.domain.contest import BLANK
from ballot_server.rules.decide import BallotTotals, ContestInputs, Decision, decide_contest, list_ballot_options
from ballot_server.rules.model import RuleSet, Standing, WorkedCase

_ANY_DAY = date(2026, 1, 15)  # No case's outcome depends on the day.


@dataclass(frozen=True)
class CaseResult:
    """A worked case with what was found; `standings` and `seats_left` are an election's."""

    case: WorkedCase
    outcome: str
    needed: Mapping[str, int]
    standings: Mapping[str, Standing] | None = None
    seats_left: int | None = None

    @property
    def agrees(self) -> bool:
        """Tell whether outcome, standings and seats left, and each need that the case names, are those it names."""
        return (
            self.outcome == self.case.outcome
            and self.standings == self.case.standings
            and self.seats_left == self.case.seats_left
            and all(self.needed[test] == votes for test, votes in self.case.needed.items())
        )


def run_cases(rule_set: RuleSet) -> tuple[CaseResult, ...]:
    """Return the result of every worked case, in the file's order."""
    return tuple(_run_case(rule_set, case) for case in rule_set.cases)


def make_inputs(rule_set: RuleSet, case: WorkedCase) -> ContestInputs:
    """Return what a worked case decides from; options it does not count have no votes."""
    candidates = tuple(case.standings or ())
    options = list_ballot_options(rule_set, holds_post=case.holds_post, candidates=candidates)
    counts = {option: case.counts.get(option, 0) for option in (*options, BLANK)}
    valid = sum(counts.values()) if case.ballots is None else case.ballots
    returned = valid + case.invalid
    # A case gives the base itself: how it is made up is another matter, with its own tests.
    parts = ClassCounts(official=case.base or 0, exempt=0, suspended=0, transferred_out=0)
    return ContestInputs(
        counts=counts,
        base=Base(kind=rule_set.base.kind, value=case.base, parts=parts, bare_words=None),
        meeting_date=_ANY_DAY,
        followed=case.followed,
        totals=BallotTotals(issued=returned + case.not_returned, returned=returned, valid=valid),
        holds_post=case.holds_post,
        previous_failed=case.previous_failed,
        candidates=candidates,
        seats=case.seats,
    )


def _run_case(rule_set: RuleSet, case: WorkedCase) -> CaseResult:
    decision = decide_contest(rule_set, make_inputs(rule_set, case))
    return CaseResult(
        case=case,
        outcome=decision.outcome.id,
        needed={test.id: test.needed for test in decision.tests},
        standings=_collect_standings(decision),
        seats_left=decision.seats_left,
    )


def _collect_standings(decision: Decision) -> Mapping[str, Standing] | None:
    return {each.option: each.standing for each in decision.candidates} if decision.candidates else None
