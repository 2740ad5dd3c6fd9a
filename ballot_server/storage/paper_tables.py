"""Tables of votes on paper: how many ballots were handed out, and what each of two tellers counted alone.

A sheet is kept under its teller's seat and round, so that a second count stands beside the first and replaces nothing.
"""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ballot_server.storage.tables import Base

_ELECTION = ["election.meeting", "election.id"]


class PaperBallotsRow(Base):
    """The paper ballots of an election; `instead_of` is the election whose phones were given up, on which ground."""

    __tablename__ = "paper_ballots"
    __table_args__ = (ForeignKeyConstraint(["meeting", "election"], _ELECTION),)

    meeting: Mapped[str] = mapped_column(String(8), primary_key=True)
    election: Mapped[str] = mapped_column(String(40), primary_key=True)
    printed: Mapped[int] = mapped_column(Integer)
    handed_out: Mapped[int] = mapped_column(Integer)
    brought_back: Mapped[int] = mapped_column(Integer)
    lost: Mapped[int] = mapped_column(Integer)
    instead_of: Mapped[str] = mapped_column(String(40))
    ground: Mapped[str] = mapped_column(Text)


class PaperCounterRow(Base):
    """One of the two tellers who count an election's paper ballots; `code_hash` is the digest of the entry code."""

    __tablename__ = "paper_counter"
    __table_args__ = (ForeignKeyConstraint(["meeting", "election"], _ELECTION),)

    meeting: Mapped[str] = mapped_column(String(8), primary_key=True)
    election: Mapped[str] = mapped_column(String(40), primary_key=True)
    seat: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)


class PaperSheetRow(Base):
    """What one teller counted in one round, as JSON text that storage does not read."""

    __tablename__ = "paper_sheet"
    __table_args__ = (ForeignKeyConstraint(["meeting", "election"], _ELECTION),)

    meeting: Mapped[str] = mapped_column(String(8), primary_key=True)
    election: Mapped[str] = mapped_column(String(40), primary_key=True)
    round: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seat: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(Text)
