"""A rehearsal's scenario: the meeting, its trustees and elections, and how the simulated voters vote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path

from ballot_server.domain.base_parts import FixedBase
from ballot_server.domain.member import CardNumber, Roll

DEFAULT_FLOOR = 3
"""The smallest number of ballots that may be decrypted, unless the scenario says another."""

MOST_ELECTIONS = 24
"""Elections in one meeting: each takes a slot of its own from every slip."""


class VoteMode(Enum):
    """How the ballots are cast."""

    ELECTRONIC = "electronic"
    PAPER = "paper"
    MIXED = "mixed"


@dataclass(frozen=True)
class ScenarioMeeting:
    """Who meets, where and when; `chair` and `clerk` are empty where the scenario names nobody, `wifi` no network."""

    superior: str
    unit: str
    place: str
    date: date
    chair: str = ""
    clerk: str = ""
    tellers: tuple[str, ...] = ()
    mode: VoteMode = VoteMode.ELECTRONIC
    floor: int = DEFAULT_FLOOR
    wifi: str = ""


@dataclass(frozen=True)
class ScenarioTrustees:
    """How many trustees hold the key, and how many of them decrypt."""

    count: int
    threshold: int


@dataclass(frozen=True)
class OptionCount:
    """How many ballots mark an option."""

    option: str
    votes: int


@dataclass(frozen=True)
class CandidateName:
    """What the ballot calls a candidate; `option` is the id."""

    option: str
    name: str


@dataclass(frozen=True)
class ScenarioContest:
    """One contest and its counts: every option in the rule-set's order, then how many ballots are blank.

    `options` are the options to print, from the rule-set or, where that leaves them to the contest, from the scenario.
    `ballots` is how many are cast in it; `seats` is None where every ballot marks one option. `names` are of every
    option that the contest names itself, and empty otherwise.
    """

    id: str
    subject: str
    options: tuple[str, ...]
    counts: tuple[OptionCount, ...]
    blank: int
    ballots: int
    seats: int | None = None
    member: CardNumber | None = None
    holds_post: bool = False
    previous_failed: int = 0
    names: tuple[CandidateName, ...] = ()


@dataclass(frozen=True)
class ScenarioElection:
    """One secret vote.

    `rule` is the id of an installed rule-set, or the path of a rule file in the scenario's folder.
    `member_concerned_votes` is None where the rule-set decides; `fixed_base` is None where the base is computed.
    `paper` is how many of the ballots are cast on paper beside phones, None where the rehearsal chooses; `invalid`
    paper ballots come back beside those of the contests' counts.
    """

    id: str
    title: str
    rule: str | Path
    contests: tuple[ScenarioContest, ...]
    follows: str | None = None
    member_concerned_votes: bool | None = None
    fixed_base: FixedBase | None = None
    paper: int | None = None
    invalid: int = 0

    @property
    def ballots(self) -> int:
        """The ballots cast, the same in every contest."""
        return self.contests[0].ballots


@dataclass(frozen=True)
class Scenario:
    """A whole meeting to rehearse; `roll` has everybody's attendance."""

    meeting: ScenarioMeeting
    trustees: ScenarioTrustees
    roll: Roll
    elections: tuple[ScenarioElection, ...]
