"""Attendance as events: who came, left and came back and when; undone with a reason; what an election froze stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from ballot_server.domain.attendance import AttendanceEvent, Step, apply_events, compare_rooms, name_steps
from ballot_server.domain.member import Attendance, CardNumber
from ballot_server.services.author import Author
from ballot_server.services.check_in import StepLine, open_desk
from ballot_server.services.form_fields import FormError
from ballot_server.services.record_attendance import AttendanceChangedError, mark_attendance, undo_attendance
from ballot_server.services.watch_attendance import RoomChange, watch_election
from ballot_server.storage.repositories import AttendanceRepository
from tests.support.evenings import (
    AGREE,
    MEETING,
    Evening,
    begin_evening,
    make_member,
    make_roll,
    prepare_evening,
)
from tests.support.registers import AUTHOR, NOW

ABSENT, PRESENT, EXCUSED = Attendance.ABSENT_UNEXCUSED, Attendance.PRESENT, Attendance.ABSENT_EXCUSED
CARD = CardNumber("00125001")


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    """Yield a meeting of five people of whom the first is not here yet."""
    roll = make_roll(0, make_member(1, attendance=ABSENT), *(make_member(number) for number in range(2, 6)))
    with begin_evening(tmp_path, roll=roll) as begun:
        yield begun


def mark(evening: Evening, expected: Attendance, attendance: Attendance, *, card: str = CARD, minute: int = 0) -> None:
    author = replace(AUTHOR, at=NOW + timedelta(minutes=minute))
    mark_attendance(evening.database, MEETING, card, expected=expected, attendance=attendance, author=author)


def undo(evening: Evening, event: int, reason: str = "bấm nhầm") -> None:
    undo_attendance(evening.database, MEETING, CARD, event=event, fields={"reason": reason}, author=AUTHOR)


def list_steps(evening: Evening) -> tuple[StepLine, ...]:
    return open_desk(evening.database, MEETING, CARD).people[0].steps


def test_coming_leaving_and_coming_back_are_events_with_their_time(evening: Evening) -> None:
    mark(evening, ABSENT, PRESENT, minute=5)
    mark(evening, PRESENT, ABSENT, minute=50)
    mark(evening, ABSENT, PRESENT, minute=70)
    steps = list_steps(evening)
    assert [line.step for line in steps] == [Step.ARRIVED, Step.LEFT, Step.CAME_BACK]
    assert [line.event.at - NOW for line in steps] == [timedelta(minutes=minute) for minute in (5, 50, 70)]
    assert {line.event.by for line in steps} == {AUTHOR.by}


def test_present_is_computed_from_the_events(evening: Evening) -> None:
    assert open_desk(evening.database, MEETING).present == 4
    mark(evening, ABSENT, PRESENT)
    mark(evening, PRESENT, EXCUSED, card="00125002")
    mark(evening, PRESENT, ABSENT, card="00125003")
    view = open_desk(evening.database, MEETING)
    assert (view.present, view.excused, view.unexcused) == (3, 1, 1)


def test_undo_restores_what_was_before_and_keeps_both_events(evening: Evening) -> None:
    mark(evening, ABSENT, PRESENT)
    undo(evening, 1)
    person = open_desk(evening.database, MEETING, CARD).people[0]
    assert person.attendance is ABSENT
    assert [(line.step, line.event.reason) for line in person.steps] == [(Step.ARRIVED, ""), (Step.UNDONE, "bấm nhầm")]


def test_arrival_after_an_undone_one_is_an_arrival(evening: Evening) -> None:
    mark(evening, ABSENT, PRESENT)
    undo(evening, 1)
    mark(evening, ABSENT, PRESENT)
    assert list_steps(evening)[-1].step is Step.ARRIVED


@pytest.mark.parametrize("reason", ["", "   "])
def test_undo_without_a_reason_is_refused(evening: Evening, reason: str) -> None:
    mark(evening, ABSENT, PRESENT)
    with pytest.raises(FormError):
        undo(evening, 1, reason)
    assert len(list_steps(evening)) == 1


def test_only_the_last_event_is_undone_and_only_once(evening: Evening) -> None:
    mark(evening, ABSENT, PRESENT)
    mark(evening, PRESENT, ABSENT)
    with pytest.raises(AttendanceChangedError):
        undo(evening, 1)
    undo(evening, 2)
    for event in (2, 3, 9):
        with pytest.raises(AttendanceChangedError):
            undo(evening, event)


def press_at_once(evening: Evening, before: Attendance, wanted: tuple[Attendance, Attendance]) -> list[Author]:
    """Let two stations mark one person at once; return who stored something."""
    start, stored = Barrier(2), []
    authors = [Author(f"Bàn {number}", NOW) for number in (1, 2)]

    def press(author: Author, attendance: Attendance) -> None:
        start.wait()
        try:
            mark_attendance(evening.database, MEETING, CARD, expected=before, attendance=attendance, author=author)
            stored.append(author)
        except AttendanceChangedError as error:
            refused.append(error)

    refused: list[AttendanceChangedError] = []
    threads = [Thread(target=press, args=pair) for pair in zip(authors, wanted, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [error.fields["by"] for error in refused] == [author.by for author in stored]
    return stored


def test_of_two_stations_at_one_person_exactly_one_succeeds_and_the_other_sees_who(evening: Evening) -> None:
    rounds = 40
    for number in range(rounds):
        before = open_desk(evening.database, MEETING, CARD).people[0].attendance
        other = PRESENT if before is not PRESENT else ABSENT
        # Every second time both stations want the same.
        assert len(press_at_once(evening, before, (other, other if number % 2 else EXCUSED))) == 1
        current = open_desk(evening.database, MEETING, CARD).people[0].attendance
        if current is EXCUSED:
            mark(evening, EXCUSED, ABSENT)
    with evening.database.read() as session:
        events = AttendanceRepository(session).list_all(MEETING)
    assert [event.number for event in events] == list(range(1, len(events) + 1))


def test_room_at_opening_stays_and_later_changes_stand_beside_it(tmp_path: Path) -> None:
    roll = make_roll(5, make_member(6, attendance=ABSENT))
    with prepare_evening(tmp_path, roll=roll) as evening:
        evening.open("s1")
        mark(evening, ABSENT, PRESENT, card="00125006")
        mark(evening, PRESENT, ABSENT, card="00125002")
        mark(evening, PRESENT, ABSENT, card="00125003")
        mark(evening, ABSENT, PRESENT, card="00125003")
        change = open_desk(evening.database, MEETING).changes[0]
    assert (change.at_open, change.at_close) == (5, None)
    assert (change.came, change.left) == (("Nguyễn Văn 06",), ("Nguyễn Văn 02",))


def test_those_who_do_not_vote_come_and_go_without_touching_the_numbers(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, roll=make_roll(5, make_member(6, exempt=True))) as evening:
        evening.open("s1")
        mark(evening, PRESENT, ABSENT, card="00125006")
        change = open_desk(evening.database, MEETING).changes[0]
    assert (change.came, change.left) == ((), ())


def test_room_is_counted_again_at_the_close_and_no_longer_changes(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        evening.open("s1")
        evening.cast("s1", AGREE, AGREE, AGREE)
        mark(evening, PRESENT, ABSENT, card="00125002")
        evening.close("s1")
        mark(evening, PRESENT, ABSENT, card="00125003")
        change = watch_election(evening.database, MEETING, "s1")
        assert open_desk(evening.database, MEETING).changes == ()
    assert isinstance(change, RoomChange)
    assert (change.at_open, change.at_close, change.left) == (5, 4, ("Nguyễn Văn 02",))


def test_election_that_never_opened_froze_nothing(evening: Evening) -> None:
    assert watch_election(evening.database, MEETING, "s1") is None


def make_event(number: int, card: str, attendance: Attendance) -> AttendanceEvent:
    return AttendanceEvent(number, CardNumber(card), attendance, NOW, "Thư")


def test_events_are_applied_in_their_order_whatever_order_they_are_given_in() -> None:
    events = [make_event(2, CARD, ABSENT), make_event(1, CARD, PRESENT)]
    assert apply_events(make_roll(1), events).entries[0].attendance is ABSENT


def test_rooms_are_compared_person_by_person() -> None:
    before = make_roll(2, make_member(3, attendance=ABSENT))
    after = make_roll(1, make_member(2, attendance=EXCUSED), make_member(3))
    movement = compare_rooms(before, after)
    assert (movement.came, movement.left) == (("00125003",), ("00125002",))


def test_reasons_of_those_who_stay_away_are_steps_of_their_own() -> None:
    events = [make_event(1, CARD, EXCUSED), make_event(2, CARD, ABSENT)]
    assert name_steps(ABSENT, events) == (Step.EXCUSED, Step.UNEXCUSED)
