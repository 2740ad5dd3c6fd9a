"""The unit's own roll, kept all year: who is on it, and the roll that a meeting of a date takes from it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from ballot_server.domain.exemption import MemberId, RegisterEntry, Standing, choose_exemption
from ballot_server.domain.member import Attendance, Exemption, Member, Roll, RollEntry
from ballot_server.errors import BallotServerError
from ballot_server.services.find_people import find_people
from ballot_server.services.summarise_roll import RollSummary, summarise_roll
from ballot_server.services.vietnamese_order import order_name
from ballot_server.storage.engine import Database
from ballot_server.storage.register_records import RollChange, UnitMember
from ballot_server.storage.repositories import ExemptionRepository, UnitRollRepository
from ballot_server.storage.session import Session

MOST_LINES = 100


class UnitMemberUnknownError(BallotServerError):
    """Nobody on the unit's roll has this number."""


@dataclass(frozen=True)
class UnitLine:
    """One member on the page: with the exemption that a roll of the day shows, and how it stands."""

    id: MemberId
    member: Member
    left_on: date | None
    standing: Standing | None


@dataclass(frozen=True)
class UnitRollView:
    """The roll on a day: its numbers, and the members whom a query finds, at most 100 of them."""

    on: date
    summary: RollSummary
    lines: tuple[UnitLine, ...]
    found: int
    gone: int


@dataclass(frozen=True)
class MemberView:
    """One member with all exemptions and the whole history, the latest change first."""

    line: UnitLine
    entries: tuple[RegisterEntry, ...]
    changes: tuple[RollChange, ...]


def view_unit_roll(database: Database, on: date, query: str = "", *, with_gone: bool = False) -> UnitRollView:
    """Return the unit's roll on a date, by given name.

    query: words of a name with or without tone marks, or a card number; empty for everybody.
    with_gone: whether to list those too who belong elsewhere by then.
    """
    with database.read() as session:
        lines = list_lines(session, on)
    here = [line for line in lines if line.left_on is None or on < line.left_on]
    people = find_people(
        lines if with_gone else here,
        query,
        name_of=lambda line: line.member.name,
        card_of=lambda line: line.member.card_number,
    )
    return UnitRollView(
        on=on,
        summary=summarise_roll(_make_roll(here), on),
        lines=tuple(people[:MOST_LINES]),
        found=len(people),
        gone=len(lines) - len(here),
    )


def list_all_members(database: Database, on: date) -> tuple[Member, ...]:
    """Return those who belong to the unit on a date, by given name, each with the exemption that a roll shows."""
    with database.read() as session:
        return tuple(line.member for line in list_lines(session, on) if line.left_on is None or on < line.left_on)


def view_member(database: Database, member: int, on: date) -> MemberView:
    """Return one member. Raises: UnitMemberUnknownError."""
    with database.read() as session:
        found = get_member(session, member)
        entries = ExemptionRepository(session).list_of(found.id)
        return MemberView(
            line=_describe(found, entries, on),
            entries=entries,
            changes=UnitRollRepository(session).list_changes(found.id),
        )


def get_member(session: Session, member: int) -> UnitMember:
    """Return a member of the unit. Raises: UnitMemberUnknownError."""
    # Numbers beyond a database's own are nobody's.
    found = UnitRollRepository(session).find(MemberId(member)) if 0 < member < 2**31 else None
    if found is None:
        raise UnitMemberUnknownError
    return found


def list_lines(session: Session, on: date) -> tuple[UnitLine, ...]:
    """Return everybody ever on the roll, as a date sees them, by given name."""
    books = group_entries(session)
    lines = [_describe(each, books.get(each.id, ()), on) for each in UnitRollRepository(session).list_all()]
    return tuple(sorted(lines, key=lambda line: order_name(line.member.name)))


def group_entries(session: Session) -> dict[MemberId, tuple[RegisterEntry, ...]]:
    """Return the lines of both books by member."""
    grouped: defaultdict[MemberId, list[RegisterEntry]] = defaultdict(list)
    for entry in ExemptionRepository(session).list_all():
        grouped[entry.member].append(entry)
    return {member: tuple(entries) for member, entries in grouped.items()}


def list_exemptions(session: Session, on: date) -> dict[int, Exemption]:
    """Return the exemption that a roll of a date shows of each member who has one."""
    chosen = {member: choose_exemption(entries, on) for member, entries in group_entries(session).items()}
    return {member: exemption for member, exemption in chosen.items() if exemption is not None}


def take_roll(session: Session, on: date) -> Roll:
    """Return the roll of a meeting on a date: those who belong to the unit then, nobody in the room yet."""
    return _make_roll([line for line in list_lines(session, on) if line.left_on is None or on < line.left_on])


def _make_roll(lines: list[UnitLine]) -> Roll:
    return Roll(tuple(RollEntry(_settle(line.member), Attendance.ABSENT_UNEXCUSED) for line in lines))


def _settle(member: Member) -> Member:
    """Leave out of an exemption what a roll of one date no longer needs: that it was decided, and a later return."""
    if member.exemption is None:
        return member
    return replace(member, exemption=replace(member.exemption, decided_on=None, returned_on=None))


def _describe(found: UnitMember, entries: tuple[RegisterEntry, ...], on: date) -> UnitLine:
    exemption = choose_exemption(entries, on)
    standing = None
    if exemption is not None:
        standing = next(entry.stand_on(on) for entry in entries if entry.to_exemption() == exemption)
    return UnitLine(found.id, replace(found.member, exemption=exemption), found.left_on, standing)
