"""The quorum: how many must be in the room for a vote to be held at all.

It is a gate before the opening. The number in the room at the close is measured the same way, and both are printed.
"""

from __future__ import annotations

from dataclasses import dataclass

from ballot_server.domain.base import BaseKind
from ballot_server.domain.threshold import Threshold, needed, passes
from ballot_server.errors import BallotServerError


class QuorumNotMetError(BallotServerError):
    """Fewer are in the room than the vote asks for; `needed` and `present` say how many."""


@dataclass(frozen=True)
class QuorumRule:
    """A fraction of a base that must be in the room."""

    of: BaseKind
    threshold: Threshold


@dataclass(frozen=True)
class QuorumResult:
    """A quorum as it was measured: `got` in the room against `needed` of `base`."""

    rule: QuorumRule
    base: int
    needed: int
    got: int
    met: bool

    def to_json(self) -> dict[str, object]:
        """Return the quorum as `result.json` writes it."""
        threshold = self.rule.threshold
        return {
            "of": self.rule.of.value,
            threshold.comparator.value: list(threshold.fraction.as_integer_ratio()),
            "needed": self.needed,
            "got": self.got,
            "met": self.met,
        }


def measure_quorum(rule: QuorumRule, *, base: int, present: int) -> QuorumResult:
    """Return a quorum measured; `present` counts the members concerned who are barred from voting too."""
    return QuorumResult(
        rule=rule,
        base=base,
        needed=needed(rule.threshold, base),
        got=present,
        met=passes(rule.threshold, base, present),
    )


def check_quorum(quorum: QuorumResult) -> None:
    """Check that a quorum is met. Raises: QuorumNotMetError."""
    if not quorum.met:
        raise QuorumNotMetError(needed=quorum.needed, present=quorum.got)
