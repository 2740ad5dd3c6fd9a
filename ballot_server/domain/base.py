"""The base: the number of which a threshold is taken, and who may vote.

Each official member is left out at most once, for the first reason that holds: exempt, then transferred out, then
suspended. So 20 official members of whom 3 are exempt, 1 is suspended and 1 is both exempt and suspended make parts
{official 20, exempt 4, suspended 1} and a base of 15. Probationary members and guests are in no base and never vote;
absence, with or without a reason, takes nobody out.

Sources: guidance of source 003, A.III steps 1 and 3 (official members less the exempt); 294-QĐ/TW (26/5/2025) 9.3.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from ballot_server.domain.member import Attendance, CardNumber, MemberClass, Roll, RollEntry
from ballot_server.errors import BallotServerError


class BaseKind(Enum):
    """What a base counts."""

    OFFICIAL_MINUS_EXEMPT = "official_minus_exempt"
    VOTES_CAST = "votes_cast"
    """Valid ballots less blanks: known only once they are counted, and for each contest apart."""


class Standing(Enum):
    """Whether members in a state are in the base."""

    EXCLUDED = "excluded"
    COUNTED_IF_VOTING = "counted_if_voting"
    """Only those present, who then vote."""
    COUNTED = "counted"


@dataclass(frozen=True)
class BaseRule:
    """What a rule-set says of the base: its kind, and where members in each state stand.

    `exempt_present` is EXCLUDED or COUNTED_IF_VOTING; `suspended` is EXCLUDED or COUNTED, and they never vote.
    """

    kind: BaseKind
    exempt_present: Standing
    transferred_out: Standing
    suspended: Standing


@dataclass(frozen=True)
class VoterRule:
    """Who may vote: those whom the base rule admits, less the members concerned who are barred in this election.

    A barred member gets no slip but stays in the base.
    """

    base: BaseRule
    barred: frozenset[CardNumber] = field(default=frozenset())


@dataclass(frozen=True)
class ClassCounts:
    """All official members, and how many of them are left out for which reason, each at most once."""

    official: int
    exempt: int
    suspended: int
    transferred_out: int

    @property
    def remaining(self) -> int:
        """The official members that are not left out."""
        return self.official - self.exempt - self.suspended - self.transferred_out

    def to_json(self) -> dict[str, int]:
        """Return the parts as `result.json` writes them."""
        return {
            "official": self.official,
            "exempt": self.exempt,
            "suspended": self.suspended,
            "transferred_out": self.transferred_out,
        }


@dataclass(frozen=True)
class Base:
    """A base with how it is made up.

    `value` is None while it depends on the count. `bare_words` is what the clause's words alone give (official less
    exempt, nobody else left out), None where no such clause stands behind the base.
    """

    kind: BaseKind
    value: int | None
    parts: ClassCounts
    bare_words: int | None

    def to_json(self) -> dict[str, object]:
        """Return the base as `result.json` writes it."""
        return {
            "value": self.value,
            "kind": self.kind.value,
            "parts": self.parts.to_json(),
            "bare_words": self.bare_words,
        }


class BaseMismatchError(BallotServerError):
    """A base does not follow from its parts by its rule; `expected` and `found` say how."""


@dataclass(frozen=True)
class LapsedExemptions:
    """Members whose exemption has ended and still stands in the register: they are counted."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class ExemptPresent:
    """Exempt members who are in the room and get no slip."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class BareWordsDiffer:
    """The clause's words alone would give another base."""

    value: int
    bare_words: int


BaseWarning = LapsedExemptions | ExemptPresent | BareWordsDiffer


def make_base(kind: BaseKind, parts: ClassCounts) -> Base:
    """Return the base that a kind makes of class counts."""
    if kind is BaseKind.VOTES_CAST:
        return Base(kind=kind, value=None, parts=parts, bare_words=None)
    return Base(kind=kind, value=parts.remaining, parts=parts, bare_words=parts.official - parts.exempt)


def compute_base(roll: Roll, on: date, rule: BaseRule) -> Base:
    """Return the base of a roll on a date.

    Source: guidance of source 003, A.III ("trừ đảng viên được miễn công tác và sinh hoạt đảng").
    """
    official = [entry for entry in roll.entries if entry.member.member_class is MemberClass.OFFICIAL]
    reasons = [_find_reason(entry, on, rule) for entry in official]
    parts = ClassCounts(
        official=len(official),
        exempt=reasons.count(_Reason.EXEMPT),
        suspended=reasons.count(_Reason.SUSPENDED),
        transferred_out=reasons.count(_Reason.TRANSFERRED_OUT),
    )
    return make_base(rule.kind, parts)


def check_base(base: Base, rule: BaseRule) -> None:
    """Recompute a base from its own parts by its rule. Raises: BaseMismatchError if anything differs."""
    expected = make_base(rule.kind, base.parts)
    if base != expected:
        raise BaseMismatchError(expected=expected.to_json(), found=base.to_json())
    parts = base.parts
    counted_but_left_out = (rule.suspended is Standing.COUNTED and parts.suspended) or (
        rule.transferred_out is Standing.COUNTED and parts.transferred_out
    )
    if counted_but_left_out or parts.remaining < 0 or min(parts.to_json().values()) < 0:
        raise BaseMismatchError(expected="parts that the rule can give", found=parts.to_json())


def list_entitled(roll: Roll, on: date, rule: VoterRule) -> tuple[RollEntry, ...]:
    """Return who is summoned: all entitled to vote in the election, present or not, in the order of the roll."""
    return tuple(entry for entry in roll.entries if _is_entitled(entry, on, rule))


def list_present_entitled(roll: Roll, on: date, rule: VoterRule) -> tuple[RollEntry, ...]:
    """Return who of the entitled is in the room, in the order of the roll."""
    return tuple(entry for entry in list_entitled(roll, on, rule) if entry.attendance is Attendance.PRESENT)


def count_barred(roll: Roll, on: date, rule: VoterRule) -> int:
    """Return how many would be entitled, were they not the members concerned."""
    return len(list_entitled(roll, on, VoterRule(rule.base))) - len(list_entitled(roll, on, rule))


def find_base_warnings(roll: Roll, on: date, rule: BaseRule) -> tuple[BaseWarning, ...]:
    """Return what the chair must see about a base before opening."""
    warnings: list[BaseWarning] = []
    official = [entry for entry in roll.entries if entry.member.member_class is MemberClass.OFFICIAL]
    lapsed = tuple(
        entry.member.name
        for entry in official
        if entry.member.exemption is not None and entry.member.exemption.has_lapsed(on)
    )
    if lapsed:
        warnings.append(LapsedExemptions(lapsed))
    exempt_present = tuple(
        entry.member.name
        for entry in official
        if entry.attendance is Attendance.PRESENT and _find_reason(entry, on, rule) is _Reason.EXEMPT
    )
    if exempt_present:
        warnings.append(ExemptPresent(exempt_present))
    base = compute_base(roll, on, rule)
    if base.value is not None and base.bare_words is not None and base.value != base.bare_words:
        warnings.append(BareWordsDiffer(value=base.value, bare_words=base.bare_words))
    return tuple(warnings)


class _Reason(Enum):
    """Why an official member is left out of a base."""

    EXEMPT = "exempt"
    TRANSFERRED_OUT = "transferred_out"
    SUSPENDED = "suspended"


def _find_reason(entry: RollEntry, on: date, rule: BaseRule) -> _Reason | None:
    """Return the first reason for which an official member is left out, or None."""
    member = entry.member
    # A suspended member never votes, so being in the room counts for nobody who is suspended.
    votes = entry.attendance is Attendance.PRESENT and not member.suspended
    if member.is_exempt(on) and not _is_counted(rule.exempt_present, votes=votes):
        return _Reason.EXEMPT
    if member.transferred_out and not _is_counted(rule.transferred_out, votes=votes):
        return _Reason.TRANSFERRED_OUT
    if member.suspended and not _is_counted(rule.suspended, votes=votes):
        return _Reason.SUSPENDED
    return None


def _is_counted(standing: Standing, *, votes: bool) -> bool:
    return standing is Standing.COUNTED or (standing is Standing.COUNTED_IF_VOTING and votes)


def _is_entitled(entry: RollEntry, on: date, rule: VoterRule) -> bool:
    member = entry.member
    return (
        member.member_class is MemberClass.OFFICIAL
        and not member.suspended
        and member.card_number not in rule.barred
        and _find_reason(entry, on, rule.base) is None
    )
