"""The reports of many units together: per unit and in total, who has not reported, and what was left out.

People are never added over the elections of one meeting, in which the same people vote: a meeting counts its widest
election, as the minutes do, and beside it each rule-set has sums of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ballot_server.domain.contest import Wording
from ballot_server.domain.received_report import CheckedFile, LeftOutCause, ReportSummary, RuleSetName


@dataclass(frozen=True)
class ListedUnit:
    """A unit that is to report; `key` is its key's fingerprint in its one form, `note` what the list says besides."""

    name: str
    key: str
    note: str = ""


@dataclass(frozen=True)
class ReceivedFile:
    """A file as it came, by the name that people know it by, and what its check came to."""

    name: str
    result: CheckedFile


@dataclass(frozen=True)
class Period:
    """The days on which meetings count, both included; None is open."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Tell whether a day is in the period."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class LeftOut:
    """A file that is in no total, and why.

    unit: the listed unit whose key signed it, "" where no listed key did; other: the name of the file that it doubles
    or contradicts; check, entry, detail: as in `Refusal`.
    """

    file: str
    cause: LeftOutCause
    unit: str = ""
    other: str = ""
    check: str = ""
    entry: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class AcceptedReport:
    """A report that counts, and the name of its file."""

    file: str
    report: ReportSummary


@dataclass(frozen=True)
class OutcomeTotal:
    """How many contests came to an outcome, or how many candidates to a standing; `text` is the rule-set's."""

    id: str
    text: Wording
    count: int


@dataclass(frozen=True)
class RuleSetTotal:
    """All elections under one rule-set: sums of people and ballots, and how many contests came to each outcome.

    standings: of candidates, empty where none are elected. Both name all that the rule-set has, in its order, also
    where the count is 0; so a unit's row has the same columns as the total's.
    """

    rule_set: RuleSetName
    elections: int
    contests: int
    summoned: int
    present: int
    issued: int
    returned: int
    not_returned: int
    valid: int
    invalid: int
    outcomes: tuple[OutcomeTotal, ...]
    standings: tuple[OutcomeTotal, ...]


@dataclass(frozen=True)
class Total:
    """What some reports add up to; people are those of each meeting's widest election. rule_sets: by id."""

    meetings: int
    elections: int
    contests: int
    annulled: int
    summoned: int
    present: int
    ballots: int
    rule_sets: tuple[RuleSetTotal, ...]


@dataclass(frozen=True)
class UnitReports:
    """One listed unit with its reports by day and meeting, and what they add up to."""

    unit: ListedUnit
    reports: tuple[AcceptedReport, ...]
    total: Total

    @property
    def has_reported(self) -> bool:
        """Whether any report of the unit counts."""
        return bool(self.reports)


@dataclass(frozen=True)
class CombinedReport:
    """Every listed unit in the list's order, the total over all, and every file left out in the order it came."""

    units: tuple[UnitReports, ...]
    total: Total
    left_out: tuple[LeftOut, ...]
    period: Period = Period()

    @property
    def reported(self) -> tuple[UnitReports, ...]:
        """The units with at least one report that counts."""
        return tuple(unit for unit in self.units if unit.has_reported)

    @property
    def missing(self) -> tuple[ListedUnit, ...]:
        """The units of which no report counts, in the list's order."""
        return tuple(unit.unit for unit in self.units if not unit.has_reported)

    @property
    def files(self) -> int:
        """How many files came."""
        return len(self.left_out) + sum(len(unit.reports) for unit in self.units)
