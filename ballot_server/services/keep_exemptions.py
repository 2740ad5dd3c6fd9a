"""Write into the exemption books: a new line, a decision, a return, a line struck out; each goes into the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from ballot_server.domain.exemption import EntryId, RegisterEntry, ReliefKind
from ballot_server.domain.member import ExemptionBook
from ballot_server.errors import BallotServerError
from ballot_server.services.author import Author
from ballot_server.services.change_unit_roll import write_history
from ballot_server.services.exemption_books import get_entry
from ballot_server.services.exemption_form import DatesBackwardsError, describe_grant, read_grant, write_grant
from ballot_server.services.form_fields import FormReader
from ballot_server.services.roll_comparison import FieldChange
from ballot_server.services.roll_words import write_date
from ballot_server.services.unit_roll import get_member
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import ExemptionRepository
from ballot_server.storage.session import Session

HISTORY = "exemption"
"""The history names a field of a book with this before it."""


class ExemptionOverlapsError(BallotServerError):
    """The member is exempt or proposed for part of this time already; fields: starts, ends (“…”: without end)."""


class EntryClosedError(BallotServerError):
    """A line was struck out or its member has returned, so it is not changed any more."""


class NothingToReturnFromError(BallotServerError):
    """A line is no decided exemption, so nobody returns from it."""


def write_entry(database: Database, member: int, fields: Mapping[str, str], author: Author) -> EntryId:
    """Write a new line. Raises: FormError, UnitMemberUnknownError, ExemptionOverlapsError."""
    grant = read_grant(fields)
    with database.write() as session:
        person = get_member(session, member)
        _check_overlap(session, RegisterEntry(EntryId(0), person.id, grant))
        entry = ExemptionRepository(session).add(person.id, grant)
        write_history(session, person.id, _list_changes({}, describe_grant(grant)), author)
    return entry


def change_entry(database: Database, entry: int, fields: Mapping[str, str], author: Author) -> None:
    """Store what a form says of a line, such as the decision; what it does not mention stays.

    Raises: EntryUnknownError, EntryClosedError, FormError, ExemptionOverlapsError.
    """
    with database.write() as session:
        found = _get_open(session, entry)
        grant = read_grant({**write_grant(found.grant), **fields})
        changed = replace(found, grant=grant)
        _check_overlap(session, changed)
        ExemptionRepository(session).update(changed)
        changes = _list_changes(describe_grant(found.grant), describe_grant(grant))
        write_history(session, found.member, changes, author)


def return_member(database: Database, entry: int, fields: Mapping[str, str], author: Author) -> None:
    """Record from which day a member takes part again; in book one by the unit's resolution.

    fields: returned_on, return_resolution.
    Raises: EntryUnknownError, EntryClosedError, NothingToReturnFromError, FormError.
    Source: guidance of source 003, A.I.5.1 (coming back is asked for and resolved by the unit).
    """
    form = FormReader(fields)
    returned_on = form.read_date("returned_on", needed=True)
    resolution = form.read_text("return_resolution")
    with database.write() as session:
        found = _get_open(session, entry)
        if found.to_exemption() is None:
            raise NothingToReturnFromError
        grant = found.grant
        has_ended = grant.ends is not None and returned_on is not None and grant.ends < returned_on
        if grant.book is ExemptionBook.AGE_HEALTH and not has_ended:
            form.read_text("return_resolution", needed=True)
        if returned_on is not None and returned_on < grant.starts:
            form.report(DatesBackwardsError(first=write_date(grant.starts), second=write_date(returned_on)))
        form.check()
        ExemptionRepository(session).update(replace(found, returned_on=returned_on, return_resolution=resolution))
        changes = _list_changes({}, {"returned_on": write_date(returned_on), "return_resolution": resolution})
        write_history(session, found.member, changes, author)


def strike_entry(database: Database, entry: int, fields: Mapping[str, str], author: Author) -> None:
    """Strike a line out with its ground; it stays readable and never counts. Raises: as `change_entry`.

    fields: struck.
    """
    form = FormReader(fields)
    ground = form.read_text("struck", needed=True)
    form.check()
    with database.write() as session:
        found = get_entry(session, entry)
        if found.struck:
            raise EntryClosedError
        ExemptionRepository(session).update(replace(found, struck=ground))
        write_history(session, found.member, _list_changes({}, {"struck": ground}), author)


def _get_open(session: Session, entry: int) -> RegisterEntry:
    found = get_entry(session, entry)
    if found.struck or found.returned_on is not None:
        raise EntryClosedError
    return found


def _check_overlap(session: Session, entry: RegisterEntry) -> None:
    """Refuse two exemptions of one member for the same day: which of them holds would be a guess."""
    if entry.grant.kind is ReliefKind.REDUCTION:
        return
    for other in ExemptionRepository(session).list_of(entry.member):
        if other.id == entry.id or other.struck or other.grant.kind is ReliefKind.REDUCTION:
            continue
        last = _find_last_day(other)
        if entry.grant.starts <= last and other.grant.starts <= _find_last_day(entry):
            raise ExemptionOverlapsError(
                starts=write_date(other.grant.starts), ends="…" if last == date.max else write_date(last)
            )


def _find_last_day(entry: RegisterEntry) -> date:
    last = entry.grant.ends or date.max
    return last if entry.returned_on is None else min(last, entry.returned_on - timedelta(days=1))


def _list_changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[FieldChange]:
    return [
        FieldChange(f"{HISTORY}.{name}", old.get(name, ""), value)
        for name, value in new.items()
        if value != old.get(name, "")
    ]
