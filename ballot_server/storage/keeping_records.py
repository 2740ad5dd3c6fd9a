"""What the repository of archives takes and returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class KeepingRecord:
    """An archive is kept until a later day, why, and who wrote that down when."""

    meeting: str
    keep_until: date
    reason: str
    by: str
    written_on: date


@dataclass(frozen=True)
class DestructionRecord:
    """The destruction of an archive; the four digests have 32 bytes.

    ordered_by, confirmed_by: the accounts; ballots, entries: how many were destroyed; head: the board's.
    """

    meeting: str
    decision_number: str
    decision_on: date
    deciding_body: str
    ground: str
    carried_out_by: str
    witnesses: tuple[str, ...]
    copies: str
    ordered_by: str
    confirmed_by: str
    kept_until: date
    destroyed_on: date
    ballots: int
    entries: int
    head: bytes
    archive_sha256: bytes
    minutes_sha256: bytes
    record_sha256: bytes


@dataclass(frozen=True)
class KeptResultRecord:
    """The sums of one counted election: ballots by phone, their counts by contest, blank last, and those on paper.

    counts: empty where all was on paper; paper: the canonical body of what was counted there, None where nothing was.
    """

    meeting: str
    election: str
    number: int
    ballots: int
    counts: tuple[tuple[int, ...], ...]
    paper: bytes | None


@dataclass(frozen=True)
class Holdings:
    """How many rows of each kind belong to a meeting's archive and go with it."""

    ballots: int
    tested: int
    credentials: int
    void: int
    entries: int
    messages: int
    sheets: int
