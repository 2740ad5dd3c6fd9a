"""Which members draw from one box: a series is the people who may vote in exactly the same elections of an evening.

Slips of one series are alike, so what a series says of a ballot is that its voter is one of that series. Usually one is
enough; a second is needed where somebody may vote in some of the evening's elections only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ballot_server.domain.member import CardNumber

SMALLEST_SAFE_SERIES = 3
"""Below this many people a series says too much about whose ballot is whose."""

COLOURS = ("white", "yellow", "green", "blue", "pink", "orange")


@dataclass(frozen=True)
class Series:
    """A series of slips: its letter and colour, the elections it may vote in, and who draws from it."""

    letter: str
    colour: str
    elections: frozenset[str]
    members: frozenset[CardNumber]

    @property
    def is_too_small(self) -> bool:
        """Tell whether so few draw from it that secrecy suffers."""
        return len(self.members) < SMALLEST_SAFE_SERIES


def plan_series(entitled: Mapping[str, frozenset[CardNumber]]) -> tuple[Series, ...]:
    """Return the series an evening needs, largest first, lettered from A.

    entitled: per election id, the card numbers of all who may vote in it, present or not.
    """
    patterns: dict[CardNumber, set[str]] = defaultdict(set)
    for election, members in entitled.items():
        for member in members:
            patterns[member].add(election)
    groups: dict[frozenset[str], set[CardNumber]] = defaultdict(set)
    for member, elections in patterns.items():
        groups[frozenset(elections)].add(member)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), sorted(group[0])))
    return tuple(
        Series(
            letter=chr(ord("A") + position),
            colour=COLOURS[position % len(COLOURS)],
            elections=elections,
            members=frozenset(members),
        )
        for position, (elections, members) in enumerate(ordered)
    )
