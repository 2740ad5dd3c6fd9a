"""The two exemption books as their pages show them: what is in force, what lapses soon, what has lapsed and stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from ballot_server.domain.exemption import EntryId, Grant, RegisterEntry, ReliefKind, Standing
from ballot_server.domain.member import ExemptionBook
from ballot_server.errors import BallotServerError
from ballot_server.services.unit_roll import get_member
from ballot_server.services.vietnamese_order import order_name
from ballot_server.storage.engine import Database
from ballot_server.storage.register_records import UnitMember
from ballot_server.storage.repositories import ExemptionRepository, UnitRollRepository
from ballot_server.storage.session import Session

HORIZONS = (30, 60, 90)
"""So many days ahead a book says what ends."""


class EntryUnknownError(BallotServerError):
    """No line of the books has this number."""


class Gap(Enum):
    """What a line still lacks; the value is the end of the sentence's key."""

    REASON = "reason"
    PAPER = "paper"
    DECIDED_ON = "decided_on"


@dataclass(frozen=True)
class BookLine:
    """One line of a book on a date; `days` are those left of an exemption in force, None where it has no end."""

    entry: RegisterEntry
    person: UnitMember
    standing: Standing
    days: int | None
    gaps: tuple[Gap, ...]

    @property
    def horizon(self) -> int | None:
        """The nearest of 30, 60 and 90 days within which the exemption ends, or None."""
        if self.standing is not Standing.IN_FORCE or self.days is None:
            return None
        return next((days for days in HORIZONS if self.days <= days), None)


@dataclass(frozen=True)
class BookView:
    """The lines of one book on a date, those that ask for something first."""

    book: ExemptionBook
    on: date
    lines: tuple[BookLine, ...]

    def list_standing(self, *standings: Standing) -> tuple[BookLine, ...]:
        """Return the lines that stand so."""
        return tuple(line for line in self.lines if line.standing in standings)

    def list_lapsing(self) -> tuple[BookLine, ...]:
        """Return what ends within 90 days, the nearest first."""
        lapsing = [line for line in self.lines if line.horizon is not None]
        return tuple(sorted(lapsing, key=lambda line: line.days or 0))


def view_book(database: Database, book: ExemptionBook, on: date) -> BookView:
    """Return one book on a date."""
    with database.read() as session:
        return BookView(book, on, tuple(line for line in list_book_lines(session, on) if line.entry.grant.book is book))


def view_entry(database: Database, entry: int, on: date) -> BookLine:
    """Return one line. Raises: EntryUnknownError."""
    with database.read() as session:
        found = get_entry(session, entry)
        return describe_entry(found, get_member(session, found.member), on)


def get_entry(session: Session, entry: int) -> RegisterEntry:
    """Return a line of the books. Raises: EntryUnknownError."""
    found = ExemptionRepository(session).find(EntryId(entry)) if 0 < entry < 2**31 else None
    if found is None:
        raise EntryUnknownError
    return found


def list_book_lines(session: Session, on: date) -> tuple[BookLine, ...]:
    """Return the lines of both books on a date, by given name."""
    people = {each.id: each for each in UnitRollRepository(session).list_all()}
    lines = [describe_entry(entry, people[entry.member], on) for entry in ExemptionRepository(session).list_all()]
    return tuple(sorted(lines, key=lambda line: (order_name(line.person.member.name), line.entry.id)))


def describe_entry(entry: RegisterEntry, person: UnitMember, on: date) -> BookLine:
    """Return a line as a date sees it."""
    standing = entry.stand_on(on)
    ends = entry.grant.ends
    return BookLine(
        entry=entry,
        person=person,
        standing=standing,
        days=(ends - on).days if standing is Standing.IN_FORCE and ends is not None else None,
        gaps=() if standing is Standing.STRUCK else tuple(_list_gaps(entry.grant)),
    )


def _list_gaps(grant: Grant) -> list[Gap]:
    gaps = []
    if grant.reason is None:
        gaps.append(Gap.REASON)
    if not grant.paper:
        gaps.append(Gap.PAPER)
    if grant.kind is ReliefKind.EXEMPTION and grant.is_decided and grant.deciding_on is None:
        gaps.append(Gap.DECIDED_ON)
    return gaps
