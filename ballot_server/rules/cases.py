"""The worked cases of a rule-set, executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ballot_server.domain.base import ClassCounts, make_base
from ballot_server.domain.contest import BLANK
from ballot_server.rules.decide import ContestInputs, decide_contest
from ballot_server.rules.model import RuleSet, WorkedCase

_ANY_DAY = date(2026, 1, 15)  # No case's outcome depends on the day.


@dataclass(frozen=True)
class CaseResult:
    """A worked case with the outcome and the needs that were found."""

    case: WorkedCase
    outcome: str
    needed: Mapping[str, int]

    @property
    def agrees(self) -> bool:
        """Tell whether the outcome, and each need that the case names, is the one it names."""
        return self.outcome == self.case.outcome and all(
            self.needed[test] == votes for test, votes in self.case.needed.items()
        )


def run_cases(rule_set: RuleSet) -> tuple[CaseResult, ...]:
    """Return the result of every worked case, in the file's order."""
    return tuple(_run_case(rule_set, case) for case in rule_set.cases)


def _run_case(rule_set: RuleSet, case: WorkedCase) -> CaseResult:
    # A case gives the base itself: how it is made up is another matter, with its own tests.
    parts = ClassCounts(official=case.base or 0, exempt=0, suspended=0, transferred_out=0)
    inputs = ContestInputs(
        counts={option: case.counts.get(option, 0) for option in (*rule_set.option_ids, BLANK)},
        base=make_base(rule_set.base.kind, parts),
        meeting_date=_ANY_DAY,
        followed=case.followed,
    )
    decision = decide_contest(rule_set, inputs)
    return CaseResult(case=case, outcome=decision.outcome.id, needed={test.id: test.needed for test in decision.tests})
