"""Votes on paper."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "paper_ballots",
        *_name_election("paper_ballots"),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.Column("handed_out", sa.Integer(), nullable=False),
        sa.Column("brought_back", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("instead_of", sa.String(length=40), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("meeting", "election", name=op.f("pk_paper_ballots")),
    )
    op.create_table(
        "paper_counter",
        *_name_election("paper_counter"),
        sa.Column("seat", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("meeting", "election", "seat", name=op.f("pk_paper_counter")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_paper_counter_code_hash")),
    )
    op.create_table(
        "paper_sheet",
        *_name_election("paper_sheet"),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seat", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("meeting", "election", "round", "seat", name=op.f("pk_paper_sheet")),
    )


def _name_election(table: str) -> tuple[sa.Column[str], sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("election", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting", "election"],
            ["election.meeting", "election.id"],
            name=op.f(f"fk_{table}_meeting_election_election"),
        ),
    )
