"""The openings of tested ballots: kept while their election is open, erased when it closes."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ballot_server.storage.tables import Base


class TestedOpeningRow(Base):
    """A tested ballot of an open election with its opening; its hash stays in `tested_ballot` when this is erased."""

    __tablename__ = "tested_opening"
    __table_args__ = ({"sqlite_with_rowid": False},)

    election_hash: Mapped[bytes] = mapped_column(
        LargeBinary(32), ForeignKey("election.election_hash"), primary_key=True
    )
    ballot_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    public: Mapped[bytes] = mapped_column(LargeBinary(32))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    opening: Mapped[bytes] = mapped_column(LargeBinary)
