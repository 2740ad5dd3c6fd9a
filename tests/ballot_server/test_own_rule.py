"""The rule-set that the chair's form writes is one that the loader takes and whose worked cases come out."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballot_server.domain.base import BaseKind
from ballot_server.domain.contest import Wording
from ballot_server.domain.threshold import Comparator, Threshold
from ballot_server.rules.cases import run_cases
from ballot_server.rules.loader import load_rule_set
from ballot_server.services.own_rule import (
    OwnForm,
    OwnRule,
    OwnRuleAllError,
    OwnRuleFractionError,
    read_fraction,
    write_own_rule,
)

FOUR_FIFTHS = Threshold(Comparator.AT_LEAST, Fraction(4, 5))


def make_rule(
    form: OwnForm = OwnForm.YES_NO,
    base: BaseKind = BaseKind.PRESENT,
    threshold: Threshold = FOUR_FIFTHS,
    quorum: Fraction | None = None,
) -> OwnRule:
    return OwnRule(
        form=form,
        title=Wording('Sửa "điều lệ"', "Change of the statute"),
        source="Điều lệ Hội",
        clause="Điều 12",
        base=base,
        threshold=threshold,
        quorum=quorum,
        exempt_vote=True,
    )


KINDS = [kind for kind in BaseKind if kind not in (BaseKind.OFFICIAL_MINUS_EXEMPT, BaseKind.INCUMBENTS)]


@pytest.mark.parametrize("form", OwnForm)
@pytest.mark.parametrize("base", KINDS)
def test_written_rule_is_taken_with_every_base_and_its_cases_come_out(form: OwnForm, base: BaseKind) -> None:
    if form is OwnForm.CANDIDATES and base is BaseKind.VOTES_CAST:
        return
    rule_set = load_rule_set(write_own_rule(make_rule(form, base)), "own-rule.toml")
    results = run_cases(rule_set)
    assert len(results) >= 5
    assert [result.case.title for result in results if not result.agrees] == []


@given(
    fraction=st.fractions(min_value=Fraction(1, 100), max_value=1, max_denominator=100),
    comparator=st.sampled_from(Comparator),
    form=st.sampled_from(OwnForm),
)
def test_written_rule_is_taken_with_every_fraction(fraction: Fraction, comparator: Comparator, form: OwnForm) -> None:
    if comparator is Comparator.MORE_THAN and fraction == 1:
        return
    rule_set = load_rule_set(write_own_rule(make_rule(form, threshold=Threshold(comparator, fraction))), "x")
    assert rule_set.tests[0].threshold == Threshold(comparator, fraction)
    assert all(result.agrees for result in run_cases(rule_set))


def test_written_rule_carries_title_source_and_quorum() -> None:
    rule_set = load_rule_set(write_own_rule(make_rule(quorum=Fraction(2, 3))), "x")
    assert rule_set.title == Wording('Sửa "điều lệ"', "Change of the statute")
    assert (rule_set.source.document.vi, rule_set.source.clause.vi) == ("Điều lệ Hội", "Điều 12")
    assert rule_set.quorum is not None
    assert rule_set.quorum.threshold.fraction == Fraction(2, 3)


def test_more_than_all_is_refused() -> None:
    with pytest.raises(OwnRuleAllError):
        write_own_rule(make_rule(threshold=Threshold(Comparator.MORE_THAN, Fraction(1))))


@pytest.mark.parametrize(
    ("numerator", "denominator"),
    [("", "3"), ("0", "3"), ("4", "3"), ("-1", "3"), ("1.5", "3"), ("2", "0"), ("²", "3"), ("1", "1001")],
)
def test_fraction_that_is_none_is_refused(numerator: str, denominator: str) -> None:
    with pytest.raises(OwnRuleFractionError):
        read_fraction("threshold", numerator, denominator)


def test_fraction_is_read() -> None:
    assert read_fraction("threshold", " 4", "5 ") == Fraction(4, 5)
