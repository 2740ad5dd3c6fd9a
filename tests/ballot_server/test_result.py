"""Numbers that must agree, and shares for reading."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballot_server.domain.result import (
    BallotNumbers,
    ContestMarksError,
    ContestSumError,
    CountsMismatchError,
    IssuedExceedsPresentError,
    NegativeCountError,
    PresentExceedsSummonedError,
    PrintedMismatchError,
    ReturnedExceedsIssuedError,
    ReturnedExceedsPresentError,
    check_contest_sum,
    check_numbers,
    compute_shares,
    format_percentage,
)
from ballot_server.i18n import Language, translate_error

NUMBERS = BallotNumbers(printed=14, handed_out=12, left_over=2, void=0, lost=0, returned=12)


def test_numbers_of_the_example_agree() -> None:
    check_numbers(NUMBERS, summoned=15, present=12)
    assert (NUMBERS.issued, NUMBERS.not_returned, NUMBERS.valid) == (12, 0, 12)


def test_numbers_take_void_slips_off_and_paper_on() -> None:
    numbers = replace(NUMBERS, void=2, paper_issued=1, returned=10, invalid=1)
    assert (numbers.issued, numbers.not_returned, numbers.valid) == (11, 1, 9)


@pytest.mark.parametrize(
    ("change", "present", "error_class"),
    [
        ({"printed": 13}, 12, PrintedMismatchError),
        ({"lost": -1}, 12, NegativeCountError),
        ({"void": 13, "returned": 0}, 12, NegativeCountError),
        ({"invalid": 13}, 12, NegativeCountError),
        ({"returned": 13}, 13, ReturnedExceedsIssuedError),
        ({}, 11, ReturnedExceedsPresentError),
        ({"returned": 5}, 11, IssuedExceedsPresentError),
        ({}, 16, PresentExceedsSummonedError),
    ],
)
def test_numbers_that_disagree_are_refused_by_name(
    change: dict[str, int], present: int, error_class: type[CountsMismatchError]
) -> None:
    with pytest.raises(CountsMismatchError) as caught:
        check_numbers(replace(NUMBERS, **change), summoned=15, present=present)
    assert type(caught.value) is error_class
    assert all(translate_error(caught.value, language) for language in Language)


def test_lost_slip_may_be_replaced_by_one_more() -> None:
    numbers = BallotNumbers(printed=14, handed_out=13, left_over=1, void=0, lost=1, returned=12)
    check_numbers(numbers, summoned=15, present=12)


def test_contest_sum_is_refused_when_a_ballot_is_missing() -> None:
    with pytest.raises(ContestSumError) as caught:
        check_contest_sum("m1", {"agree": 9, "disagree": 2, "blank": 0}, NUMBERS)
    assert "12" in translate_error(caught.value, Language.VIETNAMESE)


@pytest.mark.parametrize(
    "counts",
    [
        {"a": 11, "b": 0, "blank": 1},
        {"a": 11, "b": 11, "blank": 1},
        {"a": 6, "b": 5, "blank": 1},
        {"a": 0, "b": 0, "blank": 12},
    ],
    ids=["one mark each", "two marks each", "one mark each, divided", "all blank"],
)
def test_marks_that_ballots_can_give_are_accepted(counts: dict[str, int]) -> None:
    check_contest_sum("b1", counts, NUMBERS, marks=2)


@pytest.mark.parametrize(
    "counts",
    [
        {"a": 5, "b": 5, "blank": 1},
        {"a": 12, "b": 11, "blank": 1},
        {"a": 12, "b": 0, "blank": 1},
        {"a": 0, "b": 0, "blank": 13},
        {"a": 8, "b": 8, "c": 8, "blank": 1},
    ],
    ids=["too few", "too many", "one option beyond the ballots", "more blank than ballots", "three on two"],
)
def test_marks_that_no_ballots_give_are_refused(counts: dict[str, int]) -> None:
    with pytest.raises(ContestMarksError) as caught:
        check_contest_sum("b1", counts, NUMBERS, marks=2)
    assert all("b1" in translate_error(caught.value, language) for language in Language)


def test_contest_sum_is_refused_with_a_negative_count_that_balances() -> None:
    with pytest.raises(NegativeCountError):
        check_contest_sum("m1", {"agree": 13, "disagree": -1, "blank": 0}, NUMBERS)


def test_shares_are_those_of_the_example() -> None:
    shares = compute_shares({"agree": 10, "disagree": 2, "blank": 0}, {"base": 15, "returned": 12})
    assert shares == {
        "base": {"agree": "66.67", "disagree": "13.33", "blank": "0.00"},
        "returned": {"agree": "83.33", "disagree": "16.67", "blank": "0.00"},
    }


def test_shares_of_base_zero_are_none() -> None:
    assert compute_shares({"agree": 0}, {"base": 0}) == {"base": {}}


@pytest.mark.parametrize(
    ("count", "base", "text"), [(1, 800, "0.13"), (1, 20_000, "0.01"), (1, 20_001, "0.00"), (3, 3, "100.00")]
)
def test_percentage_rounds_half_up(count: int, base: int, text: str) -> None:
    assert format_percentage(count, base) == text


@given(st.integers(0, 2000), st.integers(1, 2000))
def test_percentage_is_within_half_a_hundredth(count: int, base: int) -> None:
    distance = Fraction(format_percentage(count, base)) - Fraction(100 * count, base)
    assert -Fraction(1, 200) < distance <= Fraction(1, 200)
