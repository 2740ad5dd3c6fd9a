"""The signature by which a slip voided its credential.

The table is made anew: nothing could void a slip before, so it is empty, and a column that must not be empty cannot be
added to a table of SQLite.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Replace the table."""
    op.drop_table("void_credential")
    op.create_table(
        "void_credential",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("series", sa.String(length=1), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting", "series", "slot", "public"],
            ["credential.meeting", "credential.series", "credential.slot", "credential.public"],
            name=op.f("fk_void_credential_meeting_series_slot_public_credential"),
        ),
        sa.PrimaryKeyConstraint("meeting", "series", "slot", "public", name=op.f("pk_void_credential")),
        sqlite_with_rowid=False,
    )
