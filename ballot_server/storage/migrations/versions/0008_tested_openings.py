"""The openings of tested ballots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "tested_opening",
        sa.Column("election_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("ballot_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("public", sa.LargeBinary(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("opening", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["election_hash"], ["election.election_hash"], name=op.f("fk_tested_opening_election_hash_election")
        ),
        sa.PrimaryKeyConstraint("election_hash", "ballot_hash", name=op.f("pk_tested_opening")),
        sqlite_with_rowid=False,
    )
