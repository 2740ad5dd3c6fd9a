"""The shared cases of `decide`, for every implementation: `make rules` writes them to tests/rules_cases.json.

With them it writes the digests of the installed rule-sets to kiosk/src/rules/installed.json.

The file holds `rule_sets` (file name and whole text of each), `decisions` (inputs of one contest and what follows),
`refused` (texts that must be refused) and `sealed` (whole sealed elections with their counts, and result.json's part).
Every worked case of every installed file is in `decisions`, with more from a fixed walk through the counts.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from pathlib import Path

from ballot_server.domain.base import Base, Standing, make_base
from ballot_server.domain.base_parts import ClassCounts, HeadCount
from ballot_server.domain.contest import BLANK
from ballot_server.domain.result import BallotNumbers
from ballot_server.domain.threshold import TestResult
from ballot_server.rules.cases import make_inputs
from ballot_server.rules.decide import BallotTotals, ContestInputs, Decision, decide_contest, list_ballot_options
from ballot_server.rules.election import decide_sealed, list_sealed_options
from ballot_server.rules.loader import list_rule_sets
from ballot_server.rules.model import RuleSet, date_rule_set
from ballot_server.rules.sealed import FollowedContest, SealedContest, SealedRules, seal_rules
from tests.support.rolls import MEETING_DATE
from tests.support.rule_files import SMALL_FILE

EARLIER = "earlier"
"""The election that a sealed one follows."""

SEALED = (
    *("majority-of-all-members", "majority-of-votes-cast", "vn-committee-decision", "vn-committee-election"),
    *("vn-confidence", "vn-discipline", "vn-floor-nomination", "vn-recognition", "vn-screening-removal"),
)
"""Of these the newest version is sealed whole: every form, decision and kind of base."""

WALKS = 6
"""Inputs for each rule-set besides its worked cases."""

LARGEST_COUNT = 23

# What is changed in the small whole file so that it must be refused.
REFUSED = {
    "unknown key": ('id = "own-rule"', 'id = "own-rule"\ncolour = "red"'),
    "missing key": ("at_least = [2, 3]\n", ""),
    "fraction above one": ("at_least = [2, 3]", "at_least = [4, 3]"),
    "never passes": ("at_least = [2, 3]", "more_than = [3, 3]"),
    "fraction as a float": ("at_least = [2, 3]", "at_least = 0.67"),
    "no outcome": ("{ enough = false }", "{ enough = true }"),
    "two outcomes": ("{ enough = false }", "{}"),
    "one option twice": ('id = "disagree"', 'id = "agree"'),
    "option called blank": ('id = "disagree"', 'id = "blank"'),
    "unknown option": ('option = "agree"', 'option = "yes"'),
    "decomposed letters": ('vi = "Quy tắc riêng"', 'vi = "Quy tă\u0301c riêng"'),
    "ends before it begins": ("effective_to = 2026-12-31", "effective_to = 2019-12-31"),
    "unknown base": ('kind = "official_minus_exempt"', 'kind = "everyone"'),
    "not TOML": ("[source]", "[source"),
}


def build_cases() -> dict[str, list[dict[str, object]]]:
    """Return the whole file."""
    rule_sets = list_rule_sets()
    return {
        "rule_sets": [{"origin": rule_set.origin, "text": rule_set.source_text} for rule_set in rule_sets],
        "decisions": [case for rule_set in rule_sets for case in _write_decisions(rule_set)],
        "refused": [
            {"why": why, "text": SMALL_FILE.replace(old, new, 1)} for why, (old, new) in sorted(REFUSED.items())
        ],
        "sealed": [_write_sealed(_find_newest(rule_set_id)) for rule_set_id in SEALED],
    }


def write_cases() -> str:
    """Return the file's text: one line a decision, so that a change shows what it changes."""
    parts = []
    for name, rows in build_cases().items():
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        parts.append(f"{json.dumps(name)}: [\n{lines}\n]")
    return "{" + ",\n".join(parts) + "}\n"


def write_installed() -> str:
    """Return the SHA-256 of every installed text, by which the browser knows it again."""
    digests = [hashlib.sha256(rule_set.source_text.encode()).hexdigest() for rule_set in list_rule_sets()]
    return json.dumps(sorted(digests), indent=2) + "\n"


def _find_newest(rule_set_id: str) -> RuleSet:
    versions = [rule_set for rule_set in list_rule_sets() if rule_set.id == rule_set_id]
    return max(versions, key=lambda rule_set: rule_set.effective_from or date.min)


def _write_decisions(rule_set: RuleSet) -> Iterator[dict[str, object]]:
    for case in rule_set.cases:
        yield _write_decision(rule_set, case.title, make_inputs(rule_set, case))
    walk = _walk()
    for number in range(WALKS):
        yield _write_decision(rule_set, f"walk {number + 1}", _walk_inputs(rule_set, walk))


def _walk() -> Iterator[int]:
    """Return numbers that look scattered and are the same every time."""
    state = 20_260_115
    for _ in count():
        state = (state * 1_103_515_245 + 12_345) % 2**31
        yield state >> 8


def _walk_inputs(rule_set: RuleSet, walk: Iterator[int]) -> ContestInputs:
    holds_post = next(walk) % 2 == 0
    candidates = tuple(f"c{place}" for place in range(1 + next(walk) % 5)) if rule_set.elects_candidates else ()
    options = list_ballot_options(rule_set, holds_post=holds_post, candidates=candidates)
    counts = {option: next(walk) % (LARGEST_COUNT + 1) for option in (*options, "blank")}
    # Of an election every ballot that is not blank marks somebody: as many ballots as its most popular candidate has.
    marked = max(counts[option] for option in options) if candidates else sum(counts[option] for option in options)
    valid = marked + counts["blank"]
    returned = valid + next(walk) % 3
    issued = returned + next(walk) % 3
    value = issued + next(walk) % 6 if rule_set.base.kind.is_known_before_the_count else None
    followed = rule_set.follows.tests if rule_set.follows is not None else ()
    return ContestInputs(
        counts=counts,
        base=Base(rule_set.base.kind, value, ClassCounts(value or 0, 0, 0, 0), None),
        meeting_date=MEETING_DATE,
        followed={test: next(walk) % 2 == 0 for test in followed},
        totals=BallotTotals(issued=issued, returned=returned, valid=valid),
        holds_post=holds_post,
        previous_failed=next(walk) % 4,
        candidates=candidates,
        seats=1 + next(walk) % len(candidates) if candidates else None,
    )


def _write_decision(rule_set: RuleSet, title: str, inputs: ContestInputs) -> dict[str, object]:
    return {
        "rule_set": rule_set.origin,
        "title": title,
        "inputs": write_inputs(inputs),
        "expected": write_expected(decide_contest(rule_set, inputs)),
    }


def write_inputs(inputs: ContestInputs) -> dict[str, object]:
    """Return the inputs of a decision as the shared cases have them."""
    totals = inputs.totals
    if totals is None:
        raise ValueError("shared cases say how many ballots there are")
    return {
        "counts": dict(inputs.counts),
        "base": inputs.base.value,
        "meeting_date": inputs.meeting_date.isoformat(),
        "followed": dict(inputs.followed or {}),
        "issued": totals.issued,
        "returned": totals.returned,
        "valid": totals.valid,
        "holds_post": inputs.holds_post,
        "previous_failed": inputs.previous_failed,
        "candidates": list(inputs.candidates),
        "seats": inputs.seats,
    }


def write_expected(decision: Decision) -> dict[str, object]:
    """Return a decision as the shared cases have it."""
    return {
        "base": decision.base_value,
        "tests": [{"id": test.id, **test.to_json()} for test in decision.tests],
        "outcome": decision.outcome.id,
        "proposed": decision.outcome.proposed,
        "review_on": None if decision.review_on is None else decision.review_on.isoformat(),
        "candidates": {each.option: each.standing.value for each in decision.candidates},
        "seats_left": decision.seats_left,
        "cumulation": [
            {"form": row.form, "votes": row.votes, "run": row.run, "needed": row.needed, "reached": row.reached}
            for row in decision.cumulation
        ],
    }


PARTS = ClassCounts(official=20, exempt=3, suspended=1, transferred_out=1)
NOBODY_LEFT_OUT = ClassCounts(official=16, exempt=0, suspended=0, transferred_out=0)
HEADS = HeadCount(summoned=15, present=13)
NUMBERS = BallotNumbers(printed=14, handed_out=13, left_over=1, void=0, lost=0, returned=12)
CANDIDATES = ("p1", "p2", "p3")
SEATS = 2


def _write_sealed(rule_set: RuleSet) -> dict[str, object]:
    """Return one sealed election of two contests: 15 summoned, 13 present, 12 ballots."""
    sealed = _seal(rule_set)
    counts = _spread_ballots(sealed)
    followed: Mapping[FollowedContest, tuple[TestResult, ...]] = {}
    if rule_set.follows is not None:
        earlier = _seal(next(other for other in list_rule_sets() if other.id == rule_set.follows.rule_set))
        followed = decide_sealed(earlier, _spread_ballots(earlier), NUMBERS, {}).collect_tests(EARLIER)
    return {
        "rules": seal_rules(sealed),
        "counts": counts,
        "numbers": {
            "printed": NUMBERS.printed,
            "handed_out": NUMBERS.handed_out,
            "left_over": NUMBERS.left_over,
            "void": NUMBERS.void,
            "lost": NUMBERS.lost,
            "returned": NUMBERS.returned,
            "paper_issued": NUMBERS.paper_issued,
            "invalid": NUMBERS.invalid,
        },
        "followed": [
            {
                "election": key.election,
                "contest": key.contest,
                "tests": [{"id": test.id, **test.to_json()} for test in tests],
            }
            for key, tests in followed.items()
        ],
        "expected": decide_sealed(sealed, counts, NUMBERS, followed).to_result("e1").to_json(),
    }


def _seal(rule_set: RuleSet) -> SealedRules:
    # One suspended member is in the base of all members, and is not summoned.
    parts = NOBODY_LEFT_OUT if rule_set.base.suspended is Standing.COUNTED else PARTS
    day = rule_set.effective_from or MEETING_DATE
    return SealedRules(
        dated=date_rule_set(rule_set, day),
        meeting_date=day,
        base=make_base(rule_set.base.kind, parts, heads=HEADS),
        summoned=HEADS.summoned,
        present=HEADS.present,
        barred=0,
        contests=tuple(
            SealedContest(
                id=name,
                follows=None if rule_set.follows is None else FollowedContest(EARLIER, name),
                previous_failed=2 * place,
                holds_post=place == 1,
                candidates=CANDIDATES if rule_set.elects_candidates else (),
                seats=SEATS if rule_set.elects_candidates else None,
            )
            for place, name in enumerate(("m1", "m2"))
        ),
    )


def _spread_ballots(sealed: SealedRules) -> dict[str, dict[str, int]]:
    """Return counts of each contest: in the first most mark the first option, in the second the last."""
    counts: dict[str, dict[str, int]] = {}
    for contest in sealed.contests:
        options = list_sealed_options(sealed, contest)
        first = options[0] if contest.id == "m1" else options[-1]
        if contest.seats is None:
            votes = {option: 10 if option == first else 0 for option in options}
            votes[options[1]] += 1
        else:
            votes = {option: 9 if option == first else 8 for option in options}
            votes[options[1]] -= 8
        counts[contest.id] = {**votes, BLANK: NUMBERS.valid - 11}
    return counts


def main(arguments: Sequence[str]) -> int:
    """Write the cases at the first path given, and the digests of the installed texts at the second."""
    cases, installed = [Path(argument) for argument in arguments]
    cases.write_text(write_cases(), encoding="utf-8")
    installed.write_text(write_installed(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
