"""Destroying an archive: what must hold before, what is gone after, and what still counts."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text

from ballot_server.i18n import Language
from ballot_server.services.archive_standing import ArchiveDestroyedError
from ballot_server.services.close_election import repeat_rewrite
from ballot_server.services.destroy_archive import (
    ArchiveChangedError,
    ArchiveNotEndedError,
    DestructionFileMissingError,
    DestructionMissingError,
    ErasureUnfinishedError,
    KeepingNotOverError,
    destroy_archive,
    read_destruction_record,
    view_doomed,
)
from ballot_server.services.destruction_order import (
    DecisionDateError,
    WitnessCountError,
    WitnessSameError,
    read_order,
)
from ballot_server.services.follow_ups import list_follow_ups
from ballot_server.services.form_fields import FormError
from ballot_server.services.keep_archive import keep_longer
from ballot_server.services.meeting_draft import FieldMissingError
from ballot_server.services.oversee_meeting import oversee_meeting
from ballot_server.services.past_votes import list_past_votes
from ballot_server.services.show_election import show_result
from ballot_server.services.slip_status import list_closed_ballots, list_credentials
from ballot_server.services.voter_view import list_meetings, read_board, read_public_board
from ballot_server.services.write_minutes import read_decided
from ballot_server.storage.engine import Database
from ballot_server.storage.errors import DatabaseUnusableError, RewriteIncompleteError
from ballot_server.storage.repositories.archives import ERASED
from ballot_server.storage.tables import Base
from tests.support.archives_kept import DAY_AFTER, FAILING, LAST_DAY, ORDER, destroy, end_evening
from tests.support.databases import PostgreSQL
from tests.support.evenings import AGREE, MEETING, SCREENING, Evening, prepare_evening

FIELDS = {
    "decision_number": "12-QĐ/CB",
    "decision_on": "10/07/2026",
    "deciding_body": "Chi ủy Chi bộ 5",
    "destruction_ground": "Hết thời hạn lưu",
    "carried_out_by": "Lê Quang Vinh",
    "witnesses": "Phạm Thị Thu Hà\nHoàng Đức Long",
    "copies": "",
}


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with end_evening(tmp_path) as ended:
        yield ended


def count_rows(database: Database, table: str) -> int:
    with database.read() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def read_files(folder: Path) -> bytes:
    """Return every byte of the database's files."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("phieukin.sqlite3*")))


def list_traces(evening: Evening) -> list[bytes]:
    """Return pieces of each ballot, as bytes and as the board writes them, and a piece of a tellers' message."""
    traces = []
    for voter in range(5):
        with evening.database.read() as session:
            data = session.execute(text("SELECT data FROM ballot LIMIT 1 OFFSET :n"), {"n": voter}).scalar_one()
        traces.append(bytes(data[100:148]))
    board = read_board(evening.database, MEETING)
    start = board.index(b'"ballots":"') + 400
    traces.append(board[start : start + 60])
    with evening.database.read() as session:
        traces.append(bytes(session.execute(text("SELECT public FROM credential LIMIT 1")).scalar_one()))
    return traces


def test_destruction_is_refused_on_the_last_day_of_the_keeping(evening: Evening) -> None:
    with pytest.raises(KeepingNotOverError) as caught:
        destroy(evening, on=LAST_DAY)
    assert caught.value.fields == {"until": "15/07/2026"}


def test_destruction_is_refused_while_the_archive_is_kept_longer(evening: Evening) -> None:
    fields = {"keep_until": "2026-09-01", "reason": "Khiếu nại đang giải quyết"}
    keep_longer(evening.database, MEETING, fields, by="Thành", on=LAST_DAY)
    with pytest.raises(KeepingNotOverError):
        destroy(evening)
    assert destroy(evening, on=date(2026, 9, 2)).kept_until == date(2026, 9, 1)


def test_destruction_is_refused_of_a_meeting_that_has_not_ended(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (FAILING,), rehearsal=False, floor=3) as evening:
        evening.hold("s1", AGREE, AGREE, AGREE)
        evening.write_minutes()
        with pytest.raises(ArchiveNotEndedError):
            destroy(evening)


def test_destruction_is_refused_the_second_time(evening: Evening) -> None:
    destroy(evening)
    with pytest.raises(ArchiveDestroyedError) as caught:
        destroy(evening)
    assert caught.value.fields == {"meeting": MEETING, "date": "16/07/2026", "number": "12-QĐ/CB"}


def test_destruction_is_refused_of_another_archive_than_was_looked_at(evening: Evening) -> None:
    with pytest.raises(ArchiveChangedError):
        destroy_archive(
            evening.installation,
            ORDER,
            meeting=MEETING,
            seen=bytes(32),
            ordered_by="A",
            confirmed_by="B",
            on=DAY_AFTER,
            language=Language.VIETNAMESE,
        )
    assert count_rows(evening.database, "ballot") == 5


def test_destruction_by_one_person_alone_is_a_fault_of_the_program(evening: Evening) -> None:
    with pytest.raises(ValueError, match="two people"):
        destroy_archive(
            evening.installation,
            ORDER,
            meeting=MEETING,
            seen=bytes(32),
            ordered_by="A",
            confirmed_by="A",
            on=DAY_AFTER,
            language=Language.VIETNAMESE,
        )


def test_view_before_says_how_much_goes(evening: Evening) -> None:
    archive = read_board(evening.database, MEETING)
    doomed = view_doomed(evening.database, MEETING, on=DAY_AFTER, language=Language.VIETNAMESE)
    assert (doomed.digest, doomed.size) == (sha256(archive).digest(), len(archive))
    assert doomed.holdings.ballots == 5
    assert doomed.holdings.entries == archive.count(b"\n")
    assert [(each.title, each.ballots, each.paper) for each in doomed.elections] == [("Lần bỏ phiếu s1", 5, 0)]
    assert len(doomed.head) == 32


def test_destruction_is_written_down_with_what_there_was(evening: Evening) -> None:
    archive = read_board(evening.database, MEETING)
    record = destroy(evening)
    assert record.archive_sha256 == sha256(archive).digest()
    assert record.minutes_sha256 == sha256(b"minutes").digest()
    assert (record.ballots, record.entries) == (5, archive.count(b"\n"))
    assert (record.ordered_by, record.confirmed_by) == ("Nguyễn Văn Thành", "Lê Quang Vinh")
    assert (record.kept_until, record.destroyed_on) == (LAST_DAY, DAY_AFTER)


def test_destruction_leaves_no_row_of_the_archive_in_either_database(tmp_path: Path, database_url: str) -> None:
    with end_evening(tmp_path, database_url) as evening:
        before = show_result(evening.database, MEETING, "s1", Language.VIETNAMESE)
        destroy(evening)
        assert {table: count_rows(evening.database, table) for table in ERASED} == dict.fromkeys(ERASED, 0)
        assert show_result(evening.database, MEETING, "s1", Language.VIETNAMESE) == before


def test_destruction_leaves_no_dead_row_in_postgresql(tmp_path: Path, postgresql: PostgreSQL) -> None:
    with end_evening(tmp_path, postgresql.create()) as evening:
        assert measure(evening.database, "ballot") > 0
        destroy(evening)
        assert {table: measure(evening.database, table) for table in ERASED} == dict.fromkeys(ERASED, 0)


def measure(database: Database, table: str) -> int:
    """Return the bytes of a table's own pages, its indexes left out."""
    with database.read() as session:
        return int(session.execute(text(f"SELECT pg_relation_size('{table}')")).scalar_one())


def test_every_table_about_a_meeting_is_either_erased_or_kept_on_purpose() -> None:
    kept = {
        "meeting", "election", "roll_entry", "attendance_event", "attendance_mark", "series", "slip_order",
        "paper_ballots", "paper_exchange", "archive_keeping", "archive_destruction", "kept_result",
    }  # fmt: skip
    about = {
        table.name
        for table in Base.metadata.tables.values()
        if {"meeting", "election_hash"} & {column.name for column in table.columns}
    }
    assert about == kept - {"meeting"} | set(ERASED)


def test_no_byte_of_a_ballot_is_left_in_the_files(evening: Evening) -> None:
    traces = list_traces(evening)
    assert all(trace in read_files(evening.folder) for trace in traces)
    destroy(evening)
    left = read_files(evening.folder)
    assert [trace for trace in traces if trace in left or base64.b64encode(trace) in left] == []
    assert (evening.folder / "phieukin.sqlite3-wal").stat().st_size == 0


def test_destruction_leaves_another_meetings_archive_alone(evening: Evening) -> None:
    with evening.database.write() as session:
        session.execute(text("INSERT INTO meeting SELECT 'M0000002', superior, unit, place, held_on, chair, clerk,"
                             " tellers, mode, floor, rehearsal, wifi FROM meeting"))  # fmt: skip
        session.execute(text("INSERT INTO board_entry SELECT 'M0000002', number, kind, line FROM board_entry"))
    archive = read_board(evening.database, MEETING)
    destroy(evening)
    assert read_board(evening.database, "M0000002") == archive


@pytest.mark.parametrize("read", [read_board, read_public_board])
def test_destroyed_board_is_refused_and_not_shown_empty(evening: Evening, read: object) -> None:
    destroy(evening)
    assert callable(read)
    with pytest.raises(ArchiveDestroyedError):
        read(evening.database, MEETING)


def test_phone_is_told_of_the_destruction_and_not_that_its_ballot_is_missing(evening: Evening) -> None:
    election_hash = evening.manifests["s1"].election_hash
    destroy(evening)
    for read in (list_closed_ballots, list_credentials):
        with pytest.raises(ArchiveDestroyedError):
            read(evening.database, election_hash)


def test_nothing_is_posted_to_a_destroyed_board(evening: Evening) -> None:
    destroy(evening)
    with pytest.raises(ArchiveDestroyedError):
        evening.write_minutes()


def test_result_is_shown_as_before(evening: Evening) -> None:
    before = show_result(evening.database, MEETING, "s1", Language.VIETNAMESE)
    assert before is not None
    destroy(evening)
    assert show_result(evening.database, MEETING, "s1", Language.VIETNAMESE) == before


def test_overview_and_public_page_go_on_counting_the_ballots(evening: Evening) -> None:
    destroy(evening)
    overview = oversee_meeting(evening.database, MEETING)
    assert (overview.is_ended, overview.has_minutes, overview.destroyed_on) == (True, True, DAY_AFTER)
    assert overview.elections[0].ballots == 5
    [view] = list_meetings(evening.database)
    assert (view.elections[0].ballots, view.destroyed_on) == (5, DAY_AFTER)


def test_failed_vote_goes_on_counting_towards_the_third(evening: Evening) -> None:
    with evening.database.read() as session:
        before = list_past_votes(session)
    destroy(evening)
    with evening.database.read() as session:
        assert list_past_votes(session) == before
    [failed] = list_follow_ups(evening.database, DAY_AFTER).failed
    assert failed.count == 1


def test_second_vote_that_follows_a_first_is_decided_as_before(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING, rehearsal=False, floor=3) as evening:
        for election in ("s3a", "s3b"):
            evening.hold(election, AGREE, AGREE, AGREE, AGREE, AGREE)
        evening.write_minutes()
        evening.end()
        with evening.database.read() as session:
            before = read_decided(session, MEETING)
        reviews = list_follow_ups(evening.database, DAY_AFTER).reviews
        destroy(evening)
        with evening.database.read() as session:
            assert read_decided(session, MEETING) == before
        assert list_follow_ups(evening.database, DAY_AFTER).reviews == reviews


@pytest.mark.parametrize("step", ["add_destruction", "erase"])
def test_destruction_cut_short_leaves_the_whole_archive(
    evening: Evening, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("power cut")

    archive = read_board(evening.database, MEETING)
    with monkeypatch.context() as patched:
        patched.setattr(f"ballot_server.services.destroy_archive.ArchiveRepository.{step}", fail)
        with pytest.raises(RuntimeError):
            destroy(evening)
    assert read_board(evening.database, MEETING) == archive
    assert count_rows(evening.database, "archive_destruction") == 0
    assert count_rows(evening.database, "ballot") == 5


DYING = """
import os, sys
from pathlib import Path
from ballot_server.services import destroy_archive
from ballot_server.services.installation import open_installation
from tests.support.archives_kept import destroy_in

def die(*arguments):
    os._exit(9)

step, folder = sys.argv[1:]
if step == "erased":
    whole = destroy_archive._erase
    destroy_archive._erase = lambda *arguments: die(whole(*arguments))
else:
    destroy_archive.rewrite_erased = die
destroy_in(open_installation(Path(folder), os.urandom))
"""


def kill_while_destroying(folder: Path, step: str) -> None:
    """Let another process destroy the archive and die at once: before the commit (`erased`) or after it."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", DYING, step, str(folder)]
    died = subprocess.run(command, cwd=root, check=False, capture_output=True)
    assert died.returncode == 9, died.stderr.decode()


def test_server_that_dies_before_the_commit_leaves_the_whole_archive(evening: Evening) -> None:
    archive = read_board(evening.database, MEETING)
    kill_while_destroying(evening.folder, "erased")
    assert read_board(evening.database, MEETING) == archive
    assert (count_rows(evening.database, "ballot"), count_rows(evening.database, "archive_destruction")) == (5, 0)
    assert destroy(evening).ballots == 5


def test_server_that_dies_after_the_commit_leaves_the_record_and_no_ballot(evening: Evening) -> None:
    traces = list_traces(evening)
    kill_while_destroying(evening.folder, "committed")
    assert (count_rows(evening.database, "ballot"), count_rows(evening.database, "archive_destruction")) == (0, 1)
    assert read_destruction_record(evening.installation, MEETING).startswith(b"%PDF")
    repeat_rewrite(evening.database)
    assert [trace for trace in traces if trace in read_files(evening.folder)] == []


def test_destruction_whose_rewrite_was_held_up_stands_and_has_its_record(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(_database: object) -> None:
        raise RewriteIncompleteError

    with monkeypatch.context() as patched:
        patched.setattr("ballot_server.services.destroy_archive.rewrite_erased", hold)
        with pytest.raises(ErasureUnfinishedError):
            destroy(evening)
    assert count_rows(evening.database, "ballot") == 0
    assert read_destruction_record(evening.installation, MEETING).startswith(b"%PDF")


def test_rewrite_that_a_dead_server_left_undone_is_repeated_at_the_next_start(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_database: object) -> None:
        raise RewriteIncompleteError

    traces = list_traces(evening)
    with monkeypatch.context() as patched:
        patched.setattr("ballot_server.services.destroy_archive.rewrite_erased", die)
        with pytest.raises(ErasureUnfinishedError):
            destroy(evening)
    repeat_rewrite(evening.database)
    left = read_files(evening.folder)
    assert [trace for trace in traces if trace in left] == []


def test_record_is_kept_beside_the_minutes(evening: Evening) -> None:
    record = destroy(evening)
    pdf = read_destruction_record(evening.installation, MEETING)
    assert sha256(pdf).digest() == record.record_sha256


def test_record_that_was_replaced_is_refused(evening: Evening) -> None:
    destroy(evening)
    [path] = (evening.folder / "destructions").iterdir()
    path.write_bytes(b"%PDF other")
    with pytest.raises(DestructionFileMissingError):
        read_destruction_record(evening.installation, MEETING)


def test_record_of_a_kept_archive_is_refused(evening: Evening) -> None:
    with pytest.raises(DestructionMissingError):
        read_destruction_record(evening.installation, MEETING)


@pytest.mark.parametrize("act", ["UPDATE archive_destruction SET ground = 'x'", "DELETE FROM archive_destruction"])
def test_what_was_written_down_cannot_be_changed(evening: Evening, act: str) -> None:
    destroy(evening)
    with pytest.raises(DatabaseUnusableError, match="only added to"), evening.database.write() as session:
        session.execute(text(act))


def test_order_is_read_as_it_is_written() -> None:
    order = read_order(FIELDS, held_on=date(2026, 1, 15), on=DAY_AFTER)
    assert order == replace(ORDER, ground="Hết thời hạn lưu", copies="")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"decision_number": ""}, FieldMissingError),
        ({"witnesses": " \n"}, FieldMissingError),
        ({"decision_on": "14/01/2026"}, DecisionDateError),
        ({"decision_on": "17/07/2026"}, DecisionDateError),
        ({"witnesses": "Hà\nhà"}, WitnessSameError),
        ({"witnesses": "LÊ QUANG VINH"}, WitnessSameError),
        ({"witnesses": "\n".join(f"Người {n}" for n in range(10))}, WitnessCountError),
    ],
)
def test_order_is_refused_that_lacks_or_contradicts(changes: dict[str, str], problem: type[Exception]) -> None:
    with pytest.raises(FormError) as caught:
        read_order({**FIELDS, **changes}, held_on=date(2026, 1, 15), on=DAY_AFTER)
    assert [type(each) for each in caught.value.problems] == [problem]
