"""The base: the number of which a threshold is taken, and who may vote.

Each official member is left out at most once, for the first reason that holds: not in post (where only a committee's
members count), exempt, transferred out, suspended, excused for the whole congress. So 20 official members of whom 3 are
exempt, 1 is suspended and 1 is both exempt and suspended make parts {official 20, exempt 4, suspended 1} and a base of
15. Probationary members and guests are in no base and never vote; absence, with or without a reason, takes nobody out.

Sources: guidance of source 003, A.III steps 1 and 3 (official members less the exempt); 294-QĐ/TW (26/5/2025) 9.3.2
and 9.3.3 (committee members in post).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from ballot_server.domain.base_parts import ClassCounts, FixedBase, HeadCount
from ballot_server.domain.member import Attendance, CardNumber, MemberClass, Roll, RollEntry
from ballot_server.errors import BallotServerError


class BaseKind(Enum):
    """What a base counts."""

    OFFICIAL_MINUS_EXEMPT = "official_minus_exempt"
    OFFICIAL_MEMBERS = "official_members"
    """Official members as 294-QĐ/TW 9.3.2 counts them."""
    ALL_MEMBERS = "all_members"
    INCUMBENTS = "incumbents"
    """Committee members in post."""
    SUMMONED = "summoned"
    """All entitled to vote, present or not, and the members concerned who are barred."""
    PRESENT = "present"
    """Those of the summoned who are in the room at the opening."""
    FIXED = "fixed"
    """A number that the chair enters, with its ground."""
    ISSUED = "issued"
    RETURNED = "returned"
    VALID = "valid"
    """Valid ballots, blanks included."""
    VOTES_CAST = "votes_cast"
    """Valid ballots less blanks, for each contest apart."""

    @property
    def is_known_before_the_count(self) -> bool:
        """Tell whether the base is a number when the election opens."""
        return self not in (BaseKind.ISSUED, BaseKind.RETURNED, BaseKind.VALID, BaseKind.VOTES_CAST)

    @property
    def is_of_classes(self) -> bool:
        """Tell whether the base follows from the class counts alone."""
        return self in (
            BaseKind.OFFICIAL_MINUS_EXEMPT,
            BaseKind.OFFICIAL_MEMBERS,
            BaseKind.ALL_MEMBERS,
            BaseKind.INCUMBENTS,
        )


class Standing(Enum):
    """Whether members in a state are in the base."""

    EXCLUDED = "excluded"
    COUNTED_IF_VOTING = "counted_if_voting"
    """Only those present, who then vote."""
    COUNTED = "counted"


@dataclass(frozen=True)
class BaseRule:
    """What a rule-set says of the base: its kind, and where members in each state stand.

    `suspended` is EXCLUDED or COUNTED, and they never vote. `excused_whole_congress` is COUNTED or COUNTED_IF_VOTING.
    """

    kind: BaseKind
    exempt_present: Standing
    transferred_out: Standing
    suspended: Standing
    excused_whole_congress: Standing = Standing.COUNTED


@dataclass(frozen=True)
class VoterRule:
    """Who may vote: those whom the base rule admits, less the members concerned who are barred in this election.

    A barred member gets no slip but stays in the base.
    """

    base: BaseRule
    barred: frozenset[CardNumber] = field(default=frozenset())


@dataclass(frozen=True)
class Base:
    """A base with how it is made up.

    `value` is None while it depends on the count. `bare_words` is what the clause's words alone give (official less
    exempt, nobody else left out), None where no such clause stands behind the base. `ground` is that of a fixed base.
    """

    kind: BaseKind
    value: int | None
    parts: ClassCounts
    bare_words: int | None
    ground: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return the base as `result.json` writes it; with its ground where it has one."""
        return {
            "value": self.value,
            "kind": self.kind.value,
            "parts": self.parts.to_json(),
            "bare_words": self.bare_words,
            **({} if self.ground is None else {"ground": self.ground}),
        }


class BaseMismatchError(BallotServerError):
    """A base does not follow from its parts by its rule; `expected` and `found` say how."""


class FixedBaseMissingError(BallotServerError):
    """A rule-set asks for a number above zero that the chair enters with its ground, and it was not given so."""


class FixedBaseTooSmallError(BallotServerError):
    """A number entered is below that of the people in the room who may vote; `value` and `present` say both."""


class FixedBaseNotAskedError(BallotServerError):
    """A number was entered for a base that is computed; `kind` says how."""


def make_base(
    kind: BaseKind, parts: ClassCounts, *, heads: HeadCount | None = None, fixed: FixedBase | None = None
) -> Base:
    """Return the base that a kind makes of class counts, of people, or of a number entered.

    heads: needed for SUMMONED and PRESENT; a fixed base is held to them where given. fixed: for FIXED alone.
    Raises: FixedBaseMissingError, FixedBaseTooSmallError, FixedBaseNotAskedError.
    """
    if kind is BaseKind.FIXED:
        if fixed is None or fixed.value < 1 or not fixed.ground.strip():
            raise FixedBaseMissingError
        # More votes than the base holds would let two options pass at once.
        if heads is not None and fixed.value < heads.present:
            raise FixedBaseTooSmallError(value=fixed.value, present=heads.present)
        return Base(kind=kind, value=fixed.value, parts=parts, bare_words=None, ground=fixed.ground)
    if fixed is not None:
        raise FixedBaseNotAskedError(kind=kind.value)
    bare_words = parts.official - parts.exempt if kind is BaseKind.OFFICIAL_MINUS_EXEMPT else None
    return Base(kind=kind, value=_find_value(kind, parts, heads), parts=parts, bare_words=bare_words)


def _find_value(kind: BaseKind, parts: ClassCounts, heads: HeadCount | None) -> int | None:
    if kind.is_of_classes:
        return parts.remaining
    if not kind.is_known_before_the_count:
        return None
    if heads is None:
        raise ValueError(f"a base of {kind.value} is a count of people")
    return heads.summoned if kind is BaseKind.SUMMONED else heads.present


def compute_base(roll: Roll, on: date, rule: BaseRule, *, fixed: FixedBase | None = None) -> Base:
    """Return the base of a roll on a date. Raises: as `make_base`.

    Source: guidance of source 003, A.III ("trừ đảng viên được miễn công tác và sinh hoạt đảng").
    """
    official = [entry for entry in roll.entries if entry.member.member_class is MemberClass.OFFICIAL]
    reasons = [_find_reason(entry, on, rule) for entry in official]
    parts = ClassCounts(
        official=len(official),
        exempt=reasons.count(_Reason.EXEMPT),
        suspended=reasons.count(_Reason.SUSPENDED),
        transferred_out=reasons.count(_Reason.TRANSFERRED_OUT),
        excused=reasons.count(_Reason.EXCUSED),
        not_incumbent=reasons.count(_Reason.NOT_INCUMBENT),
    )
    return make_base(rule.kind, parts, heads=count_heads(roll, on, rule), fixed=fixed)


def count_heads(roll: Roll, on: date, rule: BaseRule) -> HeadCount:
    """Return how many are entitled or are members concerned who are barred, and how many of them are in the room."""
    everybody = VoterRule(rule)
    return HeadCount(
        summoned=len(list_entitled(roll, on, everybody)), present=len(list_present_entitled(roll, on, everybody))
    )


def check_base(base: Base, rule: BaseRule, heads: HeadCount | None = None) -> None:
    """Recompute a base from its own parts by its rule. Raises: BaseMismatchError if anything differs.

    heads: needed for a base of people alone.
    """
    parts = base.parts
    if rule.kind is BaseKind.FIXED:
        fixed = None if base.value is None or base.ground is None else FixedBase(base.value, base.ground)
        try:
            expected = make_base(rule.kind, parts, heads=heads, fixed=fixed)
        except (FixedBaseMissingError, FixedBaseTooSmallError) as error:
            raise BaseMismatchError(expected="enough for all, with its ground", found=base.to_json()) from error
    else:
        expected = make_base(rule.kind, parts, heads=heads)
    if base != expected:
        raise BaseMismatchError(expected=expected.to_json(), found=base.to_json())
    left_out = (
        (rule.exempt_present, parts.exempt),
        (rule.transferred_out, parts.transferred_out),
        (rule.suspended, parts.suspended),
        (rule.excused_whole_congress, parts.excused),
    )
    counted_but_left_out = any(standing is Standing.COUNTED and count for standing, count in left_out)
    if rule.kind is not BaseKind.INCUMBENTS and parts.not_incumbent:
        counted_but_left_out = True
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


def count_barred_present(roll: Roll, on: date, rule: VoterRule) -> int:
    """Return how many of the barred are in the room."""
    everybody = list_present_entitled(roll, on, VoterRule(rule.base))
    return len(everybody) - len(list_present_entitled(roll, on, rule))


def is_left_out_as_exempt(entry: RollEntry, on: date, rule: BaseRule) -> bool:
    """Tell whether an official member is left out of a base because of an exemption."""
    return _find_reason(entry, on, rule) is _Reason.EXEMPT


class _Reason(Enum):
    """Why an official member is left out of a base."""

    EXEMPT = "exempt"
    TRANSFERRED_OUT = "transferred_out"
    SUSPENDED = "suspended"
    EXCUSED = "excused"
    NOT_INCUMBENT = "not_incumbent"


def _find_reason(entry: RollEntry, on: date, rule: BaseRule) -> _Reason | None:
    """Return the first reason for which an official member is left out, or None."""
    member = entry.member
    # A suspended member never votes, so being in the room counts for nobody who is suspended.
    votes = entry.attendance is Attendance.PRESENT and not member.suspended
    if rule.kind is BaseKind.INCUMBENTS and not member.incumbent:
        return _Reason.NOT_INCUMBENT
    if member.is_exempt(on) and not _is_counted(rule.exempt_present, votes=votes):
        return _Reason.EXEMPT
    if member.transferred_out and not _is_counted(rule.transferred_out, votes=votes):
        return _Reason.TRANSFERRED_OUT
    if member.suspended and not _is_counted(rule.suspended, votes=votes):
        return _Reason.SUSPENDED
    if member.excused_whole_congress and not _is_counted(rule.excused_whole_congress, votes=votes):
        return _Reason.EXCUSED
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
