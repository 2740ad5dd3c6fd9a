"""What is kept all year: the unit's roll with its history, the exemption books; and attendance as events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables."""
    _create_roll()
    _create_books()
    _create_attendance()
    for table in ("roll_change", "attendance_event"):
        for act in ("UPDATE", "DELETE"):
            _forbid(act, table)


def _create_roll() -> None:
    """The unit's roll, its history, and files that somebody looks through."""
    op.create_table(
        "unit_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_number", sa.String(length=40), nullable=False),
        sa.Column("card_key", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("member_class", _enum_type("official", "probationary", "guest", name="member_class"), nullable=False),
        sa.Column("transferred_out", sa.Boolean(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("excused_whole_congress", sa.Boolean(), nullable=False),
        sa.Column("incumbent", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_member")),
        sa.UniqueConstraint("card_key", name=op.f("uq_unit_member_card_key")),
    )
    op.create_table(
        "roll_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["unit_member.id"], name=op.f("fk_roll_change_member_unit_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_change")),
    )
    op.create_index(op.f("ix_roll_change_member"), "roll_change", ["member"], unique=False)
    op.create_table(
        "roll_upload",
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("by", name=op.f("pk_roll_upload")),
    )


def _create_books() -> None:
    """The two exemption books."""
    reasons = (
        "age", "health", "treatment", "abroad_on_duty", "abroad_privately", "remote_work", "mobile_work",
        "awaiting_retirement", "maternity",
    )  # fmt: skip
    op.create_table(
        "exemption_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member", sa.Integer(), nullable=False),
        sa.Column("book", _enum_type("age_health", "other", name="exemption_book"), nullable=False),
        sa.Column("kind", _enum_type("exemption", "reduction", name="relief_kind"), nullable=False),
        sa.Column("reason", _enum_type(*reasons, name="exemption_reason"), nullable=True),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("resolution_number", sa.Text(), nullable=False),
        sa.Column("resolution_on", sa.Date(), nullable=True),
        sa.Column("deciding_body", sa.Text(), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=False),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("return_resolution", sa.Text(), nullable=False),
        sa.Column("struck", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["unit_member.id"], name=op.f("fk_exemption_entry_member_unit_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption_entry")),
    )
    op.create_index(op.f("ix_exemption_entry_member"), "exemption_entry", ["member"], unique=False)


def _create_attendance() -> None:
    """Events, and how many there were when an election opened and closed."""
    attendance = _enum_type("present", "absent_excused", "absent_unexcused", name="attendance")
    op.create_table(
        "attendance_event",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("card_number", sa.String(length=40), nullable=False),
        sa.Column("attendance", attendance, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting", "card_number"],
            ["roll_entry.meeting", "roll_entry.card_number"],
            name=op.f("fk_attendance_event_meeting_card_number_roll_entry"),
        ),
        sa.PrimaryKeyConstraint("meeting", "number", name=op.f("pk_attendance_event")),
    )
    op.create_table(
        "attendance_mark",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("election", sa.String(length=40), nullable=False),
        sa.Column("is_close", sa.Boolean(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting", "election"],
            ["election.meeting", "election.id"],
            name=op.f("fk_attendance_mark_meeting_election_election"),
        ),
        sa.PrimaryKeyConstraint("meeting", "election", "is_close", name=op.f("pk_attendance_mark")),
    )


def _forbid(act: str, table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER no_{act.lower()}_of_{table} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
        )
        return
    name = f"no_{act.lower()}_of_{table}"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is only added to'; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()")


def _enum_type(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)
