"""The tables of the tellers' relay: seats, what the chair asked for, and messages that are appended only.

Nothing here decrypts anything: shares travel encrypted from device to device, join codes are stored as digests.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ballot_server.storage.tables import Base


class TrusteeSeatRow(Base):
    """A teller's place; `device_hash` is empty until a device has joined with the code."""

    __tablename__ = "trustee_seat"

    meeting: Mapped[str] = mapped_column(String(8), ForeignKey("meeting.code"), primary_key=True)
    seat: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    device_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class TrusteeRequestRow(Base):
    """One attempt at an occasion (`ceremony`, `counts:s1`, `whole:s1`, `destroy`); `subject` is canonical JSON."""

    __tablename__ = "trustee_request"

    meeting: Mapped[str] = mapped_column(String(8), ForeignKey("meeting.code"), primary_key=True)
    occasion: Mapped[str] = mapped_column(String(60), primary_key=True)
    attempt: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    subject: Mapped[bytes] = mapped_column(LargeBinary)


class TrusteeMessageRow(Base):
    """A device's message of one round; `receiver` is 0 where it is for everybody."""

    __tablename__ = "trustee_message"
    __table_args__ = (
        ForeignKeyConstraint(
            ["meeting", "occasion", "attempt"],
            ["trustee_request.meeting", "trustee_request.occasion", "trustee_request.attempt"],
        ),
    )

    meeting: Mapped[str] = mapped_column(String(8), primary_key=True)
    occasion: Mapped[str] = mapped_column(String(60), primary_key=True)
    attempt: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    round: Mapped[str] = mapped_column(String(20), primary_key=True)
    sender: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    receiver: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)
