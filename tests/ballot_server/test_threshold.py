"""Thresholds of a base, for every base up to a thousand."""

from fractions import Fraction

import pytest

from ballot_server.domain.threshold import Comparator, Threshold, apply_threshold, needed, passes

MORE_THAN_HALF = Threshold(Comparator.MORE_THAN, Fraction(1, 2))
AT_LEAST_HALF = Threshold(Comparator.AT_LEAST, Fraction(1, 2))
AT_LEAST_TWO_THIRDS = Threshold(Comparator.AT_LEAST, Fraction(2, 3))
MORE_THAN_TWO_THIRDS = Threshold(Comparator.MORE_THAN, Fraction(2, 3))
COLUMNS = (MORE_THAN_HALF, AT_LEAST_HALF, AT_LEAST_TWO_THIRDS, MORE_THAN_TWO_THIRDS)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (3, (2, 2, 2, 3)),
        (5, (3, 3, 4, 4)),
        (6, (4, 3, 4, 5)),
        (9, (5, 5, 6, 7)),
        (12, (7, 6, 8, 9)),
        (15, (8, 8, 10, 11)),
        (20, (11, 10, 14, 14)),
        (21, (11, 11, 14, 15)),
        (30, (16, 15, 20, 21)),
    ],
)
def test_needed_is_the_table_of_the_rules(base: int, expected: tuple[int, ...]) -> None:
    assert tuple(needed(threshold, base) for threshold in COLUMNS) == expected


@pytest.mark.parametrize("threshold", COLUMNS)
def test_needed_is_the_smallest_count_that_reaches_the_fraction(threshold: Threshold) -> None:
    for base in range(1, 1001):
        least = needed(threshold, base)
        reaches = [
            Fraction(votes, base) >= threshold.fraction
            if threshold.comparator is Comparator.AT_LEAST
            else Fraction(votes, base) > threshold.fraction
            for votes in (least - 1, least)
        ]
        assert reaches == [False, True], base


@pytest.mark.parametrize("threshold", COLUMNS)
def test_passes_agrees_with_the_fraction_for_every_count(threshold: Threshold) -> None:
    for base in range(1, 61):
        for got in range(base + 1):
            share = Fraction(got, base)
            at_least = threshold.comparator is Comparator.AT_LEAST
            expected = share >= threshold.fraction if at_least else share > threshold.fraction
            assert passes(threshold, base, got) is expected, (base, got)


@pytest.mark.parametrize("threshold", COLUMNS)
def test_passes_never_of_base_zero(threshold: Threshold) -> None:
    assert not passes(threshold, 0, 0)
    assert not passes(threshold, 0, 5)


def test_apply_writes_the_test_as_the_result_file_does() -> None:
    result = apply_threshold("listing", "agree", AT_LEAST_TWO_THIRDS, base=15, got=10)
    assert result.to_json() == {
        "option": "agree", "at_least": [2, 3], "base": 15, "needed": 10, "got": 10, "passed": True,
    }  # fmt: skip


def test_apply_names_the_comparator_when_more_is_asked_for() -> None:
    assert apply_threshold("t", "yes", MORE_THAN_HALF, base=4, got=2).to_json()["more_than"] == [1, 2]
