"""A congress: 475 voters and 14 contests of three options, rehearsed over HTTP and verified; too long for every run."""

from __future__ import annotations

import json
import random
from pathlib import Path

from ballot_server.domain.contest import BLANK
from tests.support.command_line import run_phieukin
from tests.support.rule_files import SMALL_FILE
from tests.support.scenario_files import ScenarioElectionText, write_scenario

VOTERS, CONTESTS, BLANKS = 475, 14, 5

THIRD_OPTION = """\
[[contest.option]]
id = "abstain"
text = { vi = "Không ý kiến", en = "Abstain" }
"""


def write_rules(folder: Path) -> str:
    """Write a rule file of three options and return its name."""
    start = SMALL_FILE.index("[[test]]")
    text = SMALL_FILE[:start] + THIRD_OPTION + SMALL_FILE[start:]
    (folder / "rules.toml").write_text(text.replace("disagree = 1", "disagree = 1, abstain = 0"), encoding="utf-8")
    return "rules.toml"


def draw_counts(source: random.Random) -> dict[str, int]:
    """Return the counts of one contest on all ballots."""
    agree = source.randint(100, 400)
    disagree = source.randint(0, VOTERS - BLANKS - agree)
    return {
        "agree": agree,
        "disagree": disagree,
        "abstain": VOTERS - BLANKS - agree - disagree,
        BLANK: BLANKS,
    }


def test_congress_of_475_voters_and_14_contests_is_rehearsed_and_verified(tmp_path: Path) -> None:
    source = random.Random(475)
    counts = [draw_counts(source) for _ in range(CONTESTS)]
    folder = tmp_path / "congress"
    folder.mkdir()
    election = ScenarioElectionText(id="e1", counts=counts, rule=write_rules(folder))
    scenario = write_scenario(folder, [election], present=VOTERS)
    rehearsed = run_phieukin("rehearse", scenario, "--out", tmp_path / "out")
    assert rehearsed.status == 0, rehearsed.errors
    result = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    assert result["verified"] is True
    [decided] = result["elections"]
    assert decided["returned"] == VOTERS
    assert [contest["counts"] for contest in decided["contests"]] == counts
    verified = run_phieukin("verify", tmp_path / "out" / "archive.jsonl", "--head", result["board_head"], "--json")
    assert verified.status == 0, verified.output
    report = json.loads(verified.output)
    assert report["ballots"] == VOTERS
    assert report["checks"]["V5"] == VOTERS
    assert report["proofs"] >= VOTERS * CONTESTS * 5
