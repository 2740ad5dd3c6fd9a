"""Meetings in preparation, as JSON text by code."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from ballot_server.storage.draft_tables import MeetingDraftRow


class DraftRepository:
    """The drafts of this installation."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, code: str) -> str | None:
        """Return a draft's content, or None if there is none of this code."""
        row = self._session.get(MeetingDraftRow, code)
        return None if row is None else row.content

    def save(self, code: str, content: str) -> None:
        """Store a draft, new or in place of the one before."""
        row = self._session.get(MeetingDraftRow, code)
        if row is None:
            self._session.add(MeetingDraftRow(code=code, content=content))
        else:
            row.content = content
        self._session.flush()

    def remove(self, code: str) -> None:
        """Remove a draft; nothing happens if there is none."""
        row = self._session.get(MeetingDraftRow, code)
        if row is not None:
            self._session.delete(row)
            self._session.flush()

    def list_all(self) -> tuple[str, ...]:
        """Return every draft's content, by code."""
        return tuple(self._session.scalars(select(MeetingDraftRow.content).order_by(MeetingDraftRow.code)))
