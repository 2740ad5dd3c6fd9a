"""From manifests and tallies to results: the one path that the service and every verifier take.

An election may follow an earlier one of the same meeting, so elections are decided in the order in which their outcomes
were posted, each with the tests of those before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ballot_server.domain.contest import BLANK
from ballot_server.domain.result import BallotNumbers
from ballot_server.domain.threshold import TestResult
from ballot_server.rules.election import ElectionDecision, decide_sealed
from ballot_server.rules.errors import FollowedTestsError
from ballot_server.rules.sealed import FollowedContest, SealedRules, check_can_follow, read_sealed_rules
from crypto.manifest import Manifest
from crypto.paper import PaperCounts, PaperElection


@dataclass(frozen=True)
class CountedElection:
    """A sealed election with the counts of each contest, blank last, and the number of ballots that came back.

    counts, returned: by phone and on paper together; paper: what was counted on paper, None where there was none.
    """

    manifest: Manifest | PaperElection
    counts: tuple[tuple[int, ...], ...]
    returned: int
    paper: PaperCounts | None = None


def derive_decisions(elections: Iterable[CountedElection]) -> tuple[ElectionDecision, ...]:
    """Return the decision on each election of a meeting, given in the order of their outcomes.

    Raises: SealedRulesError; FollowedTestsError if one follows an election that is not among those before it;
    FollowedElectionError if one follows an election of another rule-set or base; and what else `decide_sealed` raises.
    """
    tests: dict[FollowedContest, tuple[TestResult, ...]] = {}
    earlier: dict[str, SealedRules] = {}
    decisions = []
    for election in elections:
        name = election.manifest.election
        sealed = read_sealed_rules(election.manifest.rules)
        _check_followed(sealed, earlier)
        decision = decide_sealed(sealed, _name_counts(election), _collect_numbers(election), tests)
        tests.update(decision.collect_tests(name))
        earlier[name] = sealed
        decisions.append(decision)
    return tuple(decisions)


def check_decidable(manifest: Manifest | PaperElection, earlier: Iterable[CountedElection]) -> None:
    """Check before decryption that whatever an election follows has been counted.

    Raises: SealedRulesError, FollowedTestsError, FollowedElectionError.
    """
    counted = {election.manifest.election: read_sealed_rules(election.manifest.rules) for election in earlier}
    _check_followed(read_sealed_rules(manifest.rules), counted)


def _check_followed(sealed: SealedRules, earlier: Mapping[str, SealedRules]) -> None:
    follows = sealed.rule_set.follows
    for contest in sealed.contests:
        if contest.follows is None or follows is None:
            continue
        followed = earlier.get(contest.follows.election)
        if followed is None:
            raise FollowedTestsError(rule_set=follows.rule_set, test=", ".join(follows.tests))
        check_can_follow(sealed, followed)


def _name_counts(election: CountedElection) -> dict[str, dict[str, int]]:
    return {
        contest.id: dict(zip([*(option.id for option in contest.options), BLANK], counts, strict=True))
        for contest, counts in zip(election.manifest.contests, election.counts, strict=True)
    }


def _collect_numbers(election: CountedElection) -> BallotNumbers:
    counts, paper = election.manifest.counts, election.paper
    # On paper alone the six counts are of paper ballots already.
    beside_phones = paper if isinstance(election.manifest, Manifest) else None
    return BallotNumbers(
        printed=counts.printed,
        handed_out=counts.handed_out,
        left_over=counts.left_over,
        void=counts.brought_back + (0 if beside_phones is None else beside_phones.exchanged),
        lost=counts.lost,
        returned=election.returned,
        paper_issued=0 if beside_phones is None else beside_phones.issued,
        invalid=0 if paper is None else paper.invalid,
    )
