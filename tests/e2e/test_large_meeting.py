"""Meetings of unusual size or make-up through the whole command: large, smallest, empty boxes, two series of slips."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ballot_server.rehearsal.casting import PROCESSES_FROM
from crypto.bodies import EntryKind
from crypto.encoding import decode_base64
from crypto.group import ELEMENT_BYTES
from tests.support.command_line import run_phieukin
from tests.support.printed_files import read_slips, read_text, squeeze
from tests.support.rehearsals import Rehearsal, make_once
from tests.support.scenario_files import EXEMPT_AND_PRESENT, ScenarioElectionText, write_scenario

MAJORITY = "majority-of-votes-cast"
VOTERS, CONTESTS = 60, 7
PARTS = {"official": 6, "exempt": 0, "suspended": 0, "transferred_out": 0}
THREE_OPTIONS = """\
id = "three-options"
title = { vi = "Ba phương án", en = "Three options" }

[source]
document = { vi = "Quy chế", en = "Statute" }
clause = { vi = "điều 7", en = "article 7" }
note = { vi = "quy chế riêng, không đánh số", en = "a statute of its own, without a number" }
mark = "?"

[base]
kind = "official_minus_exempt"
exempt_present = "excluded"
transferred_out = "excluded"
suspended = "excluded"

[contest]
form = "choose_one"
[[contest.option]]
id = "good"
text = { vi = "Tốt", en = "Good" }
[[contest.option]]
id = "fair"
text = { vi = "Khá", en = "Fair" }
[[contest.option]]
id = "poor"
text = { vi = "Kém", en = "Poor" }

[[test]]
id = "enough"
option = "good"
at_least = [1, 2]

[[outcome]]
id = "passed"
when = [{ enough = true }]
text = { vi = "Đạt", en = "Passed" }
next = { vi = "Ghi biên bản.", en = "Record it." }
clause = { vi = "điều 7", en = "article 7" }

[[outcome]]
id = "not_passed"
when = [{ enough = false }]
text = { vi = "Không đạt", en = "Not passed" }
next = { vi = "Ghi biên bản.", en = "Record it." }
clause = { vi = "điều 7", en = "article 7" }

[[case]]
title = "đúng một nửa"
base = 60
counts = { good = 30, fair = 20, poor = 10 }
outcome = "passed"
"""


def rehearse_files(scenario: Path, *options: object) -> Rehearsal:
    """Return the rehearsal of a scenario by the installed command, into `out` beside it."""
    out = scenario.parent / "out"
    finished = run_phieukin("rehearse", scenario, "--out", out, *options)
    return Rehearsal(out, finished.status, finished.output, finished.errors)


def count_votes(contest: int) -> dict[str, int]:
    """Return the votes of one contest of the large meeting; each contest's are different, and the first passes just."""
    good = VOTERS // 2 - contest
    return {"good": good, "fair": 10 + contest, "poor": 15, "blank": VOTERS - good - 25 - contest}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """Sixty voters, seven contests of three options under rules of the body's own."""

    def hold(folder: Path) -> None:
        counts = [count_votes(contest) for contest in range(CONTESTS)]
        election = ScenarioElectionText("big", counts, rule="three.toml")
        scenario = write_scenario(folder, [election], present=VOTERS)
        (folder / "three.toml").write_text(THREE_OPTIONS, encoding="utf-8")
        rehearsal = rehearse_files(scenario)
        assert rehearsal.status == 0, rehearsal.errors

    return Rehearsal(make_once(tmp_path_factory, "large", hold) / "out", 0, "", "")


@pytest.fixture(scope="module")
def two_series(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """Six who vote in both elections, and an exempt member in the room who votes in the majority vote only."""

    def hold(folder: Path) -> None:
        majority = ScenarioElectionText("m1", [{"yes": 4, "no": 2, "blank": 1}], rule=MAJORITY)
        screening = ScenarioElectionText("s1", [{"agree": 4, "disagree": 2, "blank": 0}])
        scenario = write_scenario(folder, [majority, screening], present=6, others=[EXEMPT_AND_PRESENT])
        rehearsal = rehearse_files(scenario)
        assert rehearsal.status == 0, rehearsal.errors

    return Rehearsal(make_once(tmp_path_factory, "two-series", hold) / "out", 0, "", "")


def only_contest(rehearsal: Rehearsal) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the one election of a rehearsal and its one contest."""
    [election] = rehearsal.result["elections"]
    [contest] = election["contests"]
    return election, contest


def test_large_meeting_is_large_enough_for_processes() -> None:
    assert VOTERS * CONTESTS >= PROCESSES_FROM


def test_large_meeting_counts_every_contest_as_its_voters_voted(large: Rehearsal) -> None:
    [election] = large.result["elections"]
    assert [contest["counts"] for contest in election["contests"]] == [count_votes(place) for place in range(CONTESTS)]
    assert (election["base"]["value"], election["returned"], election["not_returned"]) == (VOTERS, VOTERS, 0)


def test_large_meeting_passes_at_exactly_one_half_and_not_one_below(large: Rehearsal) -> None:
    [election] = large.result["elections"]
    outcomes = [contest["outcome"]["id"] for contest in election["contests"]]
    assert outcomes == ["passed", *["not_passed"] * (CONTESTS - 1)]
    assert {contest["tests"][0]["needed"] for contest in election["contests"]} == {VOTERS // 2}


def test_large_meeting_verifies_and_its_rules_are_told_as_its_own(large: Rehearsal) -> None:
    finished = run_phieukin("verify", large.out / "archive.jsonl", "--head", large.result["board_head"])
    assert finished.status == 0
    assert f"V5 ({VOTERS})" in finished.output
    assert "“big” dùng quy tắc không có sẵn" in finished.output


def test_large_meeting_seals_the_whole_text_of_its_rule_file(large: Rehearsal) -> None:
    [manifest] = large.list_entries(EntryKind.MANIFEST)
    rules: Any = manifest.body["rules"]
    assert (rules["text"], rules["origin"]) == (THREE_OPTIONS, "three.toml")


def test_large_meeting_prints_sixty_slips_and_two_to_spare(large: Rehearsal) -> None:
    slips = read_slips(large.out / "slips.pdf")
    assert (len(slips), len({slip.url for slip in slips}), "" in {slip.url for slip in slips}) == (62, 62, False)


def test_two_series_are_printed_on_two_sheets(two_series: Rehearsal) -> None:
    names = sorted(path.name for path in two_series.out.iterdir())
    assert names == ["archive.jsonl", "minutes.docx", "minutes.pdf", "result.json", "slips-B.pdf", "slips.pdf"]
    sheets = {name: {slip.url for slip in read_slips(two_series.out / name)} for name in ("slips.pdf", "slips-B.pdf")}
    assert {name: len(urls) for name, urls in sheets.items()} == {"slips.pdf": 6 + 2, "slips-B.pdf": 1 + 2}
    assert not sheets["slips.pdf"] & sheets["slips-B.pdf"]


def test_two_series_have_different_colours_and_letters(two_series: Rehearsal) -> None:
    first, second = (squeeze(read_text(two_series.out / name)) for name in ("slips.pdf", "slips-B.pdf"))
    assert ("Atrắng" in first, "Bvàng" in first) == (True, False)
    assert ("Atrắng" in second, "Bvàng" in second) == (False, True)


def test_two_series_publish_a_list_each_of_as_many_as_were_printed(two_series: Rehearsal) -> None:
    lengths = {
        (str(entry.body["series"]), len(decode_base64(str(entry.body["credentials"]))) // ELEMENT_BYTES)
        for entry in two_series.list_entries(EntryKind.LIST)
    }
    assert lengths == {("A", 8), ("B", 3)}


def test_exempt_member_in_the_room_votes_in_one_election_only(two_series: Rehearsal) -> None:
    series = {
        str(entry.body["election"]): entry.body["series"] for entry in two_series.list_entries(EntryKind.MANIFEST)
    }
    assert series == {"m1": ["A", "B"], "s1": ["A"]}


def test_majority_of_votes_cast_leaves_blanks_out_of_its_base(two_series: Rehearsal) -> None:
    majority, _ = two_series.result["elections"]
    [contest] = majority["contests"]
    assert majority["base"] == {
        "value": 6,
        "kind": "votes_cast",
        "parts": {**PARTS, "official": 7},
        "bare_words": None,
    }
    assert contest["tests"] == [
        {"option": "yes", "more_than": [1, 2], "base": 6, "needed": 4, "got": 4, "passed": True}
    ]
    assert (majority["mark"], majority["present"], majority["returned"]) == ("?", 7, 7)


def test_screening_beside_it_leaves_the_exempt_member_out_of_its_base(two_series: Rehearsal) -> None:
    _, screening = two_series.result["elections"]
    [contest] = screening["contests"]
    parts = {**PARTS, "official": 7, "exempt": 1}
    assert screening["base"] == {"value": 6, "kind": "official_minus_exempt", "parts": parts, "bare_words": 6}
    assert (screening["present"], screening["printed"], screening["returned"]) == (6, 8, 6)
    assert (contest["tests"][0]["needed"], contest["outcome"]) == (4, {"id": "listed"})


def test_election_without_one_ballot_is_decided_without_decryption(tmp_path: Path) -> None:
    election = ScenarioElectionText("s1", [{"agree": 0, "disagree": 0, "blank": 0}])
    rehearsal = rehearse_files(write_scenario(tmp_path, [election], present=4))
    decided, contest = only_contest(rehearsal)
    assert (rehearsal.status, rehearsal.result["verified"]) == (0, True)
    assert (decided["returned"], decided["not_returned"], contest["outcome"]["id"]) == (0, 4, "not_listed")
    assert (contest["shares"]["returned"], contest["shares"]["valid"]) == ({}, {})
    assert rehearsal.list_entries(EntryKind.PARTIAL_DECRYPTION) == []


def test_unanimous_election_is_counted(tmp_path: Path) -> None:
    election = ScenarioElectionText("s1", [{"agree": 5, "disagree": 0, "blank": 0}])
    _, contest = only_contest(rehearse_files(write_scenario(tmp_path, [election], present=5)))
    assert contest["counts"] == {"agree": 5, "disagree": 0, "blank": 0}
    assert contest["shares"]["base"] == {"agree": "100.00", "disagree": "0.00", "blank": "0.00"}


@pytest.fixture(scope="module")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """One trustee, one voter, one ballot; told to an English-speaking program."""
    election = ScenarioElectionText("s1", [{"agree": 1, "disagree": 0, "blank": 0}])
    folder = tmp_path_factory.mktemp("smallest")
    return rehearse_files(
        write_scenario(folder, [election], present=1, floor=1, trustees=(1, 1)), "--lang", "en", "--json"
    )


def test_smallest_meeting_has_one_trustee_and_one_ballot(smallest: Rehearsal) -> None:
    decided, contest = only_contest(smallest)
    [ceremony] = smallest.list_entries(EntryKind.CEREMONY)
    assert smallest.status == 0
    assert (ceremony.body["count"], ceremony.body["threshold"]) == (1, 1)
    assert (decided["base"]["value"], decided["returned"], contest["outcome"]["id"]) == (1, 1, "listed")


def test_rehearse_tells_its_result_to_programs_and_its_progress_in_english(smallest: Rehearsal) -> None:
    assert json.loads(smallest.output) == smallest.result
    assert "Voting s1: 1/1" in smallest.errors.splitlines()
