"""Record who comes and goes, as events that are only ever added; of two stations at one person exactly one succeeds.

An event says when somebody came or left. Nothing here knows a slip: what is handed out is a number without a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ballot_server.domain.attendance import AttendanceEvent, apply_events
from ballot_server.domain.member import Attendance, CardNumber, Roll, RollEntry
from ballot_server.errors import BallotServerError
from ballot_server.services.author import Author
from ballot_server.services.form_fields import FormReader
from ballot_server.services.plain_text import show_text
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import AttendanceRepository, RollRepository
from ballot_server.storage.session import Session


class PersonUnknownError(BallotServerError):
    """Nobody on the roll has this card number; field: card_number."""


class AttendanceChangedError(BallotServerError):
    """Another station marked this person first; fields: name, current (a value of Attendance), by, at (hh:mm)."""

    def __init__(self, *, name: str, current: Attendance, by: str, at: str) -> None:
        super().__init__(name=name, current=current.value, by=by, at=at)
        self.current = current


@dataclass(frozen=True)
class _Person:
    """Somebody at a meeting: on the roll as it began, as it is now, and what happened between."""

    began: RollEntry
    entry: RollEntry
    events: tuple[AttendanceEvent, ...]

    def complain(self) -> AttendanceChangedError:
        """Return the error that says who was first."""
        last = self.events[-1] if self.events else None
        return AttendanceChangedError(
            name=self.entry.member.name,
            current=self.entry.attendance,
            by=last.by if last else "–",
            at=f"{last.at.astimezone():%H:%M}" if last else "–",
        )


def mark_attendance(
    database: Database,
    meeting: str,
    card_number: str,
    *,
    expected: Attendance,
    attendance: Attendance,
    author: Author,
) -> None:
    """Record that somebody came, left, or stays away with or without a reason.

    expected: what the station saw; marking just that changes nothing.
    Raises: PersonUnknownError; AttendanceChangedError if another station was faster; then nothing is stored.
    """
    with database.write() as session:
        person = _find_person(session, meeting, card_number)
        if person.entry.attendance is not expected:
            raise person.complain()
        if attendance is not expected:
            _add(session, meeting, person, attendance, author)


def undo_attendance(
    database: Database, meeting: str, card_number: str, *, event: int, fields: Mapping[str, str], author: Author
) -> None:
    """Take somebody's last event back; the event and its undoing both stay, with the reason.

    event: its number, as the station saw it. fields: reason.
    Raises: FormError without a reason; PersonUnknownError; AttendanceChangedError if it is not the last one, or was
    taken back already.
    """
    form = FormReader(fields)
    reason = form.read_text("reason", needed=True)
    form.check()
    with database.write() as session:
        person = _find_person(session, meeting, card_number)
        if not person.events or person.events[-1].number != event or person.events[-1].undoes is not None:
            raise person.complain()
        before = person.events[-2].attendance if len(person.events) > 1 else person.began.attendance
        _add(session, meeting, person, before, author, undoes=event, reason=reason)


def _find_person(session: Session, meeting: str, card_number: str) -> _Person:
    # One person's rows alone: the write lock is also the one that ballots wait for.
    card = CardNumber(card_number)
    began = RollRepository(session).find_beginning(meeting, card)
    if began is None:
        raise PersonUnknownError(card_number=show_text(card_number))
    events = AttendanceRepository(session).list_all(meeting, card)
    [entry] = apply_events(Roll((began,)), events).entries
    return _Person(began, entry, events)


def _add(
    session: Session,
    meeting: str,
    person: _Person,
    attendance: Attendance,
    author: Author,
    *,
    undoes: int | None = None,
    reason: str = "",
) -> None:
    repository = AttendanceRepository(session)
    repository.add(
        meeting,
        AttendanceEvent(
            number=repository.count(meeting) + 1,
            card_number=CardNumber(person.entry.member.card_number),
            attendance=attendance,
            at=author.at,
            by=author.by,
            undoes=undoes,
            reason=reason,
        ),
    )
