"""Scenarios and rolls as files, written from what matters in a test."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEADINGS = "name,card_number,class,exemption,exemption_resolution,exemption_from,exemption_to,suspended,attendance"
EXEMPT_AND_PRESENT = "Trần Thị Miễn,900001,official,age_health,05-NQ/CB,2024-01-01,,no,present"


@dataclass(frozen=True)
class ScenarioElectionText:
    """An election of a scenario.

    rule: the id of a rule-set, or the name of a rule file beside the scenario, ending in .toml; counts: of each
    contest in order, options and `blank`.
    """

    id: str
    counts: Sequence[Mapping[str, int]]
    rule: str = "vn-screening-step1"

    def to_toml(self) -> str:
        """Return the election as a scenario writes it."""
        kind = "rule_file" if self.rule.endswith(".toml") else "rule_set"
        lines = ["[[election]]", f'id = "{self.id}"', f'{kind} = "{self.rule}"', f'title = "Bỏ phiếu {self.id}"']
        for number, counts in enumerate(self.counts, start=1):
            pairs = ", ".join(f"{option} = {votes}" for option, votes in counts.items())
            lines += [
                "[[election.contest]]",
                f'id = "c{number}"',
                f'subject = "Nội dung {number}"',
                f"counts = {{ {pairs} }}",
            ]
        return "\n".join(lines) + "\n"


def write_scenario(
    folder: Path,
    elections: Iterable[ScenarioElectionText],
    *,
    present: int,
    others: Iterable[str] = (),
    floor: int = 3,
    trustees: tuple[int, int] = (3, 2),
) -> Path:
    """Write a scenario and its roll into a folder and return the scenario's path.

    present: official members in the room; others: further rows of the roll; trustees: count and threshold.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"Đảng viên {number:03d},{number:06d},official,none,,,,no,present" for number in range(1, present + 1)]
    (folder / "roll.csv").write_text("\n".join([HEADINGS, *rows, *others]) + "\n", encoding="utf-8")
    meeting = f"""\
[meeting]
superior = "Đảng bộ phường Ngọc Lâm"
unit = "Chi bộ tổ dân phố số 5"
place = "Nhà văn hóa tổ 5"
date = 2026-01-15
roll = "roll.csv"
floor = {floor}

[trustees]
count = {trustees[0]}
threshold = {trustees[1]}

"""
    path = folder / "meeting.toml"
    path.write_text(meeting + "\n".join(election.to_toml() for election in elections), encoding="utf-8")
    return path


def read_expected(path: Path) -> list[dict[str, Any]]:
    """Return the elections of an `expected.toml`."""
    elections: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["election"]
    return elections


def summarise_election(election: Mapping[str, Any]) -> dict[str, Any]:
    """Return an election of a `result.json` in the words of `expected.toml`; each contest has one test."""
    numbers = ("id", "rule_set", "summoned", "present", "issued", "returned", "not_returned")
    return {
        **{name: election[name] for name in numbers},
        "base": election["base"]["value"],
        "bare_words": election["base"]["bare_words"],
        "contest": [_summarise_contest(contest) for contest in election["contests"]],
    }


def _summarise_contest(contest: Mapping[str, Any]) -> dict[str, Any]:
    [test] = contest["tests"]
    return {
        "id": contest["id"],
        "counts": contest["counts"],
        "needed": test["needed"],
        "passed": test["passed"],
        "outcome": contest["outcome"]["id"],
    }
