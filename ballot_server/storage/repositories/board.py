"""The lines of each meeting's board."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from ballot_server.storage.tables import BoardEntryRow


class BoardRepository:
    """Canonical lines under (meeting, number); appended only."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, meeting: str, number: int, kind: str, line: bytes) -> None:
        """Store the next line (without its line feed). Raises: ValueError if `number` is not the next one."""
        if number != self.count(meeting):
            raise ValueError(f"board entry {number} is not the next one")
        self._session.execute(insert(BoardEntryRow), {"meeting": meeting, "number": number, "kind": kind, "line": line})

    def count(self, meeting: str) -> int:
        """Return how many entries there are, which is the next one's number."""
        query = select(func.count()).where(BoardEntryRow.meeting == meeting)
        return self._session.scalar(query) or 0

    def find_last(self, meeting: str) -> bytes | None:
        """Return the last line, or None if the board is empty."""
        query = (
            select(BoardEntryRow.line)
            .where(BoardEntryRow.meeting == meeting)
            .order_by(BoardEntryRow.number.desc())
            .limit(1)
        )
        return self._session.scalar(query)

    def list_all(self, meeting: str) -> Iterator[bytes]:
        """Yield all lines in order."""
        query = select(BoardEntryRow.line).where(BoardEntryRow.meeting == meeting).order_by(BoardEntryRow.number)
        yield from self._session.scalars(query)

    def list_with_kinds(self, meeting: str) -> Iterator[tuple[str, bytes]]:
        """Yield every line in order, each with its kind."""
        query = (
            select(BoardEntryRow.kind, BoardEntryRow.line)
            .where(BoardEntryRow.meeting == meeting)
            .order_by(BoardEntryRow.number)
        )
        yield from ((kind, line) for kind, line in self._session.execute(query))

    def list_kind(self, meeting: str, kind: str) -> tuple[bytes, ...]:
        """Return the lines of one kind in order."""
        query = (
            select(BoardEntryRow.line)
            .where(BoardEntryRow.meeting == meeting, BoardEntryRow.kind == kind)
            .order_by(BoardEntryRow.number)
        )
        return tuple(self._session.scalars(query))
