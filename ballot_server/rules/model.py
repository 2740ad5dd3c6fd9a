"""Rule-sets: what one kind of secret vote asks for, as a dated, sourced and self-tested object.

A rule-set names its options, its base, tests of options against fractions of that base, and outcomes. Every outcome
says for which results of the tests it follows; the loader tries all of them and refuses a file in which some count has
no outcome, or two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from ballot_server.domain.base import BaseRule
from ballot_server.domain.contest import Option, Wording
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
    """An option's votes against a threshold of the base."""

    __test__ = False  # The name says what a rule-set calls it; pytest must not collect it.

    id: str
    option: str
    threshold: Threshold


@dataclass(frozen=True)
class Tie:
    """Whether options have equally many votes, and more than none."""

    id: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Follows:
    """The rule-set of the vote taken before, and which of its tests the outcomes here depend on."""

    rule_set: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class OutcomeRule:
    """What follows where any of `when` holds; each maps names of tests and ties to their results."""

    id: str
    when: tuple[Mapping[str, bool], ...]
    text: Wording
    next_step: Wording
    clause: Wording
    review_after_months: int | None

    def holds(self, facts: Mapping[str, bool]) -> bool:
        """Tell whether the outcome follows from the results of all tests and ties."""
        return any(all(facts[name] is value for name, value in row.items()) for row in self.when)


@dataclass(frozen=True)
class WorkedCase:
    """A count with the outcome it must have; `base` is None where the base is what was counted."""

    title: str
    base: int | None
    counts: Mapping[str, int]
    followed: Mapping[str, bool]
    outcome: str
    needed: Mapping[str, int]


@dataclass(frozen=True)
class RuleSet:
    """One version of the rules of one kind of vote.

    `origin` names the file, `source_text` is its whole text: it is what manifests seal and verifiers read again.
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

    @property
    def option_ids(self) -> tuple[str, ...]:
        """The ids of the options in ballot order, blank left out."""
        return tuple(option.id for option in self.options)

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
