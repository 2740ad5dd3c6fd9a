"""How long archives are kept, their destruction, and the numbers that outlive them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the tables; what is written of an archive is only added to."""
    _create_keeping()
    _create_destruction()
    _create_results()
    for table in ("archive_keeping", "archive_destruction"):
        for act in ("UPDATE", "DELETE"):
            _forbid(act, table)


def _forbid(act: str, table: str) -> None:
    name, body = f"no_{act.lower()}_of_{table}", f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
    if op.get_bind().dialect.name != "sqlite":
        raising = f"$$ BEGIN RAISE EXCEPTION '{table} is only added to'; END $$"
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS {raising}")
        body = f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} {body}")


def _create_keeping() -> None:
    op.create_table(
        "archive_keeping",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.code"], name=op.f("fk_archive_keeping_meeting_meeting")),
        sa.PrimaryKeyConstraint("meeting", "keep_until", name=op.f("pk_archive_keeping")),
    )


def _create_destruction() -> None:
    op.create_table(
        "archive_destruction",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=False),
        sa.Column("decision_on", sa.Date(), nullable=False),
        sa.Column("deciding_body", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("carried_out_by", sa.Text(), nullable=False),
        sa.Column("witnesses", sa.JSON(), nullable=False),
        sa.Column("copies", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.String(length=60), nullable=False),
        sa.Column("confirmed_by", sa.String(length=60), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("destroyed_on", sa.Date(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.LargeBinary(length=32), nullable=False)
            for name in ("head", "archive_sha256", "minutes_sha256", "record_sha256")
        ),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.code"], name=op.f("fk_archive_destruction_meeting_meeting")),
        sa.PrimaryKeyConstraint("meeting", name=op.f("pk_archive_destruction")),
    )


def _create_results() -> None:
    op.create_table(
        "kept_result",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("election", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("paper", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting", "election"],
            ["election.meeting", "election.id"],
            name=op.f("fk_kept_result_meeting_election_election"),
        ),
        sa.PrimaryKeyConstraint("meeting", "election", name=op.f("pk_kept_result")),
    )
