"""Votes on paper: one teller's numbers, two tellers' numbers, and both channels' numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ballot_server.domain.contest import Contest, Option, Wording
from ballot_server.domain.paper import (
    Cell,
    CellKind,
    ChannelBelowFloorError,
    Channels,
    CheckInMissingError,
    CountSheet,
    ExchangeWithoutPaperError,
    ExtraBallotError,
    ExtraUsedSlipError,
    InvalidCount,
    SheetInvalidError,
    SheetMarksError,
    SheetReasonTwiceError,
    SheetSumError,
    check_channels,
    check_floor,
    check_sheet,
    compare_sheets,
)
from ballot_server.i18n import Language, translate_error

YES_NO = tuple(Option(name, Wording(vi=name, en=name)) for name in ("yes", "no"))
ONE = Contest("c1", Wording(vi="Nội dung 1", en="Matter 1"), YES_NO, marks=1)
TWO_OF_THREE = Contest("c2", Wording(vi="Bầu", en="Elect"), (*YES_NO, Option("c", Wording(vi="c", en="c"))), marks=2)
SHEET = CountSheet(10, (InvalidCount("ký tên", 1),), ((5, 3, 1),))
# Nine slips are out, one of them lost and one exchanged; with two paper ballots nine people have something in hand.
CHANNELS = Channels(slips=9, exchanged=1, lost=1, phones=7, paper_issued=2, paper_ballots=2, present=9)


def test_sheet_is_taken_when_its_sums_agree() -> None:
    check_sheet(SHEET, (ONE,))


def test_sheet_is_refused_when_a_contest_does_not_add_up() -> None:
    with pytest.raises(SheetSumError) as caught:
        check_sheet(replace(SHEET, counts=((5, 4, 1),)), (ONE,))
    assert caught.value.fields == {"contest": "Nội dung 1", "valid": 9, "found": 10}


def test_sheet_is_refused_with_more_invalid_ballots_than_ballots() -> None:
    with pytest.raises(SheetInvalidError):
        check_sheet(CountSheet(1, (InvalidCount("a", 1), InvalidCount("b", 1)), ((0, 0, 0),)), (ONE,))


def test_sheet_is_refused_with_a_reason_twice() -> None:
    with pytest.raises(SheetReasonTwiceError):
        check_sheet(CountSheet(3, (InvalidCount("a", 1), InvalidCount("a", 1)), ((1, 0, 0),)), (ONE,))


@pytest.mark.parametrize("row", [(4, 3, 3, 0), (5, 1, 0, 0), (1, 1, 0, 1), (1, 0, 0, 5)])
def test_sheet_is_refused_with_marks_that_no_ballots_give(row: tuple[int, ...]) -> None:
    with pytest.raises(SheetMarksError):
        check_sheet(CountSheet(4, (), (row,)), (TWO_OF_THREE,))


def test_sheet_is_taken_with_up_to_k_marks_a_ballot() -> None:
    check_sheet(CountSheet(4, (), ((3, 2, 1, 1),)), (TWO_OF_THREE,))


def test_compare_names_every_cell_that_differs_and_no_other() -> None:
    other = CountSheet(11, (InvalidCount("ký tên", 1), InvalidCount("rách", 1)), ((5, 2, 2),))
    assert compare_sheets(SHEET, other) == (
        Cell(CellKind.BALLOTS),
        Cell(CellKind.OPTION, 0, 1),
        Cell(CellKind.BLANK, 0),
        Cell(CellKind.INVALID, reason="rách"),
    )


def test_compare_agrees_whatever_the_order_of_reasons() -> None:
    reasons = (InvalidCount("a", 1), InvalidCount("b", 2), InvalidCount("c", 0))
    one = CountSheet(5, reasons, ((1, 1, 0),))
    assert compare_sheets(one, replace(one, reasons=reasons[1::-1])) == ()


def test_channels_are_taken_when_everybody_has_one_ballot() -> None:
    check_channels(CHANNELS)


def test_one_extra_used_slip_is_named() -> None:
    # A tenth slip, never handed out, has voted: 9 issued − 1 exchanged = 8 may have.
    with pytest.raises(ExtraUsedSlipError) as caught:
        check_channels(replace(CHANNELS, phones=9))
    assert caught.value.fields == {"used": 9, "issued": 8, "extra": 1}


def test_one_extra_ballot_is_named() -> None:
    with pytest.raises(ExtraBallotError) as caught:
        check_channels(replace(CHANNELS, paper_ballots=3))
    assert caught.value.fields == {"ballots": 3, "issued": 2, "extra": 1}


def test_one_missing_check_in_is_named() -> None:
    with pytest.raises(CheckInMissingError) as caught:
        check_channels(replace(CHANNELS, present=8))
    assert caught.value.fields == {"found": 9, "present": 8, "extra": 1}


def test_exchange_without_a_paper_ballot_is_named() -> None:
    with pytest.raises(ExchangeWithoutPaperError):
        check_channels(replace(CHANNELS, paper_issued=0, paper_ballots=0))


def test_the_three_sides_have_three_sentences() -> None:
    wrong = (replace(CHANNELS, phones=9), replace(CHANNELS, paper_ballots=3), replace(CHANNELS, present=8))
    sentences = set()
    for channels in wrong:
        with pytest.raises((ExtraUsedSlipError, ExtraBallotError, CheckInMissingError)) as caught:
            check_channels(channels)
        sentences.add(translate_error(caught.value, Language.VIETNAMESE).partition(":")[0])
    assert sentences == {"Thừa thẻ đã dùng", "Thừa phiếu giấy", "Thiếu người điểm danh"}


@pytest.mark.parametrize(("phones", "paper"), [(2, 5), (5, 2), (1, 1)])
def test_floor_refuses_a_channel_below_it(phones: int, paper: int) -> None:
    with pytest.raises(ChannelBelowFloorError):
        check_floor(phones=phones, paper=paper, floor=3)


@pytest.mark.parametrize(("phones", "paper"), [(3, 3), (0, 1), (7, 0), (0, 0)])
def test_floor_allows_enough_of_both_or_one_channel_alone(phones: int, paper: int) -> None:
    check_floor(phones=phones, paper=paper, floor=3)
