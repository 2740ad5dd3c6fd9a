"""What the letters on votes of confidence and on resignation ask of the two rule-sets. See docs/sources."""

from __future__ import annotations

import pytest

from ballot_server.rules.loader import list_rule_sets
from ballot_server.rules.model import RuleSet

CONFIDENCE = [rule_set for rule_set in list_rule_sets() if rule_set.id in ("vn-confidence", "vn-confidence-2021")]


def name_rule_set(rule_set: RuleSet) -> str:
    return rule_set.origin


def test_both_rule_sets_of_confidence_are_looked_at() -> None:
    assert {rule_set.id for rule_set in CONFIDENCE} == {"vn-confidence", "vn-confidence-2021"}


@pytest.mark.parametrize("rule_set", CONFIDENCE, ids=name_rule_set)
def test_resignation_is_no_outcome_where_dismissal_is_to_be_considered(rule_set: RuleSet) -> None:
    dismissed = [each for each in rule_set.outcomes if "miễn nhiệm" in f"{each.text.vi} {each.next_step.vi}"]
    assert "two_thirds_low" in {outcome.id for outcome in dismissed}
    for outcome in dismissed:
        assert "từ chức" not in f"{outcome.text.vi} {outcome.next_step.vi}"
        assert "resign" not in f"{outcome.text.en} {outcome.next_step.en}".lower()


@pytest.mark.parametrize("rule_set", CONFIDENCE, ids=name_rule_set)
def test_band_below_dismissal_leaves_resignation_open(rule_set: RuleSet) -> None:
    [band] = [outcome for outcome in rule_set.outcomes if outcome.id == "above_half_low"]
    assert "từ chức" in band.text.vi
