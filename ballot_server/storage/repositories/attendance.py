"""Attendance at meetings: events, and where an election's opening and close stand among them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ballot_server.domain.attendance import AttendanceEvent
from ballot_server.domain.member import CardNumber
from ballot_server.storage.register_records import AttendanceMark
from ballot_server.storage.register_tables import AttendanceEventRow, AttendanceMarkRow


class AttendanceRepository:
    """The events of meetings; they are only ever added to."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, meeting: str, event: AttendanceEvent) -> None:
        """Add an event; its number is the next one."""
        self._session.add(
            AttendanceEventRow(
                meeting=meeting,
                number=event.number,
                card_number=event.card_number,
                attendance=event.attendance,
                at=event.at,
                by=event.by,
                undoes=event.undoes,
                reason=event.reason,
            )
        )
        self._session.flush()

    def list_all(self, meeting: str, card_number: CardNumber | None = None) -> tuple[AttendanceEvent, ...]:
        """Return a meeting's events in their order, all or one person's."""
        query = (
            select(AttendanceEventRow).where(AttendanceEventRow.meeting == meeting).order_by(AttendanceEventRow.number)
        )
        if card_number is not None:
            query = query.where(AttendanceEventRow.card_number == card_number)
        return tuple(
            AttendanceEvent(
                number=row.number,
                card_number=CardNumber(row.card_number),
                attendance=row.attendance,
                at=row.at,
                by=row.by,
                undoes=row.undoes,
                reason=row.reason,
            )
            for row in self._session.scalars(query)
        )

    def count(self, meeting: str) -> int:
        """Return how many events a meeting has so far."""
        query = select(func.count()).select_from(AttendanceEventRow).where(AttendanceEventRow.meeting == meeting)
        return self._session.scalar(query) or 0

    def mark(self, mark: AttendanceMark) -> None:
        """Store where an election's opening or close stands among the events."""
        self._session.add(
            AttendanceMarkRow(
                meeting=mark.meeting,
                election=mark.election,
                is_close=mark.is_close,
                events=mark.events,
                present=mark.present,
            )
        )
        self._session.flush()

    def list_marks(self, meeting: str) -> tuple[AttendanceMark, ...]:
        """Return a meeting's marks."""
        query = (
            select(AttendanceMarkRow)
            .where(AttendanceMarkRow.meeting == meeting)
            .order_by(AttendanceMarkRow.election, AttendanceMarkRow.is_close)
        )
        return tuple(
            AttendanceMark(row.meeting, row.election, row.is_close, row.events, row.present)
            for row in self._session.scalars(query)
        )
