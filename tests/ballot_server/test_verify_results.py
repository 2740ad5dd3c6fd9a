"""Checks V10 and V11 against servers that lie about rules, outcomes or minutes, and sign it all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from ballot_server.rules.loader import load_rule_set
from ballot_server.services.verify_results import verify_results
from crypto.bodies import EntryKind
from crypto.errors import VerificationError
from crypto.verify import verify_archive
from tests.support.archives import change_kind, resign
from tests.support.evenings import AGREE, DISAGREE, SCREENING, Evening, make_plan, prepare_evening
from tests.support.lying_results import ELECTIONS, MINUTES, OUTCOMES, RULES
from tests.support.ruled_archives import build_election_archive, build_ruled_archive


def refuse(archive: bytes, check: str) -> VerificationError:
    """Return the failure of an archive in which V1 to V9 hold."""
    report = verify_archive(archive)
    with pytest.raises(VerificationError) as caught:
        verify_results(report)
    assert caught.value.check == check
    return caught.value


def test_verify_results_counts_outcomes_and_minutes() -> None:
    rules = verify_results(verify_archive(build_ruled_archive()))
    assert [(check.name, check.counted) for check in rules.checks] == [("V10", 1), ("V11", 1)]
    assert rules.own_rules == ()


@pytest.mark.parametrize("name", OUTCOMES)
def test_verify_results_refuses_an_outcome_that_the_rules_do_not_give(name: str) -> None:
    refuse(build_ruled_archive(change_result=OUTCOMES[name]), "V10")


@pytest.mark.parametrize("name", MINUTES)
def test_verify_results_refuses_minutes_with_other_numbers_than_the_outcomes(name: str) -> None:
    refuse(build_ruled_archive(change_numbers=MINUTES[name]), "V11")


@pytest.mark.parametrize("name", RULES)
def test_verify_results_refuses_sealed_rules_that_contradict_themselves_or_the_board(name: str) -> None:
    refuse(build_ruled_archive(change_rules=RULES[name]), "V10")


def test_verify_results_recomputes_an_election_of_candidates() -> None:
    report = verify_archive(build_election_archive())
    assert verify_results(report).checks[0].counted == 1
    [election] = report.elections
    assert election.result is not None
    [contest] = cast(list[dict[str, Any]], election.result["contests"])
    standings = {"an": "elected", "binh": "not_elected", "chi": "not_elected"}
    assert contest["outcome"] == {"candidates": standings, "seats_left": 1}


@pytest.mark.parametrize("name", ELECTIONS)
def test_verify_results_refuses_an_election_that_its_sealed_rules_do_not_give(name: str) -> None:
    refuse(ELECTIONS[name](), "V10")


def test_verify_results_names_elections_under_rules_that_are_not_installed(tmp_path: Path) -> None:
    plan = make_plan()
    text = plan.rule_set.source_text + "\n# Changed.\n"
    own = replace(plan, rule_set=load_rule_set(text, "own.toml"))
    with prepare_evening(tmp_path, (own, make_plan("s2"))) as evening:
        evening.hold("s1", AGREE, AGREE, AGREE)
        evening.hold("s2", AGREE, AGREE, AGREE)
        _, rules = evening.finish()
    assert rules.own_rules == ("s1",)


def test_verify_results_refuses_minutes_that_carry_an_annulled_election(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (make_plan("s1"), make_plan("s2"))) as evening:
        evening.open("s1")
        evening.cast("s1", AGREE, AGREE, AGREE)
        evening.close("s1")
        annulled = evening.tally("s1").result.to_json()
        evening.annul("s1")
        standing = evening.hold("s2", AGREE, AGREE, AGREE).result.to_json()
        archive = rewrite_minutes(evening, [annulled, standing])
    refuse(archive, "V11")


def test_verify_results_refuses_minutes_that_leave_an_election_out(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (make_plan("s1"), make_plan("s2"))) as evening:
        evening.hold("s1", AGREE, AGREE, AGREE)
        second = evening.hold("s2", AGREE, AGREE, AGREE).result.to_json()
        archive = rewrite_minutes(evening, [second])
    refuse(archive, "V11")


def test_verify_results_refuses_an_outcome_drawn_from_a_vote_under_other_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The dishonest server lets the removal follow a progress vote of its own making, in which one vote is enough.
    first, second = SCREENING
    text = first.rule_set.source_text.replace("vn-screening-progress", "own-progress")
    own = replace(first, rule_set=load_rule_set(text, "own.toml"))
    with prepare_evening(tmp_path, (own, second)) as evening:
        with monkeypatch.context() as patched:
            for module in ("preview_election", "derive_result"):
                patched.setattr(f"ballot_server.services.{module}.check_can_follow", lambda *_: None)
            evening.hold("s3a", AGREE, AGREE, AGREE, DISAGREE)
            evening.hold("s3b", DISAGREE, DISAGREE, DISAGREE)
            evening.write_minutes()
            archive = evening.end()
        refuse(archive, "V10")


def test_verify_results_of_a_meeting_with_nothing_but_an_annulled_election_holds(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        evening.open("s1")
        evening.annul("s1")
        _, rules = evening.finish()
    assert [(check.name, check.counted) for check in rules.checks] == [("V10", 0), ("V11", 1)]


def rewrite_minutes(evening: Evening, results: list[dict[str, object]]) -> bytes:
    """End the board and return its archive with other elections in the minutes, signed by the same server."""
    evening.write_minutes()
    evening.end()
    numbers: Any = {"elections": results}
    change = change_kind(EntryKind.MINUTES, lambda body: {**body, "numbers": numbers})
    return resign(evening.list_entries(), change, seed=evening.installation.seed)
