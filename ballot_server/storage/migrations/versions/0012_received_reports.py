"""Reports that units send up, and the collections that they are added up in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "report_collection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("units", sa.LargeBinary(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_collection")),
    )
    op.create_table(
        "received_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("collection", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection"], ["report_collection.id"], name=op.f("fk_received_report_collection_report_collection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_report")),
    )
    op.create_index(op.f("ix_received_report_collection"), "received_report", ["collection"], unique=False)
    op.create_index(op.f("ix_received_report_sha256"), "received_report", ["sha256"], unique=False)
