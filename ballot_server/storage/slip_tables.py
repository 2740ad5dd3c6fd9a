"""Tables of what happens to slips beside their printing here: orders for another printer, and exchanges for paper.

Numbers only: which slip it was stands nowhere but in the list of void credentials.
"""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKeyConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from ballot_server.storage.tables import Base


class SlipOrderRow(Base):
    """A series that another machine prints; it is filled once that machine's lists are here."""

    __tablename__ = "slip_order"
    __table_args__ = (ForeignKeyConstraint(["meeting", "series"], ["series.meeting", "series.letter"]),)

    meeting: Mapped[str] = mapped_column(String(8), primary_key=True)
    series: Mapped[str] = mapped_column(String(1), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    is_filled: Mapped[bool] = mapped_column(Boolean)


class PaperExchangeRow(Base):
    """How many slips were exchanged for paper while an election was open."""

    __tablename__ = "paper_exchange"
    __table_args__ = (ForeignKeyConstraint(["meeting", "election"], ["election.meeting", "election.id"]),)

    meeting: Mapped[str] = mapped_column(String(8), primary_key=True)
    election: Mapped[str] = mapped_column(String(40), primary_key=True)
    exchanged: Mapped[int] = mapped_column(Integer)
