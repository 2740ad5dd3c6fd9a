"""A database with one election that is ready, and ballots that mean nothing, for tests of storage alone."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from ballot_server.domain.election import ElectionState
from ballot_server.storage.engine import Database, open_database
from ballot_server.storage.records import ElectionRecord, MeetingRecord, SeriesRecord
from ballot_server.storage.repositories import (
    BallotRepository,
    ElectionRepository,
    MeetingRepository,
    SeriesRepository,
)

MEETING = MeetingRecord(
    code="M0000001",
    superior="Đảng bộ phường Ngọc Lâm",
    unit="Chi bộ tổ dân phố số 5",
    place="Nhà văn hóa tổ 5",
    held_on=date(2026, 1, 15),
    tellers=("Nguyễn Văn Ất", "Trần Thị Bính", "Lê Văn Đinh"),
    wifi="Chi bộ 5 – bỏ phiếu",
)
ELECTION_HASH = hashlib.sha256(b"manifest").digest()


def digest(*parts: object) -> bytes:
    """Return 32 bytes made from parts."""
    return hashlib.sha256(repr(parts).encode()).digest()


@contextmanager
def open_stored_election(database_url: str) -> Iterator[Database]:
    """Yield a new database that holds the meeting, a series and one sealed election."""
    opened = Database(open_database(database_url))
    with opened.write() as session:
        MeetingRepository(session).add(MEETING)
        SeriesRepository(session).add(SeriesRecord(meeting=MEETING.code, letter="A", colour="white", printed=30))
        ElectionRepository(session).add(
            ElectionRecord(
                meeting=MEETING.code,
                id="s1",
                position=0,
                title_vi="Rà soát",
                title_en="Screening",
                state=ElectionState.READY,
                series=("A",),
                slot=0,
            )
        )
        ElectionRepository(session).seal(MEETING.code, "s1", manifest=b"manifest", election_hash=ELECTION_HASH)
    try:
        yield opened
    finally:
        opened.close()


def cast(database: Database, number: int, *, size: int = 100) -> None:
    """Store a ballot of `size` bytes that are made from its number."""
    with database.write() as session:
        BallotRepository(session).insert(
            ELECTION_HASH,
            digest("ballot", number),
            digest("public", number),
            random.Random(number).randbytes(size),
            [digest("ciphertext", number)[:16]],
        )
