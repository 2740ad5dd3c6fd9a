"""One election of every installed kind, rehearsed together; every number below was worked out by hand.

The roll has 21 official members. One is exempt and stays away, one is exempt and came, one is transferred out and came,
one is suspended and sits there, one is excused for the whole congress; one is absent with a reason, one without.

    screening             21 − 2 exempt − 1 transferred − 1 suspended = 17 (bare words 19); 14 of them are present
    ordinary meeting      21 − 1 exempt and away − 1 suspended = 19; 16 present: the exempt and the transferred vote
    election              19 − 1 excused = 18
    committee decision    6 in post, 5 of them present
    all members           21
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.printed_files import read_text, squeeze
from tests.support.rehearsals import EVERY_VOTE, Rehearsal, rehearse_every_vote

# id: base, summoned, present, then for each contest what the tests ask for and what followed.
EXPECTED: dict[str, tuple[int | None, int, int, list[tuple[list[int], object]]]] = {
    "listed": (17, 17, 14, [([12], "listed"), ([12], "not_listed")]),
    "progress": (
        *(17, 17, 14),
        [([9], "progress_recognised"), ([9], "progress_not_recognised")] * 2,
    ),
    "removal": (
        *(17, 17, 14),
        [
            ([12], "progress_recognised"),
            ([12], "proposed_for_removal"),
            ([12], "contradiction"),
            ([12], "another_twelve_months"),
        ],
    ),
    # Of 16 returned more than half is 9, two thirds 11; eight are exactly half, and of no consequence.
    "confidence": (
        *(16, 19, 16),
        [
            ([9, 11], "no_consequence"),
            ([9, 11], "above_half_low"),
            ([9, 11], "above_half_low"),
            ([9, 11], "two_thirds_low"),
        ],
    ),
    # Of 15 returned ten are exactly two thirds: "≥ 2/3" has it, "> 2/3" has not.
    "confidence-2021": (15, 19, 16, [([8, 10, 11], "both_readings"), ([8, 10, 11], "two_thirds_low")]),
    "admission": (19, 19, 16, [([13], "passed"), ([13], "not_passed")]),
    "recognition": (19, 19, 16, [([13], "report_after_third"), ([13], "not_passed"), ([13], "passed")]),
    "striking-off": (19, 19, 16, [([13], "passed"), ([13], "report_after_third")]),
    # 5 < 13, 5 + 5 = 10 ≥ 10; then 6 < 13, 6 + 3 = 9 < 10, 9 < 10, and "none" has 7; then "none" has 10; then 13.
    "discipline": (
        *(19, 19, 16),
        [
            ([13, 10, 10, 10, 10], {"id": "removal_from_office", "proposed": True}),
            ([13, 10, 10, 10], "inconclusive"),
            ([13, 10, 10, 10], "none"),
            ([13, 10, 10, 10], {"id": "expulsion", "proposed": True}),
        ],
    ),
    "committee": (
        *(18, 18, 16),
        [
            (
                [10] * 5,
                {
                    "candidates": dict.fromkeys(("p1", "p2", "p3"), "elected")
                    | dict.fromkeys(("p4", "p5"), "not_elected"),
                    "seats_left": 0,
                },
            ),
            (
                [10] * 4,
                {"candidates": {"p1": "elected"} | dict.fromkeys(("p2", "p3", "p4"), "tied"), "seats_left": 2},
            ),
        ],
    ),
    # More than 30 % of 16 is more than 4.8.
    "floor": (16, 18, 16, [([5], "passed"), ([5], "not_passed")]),
    "resolution": (19, 19, 16, [([10], "passed"), ([10], "not_passed")]),
    "incumbents": (6, 6, 5, [([4], "passed"), ([4], "not_passed")]),
    # The votes cast differ, 16 and 1, so the election has no one base.
    "simple": (None, 19, 16, [([9], "tied"), ([1], "passed")]),
    "two-thirds": (None, 19, 16, [([8], "passed"), ([11], "not_passed")]),
    # Whoever is exempt counts here and might vote; only the suspended member is not summoned.
    "absolute": (21, 20, 16, [([11], "passed"), ([11], "not_passed")]),
}


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """Return the rehearsal of all votes by the installed command."""
    return rehearse_every_vote(tmp_path_factory)


def find_election(evening: Rehearsal, name: str) -> dict[str, Any]:
    [election] = [each for each in evening.result["elections"] if each["id"] == name]
    found: dict[str, Any] = election
    return found


def test_every_vote_is_held_and_verified(evening: Rehearsal) -> None:
    assert evening.status == 0, evening.errors
    assert [election["id"] for election in evening.result["elections"]] == list(EXPECTED)
    assert evening.result["verified"] is True


def test_every_installed_kind_of_vote_is_held() -> None:
    installed = {path.name.split(".")[0] for path in Path("ballot_server/rules/data").glob("*.toml")}
    scenario = (EVERY_VOTE / "meeting.toml").read_text(encoding="utf-8")
    assert set(re.findall('rule_set = "(.+)"', scenario)) == installed


@pytest.mark.parametrize("name", EXPECTED)
def test_vote_is_decided_as_worked_out_by_hand(evening: Rehearsal, name: str) -> None:
    election = find_election(evening, name)
    base, summoned, present, contests = EXPECTED[name]
    assert (election["base"]["value"], election["summoned"], election["present"]) == (base, summoned, present)
    found = [([test["needed"] for test in each["tests"]], each["outcome"]) for each in election["contests"]]
    assert found == [(needed, {"id": outcome} if isinstance(outcome, str) else outcome) for needed, outcome in contests]


def test_bases_are_made_up_as_worked_out_by_hand(evening: Rehearsal) -> None:
    parts = {name: find_election(evening, name)["base"]["parts"] for name in ("listed", "admission", "committee")}
    assert parts == {
        "listed": {"official": 21, "exempt": 2, "suspended": 1, "transferred_out": 1},
        "admission": {"official": 21, "exempt": 1, "suspended": 1, "transferred_out": 0},
        "committee": {"official": 21, "exempt": 1, "suspended": 1, "transferred_out": 0, "excused": 1},
    }
    assert find_election(evening, "listed")["base"]["bare_words"] == 19


def test_quorum_stands_beside_votes_that_ask_for_one(evening: Rehearsal) -> None:
    quorums = {each["id"]: each["quorum"] for each in evening.result["elections"] if "quorum" in each}
    met = {"of": "summoned", "at_least": [2, 3], "got": 16, "met": True}
    assert quorums == {
        "confidence": {**met, "needed": 13},
        "confidence-2021": {**met, "needed": 13},
        "committee": {**met, "needed": 12},
    }


def test_version_that_was_not_in_force_is_marked(evening: Rehearsal) -> None:
    marks = {each["id"]: (each["mark"], each["in_force"]) for each in evening.result["elections"]}
    assert marks["confidence-2021"] == ("?", False)
    assert marks["listed"] == ("V", True)


def test_minutes_print_the_conclusions(evening: Rehearsal) -> None:
    text = squeeze(read_text(evening.out / "minutes.pdf"))
    approval = "Báo cáo cấp ủy cấp trên trực tiếp phê duyệt danh sách"
    closed = "lúc đóng có mặt 16 người, cần 13: đủ"
    room = "Người được bỏ phiếu có mặt lúc mở: 14, lúc đóng: 14."
    for words in (
        approval,
        closed,
        room,
        "Cộng dồn",
        "Bằng phiếu ở vị trí cuối",
        "21 chính thức − 1 được miễn − 1 bị đình chỉ = 19",
    ):
        assert squeeze(words) in text
