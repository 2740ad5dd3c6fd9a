"""Contests: one question about one person or matter, its options, and which earlier contest it follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ballot_server.domain.member import CardNumber
from ballot_server.errors import BallotServerError

BLANK = "blank"
"""An option of every contest, never written in a list of options."""


class ContestPairingError(BallotServerError):
    """No contest of the followed election belongs to a contest; `contest` names it."""


@dataclass(frozen=True)
class Wording:
    """One text in Vietnamese and in English; both are in NFC and not empty."""

    vi: str
    en: str

    def in_language(self, code: str) -> str:
        """Return the text in "vi" or "en"."""
        return {"vi": self.vi, "en": self.en}[code]

    def to_json(self) -> dict[str, str]:
        """Return the text as manifests write it."""
        return {"vi": self.vi, "en": self.en}


@dataclass(frozen=True)
class Option:
    """A mark a voter can make; `id` is what counts and rules call it."""

    id: str
    text: Wording


@dataclass(frozen=True)
class Contest:
    """A question with its options in ballot order (blank left out) and its largest number of marks.

    `member` is the card number of the person concerned, where the question is about a member.
    """

    id: str
    subject: Wording
    options: tuple[Option, ...]
    marks: int
    member: CardNumber | None = None


def pair_contests(following: Sequence[Contest], followed: Sequence[Contest]) -> tuple[Contest, ...]:
    """Return the followed contest of each following one: that of the same member, else that of the same position.

    Raises: ContestPairingError if a contest has no partner, or its partner is about another member or taken.
    """
    partners = tuple(_find_partner(contest, position, followed) for position, contest in enumerate(following))
    taken: set[str] = set()
    for contest, partner in zip(following, partners, strict=True):
        if partner.id in taken:
            raise ContestPairingError(contest=contest.id)
        taken.add(partner.id)
    return partners


def _find_partner(contest: Contest, position: int, followed: Sequence[Contest]) -> Contest:
    if contest.member is not None:
        for candidate in followed:
            if candidate.member == contest.member:
                return candidate
    if position < len(followed):
        candidate = followed[position]
        # Two different members at one position are two cases, not a pair.
        if contest.member is None or candidate.member is None:
            return candidate
    raise ContestPairingError(contest=contest.id)
