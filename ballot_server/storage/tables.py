"""The tables. People stand in `roll_entry`, in the officers' names of `meeting`, in `staff` and in `register_tables`.

Nothing about a ballot, a credential or a slip says when or who: no time, no sequence, no row number, no address. Those
tables are WITHOUT ROWID, keyed by hashes or by sorted public values; what their pages still betray of the order of
arrival is removed at close by `rewrite_ballots_sorted`. Times are known of the staff's sessions and links, of changes
of the roll and of attendance, and no key leads from those to a slip, a credential or a ballot.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import Enum as PythonEnum

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ballot_server.domain.election import ElectionState
from ballot_server.domain.member import Attendance, ExemptionBook, MemberClass
from ballot_server.domain.staff import MAXIMUM_NAME, Role

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_WITHOUT_ROWID = {"sqlite_with_rowid": False}


def enum_column(kind: type[PythonEnum], name: str) -> Enum:
    """Return the type of a column that holds an enumeration's values."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


class UtcTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC without its zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment as stored. Raises: ValueError if it has no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs its zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its zone."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The root of the tables; every constraint has a name."""

    metadata = MetaData(naming_convention=_NAMING)


class MeetingRow(Base):
    __tablename__ = "meeting"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    superior: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    held_on: Mapped[date] = mapped_column(Date)
    chair: Mapped[str] = mapped_column(Text)
    clerk: Mapped[str] = mapped_column(Text)
    tellers: Mapped[list[str]] = mapped_column(JSON)
    mode: Mapped[str] = mapped_column(String(16))
    floor: Mapped[int] = mapped_column(Integer)
    rehearsal: Mapped[bool] = mapped_column(Boolean)
    wifi: Mapped[str] = mapped_column(Text, server_default="")


class RollEntryRow(Base):
    """One person at one meeting; `sequence` is the order of the imported file."""

    __tablename__ = "roll_entry"
    __table_args__ = (UniqueConstraint("meeting", "sequence"),)

    meeting: Mapped[str] = mapped_column(String(8), ForeignKey("meeting.code"), primary_key=True)
    card_number: Mapped[str] = mapped_column(String(40), primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    member_class: Mapped[MemberClass] = mapped_column(enum_column(MemberClass, "member_class"))
    exemption_book: Mapped[ExemptionBook | None] = mapped_column(enum_column(ExemptionBook, "exemption_book"))
    exemption_resolution: Mapped[str | None] = mapped_column(Text)
    exemption_starts: Mapped[date | None] = mapped_column(Date)
    exemption_ends: Mapped[date | None] = mapped_column(Date)
    transferred_out: Mapped[bool] = mapped_column(Boolean)
    suspended: Mapped[bool] = mapped_column(Boolean)
    excused_whole_congress: Mapped[bool] = mapped_column(Boolean)
    incumbent: Mapped[bool] = mapped_column(Boolean)
    position: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    attendance: Mapped[Attendance] = mapped_column(enum_column(Attendance, "attendance"))


class SeriesRow(Base):
    """Slips of one letter and colour: how many, never which."""

    __tablename__ = "series"

    meeting: Mapped[str] = mapped_column(String(8), ForeignKey("meeting.code"), primary_key=True)
    letter: Mapped[str] = mapped_column(String(1), primary_key=True)
    colour: Mapped[str] = mapped_column(String(40))
    printed: Mapped[int] = mapped_column(Integer)
    handed_out: Mapped[int] = mapped_column(Integer)
    brought_back: Mapped[int] = mapped_column(Integer)
    lost: Mapped[int] = mapped_column(Integer)
    left_over: Mapped[int] = mapped_column(Integer)


class CredentialRow(Base):
    """A public credential of a series and slot; rows of two slots cannot be matched."""

    __tablename__ = "credential"
    __table_args__ = (ForeignKeyConstraint(["meeting", "series"], ["series.meeting", "series.letter"]), _WITHOUT_ROWID)

    meeting: Mapped[str] = mapped_column(String(8), primary_key=True)
    series: Mapped[str] = mapped_column(String(1), primary_key=True)
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    public: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


class VoidCredentialRow(Base):
    """A credential that the slip itself declared void, and by which signature."""

    __tablename__ = "void_credential"
    __table_args__ = (
        ForeignKeyConstraint(
            ["meeting", "series", "slot", "public"],
            ["credential.meeting", "credential.series", "credential.slot", "credential.public"],
        ),
        _WITHOUT_ROWID,
    )

    meeting: Mapped[str] = mapped_column(String(8), primary_key=True)
    series: Mapped[str] = mapped_column(String(1), primary_key=True)
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    public: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))


class ElectionRow(Base):
    """One secret vote; manifest and hash are empty until it is sealed, and are then never changed."""

    __tablename__ = "election"
    __table_args__ = (
        UniqueConstraint("meeting", "position"),
        CheckConstraint("(manifest IS NULL) = (election_hash IS NULL)", name="sealed_whole"),
    )

    meeting: Mapped[str] = mapped_column(String(8), ForeignKey("meeting.code"), primary_key=True)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    title_vi: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    state: Mapped[ElectionState] = mapped_column(enum_column(ElectionState, "state"))
    series: Mapped[list[str]] = mapped_column(JSON)
    slot: Mapped[int | None] = mapped_column(Integer)
    rule_inputs: Mapped[str] = mapped_column(Text)
    manifest: Mapped[bytes | None] = mapped_column(LargeBinary)
    election_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)


class BallotRow(Base):
    """A ballot under its hash; the unique public credential is the spent mark."""

    __tablename__ = "ballot"
    __table_args__ = (UniqueConstraint("election_hash", "public"), _WITHOUT_ROWID)

    election_hash: Mapped[bytes] = mapped_column(
        LargeBinary(32), ForeignKey("election.election_hash"), primary_key=True
    )
    ballot_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    public: Mapped[bytes] = mapped_column(LargeBinary(32))
    data: Mapped[bytes] = mapped_column(LargeBinary)


class BallotCiphertextRow(Base):
    """The digest of a ciphertext of an open election, so that no ballot is copied; erased at close."""

    __tablename__ = "ballot_ciphertext"
    __table_args__ = (_WITHOUT_ROWID,)

    election_hash: Mapped[bytes] = mapped_column(
        LargeBinary(32), ForeignKey("election.election_hash"), primary_key=True
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)


class TestedBallotRow(Base):
    """A ballot that was opened as a test and can never count."""

    __tablename__ = "tested_ballot"
    __table_args__ = (_WITHOUT_ROWID,)

    election_hash: Mapped[bytes] = mapped_column(
        LargeBinary(32), ForeignKey("election.election_hash"), primary_key=True
    )
    ballot_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


class BoardEntryRow(Base):
    """A canonical line of a meeting's board."""

    __tablename__ = "board_entry"
    __table_args__ = (Index(None, "meeting", "kind"),)

    meeting: Mapped[str] = mapped_column(String(8), ForeignKey("meeting.code"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(24))
    line: Mapped[bytes] = mapped_column(LargeBinary)


class StaffRow(Base):
    """An account; `folded` is what spellings of one name share, and a screen has no passphrase."""

    __tablename__ = "staff"

    name: Mapped[str] = mapped_column(String(MAXIMUM_NAME), primary_key=True)
    folded: Mapped[str] = mapped_column(String(4 * MAXIMUM_NAME), unique=True)
    role: Mapped[Role] = mapped_column(enum_column(Role, "role"))
    passphrase_hash: Mapped[str | None] = mapped_column(Text)


class StaffSessionRow(Base):
    """A sign-in, under the digest of its secret."""

    __tablename__ = "staff_session"

    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    staff: Mapped[str] = mapped_column(String(MAXIMUM_NAME), ForeignKey("staff.name"))
    created: Mapped[datetime] = mapped_column(UtcTime)
    seen: Mapped[datetime] = mapped_column(UtcTime)
    confirmed: Mapped[datetime] = mapped_column(UtcTime)
    form_secret: Mapped[bytes] = mapped_column(LargeBinary(32))
    browser: Mapped[str] = mapped_column(Text)


class StaffLinkRow(Base):
    """A one-time link, under the digest of its code; an empty name is chosen by whoever opens it."""

    __tablename__ = "staff_link"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(MAXIMUM_NAME))
    role: Mapped[Role] = mapped_column(enum_column(Role, "role"))
    created: Mapped[datetime] = mapped_column(UtcTime)
