"""Attacks on the chain, each failing V1, and whatever else a server may write in its own board."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from crypto.archive import encode_archive
from crypto.board import Entry, format_head, sign_entry
from crypto.bodies import EntryKind
from crypto.encoding import JsonObject
from crypto.errors import VerificationError
from crypto.verify import verify_archive
from tests.support.archives import (
    begin_board,
    resign,
)
from tests.support.board_attacks import (
    LINES,
    OTHER_SEED,
    PLAN,
    SAMPLE,
    SMALLEST,
    find_failure,
    find_review_failure,
    open_board,
    rewrite,
    setting,
)

# V1: the chain.


@pytest.mark.parametrize("number", range(len(LINES)))
def test_removed_entry_is_found(number: int) -> None:
    assert find_failure(b"".join(LINES[:number] + LINES[number + 1 :])).check == "V1"


@pytest.mark.parametrize("number", range(len(LINES) - 1))
def test_reordered_entries_are_found(number: int) -> None:
    lines = [*LINES[:number], LINES[number + 1], LINES[number], *LINES[number + 2 :]]
    assert find_failure(b"".join(lines)).check == "V1"


@pytest.mark.parametrize("number", range(len(LINES)))
def test_doubled_entry_is_found(number: int) -> None:
    assert find_failure(b"".join([*LINES[: number + 1], *LINES[number:]])).check == "V1"


@pytest.mark.parametrize("number", range(len(LINES)))
def test_entry_signed_again_by_another_key_is_found(number: int) -> None:
    entries = list(SAMPLE.entries)
    entries[number] = sign_entry(entries[number], OTHER_SEED)
    failure = find_failure(encode_archive(entries))
    assert (failure.check, failure.entry) == ("V1", number)


@pytest.mark.parametrize("number", range(1, len(LINES)))
def test_body_of_another_entry_under_this_ones_signature_is_found(number: int) -> None:
    entries = list(SAMPLE.entries)
    entries[number] = replace(entries[number], kind=entries[number - 1].kind, body=entries[number - 1].body)
    assert find_failure(encode_archive(entries)).check == "V1"


@pytest.mark.parametrize("number", range(1, len(LINES) - 1))
def test_entry_dropped_from_a_board_that_its_server_signs_again_is_found(number: int) -> None:
    dropped = SAMPLE.entries[number]
    data = resign(SAMPLE.entries, lambda entry: None if entry is dropped else entry.body)
    if dropped.kind is EntryKind.DESTROYED:
        assert verify_archive(data, head=format_head(SAMPLE.head or b"")).entries == len(LINES) - 1
    else:
        assert find_failure(data).check == "V1"


@pytest.mark.parametrize("count", range(len(LINES)))
def test_archive_cut_short_at_a_line_is_found(count: int) -> None:
    assert find_failure(b"".join(LINES[:count])).check == "V1"


@pytest.mark.parametrize("byte", range(1, len(SAMPLE.data), 499))
def test_archive_cut_short_within_a_line_is_found(byte: int) -> None:
    assert find_failure(SAMPLE.data[:byte]).check == "V1"


def test_archive_without_final_is_found() -> None:
    failure = find_failure(b"".join(LINES[:-1]))
    assert (failure.check, failure.expected) == ("V1", "final")


def test_board_signed_anew_by_another_server_is_found_by_the_head() -> None:
    def change(entry: Entry) -> JsonObject:
        if entry.kind is EntryKind.MEETING:
            return {**entry.body, "place": "Nơi khác"}
        return entry.body

    rebuilt = resign(SAMPLE.entries, change)
    verify_archive(rebuilt)
    assert find_failure(rebuilt, head=format_head(SAMPLE.head or b"")).check == "V1"


@pytest.mark.parametrize("head", ["0" * 32, "0" * 64, "", "x", format_head(SAMPLE.entries[-1].entry_hash)])
def test_wrong_head_is_found(head: str) -> None:
    assert find_failure(SAMPLE.data, head=head).check == "V1"


def test_head_of_a_board_without_outcome_is_refused() -> None:
    assert find_failure(begin_board([]).finish().data, head="0" * 32).check == "V1"


def test_outcome_annulled_after_the_minutes_printed_the_head_is_found() -> None:
    builder = begin_board([PLAN])
    builder.hold_election(PLAN)
    printed = builder.state.head
    builder.annul("s1")
    assert printed is not None
    assert find_failure(builder.finish().data, head=format_head(printed)).check == "V1"


@pytest.mark.parametrize("total", ["entries", "ballots", "proofs", "signatures"])
@pytest.mark.parametrize("step", [-1, 1])
def test_total_in_final_that_was_not_checked_is_found(total: str, step: int) -> None:
    found = SAMPLE.entries[-1].body[total]
    assert isinstance(found, int)
    assert find_failure(rewrite(EntryKind.FINAL, setting(**{total: found + step}))).check == "V1"


@pytest.mark.parametrize("data", [b"", b"\n", b"{}\n", b"[]\n", b"null\n", b"\x00", b"[" * 10_000 + b"\n"])
def test_file_that_is_no_archive_is_found(data: bytes) -> None:
    assert find_failure(data).check == "V1"


@pytest.mark.parametrize("code", ["", "7QKX3M0O", "7QKX3M0Z0"])
def test_meeting_of_another_form_is_found(code: str) -> None:
    assert find_failure(rewrite(EntryKind.MEETING, setting(code=code))).check == "V1"


@pytest.mark.parametrize("date", ["2026-1-15", "20260115", "2026-02-30", "15/01/2026"])
def test_meeting_of_no_date_is_found(date: str) -> None:
    assert find_failure(rewrite(EntryKind.MEETING, setting(date=date))).check == "V1"


def test_every_single_byte_of_a_small_archive_matters() -> None:
    data = bytearray(SMALLEST.data)
    survivors = []
    for position in range(len(data)):
        flip = 1 << (position % 8)
        data[position] ^= flip
        try:
            verify_archive(bytes(data))
        except VerificationError:
            pass
        else:
            survivors.append(position)
        data[position] ^= flip
    assert survivors == []


# Whatever a server writes in place of a value, the verifier says what is wrong or accepts it; it never breaks.


def list_paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict):
        for key, member in value.items():
            yield from list_paths(member, (*path, key))
    elif isinstance(value, list):
        for index, member in enumerate(value[:2]):
            yield from list_paths(member, (*path, index))


def put_value(body: JsonObject, path: tuple[str | int, ...], value: object) -> JsonObject:
    changed: Any = json.loads(json.dumps(body))
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    result: JsonObject = changed
    return result


def replace_body(target: Entry, body: JsonObject) -> Callable[[Entry], JsonObject]:
    return lambda entry: body if entry is target else entry.body


STRANGE: list[Any] = [None, True, -1, 2**53 - 1, "", "00", "A" * 64, [], [[]], {}, {"": None}]


@pytest.mark.parametrize("number", range(len(SMALLEST.entries)), ids=lambda number: SMALLEST.entries[number].kind.value)
def test_strange_value_in_any_place_breaks_nothing(number: int) -> None:
    target = SMALLEST.entries[number]
    accepted = set()
    for path in list_paths(target.body):
        if not path:
            continue
        for value in STRANGE:
            changed = put_value(target.body, path, value)
            if json.dumps(changed) == json.dumps(target.body):
                continue
            data = resign(SMALLEST.entries, replace_body(target, changed))
            try:
                verify_archive(data)
            except VerificationError:
                continue
            accepted.add(path[0])
    opaque = {"superior", "unit", "place", "result", "sha256", "numbers", "ground"}
    assert accepted <= opaque


@pytest.mark.parametrize("key", ["body", "kind", "number", "previous", "signature"])
@pytest.mark.parametrize("value", STRANGE)
def test_strange_value_in_an_entry_breaks_nothing(key: str, value: object) -> None:
    entry = json.loads(LINES[1])
    line = json.dumps({**entry, key: value}, sort_keys=True, separators=(",", ":")).encode()
    assert find_failure(b"".join([LINES[0], line + b"\n", *LINES[2:]])).check == "V1"


# What a trustee's device reviews.


def test_review_refuses_ballots_that_the_aggregate_misses() -> None:
    builder, manifest = open_board()
    ballots = builder.cast(PLAN, manifest)
    builder.close(manifest, ballots)
    builder.publish_aggregate(manifest, ballots[1:])
    assert find_review_failure(encode_archive(builder.entries)).check == "V8"


@pytest.mark.parametrize("data", [b"", b"{}\n", SAMPLE.data[:-1], SAMPLE.data[1:]])
def test_review_refuses_what_is_no_board(data: bytes) -> None:
    assert find_review_failure(data).check == "V1"
