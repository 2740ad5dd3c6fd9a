"""The meetings that are measured: contests of three options, under rules made for measuring."""

from __future__ import annotations

from pathlib import Path

from ballot_server.domain.contest import Wording
from ballot_server.rules.loader import load_rule_set
from ballot_server.services.election_plan import ElectionPlan, plan_contest
from tests.support.scenario_files import ScenarioElectionText, write_scenario

_RULES = Path(__file__).with_name("three_options.toml")


def plan_contests(contests: int) -> ElectionPlan:
    """Return an election "s1" of so many contests."""
    rule_set = load_rule_set(_RULES.read_text(encoding="utf-8"), _RULES.name)
    planned = [
        plan_contest(
            rule_set, contest=f"c{number}", subject=Wording(vi=f"Nội dung {number}", en=f"Matter {number}"), member=None
        )
        for number in range(1, contests + 1)
    ]
    return ElectionPlan(
        id="s1",
        title=Wording(vi="Đo thời gian", en="Measurement"),
        rule_set=rule_set,
        planned=tuple(planned),
    )


def write_meeting(folder: Path, *, voters: int, contests: int) -> Path:
    """Write the scenario of a meeting where everybody votes; return its path."""
    counts = {"first": voters // 2, "second": voters // 4, "third": voters - voters // 2 - voters // 4, "blank": 0}
    scenario = write_scenario(
        folder, [ScenarioElectionText("s1", [counts] * contests, rule=_RULES.name)], present=voters
    )
    (folder / _RULES.name).write_text(_RULES.read_text(encoding="utf-8"), encoding="utf-8")
    return scenario
