"""The tellers' relay: seats, what the chair asked for, and the devices' messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "trustee_seat",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("seat", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("device_hash", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.code"], name=op.f("fk_trustee_seat_meeting_meeting")),
        sa.PrimaryKeyConstraint("meeting", "seat", name=op.f("pk_trustee_seat")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_trustee_seat_code_hash")),
    )
    op.create_table(
        "trustee_request",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("occasion", sa.String(length=60), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.code"], name=op.f("fk_trustee_request_meeting_meeting")),
        sa.PrimaryKeyConstraint("meeting", "occasion", "attempt", name=op.f("pk_trustee_request")),
    )
    op.create_table(
        "trustee_message",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("occasion", sa.String(length=60), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("round", sa.String(length=20), nullable=False),
        sa.Column("sender", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("receiver", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting", "occasion", "attempt"],
            ["trustee_request.meeting", "trustee_request.occasion", "trustee_request.attempt"],
            name=op.f("fk_trustee_message_meeting_occasion_attempt_trustee_request"),
        ),
        sa.PrimaryKeyConstraint(
            "meeting", "occasion", "attempt", "round", "sender", "receiver", name=op.f("pk_trustee_message")
        ),
    )
