"""The sample under docs/sample is read whole, and its numbers are those that its README works out."""

import tomllib
from datetime import date
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from ballot_server.domain.member import Attendance, MemberClass, Roll, RollEntry
from ballot_server.domain.scenario import Scenario
from ballot_server.services.import_roll import read_roll
from ballot_server.services.read_scenario import read_scenario
from ballot_server.services.read_scenario_contest import AskedOptions
from ballot_server.services.summarise_roll import summarise_roll

SAMPLE = Path(__file__).parents[2] / "docs" / "sample"
ON = date(2026, 1, 15)
FRACTIONS = {
    "vn-screening-step1": Fraction(2, 3),
    "vn-screening-progress": Fraction(1, 2),
    "vn-screening-removal": Fraction(2, 3),
}


def list_counted(roll: Roll) -> list[RollEntry]:
    return [
        entry
        for entry in roll.entries
        if entry.member.member_class is MemberClass.OFFICIAL
        and not entry.member.is_exempt(ON)
        and not entry.member.suspended
    ]


def count_present(rule: str | Path, roll: Roll, on: date) -> int:
    return sum(entry.attendance is Attendance.PRESENT for entry in list_counted(roll))


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return read_scenario(
        SAMPLE / "meeting.toml",
        find_options=lambda rule, on: AskedOptions(("agree", "disagree")) if rule in FRACTIONS else None,
        count_present_entitled=count_present,
    )


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return tomllib.loads((SAMPLE / "expected.toml").read_text(encoding="utf-8"))


def test_sample_roll_adds_up_as_expected(expected: dict[str, Any]) -> None:
    roll = read_roll(SAMPLE / "roll.csv", attendance_needed=True)
    summary = summarise_roll(roll, ON)
    absent = [entry.attendance for entry in list_counted(roll)]
    assert expected["roll"] == {
        "people": summary.total,
        "official": summary.official,
        "probationary": summary.probationary,
        "guest": summary.guest,
        "exempt": len(summary.exempt),
        "lapsed_exemptions": len(summary.lapsed),
        "suspended": summary.suspended,
        "absent_excused": absent.count(Attendance.ABSENT_EXCUSED),
        "absent_unexcused": absent.count(Attendance.ABSENT_UNEXCUSED),
    }


def test_sample_lapsed_member_is_counted(scenario: Scenario) -> None:
    lapsed = summarise_roll(scenario.roll, ON).lapsed
    assert [member.name for member in lapsed] == ["Trương Văn Hải"]
    assert lapsed[0] in [entry.member for entry in list_counted(scenario.roll)]


def test_sample_base_is_the_expected_one(scenario: Scenario, expected: dict[str, Any]) -> None:
    summary = summarise_roll(scenario.roll, ON)
    for election in expected["election"]:
        assert election["base"] == election["summoned"] == len(list_counted(scenario.roll))
        assert election["bare_words"] == summary.official - len(summary.exempt)
        assert election["present"] == election["issued"] == count_present("", scenario.roll, ON)


def test_sample_votes_needed_follow_from_the_base(expected: dict[str, Any]) -> None:
    for election in expected["election"]:
        for contest in election["contest"]:
            assert contest["needed"] == ceil(election["base"] * FRACTIONS[election["rule_set"]])
            assert contest["passed"] == (contest["counts"]["agree"] >= contest["needed"])


def test_sample_scenario_votes_as_expected(scenario: Scenario, expected: dict[str, Any]) -> None:
    for election, wanted in zip(scenario.elections, expected["election"], strict=True):
        assert (election.id, election.rule, election.ballots) == (wanted["id"], wanted["rule_set"], wanted["returned"])
        assert wanted["returned"] + wanted["not_returned"] == wanted["issued"]
        for contest, counts in zip(election.contests, wanted["contest"], strict=True):
            votes = {count.option: count.votes for count in contest.counts}
            assert (contest.id, votes | {"blank": contest.blank}) == (counts["id"], counts["counts"])


def test_sample_names_exist_on_the_roll(scenario: Scenario) -> None:
    names = {entry.member.name for entry in scenario.roll.entries}
    assert {scenario.meeting.chair, scenario.meeting.clerk, *scenario.meeting.tellers} <= names
    for election in scenario.elections:
        for contest in election.contests:
            name = next(
                entry.member.name for entry in scenario.roll.entries if entry.member.card_number == contest.member
            )
            assert contest.subject == f"Đồng chí {name}"


def test_sample_removal_follows_progress(scenario: Scenario) -> None:
    assert [election.follows for election in scenario.elections] == [None, None, "s3a"]


@pytest.mark.parametrize("number", ["18", "19", "14", "12", "9", "Trương Văn Hải", "A.I.5.2"])
def test_sample_readme_works_the_numbers_out(number: str) -> None:
    assert number in (SAMPLE / "README.md").read_text(encoding="utf-8")
