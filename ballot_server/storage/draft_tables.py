"""The table of meetings that are being prepared: nothing has been sealed, printed or posted for them."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ballot_server.storage.tables import Base


class MeetingDraftRow(Base):
    """A meeting in preparation; `content` is JSON text that storage does not read."""

    __tablename__ = "meeting_draft"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
