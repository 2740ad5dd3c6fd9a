"""Warn before a result is published that may tell how somebody voted: few ballots, or all of them alike."""

from __future__ import annotations

from dataclasses import dataclass

from ballot_server.minutes.record import ContestRecord, ElectionRecord

FEW_BALLOTS = 5
"""Fewer ballots than this are few."""


@dataclass(frozen=True)
class SecrecyRisk:
    """What of a result tells how people voted; `alike` are the subjects of the contests where all chose the same."""

    is_small: bool
    alike: tuple[str, ...]


def find_secrecy_risk(result: ElectionRecord) -> SecrecyRisk:
    """Return what of a counted election tells how people voted."""
    return SecrecyRisk(
        is_small=0 < result.slips.returned < FEW_BALLOTS,
        alike=tuple(contest.subject for contest in result.contests if _is_alike(contest, result.slips.valid)),
    )


def _is_alike(contest: ContestRecord, valid: int) -> bool:
    """Tell whether every valid ballot says the same of something: all chose one option, or all were left blank."""
    return valid > 0 and any(line.count == valid for line in (*contest.options, contest.blank))
