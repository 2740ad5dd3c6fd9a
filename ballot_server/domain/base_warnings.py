"""What the chair must see about a base before opening."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ballot_server.domain.base import BaseKind, BaseRule, compute_base, is_left_out_as_exempt
from ballot_server.domain.member import Attendance, MemberClass, Roll


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
        if entry.attendance is Attendance.PRESENT and is_left_out_as_exempt(entry, on, rule)
    )
    if exempt_present:
        warnings.append(ExemptPresent(exempt_present))
    # Only there do the clause's bare words stand behind the base; an entered base cannot be computed here.
    if rule.kind is BaseKind.OFFICIAL_MINUS_EXEMPT:
        base = compute_base(roll, on, rule)
        if base.value is not None and base.bare_words is not None and base.value != base.bare_words:
            warnings.append(BareWordsDiffer(value=base.value, bare_words=base.bare_words))
    return tuple(warnings)
