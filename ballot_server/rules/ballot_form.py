"""What stands on the ballot of one contest: which options, and how many of them may be marked.

plan_options(discipline, holds_post=False)            the forms, without removal from office
plan_options(election, candidates=people)             the people
count_marks(election, seats=3, options=9)             3
"""

from __future__ import annotations

from collections.abc import Sequence

from ballot_server.domain.contest import BLANK, Option
from ballot_server.errors import BallotServerError
from ballot_server.rules.model import RuleSet


class CandidatesNeededError(BallotServerError):
    """A rule-set leaves the options to the contest, and none were given; field: rule_set."""


class CandidatesNotAskedError(BallotServerError):
    """A rule-set names its options itself, so a contest names no candidates and no seats; field: rule_set."""


class CandidateTwiceError(BallotServerError):
    """Two candidates have one id, or one is called blank; field: candidate."""


class SeatsWrongError(BallotServerError):
    """Seats are missing, below one, or more than there are candidates; fields: seats, candidates."""


def plan_options(
    rule_set: RuleSet, *, holds_post: bool = False, candidates: Sequence[Option] = ()
) -> tuple[Option, ...]:
    """Return the options of one contest in ballot order, blank left out.

    holds_post: whether the person concerned holds a post that can be taken away.
    Raises: CandidatesNeededError, CandidatesNotAskedError, CandidateTwiceError.
    """
    if not rule_set.elects_candidates:
        if candidates:
            raise CandidatesNotAskedError(rule_set=rule_set.id)
        return tuple(option for option in rule_set.options if holds_post or option.id not in rule_set.post_options)
    if not candidates:
        raise CandidatesNeededError(rule_set=rule_set.id)
    taken = {BLANK}
    for candidate in candidates:
        if candidate.id in taken:
            raise CandidateTwiceError(candidate=candidate.id)
        taken.add(candidate.id)
    return tuple(candidates)


def count_marks(rule_set: RuleSet, *, seats: int | None, options: int) -> int:
    """Return how many options one ballot may mark.

    seats: None unless candidates are elected; options: how many are on the ballot.
    Raises: SeatsWrongError, CandidatesNotAskedError.
    """
    if not rule_set.elects_candidates:
        if seats is not None:
            raise CandidatesNotAskedError(rule_set=rule_set.id)
        return 1
    if seats is None or not 1 <= seats <= options:
        raise SeatsWrongError(seats="–" if seats is None else seats, candidates=options)
    return seats
