"""Tellers' seats, what they were asked for, and their messages."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ballot_server.storage.trustee_records import MessageRecord, RequestRecord, SeatRecord
from ballot_server.storage.trustee_tables import TrusteeMessageRow, TrusteeRequestRow, TrusteeSeatRow


class TrusteeRepository:
    """The relay of all meetings; messages are appended and never changed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def replace_seats(self, meeting: str, seats: Sequence[SeatRecord]) -> None:
        """Store a meeting's seats in place of those before."""
        self._session.execute(delete(TrusteeSeatRow).where(TrusteeSeatRow.meeting == meeting))
        self._session.add_all(
            TrusteeSeatRow(
                meeting=seat.meeting,
                seat=seat.seat,
                name=seat.name,
                code_hash=seat.code_hash,
                device_hash=seat.device_hash,
            )
            for seat in seats
        )
        self._session.flush()

    def list_seats(self, meeting: str) -> tuple[SeatRecord, ...]:
        """Return a meeting's seats in order."""
        query = select(TrusteeSeatRow).where(TrusteeSeatRow.meeting == meeting).order_by(TrusteeSeatRow.seat)
        return tuple(_to_seat(row) for row in self._session.scalars(query))

    def find_seat(self, code_hash: bytes) -> SeatRecord | None:
        """Return the seat of a join code's hash, or None."""
        row = self._session.scalar(select(TrusteeSeatRow).where(TrusteeSeatRow.code_hash == code_hash))
        return None if row is None else _to_seat(row)

    def save_seat(self, seat: SeatRecord) -> None:
        """Store a seat's name, code and device anew."""
        row = self._session.get_one(TrusteeSeatRow, (seat.meeting, seat.seat), with_for_update=True)
        row.name, row.code_hash, row.device_hash = seat.name, seat.code_hash, seat.device_hash
        self._session.flush()

    def add_request(self, meeting: str, occasion: str, subject: bytes) -> RequestRecord:
        """Store the next attempt at an occasion."""
        query = select(func.max(TrusteeRequestRow.attempt)).where(
            TrusteeRequestRow.meeting == meeting, TrusteeRequestRow.occasion == occasion
        )
        attempt = (self._session.scalar(query) or 0) + 1
        row = TrusteeRequestRow(meeting=meeting, occasion=occasion, attempt=attempt, subject=subject)
        self._session.add(row)
        self._session.flush()
        return _to_request(row)

    def find_request(self, meeting: str, occasion: str, *, lock: bool = False) -> RequestRecord | None:
        """Return the last attempt at an occasion, or None; `lock` holds it against other writers until the commit."""
        query = (
            select(TrusteeRequestRow)
            .where(TrusteeRequestRow.meeting == meeting, TrusteeRequestRow.occasion == occasion)
            .order_by(TrusteeRequestRow.attempt.desc())
            .limit(1)
        )
        row = self._session.scalar(query.with_for_update() if lock else query)
        return None if row is None else _to_request(row)

    def list_requests(self, meeting: str) -> tuple[RequestRecord, ...]:
        """Return the last attempt at each of a meeting's occasions, by occasion."""
        query = (
            select(TrusteeRequestRow)
            .where(TrusteeRequestRow.meeting == meeting)
            .order_by(TrusteeRequestRow.occasion, TrusteeRequestRow.attempt)
        )
        last = {row.occasion: _to_request(row) for row in self._session.scalars(query)}
        return tuple(last.values())

    def add_message(self, request: RequestRecord, message: MessageRecord) -> bool:
        """Append a message; the same one again changes nothing. Return False if another one is there already."""
        key = {
            "meeting": request.meeting,
            "occasion": request.occasion,
            "attempt": request.attempt,
            "round": message.round,
            "sender": message.sender,
            "receiver": message.receiver,
        }
        row = self._session.get(TrusteeMessageRow, key)
        if row is not None:
            return row.body == message.body
        self._session.add(TrusteeMessageRow(**key, body=message.body))
        self._session.flush()
        return True

    def list_messages(self, request: RequestRecord) -> tuple[MessageRecord, ...]:
        """Return all messages of one attempt by round, sender and receiver."""
        query = (
            select(TrusteeMessageRow)
            .where(
                TrusteeMessageRow.meeting == request.meeting,
                TrusteeMessageRow.occasion == request.occasion,
                TrusteeMessageRow.attempt == request.attempt,
            )
            .order_by(TrusteeMessageRow.round, TrusteeMessageRow.sender, TrusteeMessageRow.receiver)
        )
        return tuple(_to_message(row) for row in self._session.scalars(query))

    def list_latest(self, meeting: str, occasion: str, round_name: str) -> tuple[MessageRecord, ...]:
        """Return each sender's message of a round from its latest attempt, by sender."""
        query = (
            select(TrusteeMessageRow)
            .where(
                TrusteeMessageRow.meeting == meeting,
                TrusteeMessageRow.occasion == occasion,
                TrusteeMessageRow.round == round_name,
            )
            .order_by(TrusteeMessageRow.sender, TrusteeMessageRow.attempt)
        )
        last = {row.sender: _to_message(row) for row in self._session.scalars(query)}
        return tuple(last.values())


def _to_seat(row: TrusteeSeatRow) -> SeatRecord:
    return SeatRecord(
        meeting=row.meeting, seat=row.seat, name=row.name, code_hash=row.code_hash, device_hash=row.device_hash
    )


def _to_request(row: TrusteeRequestRow) -> RequestRecord:
    return RequestRecord(meeting=row.meeting, occasion=row.occasion, attempt=row.attempt, subject=row.subject)


def _to_message(row: TrusteeMessageRow) -> MessageRecord:
    return MessageRecord(round=row.round, sender=row.sender, receiver=row.receiver, body=row.body)
