"""What is kept all year: the unit's roll with its history, the exemption books, and attendance as events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from ballot_server.domain.attendance import AttendanceEvent
from ballot_server.domain.exemption import ExemptionReason, Grant, MemberId, ReliefKind
from ballot_server.domain.member import Attendance, CardNumber, ExemptionBook, Member, MemberClass, Roll, RollEntry
from ballot_server.storage.engine import Database, open_database
from ballot_server.storage.errors import DatabaseUnusableError
from ballot_server.storage.records import MeetingRecord
from ballot_server.storage.register_records import RollChange, RollUpload, UnitMember
from ballot_server.storage.repositories import (
    AttendanceRepository,
    ExemptionRepository,
    MeetingRepository,
    RollRepository,
    UnitRollRepository,
)
from ballot_server.storage.tables import Base

AT = datetime(2026, 1, 15, 11, 5, tzinfo=UTC)
AN = Member("Đỗ Thị An", CardNumber("000100"), MemberClass.OFFICIAL, position="Bí thư")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(open_database(database_url))
    with opened.write() as session:
        MeetingRepository(session).add(MeetingRecord("M0000001", "A", "B", "C", date(2026, 1, 15)))
        RollRepository(session).save("M0000001", Roll((RollEntry(AN, Attendance.ABSENT_UNEXCUSED),)))
    yield opened
    opened.close()


def add_member(database: Database, member: Member = AN) -> MemberId:
    with database.write() as session:
        (added,) = UnitRollRepository(session).add_all([(member, member.card_number)])
        return added


def test_member_is_returned_as_stored(database: Database) -> None:
    member = add_member(database)
    with database.read() as session:
        assert UnitRollRepository(session).list_all() == (UnitMember(member, AN),)


def test_changed_member_is_found_by_the_new_card(database: Database) -> None:
    member = add_member(database)
    changed = UnitMember(member, replace(AN, card_number=CardNumber("00 7"), suspended=True), date(2026, 2, 1))
    with database.write() as session:
        UnitRollRepository(session).update(changed, "007")
    with database.read() as session:
        assert UnitRollRepository(session).find_by_card("007") == changed
        assert UnitRollRepository(session).find_by_card("000100") is None


def test_history_is_returned_the_latest_first(database: Database) -> None:
    member = add_member(database)
    changes = [RollChange(member, AT, "Thư", "name", old, new, "roll.csv") for old, new in (("", "A"), ("A", "B"))]
    with database.write() as session:
        UnitRollRepository(session).add_changes(changes)
    with database.read() as session:
        assert UnitRollRepository(session).list_changes(member) == tuple(reversed(changes))
        assert UnitRollRepository(session).count_changes() == 2


def test_upload_replaces_the_same_persons_last_one(database: Database) -> None:
    with database.write() as session:
        for name in ("a.csv", "b.csv"):
            UnitRollRepository(session).keep_upload(RollUpload("Thư", b"\x01" * 32, name, b"data"))
    with database.read() as session:
        found = UnitRollRepository(session).find_upload("Thư")
        assert found is not None
        assert found.name == "b.csv"


def test_line_of_a_book_is_returned_as_stored(database: Database) -> None:
    grant = Grant(
        book=ExemptionBook.OTHER,
        starts=date(2026, 1, 1),
        ends=date(2026, 6, 30),
        kind=ReliefKind.EXEMPTION,
        reason=ExemptionReason.MATERNITY,
        paper="Đơn ngày 20/12/2025",
        applied_on=date(2025, 12, 20),
        resolution_number="12-NQ/CB",
        resolution_on=date(2025, 12, 25),
        deciding_body="Đảng ủy phường",
        decision_number="05-QĐ/ĐU",
        decision_on=date(2025, 12, 30),
    )
    member = add_member(database)
    with database.write() as session:
        repository = ExemptionRepository(session)
        entry = repository.add(member, grant)
        stored = repository.find(entry)
        assert stored is not None
        changed = replace(stored, returned_on=date(2026, 3, 1), return_resolution="14-NQ/CB", struck="ghi nhầm")
        repository.update(changed)
    with database.read() as session:
        assert stored.grant == grant
        assert ExemptionRepository(session).list_of(member) == (changed,)
        assert ExemptionRepository(session).list_all() == (changed,)


def add_event(database: Database) -> None:
    event = AttendanceEvent(1, CardNumber("000100"), Attendance.PRESENT, AT, "Thư")
    with database.write() as session:
        AttendanceRepository(session).add("M0000001", event)


def test_roll_is_loaded_with_what_the_events_make_of_it(database: Database) -> None:
    add_event(database)
    with database.read() as session:
        repository = RollRepository(session)
        assert repository.load("M0000001").entries[0].attendance is Attendance.PRESENT
        assert repository.load_beginning("M0000001").entries[0].attendance is Attendance.ABSENT_UNEXCUSED
        assert repository.count_present("M0000001") == 1


def test_event_of_somebody_not_on_the_roll_is_refused(database: Database) -> None:
    event = AttendanceEvent(1, CardNumber("9"), Attendance.PRESENT, AT, "Thư")
    with pytest.raises(DatabaseUnusableError), database.write() as session:
        AttendanceRepository(session).add("M0000001", event)


@pytest.mark.parametrize("act", ["UPDATE attendance_event SET reason = 'x'", "DELETE FROM attendance_event"])
def test_event_cannot_be_changed_or_removed(database: Database, act: str) -> None:
    add_event(database)
    with pytest.raises(DatabaseUnusableError, match="only added to"), database.write() as session:
        session.execute(text(act))


@pytest.mark.parametrize("act", ["UPDATE roll_change SET new = 'x'", "DELETE FROM roll_change"])
def test_history_cannot_be_changed_or_removed(database: Database, act: str) -> None:
    member = add_member(database)
    with database.write() as session:
        UnitRollRepository(session).add_changes([RollChange(member, AT, "Thư", "name", "A", "B")])
    with pytest.raises(DatabaseUnusableError, match="only added to"), database.write() as session:
        session.execute(text(act))


def test_no_table_with_times_or_people_names_a_series_a_slip_or_a_ballot() -> None:
    watched = {"unit_member", "roll_change", "roll_upload", "exemption_entry", "attendance_event", "attendance_mark"}
    slips = {"series", "letter", "slot", "public", "ballot_hash", "election_hash", "handed_out", "printed"}
    for name in watched:
        assert not {column.name for column in Base.metadata.tables[name].columns} & slips, name
