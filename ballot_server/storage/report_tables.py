"""The tables of a committee that adds up its units' reports: collections, and the files that came for them.

A file itself lies in the data folder under its digest; here stand its name and what its check came to.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ballot_server.storage.tables import Base


class ReportCollectionRow(Base):
    """What is added up together: a list of units as its file came, and the days that count, both None where open."""

    __tablename__ = "report_collection"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    units: Mapped[bytes] = mapped_column(LargeBinary)
    starts: Mapped[date | None] = mapped_column(Date)
    ends: Mapped[date | None] = mapped_column(Date)


class ReceivedReportRow(Base):
    """A file that came; `checked` is JSON text that storage does not read, `version` what wrote it."""

    __tablename__ = "received_report"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    collection: Mapped[int] = mapped_column(Integer, ForeignKey("report_collection.id"), index=True)
    file_name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    size: Mapped[int] = mapped_column(Integer)
    checked: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(String(40))
