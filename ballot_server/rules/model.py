"""Rule-sets: what one kind of secret vote asks for, as a dated, sourced and self-tested object.

A rule-set names its options, its base, tests of options against fractions of that base, and outcomes. Every outcome
says for which results of the tests it follows; the loader tries all of them and refuses a file in which some count has
no outcome, or two. Two kinds of decision are algorithms that a file selects: cumulation (discipline) and seats (the
election of at most k of n candidates).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from ballot_server.domain.base import BaseRule
from ballot_server.domain.contest import Option, Wording
from ballot_server.domain.quorum import QuorumRule
from ballot_server.domain.threshold import Threshold


class Mark(Enum):
    """How far a statement has been compared with its source."""

    VERBATIM = "V"
    SECONDARY = "S"
    PARAPHRASE = "P"
    INFERENCE = "I"
    UNVERIFIED = "?"

    @property
    def asks_for_a_note(self) -> bool:
        """Tell whether screens and minutes must say that the primary text was not compared."""
        return self not in (Mark.VERBATIM, Mark.SECONDARY)


class ContestForm(Enum):
    """How a voter marks one contest."""

    CHOOSE_ONE = "choose_one"
    CHOOSE_UP_TO = "choose_up_to"
    """At most as many candidates as there are seats; the contest names both."""
    LEVELS = "levels"
    """One level for each person; every person is a contest."""


class DecisionKind(Enum):
    """How an outcome is drawn from the tests."""

    TABLE = "table"
    """The rows of the outcomes, by `when`."""
    CUMULATION = "cumulation"
    """Votes for a severer form count for the milder ones, until one form has what it needs."""
    SEATS = "seats"
    """Candidates who pass every test take the seats, most votes first; the rows say what the whole came to."""


class Standing(Enum):
    """What an election makes of a candidate."""

    ELECTED = "elected"
    NOT_ELECTED = "not_elected"
    TIED = "tied"
    """As many votes as another for the last seat: the program picks nobody."""


SEATS_FILLED = "seats_filled"
"""A condition of SEATS: no seat is left."""

SEATS_TIED = "seats_tied"
"""A condition of SEATS: candidates are tied for the last seat."""


@dataclass(frozen=True)
class Source:
    """Where a rule-set comes from; what the source copy does not bear is None, and `note` says so."""

    document: Wording
    number: str | None
    issued_on: date | None
    clause: Wording
    note: Wording | None
    read_on: date | None
    mark: Mark


@dataclass(frozen=True)
class Reading:
    """What the rule-set takes the text to mean beyond its words; shown to the chair and printed."""

    id: str
    mark: Mark
    text: Wording


@dataclass(frozen=True)
class Test:
    """An option's votes against a threshold of the base; `option` None stands for each candidate in turn."""

    __test__ = False  # The name says what a rule-set calls it; pytest must not collect it.

    id: str
    option: str | None
    threshold: Threshold


@dataclass(frozen=True)
class Tie:
    """Whether options have equally many votes, and more than none."""

    id: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class PastFailures:
    """Whether the same vote failed at least so many times before."""

    id: str
    at_least: int


@dataclass(frozen=True)
class Cumulation:
    """The forms from the severest down, the option for no measure at all, and the outcome where nothing is reached.

    Every form, and `apart`, has one test of its own and one outcome of its id.
    """

    order: tuple[str, ...]
    apart: str
    otherwise: str


@dataclass(frozen=True)
class Follows:
    """The rule-set of the vote taken before, and which of its tests the outcomes here depend on."""

    rule_set: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class OutcomeRule:
    """What follows where any of `when` holds; each maps names of conditions to their results.

    `proposed`: the unit only proposes it, another decides. A cumulation's outcomes have no `when`.
    """

    id: str
    when: tuple[Mapping[str, bool], ...]
    text: Wording
    next_step: Wording
    clause: Wording
    review_after_months: int | None
    proposed: bool = False

    def holds(self, facts: Mapping[str, bool]) -> bool:
        """Tell whether the outcome follows from the results of all conditions."""
        return any(all(facts[name] is value for name, value in row.items()) for row in self.when)


@dataclass(frozen=True)
class WorkedCase:
    """A count with the outcome it must have; `base` is None where the base is what was counted.

    `ballots` are the valid ones, None where every ballot marks one option; `invalid` came back on top of them and
    `not_returned` did not come back. `standings` and `seats_left` are an election's.
    """

    title: str
    base: int | None
    counts: Mapping[str, int]
    followed: Mapping[str, bool]
    outcome: str
    needed: Mapping[str, int]
    ballots: int | None = None
    invalid: int = 0
    not_returned: int = 0
    holds_post: bool = False
    previous_failed: int = 0
    seats: int | None = None
    standings: Mapping[str, Standing] | None = None
    seats_left: int | None = None


@dataclass(frozen=True)
class RuleSet:
    """One version of the rules of one kind of vote.

    `options` are empty where the contest names candidates; `post_options` are those of them that are on the ballot
    only for a person who holds a post. `standing_texts` are empty unless candidates are elected. `origin` names the
    file, `source_text` is its whole text: it is what manifests seal and verifiers read again.
    """

    id: str
    title: Wording
    source: Source
    effective_from: date | None
    effective_to: date | None
    member_concerned_votes: bool
    form: ContestForm
    options: tuple[Option, ...]
    base: BaseRule
    readings: tuple[Reading, ...]
    follows: Follows | None
    tests: tuple[Test, ...]
    ties: tuple[Tie, ...]
    outcomes: tuple[OutcomeRule, ...]
    cases: tuple[WorkedCase, ...]
    origin: str
    source_text: str
    post_options: frozenset[str] = frozenset()
    quorum: QuorumRule | None = None
    decision: DecisionKind = DecisionKind.TABLE
    failures: tuple[PastFailures, ...] = ()
    cumulation: Cumulation | None = None
    standing_texts: Mapping[Standing, Wording] = field(default_factory=dict)

    @property
    def option_ids(self) -> tuple[str, ...]:
        """The ids of the options in ballot order, blank left out."""
        return tuple(option.id for option in self.options)

    @property
    def elects_candidates(self) -> bool:
        """Tell whether each contest names its own candidates and seats."""
        return self.form is ContestForm.CHOOSE_UP_TO

    def is_in_force(self, on: date) -> bool:
        """Tell whether this version was in force on a date, first and last day included."""
        return (self.effective_from is None or self.effective_from <= on) and (
            self.effective_to is None or on <= self.effective_to
        )


@dataclass(frozen=True)
class DatedRuleSet:
    """A rule-set as a meeting's date sees it: where it was not in force, its mark is UNVERIFIED."""

    rule_set: RuleSet
    in_force: bool
    mark: Mark


def date_rule_set(rule_set: RuleSet, on: date) -> DatedRuleSet:
    """Return a rule-set with its standing on a meeting's date."""
    in_force = rule_set.is_in_force(on)
    return DatedRuleSet(
        rule_set=rule_set, in_force=in_force, mark=rule_set.source.mark if in_force else Mark.UNVERIFIED
    )
