"""The tables kept all year: the unit's own roll, its history, the exemption books; and attendance as events.

They name people and say when staff changed something about them. No key leads from here to a slip, a credential or a
ballot. What happened is only ever added to: `roll_change` and `attendance_event` refuse every change and removal.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ballot_server.domain.exemption import ExemptionReason, ReliefKind
from ballot_server.domain.member import Attendance, ExemptionBook, MemberClass
from ballot_server.domain.staff import MAXIMUM_NAME
from ballot_server.storage.tables import Base, UtcTime, enum_column


class UnitMemberRow(Base):
    """A member of the unit; `card_key` is the card number without spaces and case, `sequence` the order of the list."""

    __tablename__ = "unit_member"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    card_number: Mapped[str] = mapped_column(String(40))
    card_key: Mapped[str] = mapped_column(String(40), unique=True)
    sequence: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    member_class: Mapped[MemberClass] = mapped_column(enum_column(MemberClass, "member_class"))
    transferred_out: Mapped[bool] = mapped_column(Boolean)
    suspended: Mapped[bool] = mapped_column(Boolean)
    excused_whole_congress: Mapped[bool] = mapped_column(Boolean)
    incumbent: Mapped[bool] = mapped_column(Boolean)
    position: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    left_on: Mapped[date | None] = mapped_column(Date)


class RollChangeRow(Base):
    """One field of one member that changed, from what to what; the meaning of `field` is the service's."""

    __tablename__ = "roll_change"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    member: Mapped[int] = mapped_column(Integer, ForeignKey("unit_member.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    by: Mapped[str] = mapped_column(String(MAXIMUM_NAME))
    field: Mapped[str] = mapped_column(String(40))
    old: Mapped[str] = mapped_column(Text)
    new: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)


class RollUploadRow(Base):
    """A file that somebody looks through before it is imported; one for each account."""

    __tablename__ = "roll_upload"

    by: Mapped[str] = mapped_column(String(MAXIMUM_NAME), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    file_name: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ExemptionEntryRow(Base):
    """One line of an exemption book."""

    __tablename__ = "exemption_entry"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    member: Mapped[int] = mapped_column(Integer, ForeignKey("unit_member.id"), index=True)
    book: Mapped[ExemptionBook] = mapped_column(enum_column(ExemptionBook, "exemption_book"))
    kind: Mapped[ReliefKind] = mapped_column(enum_column(ReliefKind, "relief_kind"))
    reason: Mapped[ExemptionReason | None] = mapped_column(enum_column(ExemptionReason, "exemption_reason"))
    paper: Mapped[str] = mapped_column(Text)
    applied_on: Mapped[date | None] = mapped_column(Date)
    resolution_number: Mapped[str] = mapped_column(Text)
    resolution_on: Mapped[date | None] = mapped_column(Date)
    deciding_body: Mapped[str] = mapped_column(Text)
    decision_number: Mapped[str] = mapped_column(Text)
    decision_on: Mapped[date | None] = mapped_column(Date)
    starts: Mapped[date] = mapped_column(Date)
    ends: Mapped[date | None] = mapped_column(Date)
    returned_on: Mapped[date | None] = mapped_column(Date)
    return_resolution: Mapped[str] = mapped_column(Text)
    struck: Mapped[str] = mapped_column(Text)


class AttendanceEventRow(Base):
    """Somebody came or left; `number` counts a meeting's events from 1."""

    __tablename__ = "attendance_event"
    __table_args__ = (
        ForeignKeyConstraint(["meeting", "card_number"], ["roll_entry.meeting", "roll_entry.card_number"]),
    )

    meeting: Mapped[str] = mapped_column(String(8), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    card_number: Mapped[str] = mapped_column(String(40))
    attendance: Mapped[Attendance] = mapped_column(enum_column(Attendance, "attendance"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    by: Mapped[str] = mapped_column(String(MAXIMUM_NAME))
    undoes: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)


class AttendanceMarkRow(Base):
    """How many events there were when an election opened or closed, and who of the entitled was in the room then."""

    __tablename__ = "attendance_mark"
    __table_args__ = (ForeignKeyConstraint(["meeting", "election"], ["election.meeting", "election.id"]),)

    meeting: Mapped[str] = mapped_column(String(8), primary_key=True)
    election: Mapped[str] = mapped_column(String(40), primary_key=True)
    is_close: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    events: Mapped[int] = mapped_column(Integer)
    present: Mapped[int] = mapped_column(Integer)


def forbid_changes(table: Table, connection: Connection, **_: object) -> None:
    """Make a table one that is only added to, by triggers of the database itself."""
    refusal = f"'{table.name} is only added to'"
    for act in ("UPDATE", "DELETE"):
        name = f"no_{act.lower()}_of_{table.name}"
        if connection.dialect.name == "sqlite":
            body = f"BEGIN SELECT RAISE(ABORT, {refusal}); END"
        else:
            raising = f"$$ BEGIN RAISE EXCEPTION {refusal}; END $$"
            connection.execute(text(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS {raising}"))
            body = f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        connection.execute(text(f"CREATE TRIGGER {name} BEFORE {act} ON {table.name} {body}"))


for _row in (RollChangeRow, AttendanceEventRow):
    event.listen(Base.metadata.tables[_row.__tablename__], "after_create", forbid_changes)
