"""Results: the numbers that must agree before anything is published, shares for reading, and `result.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ballot_server.domain.base import Base
from ballot_server.domain.contest import BLANK
from ballot_server.domain.quorum import QuorumResult
from ballot_server.domain.threshold import TestResult
from ballot_server.errors import BallotServerError


class CountsMismatchError(BallotServerError):
    """Two numbers that must agree do not; nothing is published."""


class NegativeCountError(CountsMismatchError):
    """A number is below zero; `name` says which."""


class PrintedMismatchError(CountsMismatchError):
    """Slips printed are not those handed out and left over."""


class ReturnedExceedsIssuedError(CountsMismatchError):
    """More ballots came back than were issued."""


class ReturnedExceedsPresentError(CountsMismatchError):
    """More ballots came back than people entitled and present."""


class IssuedExceedsPresentError(CountsMismatchError):
    """More slips are out, lost ones left aside, than people entitled and present."""


class PresentExceedsSummonedError(CountsMismatchError):
    """More people are entitled and present than were summoned."""


class ContestSumError(CountsMismatchError):
    """A contest's counts with blank do not add up to the valid ballots; `contest` names it."""


class ContestMarksError(CountsMismatchError):
    """No ballots with up to `marks` marks give a contest's counts; `contest` names it."""


@dataclass(frozen=True)
class BallotNumbers:
    """The numbers of one election's slips and ballots; `paper_issued` and `invalid` are of paper ballots only."""

    printed: int
    handed_out: int
    left_over: int
    void: int
    lost: int
    returned: int
    paper_issued: int = 0
    invalid: int = 0

    @property
    def issued(self) -> int:
        """Ballots issued (phát ra): handed out, less those brought back, and paper ballots."""
        return self.handed_out - self.void + self.paper_issued

    @property
    def not_returned(self) -> int:
        """Ballots issued that did not come back."""
        return self.issued - self.returned

    @property
    def valid(self) -> int:
        """Valid ballots (hợp lệ), blanks included."""
        return self.returned - self.invalid


def check_numbers(numbers: BallotNumbers, *, summoned: int, present: int) -> None:
    """Check that an election's numbers agree; `present` is entitled and present.

    Raises: a CountsMismatchError of the class that names the first pair that does not agree.
    """
    for name, value in [*vars(numbers).items(), ("issued", numbers.issued), ("valid", numbers.valid)]:
        if value < 0:
            raise NegativeCountError(name=name, value=value)
    if numbers.printed != numbers.handed_out + numbers.left_over:
        raise PrintedMismatchError(printed=numbers.printed, handed_out=numbers.handed_out, left_over=numbers.left_over)
    if present > summoned:
        raise PresentExceedsSummonedError(present=present, summoned=summoned)
    if numbers.returned > numbers.issued:
        raise ReturnedExceedsIssuedError(returned=numbers.returned, issued=numbers.issued)
    if numbers.returned > present:
        raise ReturnedExceedsPresentError(returned=numbers.returned, present=present)
    if numbers.issued - numbers.lost > present:
        raise IssuedExceedsPresentError(issued=numbers.issued, lost=numbers.lost, present=present)


def check_contest_sum(contest: str, counts: Mapping[str, int], numbers: BallotNumbers, marks: int = 1) -> None:
    """Check that a contest's counts, blank included, can come from the valid ballots.

    marks: how many options one ballot may mark. With one, counts add up to the valid ballots; with k, the ballots that
    are not blank carry between one and k marks each: valid − blank ≤ Σ ≤ k·(valid − blank).
    Raises: ContestSumError, ContestMarksError; NegativeCountError for a count below zero.
    """
    for option, count in counts.items():
        if count < 0:
            raise NegativeCountError(name=option, value=count)
    total = sum(counts.values())
    if marks == 1:
        if total != numbers.valid:
            raise ContestSumError(contest=contest, valid=numbers.valid, found=total)
        return
    marked = numbers.valid - counts.get(BLANK, 0)
    found = total - counts.get(BLANK, 0)
    most = max((count for option, count in counts.items() if option != BLANK), default=0)
    if not 0 <= marked <= found <= marks * marked or most > marked:
        raise ContestMarksError(contest=contest, marks=marks, marked=marked, found=found)


def compute_shares(counts: Mapping[str, int], bases: Mapping[str, int]) -> Mapping[str, Mapping[str, str]]:
    """Return every option's share of every base as a percentage of two decimals, rounded half up.

    Of base 0 there is no share: its mapping is empty. For reading only, beside the fraction.
    """
    return {
        name: {option: format_percentage(count, base) for option, count in counts.items()} if base > 0 else {}
        for name, base in bases.items()
    }


def format_percentage(count: int, base: int) -> str:
    """Return count/base in percent with two decimals, rounded half up; base is above zero."""
    hundredths = (20_000 * count + base) // (2 * base)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


@dataclass(frozen=True)
class SeatsResult:
    """What became of each candidate, by option id, and how many seats stay empty."""

    candidates: Mapping[str, str]
    seats_left: int


@dataclass(frozen=True)
class ContestResult:
    """What one contest came to: counts with blank, shares for reading, tests as applied, and the outcome's id.

    `proposed`: the unit only proposes it. `seats` is an election's, and then stands in the outcome's place.
    """

    id: str
    counts: Mapping[str, int]
    shares: Mapping[str, Mapping[str, str]]
    tests: tuple[TestResult, ...]
    outcome: str
    proposed: bool = False
    seats: SeatsResult | None = None

    def to_json(self) -> dict[str, object]:
        """Return the contest as `result.json` writes it."""
        return {
            "id": self.id,
            "counts": dict(self.counts),
            "shares": {name: dict(shares) for name, shares in self.shares.items()},
            "tests": [test.to_json() for test in self.tests],
            "outcome": self._write_outcome(),
        }

    def _write_outcome(self) -> dict[str, object]:
        if self.seats is not None:
            return {"candidates": dict(self.seats.candidates), "seats_left": self.seats.seats_left}
        return {"id": self.outcome, "proposed": True} if self.proposed else {"id": self.outcome}


@dataclass(frozen=True)
class ElectionResult:
    """What one election came to: the rule-set it was decided under, its base, its numbers and its contests."""

    id: str
    rule_set: str
    mark: str
    in_force: bool
    base: Base
    summoned: int
    present: int
    numbers: BallotNumbers
    contests: tuple[ContestResult, ...]
    quorum: QuorumResult | None = None

    def to_json(self) -> dict[str, object]:
        """Return the election as `result.json` and the board's outcome write it; a quorum only where asked for."""
        numbers = self.numbers
        return {
            "id": self.id,
            "rule_set": self.rule_set,
            "mark": self.mark,
            "in_force": self.in_force,
            "base": self.base.to_json(),
            "summoned": self.summoned,
            "present": self.present,
            **({} if self.quorum is None else {"quorum": self.quorum.to_json()}),
            "printed": numbers.printed,
            "handed_out": numbers.handed_out,
            "void": numbers.void,
            "lost": numbers.lost,
            "issued": numbers.issued,
            "returned": numbers.returned,
            "not_returned": numbers.not_returned,
            "contests": [contest.to_json() for contest in self.contests],
        }
