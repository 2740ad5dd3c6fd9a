"""The proof that every count has exactly one outcome: all results of all conditions are tried."""

from __future__ import annotations

from itertools import product

from ballot_server.rules.errors import RuleSetHoleError, RuleSetTooLargeError
from ballot_server.rules.model import DecisionKind, RuleSet
from ballot_server.rules.naming import list_conditions

LARGEST_NUMBER_OF_CONDITIONS = 12


def check_coverage(rule_set: RuleSet) -> None:
    """Check that for every combination of passed and failed conditions exactly one outcome follows.

    Combinations that no count can give are tried too: a file that is whole without knowing arithmetic is easier to
    read, and to trust, than one that is whole because of it.

    Raises: RuleSetHoleError with the first combination that has none or two; RuleSetTooLargeError beyond 12 conditions.
    """
    if rule_set.decision is DecisionKind.CUMULATION:
        return  # An algorithm that always ends in one outcome, for which `naming` has found the row.
    names = list_conditions(rule_set)
    if len(names) > LARGEST_NUMBER_OF_CONDITIONS:
        raise RuleSetTooLargeError(path=rule_set.origin, key="outcome", limit=LARGEST_NUMBER_OF_CONDITIONS)
    for values in product((True, False), repeat=len(names)):
        facts = dict(zip(names, values, strict=True))
        found = [outcome.id for outcome in rule_set.outcomes if outcome.holds(facts)]
        if len(found) != 1:
            raise RuleSetHoleError(
                path=rule_set.origin,
                key="outcome",
                combination=", ".join(f"{name} = {str(value).lower()}" for name, value in facts.items()),
                outcomes=", ".join(found) or "–",
            )
