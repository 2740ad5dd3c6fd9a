"""What the repository of received reports takes and returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class CollectionRecord:
    """A collection of reports; `units` is the list of units as its file came."""

    id: int
    title: str
    units: bytes
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True)
class ReceivedReportRecord:
    """A file that came to a collection; `size` in bytes, `checked` is JSON text, `version` what wrote that."""

    id: int
    collection: int
    file_name: str
    sha256: bytes
    size: int
    checked: str
    version: str
