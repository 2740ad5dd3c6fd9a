"""The warning before a result is published that tells how people voted."""

from __future__ import annotations

from dataclasses import replace

from ballot_server.minutes.record import ContestRecord, OptionRecord
from ballot_server.services.small_group import FEW_BALLOTS, SecrecyRisk, find_secrecy_risk
from tests.support.minutes_samples import SLIPS, make_contest, make_election

NO_RISK = SecrecyRisk(is_small=False, alike=())


def make_alike(*counts: int, blank: int = 0) -> ContestRecord:
    """Return a contest with these counts."""
    options = tuple(OptionRecord(f"Phương án {place}", count) for place, count in enumerate(counts))
    return replace(make_contest("Đồng chí A"), options=options, blank=OptionRecord("Phiếu trắng", blank))


def test_result_of_many_who_disagree_is_no_risk() -> None:
    assert find_secrecy_risk(make_election()) == NO_RISK


def test_fewer_ballots_than_five_are_a_risk() -> None:
    election = make_election(make_alike(2, 2))
    few = replace(SLIPS, returned=FEW_BALLOTS - 1, valid=FEW_BALLOTS - 1)
    assert find_secrecy_risk(replace(election, slips=few)).is_small


def test_five_ballots_are_no_risk() -> None:
    election = make_election(make_alike(3, 2))
    enough = replace(SLIPS, returned=FEW_BALLOTS, valid=FEW_BALLOTS)
    assert find_secrecy_risk(replace(election, slips=enough)) == NO_RISK


def test_contests_in_which_all_chose_the_same_are_named() -> None:
    election = make_election(make_contest(), make_alike(15, 0))
    assert find_secrecy_risk(election).alike == ("Đồng chí A",)


def test_all_left_blank_is_alike_too() -> None:
    assert find_secrecy_risk(make_election(make_alike(0, 0, blank=15))).alike == ("Đồng chí A",)


def test_candidate_whom_all_marked_is_alike_among_others() -> None:
    election = make_election(replace(make_alike(15, 4, 9), marks=2))
    assert find_secrecy_risk(election).alike == ("Đồng chí A",)


def test_invalid_ballots_hide_nobody_among_the_valid() -> None:
    election = make_election(make_alike(13, 0))
    slips = replace(SLIPS, valid=13, invalid=2)
    assert find_secrecy_risk(replace(election, slips=slips)).alike == ("Đồng chí A",)


def test_nobody_voting_tells_nothing() -> None:
    election = make_election(make_alike(0, 0))
    none = replace(SLIPS, returned=0, valid=0)
    assert find_secrecy_risk(replace(election, slips=none)) == NO_RISK
