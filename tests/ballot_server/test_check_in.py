"""Checking in at the desk: finding people, marking them once, and who draws from which box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest

from ballot_server.domain.member import Attendance, MemberClass, Roll, RollEntry
from ballot_server.services.check_in import (
    MOST_LINES,
    NoSlip,
    open_desk,
)
from ballot_server.services.hand_out_slips import SlipsReturnedError, count_handed_out
from ballot_server.services.record_attendance import AttendanceChangedError, PersonUnknownError, mark_attendance
from ballot_server.services.vietnamese_order import order_name
from tests.support.evenings import MEETING, Evening, begin_evening, make_member, make_plan, make_roll, prepare_evening
from tests.support.registers import AUTHOR

ABSENT, PRESENT, EXCUSED = Attendance.ABSENT_UNEXCUSED, Attendance.PRESENT, Attendance.ABSENT_EXCUSED


def call(number: int, name: str) -> RollEntry:
    """Return somebody absent of a name."""
    entry = make_member(number, attendance=ABSENT)
    return RollEntry(replace(entry.member, name=name), ABSENT)


ROLL = Roll(
    (
        call(1, "Nguyễn Văn Ánh"),
        call(2, "Đỗ Thị An"),
        call(3, "Trần Đức Bình"),
        call(4, "Lê Văn Ân"),
        call(5, "Nguyễn Thị An"),
    )
)


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with begin_evening(tmp_path, roll=ROLL) as begun:
        yield begun


def find(evening: Evening, query: str) -> list[str]:
    return [line.member.name for line in open_desk(evening.database, MEETING, query).people]


def mark(evening: Evening, expected: Attendance, attendance: Attendance) -> None:
    mark_attendance(evening.database, MEETING, "00125001", expected=expected, attendance=attendance, author=AUTHOR)


def read(evening: Evening) -> Attendance:
    return open_desk(evening.database, MEETING, "00125001").people[0].attendance


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("nguyen van anh", ["Nguyễn Văn Ánh"]),
        ("Ánh", ["Nguyễn Văn Ánh"]),
        ("DUC BINH", ["Trần Đức Bình"]),
        ("đức", ["Trần Đức Bình"]),
        ("an do", ["Đỗ Thị An"]),
        ("3", ["Trần Đức Bình"]),
        ("00125004", ["Lê Văn Ân"]),
        ("nguyen", ["Nguyễn Thị An", "Nguyễn Văn Ánh"]),
        ("nobody", []),
        ("%", []),
        ("'; DROP TABLE roll_entry --", []),
    ],
)
def test_search_finds_people_with_or_without_tone_marks(evening: Evening, query: str, expected: list[str]) -> None:
    assert find(evening, query) == expected


def test_people_are_listed_by_given_name_in_vietnamese_order(evening: Evening) -> None:
    assert find(evening, "") == ["Đỗ Thị An", "Nguyễn Thị An", "Nguyễn Văn Ánh", "Lê Văn Ân", "Trần Đức Bình"]


def test_order_puts_letters_before_tones() -> None:
    names = ["Hồ Ưng", "Hồ Dũng", "Hồ Đăng", "Hồ Mã", "Hồ Mạ", "Hồ Ma", "Hồ Mai", "Hồ Mà", "Hồ Mả", "Hồ Má", "Hồ Ông"]
    expected = "Dũng Đăng Ma Mà Mả Mã Má Mạ Mai Ông Ưng"
    assert " ".join(name.split()[1] for name in sorted(names, key=order_name)) == expected


def test_mark_records_who_is_in_the_room(evening: Evening) -> None:
    mark(evening, ABSENT, PRESENT)
    assert read(evening) is PRESENT
    assert open_desk(evening.database, MEETING).voters == 1


def test_marking_what_the_desk_sees_changes_nothing(evening: Evening) -> None:
    mark(evening, ABSENT, PRESENT)
    mark(evening, PRESENT, PRESENT)
    assert len(open_desk(evening.database, MEETING, "00125001").people[0].steps) == 1


def test_second_desk_that_marks_the_same_is_told_who_was_first(evening: Evening) -> None:
    mark(evening, ABSENT, PRESENT)
    with pytest.raises(AttendanceChangedError):
        mark(evening, ABSENT, PRESENT)


def test_second_desk_does_not_overwrite_the_first(evening: Evening) -> None:
    mark(evening, ABSENT, PRESENT)
    with pytest.raises(AttendanceChangedError) as caught:
        mark(evening, ABSENT, EXCUSED)
    assert caught.value.fields == {
        "name": "Nguyễn Văn Ánh",
        "current": "present",
        "by": AUTHOR.by,
        "at": f"{AUTHOR.at.astimezone():%H:%M}",
    }
    assert read(evening) is PRESENT


def test_of_two_desks_at_once_exactly_one_succeeds(evening: Evening) -> None:
    for _ in range(10):
        before = read(evening)
        others = [each for each in Attendance if each is not before]
        start, refused = Barrier(2), []

        def press(wanted: Attendance, before: Attendance = before, start: Barrier = start) -> None:
            start.wait()
            try:
                mark(evening, before, wanted)
            except AttendanceChangedError as error:
                refused.append(error.current)  # noqa: B023 - joined before the next round.

        threads = [Thread(target=press, args=(wanted,)) for wanted in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert refused == [read(evening)]


def test_mark_refuses_somebody_not_on_the_roll(evening: Evening) -> None:
    with pytest.raises(PersonUnknownError):
        mark_attendance(evening.database, MEETING, "<b>", expected=ABSENT, attendance=PRESENT, author=AUTHOR)


def test_desk_says_who_gets_no_slip_and_why(tmp_path: Path) -> None:
    roll = make_roll(
        3,
        make_member(4, exempt=True),
        make_member(5, suspended=True),
        make_member(6, transferred_out=True),
        make_member(7, member_class=MemberClass.PROBATIONARY),
        make_member(8, member_class=MemberClass.GUEST),
    )
    with begin_evening(tmp_path, roll=roll) as evening:
        people = open_desk(evening.database, MEETING).people
    assert {line.row: line.no_slip for line in people if line.series is None} == {
        4: NoSlip.EXEMPT,
        5: NoSlip.SUSPENDED,
        6: NoSlip.TRANSFERRED,
        7: NoSlip.PROBATIONARY,
        8: NoSlip.GUEST,
    }


def test_desk_names_the_box_of_a_member_concerned(tmp_path: Path) -> None:
    plans = (make_plan("s1", members=(1,), member_concerned_votes=False), make_plan("s2", members=(2,)))
    with begin_evening(tmp_path, plans, make_roll(5)) as evening:
        view = open_desk(evening.database, MEETING)
    assert {line.row: line.series for line in view.people} == {1: "B", 2: "A", 3: "A", 4: "A", 5: "A"}
    assert [(each.letter, each.people) for each in view.series] == [("A", 4), ("B", 1)]


def test_desk_gives_a_concerned_member_of_the_only_election_no_slip(tmp_path: Path) -> None:
    with begin_evening(tmp_path, (make_plan(member_concerned_votes=False),), make_roll(3)) as evening:
        line = open_desk(evening.database, MEETING, "00125001").people[0]
    assert (line.series, line.no_slip) == (None, NoSlip.CONCERNED)


def test_desk_shows_some_of_a_long_roll_and_says_how_many_there_are(tmp_path: Path) -> None:
    with begin_evening(tmp_path, roll=make_roll(MOST_LINES + 7)) as evening:
        view = open_desk(evening.database, MEETING)
    assert (len(view.people), view.found) == (MOST_LINES, MOST_LINES + 7)


def test_attendance_changes_while_an_election_is_open_and_its_counts_do_not(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        manifest = evening.open("s1")
        mark(evening, PRESENT, EXCUSED)
        assert open_desk(evening.database, MEETING).present == manifest.counts.present - 1
        assert evening.get("s1").election_hash == manifest.election_hash


def test_desk_reports_more_slips_out_than_people(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        mark(evening, PRESENT, EXCUSED)
        assert [each.is_short for each in open_desk(evening.database, MEETING).series] == [True]


@pytest.mark.parametrize("lost", [6, -1])
def test_more_slips_lost_than_out_are_refused(tmp_path: Path, lost: int) -> None:
    with prepare_evening(tmp_path) as evening, pytest.raises(SlipsReturnedError):
        count_handed_out(evening.database, meeting=MEETING, series="A", handed_out=5, lost=lost)


def test_slips_lost_are_counted(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        count_handed_out(evening.database, meeting=MEETING, series="A", handed_out=6, lost=1)
        series = open_desk(evening.database, MEETING).series[0]
    assert (series.handed_out, series.lost, series.left_over, series.is_short) == (6, 1, 0, False)


def test_series_with_two_people_there_is_small_however_many_may_come(tmp_path: Path) -> None:
    roll = make_roll(2, *(make_member(number, attendance=Attendance.ABSENT_EXCUSED) for number in range(3, 9)))
    with prepare_evening(tmp_path, roll=roll) as evening:
        [series] = open_desk(evening.database, MEETING).series
    assert (series.people, series.present, series.is_small) == (8, 2, True)
