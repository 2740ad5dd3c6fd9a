"""From manifests and tallies to results: the one path that the service and every verifier take.

An election may follow an earlier one of the same meeting, so elections are decided in the order in which their outcomes
were posted, each with the tests of those before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ballot_server.domain.contest import BLANK
from ballot_server.domain.result import BallotNumbers
from ballot_server.domain.threshold import TestResult
from ballot_server.rules.election import ElectionDecision, decide_sealed
from ballot_server.rules.sealed import FollowedContest, read_sealed_rules
from crypto.manifest import Manifest


@dataclass(frozen=True)
class CountedElection:
    """A manifest with the counts of each contest, blank last, and the number of ballots that came back."""

    manifest: Manifest
    counts: tuple[tuple[int, ...], ...]
    returned: int


def derive_decisions(elections: Iterable[CountedElection]) -> tuple[ElectionDecision, ...]:
    """Return the decision on each election of a meeting.

    Raises: SealedRulesError and every other error of `decide_sealed`.
    """
    tests: dict[FollowedContest, tuple[TestResult, ...]] = {}
    decisions = []
    for election in elections:
        manifest = election.manifest
        decision = decide_sealed(
            read_sealed_rules(manifest.rules),
            _name_counts(election),
            _collect_numbers(election),
            tests,
        )
        tests.update(decision.collect_tests(manifest.election))
        decisions.append(decision)
    return tuple(decisions)


def _name_counts(election: CountedElection) -> dict[str, dict[str, int]]:
    return {
        contest.id: dict(zip([*(option.id for option in contest.options), BLANK], counts, strict=True))
        for contest, counts in zip(election.manifest.contests, election.counts, strict=True)
    }


def _collect_numbers(election: CountedElection) -> BallotNumbers:
    counts = election.manifest.counts
    return BallotNumbers(
        printed=counts.printed,
        handed_out=counts.handed_out,
        left_over=counts.left_over,
        void=counts.brought_back,
        lost=counts.lost,
        returned=election.returned,
    )
