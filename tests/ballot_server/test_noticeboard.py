"""The writing end of a board: its state after rollbacks, restarts and other writers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ballot_server.services.noticeboard import Noticeboard
from ballot_server.storage.repositories import BoardRepository
from crypto.board import fold_entries
from crypto.bodies import EntryKind
from crypto.encoding import JsonObject
from crypto.errors import BoardError, EncodingError
from tests.support.evenings import MEETING, Evening, begin_evening, prepare_evening


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with begin_evening(tmp_path) as begun:
        yield begun


def describe_list(slot: int) -> JsonObject:
    return {"series": "A", "slot": slot, "credentials": ""}


def append(evening: Evening, board: Noticeboard, slot: int) -> None:
    with evening.database.write() as session:
        board.append(session, EntryKind.LIST, describe_list(slot))


def append_and_fail(evening: Evening, board: Noticeboard, slot: int) -> None:
    with evening.database.write() as session:
        board.append(session, EntryKind.LIST, describe_list(slot))
        raise RuntimeError("the service broke down")


def check_state(evening: Evening, board: Noticeboard) -> None:
    with evening.database.read() as session:
        assert board.read_state(session) == fold_entries(evening.list_entries())


def test_read_state_of_a_meeting_without_a_board_is_empty(evening: Evening) -> None:
    other = Noticeboard("M0000002", evening.installation.seed)
    with evening.database.read() as session:
        assert other.read_state(session).number == 0


def test_append_stores_the_entry_that_the_state_counts(evening: Evening) -> None:
    append(evening, evening.board, 0)
    assert evening.list_entries()[-1].body == describe_list(0)
    check_state(evening, evening.board)


def test_append_after_a_rollback_leaves_no_gap_and_no_trace(evening: Evening) -> None:
    before = evening.list_entries()
    with pytest.raises(RuntimeError):
        append_and_fail(evening, evening.board, 0)
    assert evening.list_entries() == before
    append(evening, evening.board, 0)
    assert [entry.number for entry in evening.list_entries()] == list(range(len(before) + 1))
    check_state(evening, evening.board)


def test_read_state_after_a_rollback_is_that_of_the_stored_board(evening: Evening) -> None:
    with pytest.raises(RuntimeError):
        append_and_fail(evening, evening.board, 0)
    check_state(evening, evening.board)


def test_append_refused_by_order_leaves_the_state_as_it_was(evening: Evening) -> None:
    append(evening, evening.board, 0)
    with pytest.raises(BoardError):
        append(evening, evening.board, 0)
    check_state(evening, evening.board)


def test_append_refuses_a_body_of_another_form(evening: Evening) -> None:
    with pytest.raises(EncodingError), evening.database.write() as session:
        evening.board.append(session, EntryKind.LIST, {"series": "A"})
    check_state(evening, evening.board)


def test_append_refuses_a_key_that_is_not_the_meetings(evening: Evening) -> None:
    stranger = Noticeboard(MEETING, type(evening.installation.seed)(bytes(32)))
    with pytest.raises(BoardError):
        append(evening, stranger, 0)


def test_two_writers_append_to_one_chain(evening: Evening) -> None:
    boards = [evening.board, Noticeboard(MEETING, evening.installation.seed)]
    for slot in range(6):
        append(evening, boards[slot % 2], slot)
    for board in boards:
        check_state(evening, board)


def test_two_writers_at_once_append_to_one_chain(evening: Evening) -> None:
    boards = [Noticeboard(MEETING, evening.installation.seed) for _ in range(4)]

    def write(writer: int) -> None:
        for slot in range(writer, 24, 4):
            append(evening, boards[writer], slot)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert {entry.body["slot"] for entry in evening.list_entries(EntryKind.LIST)} == set(range(24))
    check_state(evening, evening.board)


def test_new_noticeboard_goes_on_where_the_old_one_stopped(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        evening.board = Noticeboard(MEETING, evening.installation.seed)
        evening.hold("s1", (0,), (0,), (1,))
        report, _ = evening.finish()
        assert report.head_compared


def test_lines_are_stored_as_they_are_signed(evening: Evening) -> None:
    with evening.database.read() as session:
        lines = list(BoardRepository(session).list_all(MEETING))
    assert lines == [entry.encode() for entry in evening.list_entries()]
    for entry in evening.list_entries():
        entry.verify_signature(evening.installation.server_key)
