"""Votes worked out by hand from the texts alone, before the program saw them; see docs/sources/worked-scenarios.md."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import run_phieukin
from tests.support.printed_files import read_text, squeeze
from tests.support.rehearsals import make_once

WORKED = Path(__file__).parent / "worked_scenarios"
MEETINGS = ("cell", "small")


def read_expected(meeting: str) -> list[dict[str, Any]]:
    """Return the elections of one meeting as they were worked out by hand."""
    with (WORKED / meeting / "expected.toml").open("rb") as file:
        elections: list[dict[str, Any]] = tomllib.load(file)["election"]
    return elections


EXPECTED = [
    pytest.param(meeting, election, id=f"{meeting}-{election['id']}")
    for meeting in MEETINGS
    for election in read_expected(meeting)
]


@pytest.fixture(scope="module")
def evenings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that holds the rehearsal of each meeting by the installed command."""

    def hold(folder: Path) -> None:
        for meeting in MEETINGS:
            finished = run_phieukin("rehearse", WORKED / meeting / "meeting.toml", "--out", folder / meeting)
            assert finished.status == 0, finished.errors

    return make_once(tmp_path_factory, "worked-scenarios", hold)


def read_result(evenings: Path, meeting: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((evenings / meeting / "result.json").read_text(encoding="utf-8"))
    return result


@pytest.mark.parametrize("meeting", MEETINGS)
def test_worked_meeting_is_held_and_verified(evenings: Path, meeting: str) -> None:
    result = read_result(evenings, meeting)
    assert [election["id"] for election in result["elections"]] == [each["id"] for each in read_expected(meeting)]
    assert result["verified"] is True


@pytest.mark.parametrize(("meeting", "expected"), EXPECTED)
def test_worked_election_has_the_base_and_the_room_of_the_hand(
    evenings: Path, meeting: str, expected: dict[str, Any]
) -> None:
    found = find_election(evenings, meeting, expected["id"])
    flat = {**found, "base": found["base"]["value"], "bare_words": found["base"]["bare_words"]}
    keys = set(expected) - {"id", "election", "contest", "quorum"}
    assert {key: flat[key] for key in keys} == {key: expected[key] for key in keys}


@pytest.mark.parametrize(("meeting", "expected"), EXPECTED)
def test_worked_election_has_the_quorum_of_the_hand(evenings: Path, meeting: str, expected: dict[str, Any]) -> None:
    found = find_election(evenings, meeting, expected["id"]).get("quorum")
    assert (found and {key: found[key] for key in ("needed", "got", "met")}) == expected.get("quorum")


@pytest.mark.parametrize(("meeting", "expected"), EXPECTED)
def test_worked_election_is_decided_as_by_hand(evenings: Path, meeting: str, expected: dict[str, Any]) -> None:
    found = [
        {
            "id": contest["id"],
            "needed": [test["needed"] for test in contest["tests"]],
            "got": [test["got"] for test in contest["tests"]],
            "outcome": contest["outcome"],
        }
        for contest in find_election(evenings, meeting, expected["id"])["contests"]
    ]
    assert found == expected["contest"]


def test_another_twelve_months_proposes_the_day_worked_out_by_hand(evenings: Path) -> None:
    assert squeeze("Xem xét lại sau ngày 20/3/2027") in squeeze(read_text(evenings / "cell" / "minutes.pdf"))


def find_election(evenings: Path, meeting: str, name: str) -> dict[str, Any]:
    """Return one election of a meeting's result."""
    [election] = [each for each in read_result(evenings, meeting)["elections"] if each["id"] == name]
    found: dict[str, Any] = election
    return found
