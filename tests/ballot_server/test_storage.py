"""Storage: durable settings, one ballot a credential, and nothing that tells who or when."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import text

from ballot_server.domain.election import ElectionState, IllegalTransitionError
from ballot_server.domain.member import (
    Attendance,
    CardNumber,
    Exemption,
    ExemptionBook,
    Member,
    MemberClass,
    Roll,
    RollEntry,
)
from ballot_server.storage.engine import Database, open_database
from ballot_server.storage.errors import (
    CiphertextRepeatedError,
    CredentialSpentError,
    DatabaseBusyError,
    DatabaseUnusableError,
    ElectionMissingError,
    MeetingUnknownError,
    SeriesUnknownError,
)
from ballot_server.storage.records import SeriesRecord
from ballot_server.storage.repositories import (
    BallotRepository,
    BoardRepository,
    CredentialRepository,
    ElectionRepository,
    MeetingRepository,
    RollRepository,
    SeriesRepository,
    rewrite_ballots_sorted,
)
from ballot_server.storage.repositories.ballots import REWRITTEN
from ballot_server.storage.tables import Base
from tests.support.stored_elections import ELECTION_HASH, MEETING, cast, digest, open_stored_election


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_stored_election(database_url) as opened:
        yield opened


def test_write_reports_busy_while_another_holds_the_lock(database: Database, database_url: str) -> None:
    impatient = Database(open_database(database_url, busy_timeout_milliseconds=1))
    with database.write(), pytest.raises(DatabaseBusyError), impatient.write():
        pass
    impatient.close()


def test_write_stores_nothing_after_an_error(database: Database) -> None:
    def append_twice() -> None:
        with database.write() as session:
            BoardRepository(session).append(MEETING.code, 0, "meeting", b"{}")
            BoardRepository(session).append(MEETING.code, 7, "list", b"{}")

    with pytest.raises(ValueError, match="next"):
        append_twice()
    with database.read() as session:
        assert BoardRepository(session).count(MEETING.code) == 0


def test_meeting_is_returned_as_stored(database: Database) -> None:
    with database.read() as session:
        assert MeetingRepository(session).get(MEETING.code) == MEETING


def test_get_meeting_refuses_an_unknown_code(database: Database) -> None:
    with database.read() as session, pytest.raises(MeetingUnknownError):
        MeetingRepository(session).get("M0000002")


def test_roll_is_returned_as_stored_in_its_order(database: Database) -> None:
    exemption = Exemption(ExemptionBook.AGE_HEALTH, "12-NQ/CB", date(2025, 1, 1), None)
    roll = Roll(
        entries=(
            RollEntry(Member("Võ Thị Ử", CardNumber("000900"), MemberClass.OFFICIAL, exemption), Attendance.PRESENT),
            RollEntry(Member("An", CardNumber("000100"), MemberClass.GUEST, position="Bí thư"), Attendance.PRESENT),
            RollEntry(
                Member("Bình", CardNumber("000500"), MemberClass.PROBATIONARY, suspended=True),
                Attendance.ABSENT_EXCUSED,
            ),
        )
    )
    with database.write() as session:
        RollRepository(session).save(MEETING.code, roll)
        RollRepository(session).save(MEETING.code, roll)
    with database.read() as session:
        assert RollRepository(session).load(MEETING.code) == roll


def test_set_attendance_changes_the_number_present(database: Database) -> None:
    member = Member("An", CardNumber("0001"), MemberClass.OFFICIAL)
    with database.write() as session:
        RollRepository(session).save(MEETING.code, Roll((RollEntry(member, Attendance.ABSENT_UNEXCUSED),)))
        RollRepository(session).set_attendance(MEETING.code, CardNumber("0001"), Attendance.PRESENT)
    with database.read() as session:
        assert RollRepository(session).count_present(MEETING.code) == 1


def test_series_counts_are_updated(database: Database) -> None:
    counted = SeriesRecord(MEETING.code, "A", "white", printed=30, handed_out=27, lost=1, left_over=3)
    with database.write() as session:
        SeriesRepository(session).update(counted)
    with database.read() as session:
        assert SeriesRepository(session).list_all(MEETING.code) == (counted,)


def test_get_series_refuses_an_unknown_letter(database: Database) -> None:
    with database.read() as session, pytest.raises(SeriesUnknownError):
        SeriesRepository(session).get(MEETING.code, "B")


def test_credentials_are_listed_for_their_series_and_slot_only(database: Database) -> None:
    with database.write() as session:
        repository = CredentialRepository(session)
        repository.add_list(MEETING.code, "A", 0, [b"\x02" * 32, b"\x01" * 32])
        assert repository.list_sorted(MEETING.code, "A", 0) == (b"\x01" * 32, b"\x02" * 32)
        assert repository.is_listed(MEETING.code, ["A"], 0, b"\x01" * 32)
        assert not repository.is_listed(MEETING.code, ["A"], 1, b"\x01" * 32)
        assert not repository.is_listed(MEETING.code, ["B"], 0, b"\x01" * 32)


def test_void_credential_is_void_once_for_its_slot_only(database: Database) -> None:
    with database.write() as session:
        repository = CredentialRepository(session)
        for slot in (0, 1):
            repository.add_list(MEETING.code, "A", slot, [b"\x01" * 32])
        repository.add_void(MEETING.code, "A", 0, b"\x01" * 32, bytes(64))
        repository.add_void(MEETING.code, "A", 0, b"\x01" * 32, bytes(64))
        assert repository.is_void(MEETING.code, ["A"], 0, b"\x01" * 32)
        assert not repository.is_void(MEETING.code, ["A"], 1, b"\x01" * 32)


def test_void_is_refused_for_a_credential_that_is_not_listed(database: Database) -> None:
    with pytest.raises(DatabaseUnusableError), database.write() as session:
        CredentialRepository(session).add_void(MEETING.code, "A", 0, b"\x01" * 32, bytes(64))


def test_change_state_refuses_a_jump(database: Database) -> None:
    with pytest.raises(IllegalTransitionError), database.write() as session:
        ElectionRepository(session).change_state(MEETING.code, "s1", ElectionState.TALLIED)


def test_change_state_is_seen_through_the_hash(database: Database) -> None:
    with database.write() as session:
        ElectionRepository(session).change_state(MEETING.code, "s1", ElectionState.OPEN)
    with database.write() as session:
        election = ElectionRepository(session).lock_by_hash(ELECTION_HASH)
        assert election is not None
        assert election.state is ElectionState.OPEN


def test_get_election_refuses_an_unknown_id(database: Database) -> None:
    with database.read() as session, pytest.raises(ElectionMissingError):
        ElectionRepository(session).get(MEETING.code, "s2")


def test_seal_refuses_a_second_manifest(database: Database) -> None:
    with pytest.raises(ValueError, match="once"), database.write() as session:
        ElectionRepository(session).seal(MEETING.code, "s1", manifest=b"other", election_hash=digest("other"))


def test_append_refuses_a_number_that_is_not_the_next(database: Database) -> None:
    with pytest.raises(ValueError, match="next"), database.write() as session:
        BoardRepository(session).append(MEETING.code, 1, "meeting", b"{}")


def test_board_returns_its_lines_in_order_and_by_kind(database: Database) -> None:
    with database.write() as session:
        board = BoardRepository(session)
        for number, kind in enumerate(["meeting", "list", "list"]):
            board.append(MEETING.code, number, kind, f"line {number}".encode())
        assert list(board.list_all(MEETING.code)) == [b"line 0", b"line 1", b"line 2"]
        assert board.list_kind(MEETING.code, "list") == (b"line 1", b"line 2")
        assert board.find_last(MEETING.code) == b"line 2"


def test_insert_refuses_a_second_ballot_of_a_credential(database: Database) -> None:
    cast(database, 1)
    with pytest.raises(CredentialSpentError), database.write() as session:
        BallotRepository(session).insert(ELECTION_HASH, digest("another"), digest("public", 1), b"data", [])


def test_insert_refuses_a_copied_ciphertext_and_keeps_nothing_of_the_ballot(database: Database) -> None:
    cast(database, 1)
    with pytest.raises(CiphertextRepeatedError), database.write() as session:
        BallotRepository(session).insert(
            ELECTION_HASH, digest("copy"), digest("public", 2), b"data", [digest("ciphertext", 1)[:16]]
        )
    with database.read() as session:
        assert BallotRepository(session).count(ELECTION_HASH) == 1


def test_insert_refuses_a_ciphertext_twice_within_one_ballot(database: Database) -> None:
    with pytest.raises(CiphertextRepeatedError), database.write() as session:
        BallotRepository(session).insert(ELECTION_HASH, digest("b"), digest("p"), b"data", [b"\x01" * 16, b"\x01" * 16])


def test_insert_fails_for_an_election_that_does_not_exist(database: Database) -> None:
    with pytest.raises(DatabaseUnusableError), database.write() as session:
        BallotRepository(session).insert(digest("no election"), digest("b"), digest("p"), b"data", [])


def test_insert_keeps_exactly_one_of_many_at_once_under_one_credential(database: Database) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(12)

    def attempt(number: int) -> None:
        start.wait()
        try:
            with database.write() as session:
                BallotRepository(session).insert(ELECTION_HASH, digest("race", number), digest("one"), b"data", [])
            outcomes.append("stored")
        except CredentialSpentError:
            outcomes.append("spent")

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["spent"] * 11 + ["stored"]


def test_find_tells_a_stored_ballot_and_its_credential(database: Database) -> None:
    cast(database, 1)
    with database.read() as session:
        repository = BallotRepository(session)
        assert repository.find(ELECTION_HASH, digest("ballot", 1))
        assert not repository.find(ELECTION_HASH, digest("ballot", 2))
        assert repository.find_by_credential(ELECTION_HASH, digest("public", 1)) == digest("ballot", 1)
        assert repository.find_by_credential(ELECTION_HASH, digest("public", 2)) is None


def test_delete_ciphertexts_leaves_none(database: Database) -> None:
    cast(database, 1)
    with database.write() as session:
        BallotRepository(session).delete_ciphertexts(ELECTION_HASH)
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM ballot_ciphertext")).scalar_one() == 0


def test_list_tested_is_sorted_and_distinct(database: Database) -> None:
    with database.write() as session:
        repository = BallotRepository(session)
        for ballot_hash in (b"\x02" * 32, b"\x01" * 32, b"\x02" * 32):
            repository.add_tested(ELECTION_HASH, ballot_hash)
        assert repository.list_tested(ELECTION_HASH) == (b"\x01" * 32, b"\x02" * 32)


def test_every_table_that_voters_fill_is_rewritten_at_close() -> None:
    filled = {
        table.name for table in Base.metadata.tables.values() if table.dialect_options["sqlite"]["with_rowid"] is False
    }
    assert filled - {"credential"} == set(REWRITTEN)


def test_rewrite_keeps_every_ballot(database: Database) -> None:
    for number in range(20):
        cast(database, number)
    with database.read() as session:
        before = list(BallotRepository(session).list_sorted(ELECTION_HASH))
    rewrite_ballots_sorted(database)
    with database.read() as session:
        assert list(BallotRepository(session).list_sorted(ELECTION_HASH)) == before
    assert [ballot.ballot_hash for ballot in before] == sorted(digest("ballot", number) for number in range(20))


def test_no_table_holds_both_a_person_and_a_ballot_or_credential() -> None:
    personal = {"card_number", "name", "member_class", "attendance", "exemption_book"}
    secret = {"public", "ballot_hash", "data", "digest"}
    for table in Base.metadata.tables.values():
        columns = {column.name for column in table.columns}
        assert not (columns & personal and columns & secret), table.name


def test_tables_with_ballots_or_credentials_hold_nothing_that_says_when() -> None:
    known = {
        "credential": {"meeting", "series", "slot", "public"},
        "void_credential": {"meeting", "series", "slot", "public", "signature"},
        "ballot": {"election_hash", "ballot_hash", "public", "data"},
        "ballot_ciphertext": {"election_hash", "digest"},
        "tested_ballot": {"election_hash", "ballot_hash"},
        "tested_opening": {"election_hash", "ballot_hash", "public", "data", "opening"},
    }
    for name, columns in known.items():
        table = Base.metadata.tables[name]
        assert {column.name for column in table.columns} == columns
        assert table.dialect_options["sqlite"]["with_rowid"] is False
