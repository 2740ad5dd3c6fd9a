"""What the repositories of paper votes take and return."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PaperBallotsRecord:
    """How many paper ballots of an election were printed, handed out, brought back and lost.

    instead_of: the election whose phones were given up for paper, empty if none was; ground: why.
    """

    meeting: str
    election: str
    printed: int = 0
    handed_out: int = 0
    brought_back: int = 0
    lost: int = 0
    instead_of: str = ""
    ground: str = ""

    @property
    def issued(self) -> int:
        """Those handed out and not brought back."""
        return self.handed_out - self.brought_back

    @property
    def left_over(self) -> int:
        """Those printed and not handed out."""
        return self.printed - self.handed_out


@dataclass(frozen=True)
class PaperCounterRecord:
    """One of the two tellers who count; `seat` is 1 or 2."""

    meeting: str
    election: str
    seat: int
    name: str
    code_hash: bytes


@dataclass(frozen=True)
class PaperSheetRecord:
    """What the teller of a seat counted in a round; rounds count from 1."""

    meeting: str
    election: str
    round: int
    seat: int
    content: str
