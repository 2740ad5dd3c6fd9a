"""Golden minutes: every kind of vote of RULES, printed as the files in `tests/golden/minutes` say, which were read.

`python -m tests.support.golden [NAME…]` writes the files anew. Read every line of the difference before it is
committed: the sums, thresholds and shares against RULES, the sentences as a secretary would.
"""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from ballot_server.minutes.typesetting import REPLACEMENT
from tests.support.golden import FOLDER, read_lines, render_golden
from tests.support.golden_meetings import GOLDENS
from tests.support.staged_meetings import list_staged_results, load_staged_rule


@pytest.mark.parametrize("name", GOLDENS)
def test_minutes_say_what_was_read_line_by_line(name: str) -> None:
    printed = read_lines(render_golden(name))
    golden = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert list(difflib.unified_diff(golden.splitlines(), printed.splitlines(), "golden", "printed", n=1)) == []


def test_every_golden_file_is_compared() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(GOLDENS)


def test_every_installed_kind_of_vote_has_golden_minutes() -> None:
    installed = {path.name.split(".")[0] for path in Path("ballot_server/rules/data").glob("*.toml")}
    voted = {election.rule for golden in GOLDENS.values() for election in golden.meeting.elections}
    assert installed - voted == set()
    assert any("own-rule" in rule for rule in voted)


def test_every_conclusion_of_an_installed_kind_of_vote_has_golden_minutes() -> None:
    missing: dict[str, set[str]] = {}
    for golden in GOLDENS.values():
        for staged in golden.meeting.elections:
            if "\n" not in staged.rule:
                rule_set = load_staged_rule(staged.rule, golden.meeting.held_on)
                missing.setdefault(staged.rule, {outcome.id for outcome in rule_set.outcomes})
    for golden in GOLDENS.values():
        held = [staged for staged in golden.meeting.elections if not staged.annulled]
        for staged, result in zip(held, list_staged_results(golden.meeting), strict=True):
            missing.get(staged.rule, set()).difference_update(contest.outcome for contest in result.contests)
    assert {rule: outcomes for rule, outcomes in missing.items() if outcomes} == {}


@pytest.mark.parametrize("name", GOLDENS)
def test_minutes_print_no_box_for_a_character_of_their_own(name: str) -> None:
    assert REPLACEMENT not in (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["mixed", "screening-step3"])
def test_same_record_gives_the_same_bytes(name: str) -> None:
    again = render_golden.__wrapped__(name)
    assert again == render_golden(name)
