"""PostgreSQL in SQLite's place: one writer at a time, one moment a read, a whole evening, and the service itself."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from ballot_server.config import DATABASE_VARIABLE
from ballot_server.services.cast_ballot import ElectionClosedError
from ballot_server.services.installation import DATABASE_FILE
from ballot_server.services.verify_results import verify_results
from ballot_server.storage.engine import Database, open_database
from ballot_server.storage.errors import DatabaseBusyError, DatabaseUnusableError
from ballot_server.storage.repositories import BallotRepository, rewrite_ballots_sorted
from crypto.verify import verify_archive
from tests.support.browser_evenings import serve
from tests.support.chair_evenings import begin_chair_evening
from tests.support.databases import PostgreSQL
from tests.support.evenings import AGREE, DISAGREE, Evening, prepare_evening
from tests.support.stored_elections import ELECTION_HASH, cast, digest, open_stored_election


@pytest.fixture
def database(postgresql: PostgreSQL) -> Iterator[Database]:
    with open_stored_election(postgresql.create()) as opened:
        yield opened


@pytest.fixture
def evening(postgresql: PostgreSQL, tmp_path: Path) -> Iterator[Evening]:
    with prepare_evening(tmp_path, database_url=postgresql.create()) as prepared:
        yield prepared


def test_commits_wait_for_the_disk(database: Database) -> None:
    with database.read() as session:
        settings = [session.execute(text(f"SHOW {name}")).scalar_one() for name in ("fsync", "synchronous_commit")]
    assert settings == ["on", "on"]


def test_read_sees_one_moment(database: Database) -> None:
    with database.read() as session:
        before = BallotRepository(session).count(ELECTION_HASH)
        cast(database, 1)
        assert BallotRepository(session).count(ELECTION_HASH) == before
    with database.read() as session:
        assert BallotRepository(session).count(ELECTION_HASH) == before + 1


def test_read_writes_nothing(database: Database) -> None:
    with pytest.raises(DatabaseUnusableError, match="read-only"), database.read() as session:
        session.execute(text("DELETE FROM meeting"))


def test_writer_sees_what_the_one_before_it_committed(database: Database) -> None:
    def append(number: int) -> int:
        with database.write() as session:
            found = BallotRepository(session).count(ELECTION_HASH)
            BallotRepository(session).insert(
                ELECTION_HASH, digest("ballot", number), digest("public", number), b"ballot", [digest(number)[:16]]
            )
            return found

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(append, range(24))) == list(range(24))


def test_lax_defaults_of_the_server_change_neither_what_a_writer_sees_nor_what_is_durable(
    postgresql: PostgreSQL,
) -> None:
    address = postgresql.create()
    with open_stored_election(address) as database:
        name = make_url(address).database
        with database.write() as session:
            for setting in ("default_transaction_isolation = 'repeatable read'", "synchronous_commit = off"):
                session.execute(text(f"ALTER DATABASE {name} SET {setting}"))
        with database.write() as session:
            shown = ("transaction_isolation", "synchronous_commit")
            found = [session.execute(text(f"SHOW {setting}")).scalar_one() for setting in shown]
    assert found == ["read committed", "on"]


@pytest.mark.parametrize("table", ["roll_change", "attendance_event", "archive_keeping", "archive_destruction"])
def test_what_was_written_down_can_only_be_added_to(database: Database, table: str) -> None:
    with pytest.raises(DatabaseUnusableError, match=f"{table} is only added to"), database.write() as session:
        session.execute(text(f"DELETE FROM {table}"))


def test_rewrite_waits_no_longer_than_it_may_for_a_reader(postgresql: PostgreSQL) -> None:
    address = postgresql.create()
    with open_stored_election(address) as patient:
        cast(patient, 1)
        impatient = Database(open_database(address, busy_timeout_milliseconds=50))
        with patient.read() as session:
            BallotRepository(session).count(ELECTION_HASH)
            with pytest.raises(DatabaseBusyError):
                rewrite_ballots_sorted(impatient)
        rewrite_ballots_sorted(impatient)
        impatient.close()


def test_rewritten_rows_share_one_transaction(database: Database) -> None:
    for number in range(12):
        cast(database, number)
    rewrite_ballots_sorted(database)
    with database.read() as session:
        writers = session.execute(text("SELECT DISTINCT xmin::text FROM ballot")).scalars().all()
        rows = session.execute(text("SELECT ballot_hash FROM ballot ORDER BY ctid")).scalars().all()
    assert len(writers) == 1
    assert [bytes(row) for row in rows] == sorted(digest("ballot", number) for number in range(12))


def test_address_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusableError) as refused:
        open_database(f"postgresql://postgres@/none?host={tmp_path}")
    assert isinstance(refused.value.__cause__, DBAPIError)


def test_whole_evening_is_held_and_verifies(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    report, rules = evening.finish()
    assert report.head_compared
    assert report.elections[0].totals == ((2, 1, 0),)
    assert [check.name for check in rules.checks] == ["V10", "V11"]


def test_cast_and_close_at_once_count_exactly_what_was_acknowledged(evening: Evening) -> None:
    evening.open("s1")
    ballots = [evening.seal("s1", voter, AGREE).data for voter in range(5)]

    def send(data: bytes) -> bool:
        try:
            evening.confirmations.append(evening.send("s1", data))
        except ElectionClosedError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        sent = [pool.submit(send, data) for data in (*ballots, *ballots)]
        closed = pool.submit(evening.close, "s1")
        acknowledged = {data for data, answer in zip((*ballots, *ballots), sent, strict=True) if answer.result()}
    assert closed.result() == len(acknowledged) == evening.count_ballots("s1")


def test_service_runs_on_the_database_that_the_environment_names(
    postgresql: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, address := postgresql.create())
    with serve(tmp_path / "data") as announced:
        assert urlopen(f"{announced['voters']}/healthz").status == 200
        assert urlopen(f"{announced['laptop']}/welcome").status == 200
    assert not (tmp_path / "data" / DATABASE_FILE).exists()
    with open_database(address).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM staff_link")).scalar_one() == 1


def test_evening_is_led_from_the_pages_and_each_of_them_answers(postgresql: PostgreSQL, tmp_path: Path) -> None:
    with begin_chair_evening(tmp_path, postgresql.create()) as evening:
        evening.come_to_opening()
        evening.hold(AGREE, AGREE, AGREE, AGREE)
        report = verify_archive(evening.finish(), confirmations=evening.confirmations)
        assert [check.name for check in verify_results(report).checks] == ["V10", "V11"]
        for path in ("", "/minutes.pdf", "/minutes.docx", "/slides.pdf", "/archive.jsonl", "/elections/s1"):
            assert evening.chair.get(f"/chair/{evening.code}{path}").status_code == 200, path
        for path in (
            "/chair",
            "/chair/archives",
            f"/chair/archives/{evening.code}",
            "/reports",
            "/chair/roll",
            "/screen",
        ):
            assert evening.chair.get(path).status_code == 200, path


def test_draft_is_shown_while_it_is_prepared(postgresql: PostgreSQL, tmp_path: Path) -> None:
    with begin_chair_evening(tmp_path, postgresql.create()) as evening:
        evening.begin_draft(place="Nhà văn hóa tổ 5")
        page = evening.chair.get(f"/drafts/{evening.code}")
        assert page.status_code == 200
        assert "Nhà văn hóa tổ 5" in page.get_data(as_text=True)
