"""Trackers."""

import pytest

from crypto.errors import EncodingError
from crypto.tracker import format_tracker
from tests.support.crypto_samples import load_vectors


@pytest.mark.parametrize("case", load_vectors("tracker")["cases"])
def test_format_tracker_matches_the_vectors(case: dict[str, str]) -> None:
    assert format_tracker(bytes.fromhex(case["ballot_hash"])) == case["tracker"]


def test_format_tracker_has_four_groups_of_five() -> None:
    assert [len(group) for group in format_tracker(bytes(32)).split("-")] == [5, 5, 5, 5]


def test_format_tracker_differs_for_the_hundredth_bit_and_not_for_the_next() -> None:
    def change(bit: int) -> str:
        return format_tracker((1 << (255 - bit)).to_bytes(32, "big"))

    assert (change(99) == format_tracker(bytes(32)), change(100) == format_tracker(bytes(32))) == (False, True)


def test_format_tracker_refuses_a_short_hash() -> None:
    with pytest.raises(EncodingError):
        format_tracker(bytes(12))
