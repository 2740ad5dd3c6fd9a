"""An election decided from its sealed rules and its counts alone.

The service and any verifier (check V10) call `decide_sealed`: one path, so that they cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ballot_server.domain.base import BaseKind
from ballot_server.domain.contest import BLANK
from ballot_server.domain.result import (
    BallotNumbers,
    ContestResult,
    ElectionResult,
    SeatsResult,
    check_contest_sum,
    check_numbers,
    compute_shares,
)
from ballot_server.domain.threshold import TestResult
from ballot_server.rules.decide import (
    BallotTotals,
    ContestInputs,
    Decision,
    decide_contest,
    list_ballot_options,
)
from ballot_server.rules.errors import ContestsMismatchError, FollowedElectionError, FollowedTestsError
from ballot_server.rules.sealed import FollowedContest, SealedContest, SealedRules


@dataclass(frozen=True)
class DecidedContest:
    """A contest with its counts and the decision on it."""

    id: str
    counts: Mapping[str, int]
    decision: Decision


@dataclass(frozen=True)
class ElectionDecision:
    """An election decided: its sealed rules, its numbers, and every contest in sealed order."""

    sealed: SealedRules
    numbers: BallotNumbers
    contests: tuple[DecidedContest, ...]

    @property
    def common_blank(self) -> int | None:
        """The blank ballots, None where contests differ in them."""
        blanks = {contest.counts[BLANK] for contest in self.contests}
        return blanks.pop() if len(blanks) == 1 else None

    def collect_tests(self, election: str) -> Mapping[FollowedContest, tuple[TestResult, ...]]:
        """Return the tests of each contest, keyed as an election that follows this one asks for them."""
        return {
            FollowedContest(election=election, contest=contest.id): contest.decision.tests for contest in self.contests
        }

    def to_result(self, election: str) -> ElectionResult:
        """Return the election as `result.json` and the board's outcome entry carry it.

        A base of votes cast shows its value where all contests have the same, else none: each test has its own.
        """
        values = {contest.decision.base_value for contest in self.contests}
        return ElectionResult(
            id=election,
            rule_set=self.sealed.rule_set.id,
            mark=self.sealed.dated.mark.value,
            in_force=self.sealed.dated.in_force,
            base=replace(self.sealed.base, value=values.pop() if len(values) == 1 else None),
            summoned=self.sealed.summoned,
            present=self.sealed.present,
            numbers=self.numbers,
            contests=tuple(self._describe_contest(contest) for contest in self.contests),
            quorum=self.sealed.quorum,
        )

    def _describe_contest(self, contest: DecidedContest) -> ContestResult:
        bases = {
            "base": contest.decision.base_value,
            "summoned": self.sealed.summoned,
            "returned": self.numbers.returned,
            "valid": self.numbers.valid,
        }
        shares = dict(compute_shares(contest.counts, bases))
        if self.sealed.base.kind is BaseKind.VOTES_CAST:
            # A blank vote is no part of the votes cast, so it has no share of them.
            cast = {option: count for option, count in contest.counts.items() if option != BLANK}
            of_cast = compute_shares(cast, {"votes_cast": contest.decision.base_value})["votes_cast"]
            shares |= {"base": of_cast, "votes_cast": of_cast}
        return ContestResult(
            id=contest.id,
            counts=contest.counts,
            shares=shares,
            tests=contest.decision.tests,
            outcome=contest.decision.outcome.id,
            proposed=contest.decision.outcome.proposed,
            seats=_describe_seats(contest.decision),
        )


def decide_sealed(
    sealed: SealedRules,
    counts: Mapping[str, Mapping[str, int]],
    numbers: BallotNumbers,
    followed: Mapping[FollowedContest, tuple[TestResult, ...]],
) -> ElectionDecision:
    """Return the decision on an election from its sealed rules and its counts alone.

    counts: by contest id, votes by option id with blank. followed: `collect_tests` of the earlier elections, joined.
    Raises: a CountsMismatchError if numbers disagree; ContestsMismatchError, ContestCountsError for counts of other
    contests or options; FollowedTestsError, FollowedElectionError if the followed contest was not counted, or on
    another base.
    """
    expected = [contest.id for contest in sealed.contests]
    if sorted(counts) != sorted(expected):
        raise ContestsMismatchError(expected=", ".join(expected), found=", ".join(counts))
    check_numbers(numbers, summoned=sealed.summoned, present=sealed.present)
    decided: list[DecidedContest] = []
    for contest in sealed.contests:
        contest_counts = dict(counts[contest.id])
        check_contest_sum(contest.id, contest_counts, numbers, marks=1 if contest.seats is None else contest.seats)
        inputs = ContestInputs(
            counts=contest_counts,
            base=sealed.base,
            meeting_date=sealed.meeting_date,
            followed=_find_followed(sealed, contest, followed),
            totals=BallotTotals(issued=numbers.issued, returned=numbers.returned, valid=numbers.valid),
            holds_post=contest.holds_post,
            previous_failed=contest.previous_failed,
            candidates=contest.candidates,
            seats=contest.seats,
        )
        decided.append(DecidedContest(contest.id, contest_counts, decide_contest(sealed.rule_set, inputs)))
    return ElectionDecision(sealed=sealed, numbers=numbers, contests=tuple(decided))


def list_sealed_options(sealed: SealedRules, contest: SealedContest) -> tuple[str, ...]:
    """Return the ids of the options that a sealed contest has on its ballot, blank left out."""
    return list_ballot_options(sealed.rule_set, holds_post=contest.holds_post, candidates=contest.candidates)


def _describe_seats(decision: Decision) -> SeatsResult | None:
    if decision.seats_left is None:
        return None
    candidates = {each.option: each.standing.value for each in decision.candidates}
    return SeatsResult(candidates=candidates, seats_left=decision.seats_left)


def _find_followed(
    sealed: SealedRules, contest: SealedContest, followed: Mapping[FollowedContest, tuple[TestResult, ...]]
) -> Mapping[str, bool] | None:
    follows = sealed.rule_set.follows
    if follows is None or contest.follows is None:
        return None
    tests = followed.get(contest.follows)
    if tests is None:
        raise FollowedTestsError(rule_set=follows.rule_set, test=", ".join(follows.tests))
    for test in tests:
        if sealed.base.value is not None and test.base != sealed.base.value:
            raise FollowedElectionError(expected=sealed.base.value, found=test.base)
    return {test.id: test.passed for test in tests}
