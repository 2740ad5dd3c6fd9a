"""Both implementations of the rules on many drawn counts, many damaged texts and every number that can be changed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from ballot_server.rules.loader import list_rule_sets
from ballot_server.rules.model import RuleSet
from crypto.verify import verify_archive
from tests.support.browser_rules import (
    BrowserRules,
    compare_drawn_counts,
    compare_texts,
    list_changed_numbers,
    run_browser_rules,
    verify_changed_here,
)
from tests.support.kiosk import build_browser_side
from tests.support.rehearsals import rehearse_every_vote
from tests.support.rule_files import SMALL_FILE
from tests.support.ruled_archives import build_election_archive, build_mixed_archive, build_ruled_archive

RULE_SETS = list_rule_sets()
DRAWN_COUNTS, DAMAGED_TEXTS, CHANGED_NUMBERS = 2_000, 20_000, 300


@pytest.fixture(scope="module")
def browser_rules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserRules]:
    with run_browser_rules(build_browser_side(tmp_path_factory.mktemp("kiosk")).folder) as rules:
        yield rules


@pytest.mark.parametrize("rule_set", RULE_SETS, ids=lambda rule_set: rule_set.origin)
def test_two_thousand_drawn_counts_are_decided_alike(browser_rules: BrowserRules, rule_set: RuleSet) -> None:
    source = random.Random(f"deep/{rule_set.origin}")
    assert compare_drawn_counts(browser_rules, rule_set, source, rounds=DRAWN_COUNTS, largest=100_000) == []


def test_many_damaged_texts_are_read_alike(browser_rules: BrowserRules) -> None:
    texts = [SMALL_FILE, *(rule_set.source_text for rule_set in RULE_SETS)]
    assert compare_texts(browser_rules, texts, random.Random(4), rounds=DAMAGED_TEXTS) == []


@pytest.mark.parametrize("build", [build_ruled_archive, build_election_archive, build_mixed_archive])
def test_every_number_changed_in_outcome_or_minutes_is_found_by_both(
    browser_rules: BrowserRules, build: Callable[[], bytes]
) -> None:

    archive = build()
    report = verify_archive(archive)
    changes = list_changed_numbers(report)
    here = verify_changed_here(report, changes)
    assert {answer["check"] for answer in here} == {"V10", "V11"}
    assert browser_rules.find_changed(archive, changes) == here


def test_many_numbers_changed_in_the_rehearsal_of_every_vote_are_found_by_both(
    browser_rules: BrowserRules, tmp_path_factory: pytest.TempPathFactory
) -> None:
    archive = rehearse_every_vote(tmp_path_factory).archive
    report = verify_archive(archive)
    changes = random.Random(5).sample(list_changed_numbers(report), CHANGED_NUMBERS)
    here = verify_changed_here(report, changes)
    assert {answer["check"] for answer in here} == {"V10", "V11"}
    assert browser_rules.find_changed(archive, changes) == here
