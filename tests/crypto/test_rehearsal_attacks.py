"""A rehearsal passed off as a vote, or a vote as a rehearsal whose floor is lower."""

from dataclasses import replace

import pytest

from crypto.ceremony import compute_ceremony_hash
from crypto.words import encode_words
from tests.support.archives import ArchiveBuilder, ElectionPlan, hold_key
from tests.support.board_attacks import find_failure
from tests.support.trustees import hold_ceremony


def test_devices_told_differently_whether_it_is_a_rehearsal_see_different_words() -> None:
    ceremony = hold_ceremony().ceremony
    words = {
        encode_words(compute_ceremony_hash(replace(ceremony.terms, rehearsal=rehearsal), ceremony.openings), 4)
        for rehearsal in (False, True)
    }
    assert len(words) == 2


@pytest.mark.parametrize("agreed", [False, True], ids=["a vote as a rehearsal", "a rehearsal as a vote"])
def test_board_that_says_another_thing_than_the_trustees_agreed_is_found(*, agreed: bool) -> None:
    builder = ArchiveBuilder(holders=hold_key(rehearsal=agreed), rehearsal=not agreed)
    builder.begin()
    builder.publish_list()
    builder.hold_election(ElectionPlan())
    failure = find_failure(builder.finish().data)
    assert (failure.check, failure.entry) == ("V3", 1)
