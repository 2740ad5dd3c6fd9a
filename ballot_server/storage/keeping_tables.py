"""Tables of how long an archive is kept, of its destruction, and of the numbers that outlive it.

They name who decided and who carried out, never who voted. `kept_result` holds sums that the minutes print as well.
What was written of a longer keeping or of a destruction stays: those two tables are only added to.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, Date, ForeignKey, ForeignKeyConstraint, Integer, LargeBinary, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from ballot_server.domain.staff import MAXIMUM_NAME
from ballot_server.storage.register_tables import forbid_changes
from ballot_server.storage.tables import Base


class ArchiveKeepingRow(Base):
    """A meeting's archive is kept longer, until which day and why; each later day is a row of its own."""

    __tablename__ = "archive_keeping"

    meeting: Mapped[str] = mapped_column(String(8), ForeignKey("meeting.code"), primary_key=True)
    keep_until: Mapped[date] = mapped_column(Date, primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(MAXIMUM_NAME))
    written_on: Mapped[date] = mapped_column(Date)


class ArchiveDestructionRow(Base):
    """The destruction of a meeting's archive: by which decision, by whom, and what there was.

    `ordered_by` and `confirmed_by` are the two accounts; `head` and `archive_sha256` are the archive's own, the other
    digests those of the minutes and of the printed record. `copies`: what became of copies elsewhere, in words.
    """

    __tablename__ = "archive_destruction"

    meeting: Mapped[str] = mapped_column(String(8), ForeignKey("meeting.code"), primary_key=True)
    decision_number: Mapped[str] = mapped_column(Text)
    decision_on: Mapped[date] = mapped_column(Date)
    deciding_body: Mapped[str] = mapped_column(Text)
    ground: Mapped[str] = mapped_column(Text)
    carried_out_by: Mapped[str] = mapped_column(Text)
    witnesses: Mapped[list[str]] = mapped_column(JSON)
    copies: Mapped[str] = mapped_column(Text)
    ordered_by: Mapped[str] = mapped_column(String(MAXIMUM_NAME))
    confirmed_by: Mapped[str] = mapped_column(String(MAXIMUM_NAME))
    kept_until: Mapped[date] = mapped_column(Date)
    destroyed_on: Mapped[date] = mapped_column(Date)
    ballots: Mapped[int] = mapped_column(Integer)
    entries: Mapped[int] = mapped_column(Integer)
    head: Mapped[bytes] = mapped_column(LargeBinary(32))
    archive_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    minutes_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    record_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))


class KeptResultRow(Base):
    """The sums of a counted election of a destroyed archive; `number` is the place of its outcome among the others.

    `ballots` came by phone, and `counts` is a list of numbers for each contest of those, blank last, empty where all
    was on paper; `paper` is the canonical body of what was counted on paper, None where nothing was.
    """

    __tablename__ = "kept_result"
    __table_args__ = (ForeignKeyConstraint(["meeting", "election"], ["election.meeting", "election.id"]),)

    meeting: Mapped[str] = mapped_column(String(8), primary_key=True)
    election: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
    ballots: Mapped[int] = mapped_column(Integer)
    counts: Mapped[list[list[int]]] = mapped_column(JSON)
    paper: Mapped[bytes | None] = mapped_column(LargeBinary)


for _row in (ArchiveKeepingRow, ArchiveDestructionRow):
    event.listen(Base.metadata.tables[_row.__tablename__], "after_create", forbid_changes)
