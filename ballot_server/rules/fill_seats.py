"""Seats: of the candidates who pass every test, those with the most votes are elected, up to the number of seats.

Candidates with equally many votes for what seats are left are all tied: no order, of the ballot or of anything else,
decides between them. Three seats, votes 9, 8, 7, 7, all above half: 9 and 8 are elected, both others are tied, and one
seat is left.

Source: 190-QĐ/TW (10/10/2024); that a tie is left to the meeting is our own decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ballot_server.rules.model import Standing


@dataclass(frozen=True)
class CandidateOutcome:
    """What the election made of one candidate."""

    option: str
    standing: Standing


def fill_seats(votes: Mapping[str, int], passed: Mapping[str, bool], seats: int) -> tuple[CandidateOutcome, ...]:
    """Return the standing of every candidate, in the order given.

    votes, passed: by candidate; seats: at least 1.
    """
    return tuple(CandidateOutcome(option, _find_standing(option, votes, passed, seats)) for option in votes)


def _find_standing(option: str, votes: Mapping[str, int], passed: Mapping[str, bool], seats: int) -> Standing:
    if not passed[option]:
        return Standing.NOT_ELECTED
    rivals = [votes[other] for other in votes if passed[other]]
    above = sum(rival > votes[option] for rival in rivals)
    equal = sum(rival == votes[option] for rival in rivals)
    if above >= seats:
        return Standing.NOT_ELECTED
    return Standing.ELECTED if above + equal <= seats else Standing.TIED
