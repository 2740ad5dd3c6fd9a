"""Kiosks, slips printed elsewhere, and slips exchanged for paper.

SQLite makes a table anew to change what it checks, and cannot drop one that others refer to: whoever is signed in signs
in again after the upgrade.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Let accounts and links have the kiosk's role, and create the tables."""
    op.execute("DELETE FROM staff_session")
    for table in ("staff", "staff_link"):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                "role",
                existing_type=_role("chair", "clerk", "screen"),
                type_=_role("chair", "clerk", "screen", "kiosk"),
                existing_nullable=False,
            )
    op.create_table(
        "slip_order",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("series", sa.String(length=1), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("is_filled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting", "series"],
            ["series.meeting", "series.letter"],
            name=op.f("fk_slip_order_meeting_series_series"),
        ),
        sa.PrimaryKeyConstraint("meeting", "series", name=op.f("pk_slip_order")),
    )
    op.create_table(
        "paper_exchange",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("election", sa.String(length=40), nullable=False),
        sa.Column("exchanged", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting", "election"],
            ["election.meeting", "election.id"],
            name=op.f("fk_paper_exchange_meeting_election_election"),
        ),
        sa.PrimaryKeyConstraint("meeting", "election", name=op.f("pk_paper_exchange")),
    )


def _role(*names: str) -> sa.Enum:
    return sa.Enum(*names, name="role", native_enum=False, create_constraint=True, length=24)
