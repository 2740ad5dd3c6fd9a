"""Votes on paper: one teller's count, two counts beside each other, and whether both channels' numbers can be true.

Two tellers count without seeing each other's numbers. They agree in every cell or nothing counts; the cells that differ
are named without either number, and both count again. Source: RULES, counts every minutes must carry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ballot_server.domain.contest import Contest
from ballot_server.errors import BallotServerError


class InvalidKind(Enum):
    """Why a paper ballot is invalid, as practice has it; the value is part of the sentence's key."""

    NOT_OURS = "not_ours"
    TOO_MANY = "too_many"
    SIGNED = "signed"
    OUTSIDER = "outsider"
    UNCLEAR = "unclear"


class SheetSumError(BallotServerError):
    """A teller's own numbers for a contest do not add up to the valid ballots; fields: contest, valid, found."""


class SheetMarksError(BallotServerError):
    """No ballots with so many marks give a teller's numbers for a contest; fields: contest, marks, valid, found."""


class SheetInvalidError(BallotServerError):
    """A teller's sheet has more invalid ballots than ballots; fields: ballots, invalid."""


class SheetReasonTwiceError(BallotServerError):
    """A reason stands on a teller's sheet twice; field: reason."""


class BalanceError(BallotServerError):
    """The numbers of slips, paper ballots and people cannot all be true; the class says which side is off."""


class ExtraUsedSlipError(BalanceError):
    """More slips have voted than are out; fields: used, issued, extra."""


class ExtraBallotError(BalanceError):
    """More paper ballots came back than were handed out; fields: ballots, issued, extra."""


class CheckInMissingError(BalanceError):
    """More ballots are out, or came back, than people were checked in; fields: found, present, extra."""


class ExchangeWithoutPaperError(BalanceError):
    """More slips were exchanged for paper than paper ballots handed out; fields: exchanged, issued."""


class ChannelBelowFloorError(BallotServerError):
    """Both channels were used, and one has too few ballots to stay secret; fields: phones, paper, floor."""


@dataclass(frozen=True)
class InvalidCount:
    """So many ballots are invalid for one reason, in words."""

    reason: str
    count: int


class CellKind(Enum):
    """What a cell of a sheet counts."""

    BALLOTS = "ballots"
    INVALID = "invalid"
    OPTION = "option"
    BLANK = "blank"


@dataclass(frozen=True)
class Cell:
    """One number of a sheet; contest and option are places from 0, `reason` of the invalid ones."""

    kind: CellKind
    contest: int = 0
    option: int = 0
    reason: str = ""


@dataclass(frozen=True)
class CountSheet:
    """What one teller counted: ballots in the box, the invalid ones by reason, and per contest options, blank last."""

    ballots: int
    reasons: tuple[InvalidCount, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def invalid(self) -> int:
        """How many are invalid."""
        return sum(each.count for each in self.reasons)

    @property
    def valid(self) -> int:
        """How many count, blank ones included."""
        return self.ballots - self.invalid

    def list_cells(self) -> dict[Cell, int]:
        """Return every number by its cell; a reason with no ballot is no cell."""
        cells = {Cell(CellKind.BALLOTS): self.ballots}
        cells |= {Cell(CellKind.INVALID, reason=each.reason): each.count for each in self.reasons if each.count}
        for contest, (*options, blank) in enumerate(self.counts):
            cells |= {Cell(CellKind.OPTION, contest, place): count for place, count in enumerate(options)}
            cells[Cell(CellKind.BLANK, contest)] = blank
        return cells


def check_sheet(sheet: CountSheet, contests: Sequence[Contest]) -> None:
    """Check that a teller's own numbers agree, before they are taken; contests as on the ballot.

    Raises: SheetInvalidError, SheetReasonTwiceError; SheetSumError, SheetMarksError naming the contest.
    """
    names = [each.reason for each in sheet.reasons]
    for name in names:
        if names.count(name) > 1:
            raise SheetReasonTwiceError(reason=name)
    if sheet.invalid > sheet.ballots:
        raise SheetInvalidError(ballots=sheet.ballots, invalid=sheet.invalid)
    for contest, (*options, blank) in zip(contests, sheet.counts, strict=True):
        subject, total, marked = contest.subject, sum(options), sheet.valid - blank
        if contest.marks == 1:
            if total + blank != sheet.valid:
                raise SheetSumError(contest=subject.vi, valid=sheet.valid, found=total + blank)
        elif not 0 <= marked <= total <= contest.marks * marked or max(options, default=0) > marked:
            raise SheetMarksError(contest=subject.vi, marks=contest.marks, valid=sheet.valid, found=total)


def compare_sheets(first: CountSheet, second: CountSheet) -> tuple[Cell, ...]:
    """Return the cells in which two tellers differ, in the order of the sheet; none if they agree."""
    one, other = first.list_cells(), second.list_cells()
    return tuple(cell for cell in {**one, **other} if one.get(cell, 0) != other.get(cell, 0))


@dataclass(frozen=True)
class Channels:
    """The numbers of one election in both channels.

    slips: issued, that is handed out less brought back before the opening; exchanged: of these, those voided for paper
    since; phones: ballots cast; paper_issued, paper_ballots: handed out, and back in the box; present: entitled and
    present; lost: slips, or paper ballots where there are no slips.
    """

    slips: int
    exchanged: int
    lost: int
    phones: int
    paper_issued: int
    paper_ballots: int
    present: int


def check_channels(channels: Channels) -> None:
    """Check that the numbers of slips, paper ballots and people can all be true.

    Raises: ExtraUsedSlipError, ExtraBallotError, ExchangeWithoutPaperError, CheckInMissingError: the side that is off.
    """
    out = channels.slips - channels.exchanged
    if channels.phones > out:
        raise ExtraUsedSlipError(used=channels.phones, issued=out, extra=channels.phones - out)
    if channels.paper_ballots > channels.paper_issued:
        extra = channels.paper_ballots - channels.paper_issued
        raise ExtraBallotError(ballots=channels.paper_ballots, issued=channels.paper_issued, extra=extra)
    if channels.exchanged > channels.paper_issued:
        raise ExchangeWithoutPaperError(exchanged=channels.exchanged, issued=channels.paper_issued)
    in_hands = out - channels.lost + channels.paper_issued
    found = max(in_hands, channels.phones + channels.paper_ballots)
    if found > channels.present:
        raise CheckInMissingError(found=found, present=channels.present, extra=found - channels.present)


def check_floor(*, phones: int, paper: int, floor: int) -> None:
    """Check that each channel used has the floor of ballots. Raises: ChannelBelowFloorError.

    Source: PROTOCOL, paper beside phones: the paper part is the total less the public tally of the phones.
    """
    if phones and paper and min(phones, paper) < floor:
        raise ChannelBelowFloorError(phones=phones, paper=paper, floor=floor)
