"""Counting slips that were drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ballot_server.services.hand_out_slips import SlipsFrozenError, TooFewSlipsError
from ballot_server.storage.errors import SeriesUnknownError
from ballot_server.storage.records import SeriesRecord
from ballot_server.storage.repositories import SeriesRepository
from tests.support.evenings import AGREE, MEETING, Evening, make_plan, make_roll, prepare_evening


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    plans = (make_plan("s1"), make_plan("s2", member_concerned_votes=False))
    with prepare_evening(tmp_path, plans) as prepared:
        yield prepared


def read_series(evening: Evening, letter: str) -> SeriesRecord:
    with evening.database.read() as session:
        return SeriesRepository(session).get(MEETING, letter)


def test_hand_out_counts_what_is_left_over(evening: Evening) -> None:
    evening.hand_out("A", 3)
    stored = read_series(evening, "A")
    assert (stored.printed, stored.handed_out, stored.left_over) == (5, 3, 2)


def test_hand_out_can_be_counted_again(evening: Evening) -> None:
    evening.hand_out("A", 5)
    evening.hand_out("A", 4)
    assert read_series(evening, "A").left_over == 1


@pytest.mark.parametrize("handed_out", [-1, 6])
def test_hand_out_refuses_a_number_that_cannot_be(evening: Evening, handed_out: int) -> None:
    before = read_series(evening, "A")
    with pytest.raises(TooFewSlipsError):
        evening.hand_out("A", handed_out)
    assert read_series(evening, "A") == before


def test_hand_out_refuses_an_unknown_series(evening: Evening) -> None:
    with pytest.raises(SeriesUnknownError):
        evening.hand_out("Z", 1)


def test_hand_out_is_frozen_while_an_election_of_the_series_is_open(evening: Evening) -> None:
    evening.open("s1")
    with pytest.raises(SlipsFrozenError) as caught:
        evening.hand_out("A", 5)
    assert caught.value.fields == {"series": "A", "election": "s1"}


def test_hand_out_is_free_for_a_series_without_an_open_election(evening: Evening) -> None:
    evening.open("s2")
    evening.hand_out("B", 2)
    assert read_series(evening, "B").handed_out == 2


def test_hand_out_goes_on_between_elections(evening: Evening) -> None:
    evening.open("s1")
    evening.cast("s1", AGREE, AGREE, AGREE)
    evening.close("s1")
    evening.hand_out("A", 5)
    assert read_series(evening, "A").handed_out == 5


def test_roll_of_five_makes_the_two_series_this_file_speaks_of(evening: Evening) -> None:
    assert [len(series.members) for series in evening.series] == [len(make_roll().entries) - 1, 1]
