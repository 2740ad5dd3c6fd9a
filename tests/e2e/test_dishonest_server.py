"""Boards that the server itself rewrote: every entry is signed by the right key, and the chain is whole."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from crypto.archive import decode_archive
from crypto.board import Entry, format_head
from crypto.bodies import EntryKind
from crypto.encoding import JsonObject
from tests.support.archives import change_kind, resign
from tests.support.rehearsals import SmallBoard
from tests.support.ruled_archives import OPTIONS, build_ruled_archive, read_installed_text
from tests.support.verifying import Verify, find_failure


def test_board_signed_again_unchanged_is_the_same_board(small_board: SmallBoard) -> None:
    entries = decode_archive(small_board.archive)
    assert resign(entries, lambda entry: entry.body, seed=small_board.seed) == small_board.archive


def test_board_rebuilt_by_its_server_is_found_by_the_printed_head_alone(
    small_board: SmallBoard, verify: Verify
) -> None:
    def move(entry: Entry) -> JsonObject:
        return {**entry.body, "place": "Nơi khác"} if entry.kind is EntryKind.MEETING else entry.body

    rebuilt = resign(decode_archive(small_board.archive), move, seed=small_board.seed)
    status, output, _ = verify(rebuilt)
    assert (status, "CHƯA so với biên bản đã ký" in output) == (0, True)
    assert verify(rebuilt, "--head", format_head(small_board.head))[0] == 1


def set_outcome(body: JsonObject) -> JsonObject:
    """Return an outcome whose first contest came out otherwise."""
    changed: Any = copy.deepcopy(body)
    changed["result"]["contests"][0]["outcome"]["id"] = "not_listed"
    return dict(changed)


def set_minutes_number(body: JsonObject) -> JsonObject:
    """Return minutes in which one more agreed."""
    changed: Any = copy.deepcopy(body)
    changed["numbers"]["elections"][0]["contests"][0]["counts"]["agree"] += 1
    return dict(changed)


def set_minutes_truth(body: JsonObject) -> JsonObject:
    """Return minutes in which a yes is written as the number 1, which compares equal in Python."""
    changed: Any = copy.deepcopy(body)
    changed["numbers"]["elections"][0]["contests"][0]["tests"][0]["passed"] = 1
    return dict(changed)


@pytest.mark.parametrize(
    ("kind", "change", "check"),
    [
        (EntryKind.OUTCOME, set_outcome, "V10"),
        (EntryKind.OUTCOME, lambda body: {**body, "result": {}}, "V10"),
        (EntryKind.MINUTES, set_minutes_number, "V11"),
        (EntryKind.MINUTES, set_minutes_truth, "V11"),
        (EntryKind.MINUTES, lambda body: {**body, "numbers": {"elections": []}}, "V11"),
    ],
)
def test_rehearsed_board_signed_again_over_another_result_is_found(
    small_board: SmallBoard, kind: EntryKind, change: Callable[[JsonObject], JsonObject], check: str
) -> None:
    entries = decode_archive(small_board.archive)
    assert find_failure(resign(entries, change_kind(kind, change), seed=small_board.seed)).check == check


def test_tally_signed_again_over_other_counts_is_found(small_board: SmallBoard) -> None:
    entries = decode_archive(small_board.archive)
    change = change_kind(EntryKind.TALLY, lambda body: {**body, "counts": [[3, 0, 0]]})
    assert find_failure(resign(entries, change, seed=small_board.seed)).check == "V9"


def set_rule(**values: object) -> Callable[[JsonObject], JsonObject]:
    """Return a change of sealed rules."""
    return lambda rules: {**rules, **values}  # type: ignore[dict-item]


def set_base(**values: object) -> Callable[[JsonObject], JsonObject]:
    """Return a change of the sealed base."""

    def change(rules: JsonObject) -> JsonObject:
        changed: Any = copy.deepcopy(rules)
        changed["base"].update(values)
        return dict(changed)

    return change


def test_board_decided_under_the_installed_rules_verifies(verify: Verify) -> None:
    status, output, _ = verify(build_ruled_archive())
    assert (status, "dùng quy tắc không có sẵn" in output) == (0, False)


@pytest.mark.parametrize(
    "change",
    [
        set_base(value=3),
        set_base(bare_words=4),
        set_base(parts={"official": 6, "exempt": 2, "suspended": 1, "transferred_out": 0}),
        set_base(value=3, bare_words=4, parts={"official": 6, "exempt": 2, "suspended": 1, "transferred_out": 0}),
        set_base(value=3, bare_words=4, parts={"official": 5, "exempt": 1, "suspended": 1, "transferred_out": 0}),
        set_base(kind="votes_cast", value=None, bare_words=None),
        set_rule(summoned=3),
        set_rule(present=2),
        set_rule(barred=1),
        set_rule(in_force=False),
        set_rule(mark="?"),
        set_rule(meeting_date="2026-01-16"),
        set_rule(rule_set="vn-screening-progress"),
        set_rule(text=""),
        set_rule(contests=[]),
        lambda _rules: {},
    ],
)
def test_sealed_rules_that_contradict_themselves_are_found(change: Callable[[JsonObject], JsonObject]) -> None:
    assert find_failure(build_ruled_archive(change_rules=change)).check == "V10"


def test_options_sealed_in_another_order_than_the_rules_give_are_found() -> None:
    assert find_failure(build_ruled_archive(options=OPTIONS[::-1])).check == "V10"


def test_outcome_that_the_sealed_rules_do_not_give_is_found() -> None:
    def change(result: JsonObject) -> JsonObject:
        changed: Any = copy.deepcopy(result)
        changed["contests"][0]["outcome"]["id"] = "listed"
        return dict(changed)

    assert find_failure(build_ruled_archive(change_result=change)).check == "V10"


def test_minutes_with_another_number_than_the_outcome_are_found() -> None:
    def change(numbers: JsonObject) -> JsonObject:
        changed: Any = copy.deepcopy(numbers)
        changed["elections"][0]["base"]["value"] = 3
        return dict(changed)

    assert find_failure(build_ruled_archive(change_numbers=change)).check == "V11"


def test_rules_lowered_under_an_installed_id_are_told_as_own_rules(verify: Verify) -> None:
    text = read_installed_text()
    lowered = text.replace("at_least = [2, 3]", "at_least = [1, 2]")
    assert lowered != text
    archive = build_ruled_archive(text=lowered)
    status, output, _ = verify(archive)
    assert status == 0
    assert "Lưu ý: lần bỏ phiếu “s1” dùng quy tắc không có sẵn trong chương trình này." in output
    assert json.loads(verify(archive, "--json")[1])["own_rules"] == ["s1"]
