"""The first schema: meetings, rolls, slips, elections, ballots and boards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Create the tables."""
    _create_meeting()
    _create_roll()
    _create_slips()
    _create_elections()
    _create_ballots()
    _create_board()


def _create_meeting() -> None:
    """Meetings."""
    op.create_table(
        "meeting",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("superior", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("chair", sa.Text(), nullable=False),
        sa.Column("clerk", sa.Text(), nullable=False),
        sa.Column("tellers", sa.JSON(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("rehearsal", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_meeting")),
    )


def _create_roll() -> None:
    """The rolls, the only rows that name members."""
    op.create_table(
        "roll_entry",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("card_number", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("member_class", _enum_type("official", "probationary", "guest", name="member_class"), nullable=False),
        sa.Column("exemption_book", _enum_type("age_health", "other", name="exemption_book"), nullable=True),
        sa.Column("exemption_resolution", sa.Text(), nullable=True),
        sa.Column("exemption_starts", sa.Date(), nullable=True),
        sa.Column("exemption_ends", sa.Date(), nullable=True),
        sa.Column("transferred_out", sa.Boolean(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("excused_whole_congress", sa.Boolean(), nullable=False),
        sa.Column("incumbent", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "attendance", _enum_type("present", "absent_excused", "absent_unexcused", name="attendance"), nullable=False
        ),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.code"], name=op.f("fk_roll_entry_meeting_meeting")),
        sa.PrimaryKeyConstraint("meeting", "card_number", name=op.f("pk_roll_entry")),
        sa.UniqueConstraint("meeting", "sequence", name=op.f("uq_roll_entry_meeting_sequence")),
    )


def _create_slips() -> None:
    """Series of slips, their credentials, and those declared void."""
    op.create_table(
        "series",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("colour", sa.String(length=40), nullable=False),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.Column("handed_out", sa.Integer(), nullable=False),
        sa.Column("brought_back", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("left_over", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.code"], name=op.f("fk_series_meeting_meeting")),
        sa.PrimaryKeyConstraint("meeting", "letter", name=op.f("pk_series")),
    )
    op.create_table(
        "credential",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("series", sa.String(length=1), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting", "series"], ["series.meeting", "series.letter"], name=op.f("fk_credential_meeting_series_series")
        ),
        sa.PrimaryKeyConstraint("meeting", "series", "slot", "public", name=op.f("pk_credential")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "void_credential",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("series", sa.String(length=1), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting", "series", "slot", "public"],
            ["credential.meeting", "credential.series", "credential.slot", "credential.public"],
            name=op.f("fk_void_credential_meeting_series_slot_public_credential"),
        ),
        sa.PrimaryKeyConstraint("meeting", "series", "slot", "public", name=op.f("pk_void_credential")),
        sqlite_with_rowid=False,
    )


def _create_elections() -> None:
    """Elections and their manifests."""
    op.create_table(
        "election",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title_vi", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column(
            "state",
            _enum_type("draft", "ready", "open", "closed", "tallied", "published", "annulled", name="state"),
            nullable=False,
        ),
        sa.Column("series", sa.JSON(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("rule_inputs", sa.Text(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=True),
        sa.Column("election_hash", sa.LargeBinary(length=32), nullable=True),
        sa.CheckConstraint("(manifest IS NULL) = (election_hash IS NULL)", name=op.f("ck_election_sealed_whole")),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.code"], name=op.f("fk_election_meeting_meeting")),
        sa.PrimaryKeyConstraint("meeting", "id", name=op.f("pk_election")),
        sa.UniqueConstraint("election_hash", name=op.f("uq_election_election_hash")),
        sa.UniqueConstraint("meeting", "position", name=op.f("uq_election_meeting_position")),
    )


def _create_ballots() -> None:
    """The ballot box: nothing in it says when or who."""
    op.create_table(
        "ballot",
        sa.Column("election_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("ballot_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("public", sa.LargeBinary(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["election_hash"], ["election.election_hash"], name=op.f("fk_ballot_election_hash_election")
        ),
        sa.PrimaryKeyConstraint("election_hash", "ballot_hash", name=op.f("pk_ballot")),
        sa.UniqueConstraint("election_hash", "public", name=op.f("uq_ballot_election_hash_public")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ballot_ciphertext",
        sa.Column("election_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["election_hash"], ["election.election_hash"], name=op.f("fk_ballot_ciphertext_election_hash_election")
        ),
        sa.PrimaryKeyConstraint("election_hash", "digest", name=op.f("pk_ballot_ciphertext")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tested_ballot",
        sa.Column("election_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("ballot_hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["election_hash"], ["election.election_hash"], name=op.f("fk_tested_ballot_election_hash_election")
        ),
        sa.PrimaryKeyConstraint("election_hash", "ballot_hash", name=op.f("pk_tested_ballot")),
        sqlite_with_rowid=False,
    )


def _create_board() -> None:
    """The boards."""
    op.create_table(
        "board_entry",
        sa.Column("meeting", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.code"], name=op.f("fk_board_entry_meeting_meeting")),
        sa.PrimaryKeyConstraint("meeting", "number", name=op.f("pk_board_entry")),
    )
    op.create_index(op.f("ix_board_entry_meeting_kind"), "board_entry", ["meeting", "kind"], unique=False)


def _enum_type(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)
