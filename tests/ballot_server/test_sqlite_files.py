"""The SQLite file: durable settings, its one lock, and nothing in its bytes that tells who voted when."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from ballot_server.storage.engine import Database, open_database
from ballot_server.storage.errors import DatabaseUnusableError, RewriteIncompleteError
from ballot_server.storage.repositories import BallotRepository, rewrite_ballots_sorted
from tests.support.databases import name_sqlite
from tests.support.stored_elections import ELECTION_HASH, cast, digest, open_stored_election


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_stored_election(name_sqlite(tmp_path)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("busy_timeout", 5000)],
)
def test_open_database_sets_durable_settings(database: Database, pragma: str, value: object) -> None:
    with database.read() as session:
        assert session.execute(text(f"PRAGMA {pragma}")).scalar_one() == value


def test_write_holds_the_lock_from_its_start(database: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "phieukin.sqlite3", timeout=0)
    with database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()


def test_open_database_refuses_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "phieukin.sqlite3").write_bytes(b"not a database at all, but long enough" * 100)
    with pytest.raises(DatabaseUnusableError):
        open_database(name_sqlite(tmp_path))


@pytest.mark.parametrize(("ballots", "size"), [(8, 200), (30, 9_000), (120, 1_500)])
def test_files_do_not_give_away_the_order_of_casting_after_the_rewrite(
    database: Database, tmp_path: Path, ballots: int, size: int
) -> None:
    for number in range(ballots):
        cast(database, number, size=size)
    rewrite_ballots_sorted(database)
    content = b"".join(
        file.read_bytes() for file in sorted(tmp_path.glob("phieukin.sqlite3*")) if "shm" not in file.name
    )
    # Large ballots lie partly on overflow pages: a piece from the start and one from the end of each is sought.
    for piece in (slice(0, 24), slice(size - 24, size)):
        places = {number: content.find(random.Random(number).randbytes(size)[piece]) for number in range(ballots)}
        in_file = sorted((number for number in places if places[number] >= 0), key=places.__getitem__)
        by_hash = sorted(in_file, key=lambda number: digest("ballot", number))
        assert in_file in (by_hash, by_hash[::-1]) or abs(concordance(in_file)) < 0.5
        assert in_file != sorted(in_file)


def concordance(order: list[int]) -> float:
    """Return Kendall's tau between an order and the order of casting."""
    pairs = [(a, b) for place, a in enumerate(order) for b in order[place + 1 :]]
    return sum(1 if a < b else -1 for a, b in pairs) / len(pairs)


def test_rewrite_empties_the_journal(database: Database, tmp_path: Path) -> None:
    cast(database, 1)
    rewrite_ballots_sorted(database)
    assert (tmp_path / "phieukin.sqlite3-wal").stat().st_size == 0


def test_rewrite_says_so_when_a_reader_holds_the_journal(database: Database, tmp_path: Path) -> None:
    cast(database, 1)
    impatient = Database(open_database(name_sqlite(tmp_path), busy_timeout_milliseconds=1))
    with database.read() as session:
        BallotRepository(session).count(ELECTION_HASH)
        with pytest.raises(RewriteIncompleteError):
            rewrite_ballots_sorted(impatient)
    impatient.close()
