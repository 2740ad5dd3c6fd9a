"""Archives that somebody changed, cut or rewrote without the server's key: none passes `phieukin verify`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ballot_server.cli.main import main
from crypto.board import format_head
from tests.support.command_line import run_crypto_verify, run_phieukin
from tests.support.rehearsals import SmallBoard
from tests.support.verifying import Verify, find_failure

SHARDS = 6
STRIDE = 31


def list_positions(archive: bytes) -> list[int]:
    """Return which bytes to change: every so many, both ends of every line, and all of the last two lines."""
    lines = archive.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
    ends = [
        start + length for start, line in zip(starts, lines, strict=True) for length in (len(line) - 2, len(line) - 1)
    ]
    last_two = range(starts[-2], len(archive))
    return sorted({*range(0, len(archive), STRIDE), *starts, *ends, *last_two})


def test_untouched_board_verifies_against_its_head(small_board: SmallBoard, verify: Verify) -> None:
    assert verify(small_board.archive, "--head", format_head(small_board.head))[0] == 0


@pytest.mark.parametrize("shard", range(SHARDS))
def test_one_changed_bit_anywhere_is_found(small_board: SmallBoard, shard: int) -> None:
    for number, position in list(enumerate(list_positions(small_board.archive)))[shard::SHARDS]:
        changed = bytearray(small_board.archive)
        changed[position] ^= 1 << (number // SHARDS % 8)
        assert find_failure(bytes(changed)).check == "V1"


@pytest.mark.parametrize(
    "change",
    [
        lambda _archive: b"",
        lambda archive: archive[:-1],
        lambda archive: archive[: len(archive) // 2],
        lambda archive: archive[: archive.rindex(b"\n", 0, -1) + 1],
        lambda archive: archive + b"\n",
        lambda archive: b"\n" + archive,
        lambda archive: archive.replace(b"\n", b"\n\n", 1),
        lambda archive: archive.replace(b"\n", b"\r\n"),
        lambda archive: b"\xef\xbb\xbf" + archive,
        lambda archive: archive.replace(b'"number":3,', b'"number": 3,', 1),
        lambda archive: archive.replace(b'"number":3,', b'"number":3.0,', 1),
        lambda archive: archive.replace(b'"number":3,', b'"number":3,"number":3,', 1),
        lambda archive: archive + archive,
        lambda archive: archive + b"{}\n",
        lambda archive: b"[" * 200_000 + b"\n",
        lambda archive: archive.replace("số".encode(), "sô\u0301".encode()),
        lambda _archive: bytes(10_000),
    ],
    ids=[
        *("empty", "last line feed gone", "cut in the middle", "last entry gone", "extra line feed at the end"),
        *("extra line feed at the start", "extra line feed within", "CRLF", "byte order mark", "blank in JSON"),
        *("float", "doubled key", "doubled archive", "extra entry", "deep nesting", "decomposed letters", "zeros"),
    ],
)
def test_archive_of_another_form_is_refused(
    small_board: SmallBoard, verify: Verify, change: Callable[[bytes], bytes]
) -> None:
    changed = change(small_board.archive)
    assert changed != small_board.archive
    status, output, errors = verify(changed)
    assert (status, errors) == (1, "")
    assert output.startswith("KHÔNG ĐẠT phép kiểm tra V1.")


@pytest.mark.parametrize("number", range(0, 39, 3))
def test_doubled_line_is_found(small_board: SmallBoard, number: int) -> None:
    lines = small_board.archive.splitlines(keepends=True)
    assert find_failure(b"".join([*lines[: number + 1], *lines[number:]])).check == "V1"


@pytest.mark.parametrize("number", range(0, 38, 3))
def test_swapped_lines_are_found(small_board: SmallBoard, number: int) -> None:
    lines = small_board.archive.splitlines(keepends=True)
    swapped = [*lines[:number], lines[number + 1], lines[number], *lines[number + 2 :]]
    assert find_failure(b"".join(swapped)).check == "V1"


def test_failure_names_the_place_in_both_languages(small_board: SmallBoard, verify: Verify) -> None:
    changed = small_board.archive.replace("Nhà văn hóa tổ 5".encode(), "Nhà văn hóa tổ 6".encode(), 1)
    assert "Ở mục số 0 (dòng 1)." in verify(changed)[1]
    assert "At entry 0 (line 1)." in verify(changed, "--lang", "en")[1]


def test_failure_is_told_to_programs_as_json(small_board: SmallBoard, verify: Verify) -> None:
    status, output, errors = verify(small_board.archive[:-1], "--json")
    told = json.loads(output)
    assert (status, errors, told["verified"], told["check"]) == (1, "", False, "V1")


@pytest.mark.parametrize("head", ["0" * 32, "0" * 64, "ABCD EFGH JKMN PQRS TVWX YZ01 2345 6789"])
def test_head_of_another_board_is_found(small_board: SmallBoard, verify: Verify, head: str) -> None:
    status, output, _ = verify(small_board.archive, "--head", head)
    assert (status, output.splitlines()[0][:30]) == (1, "KHÔNG ĐẠT phép kiểm tra V1. Kh")


@pytest.mark.parametrize("head", ["", "x", "0" * 31, "0" * 33, "0" * 63, "U" * 32, "ô" * 32])
def test_head_of_no_form_is_bad_usage(small_board: SmallBoard, verify: Verify, head: str) -> None:
    status, output, errors = verify(small_board.archive, "--head", head)
    assert (status, output) == (2, "")
    assert errors.startswith("Mã sau --head phải có 32 ký tự")


@pytest.mark.parametrize("form", [str.lower, lambda head: head.replace("-", ""), lambda head: head.replace("-", " ")])
def test_head_may_be_typed_as_people_type(small_board: SmallBoard, verify: Verify, form: Callable[[str], str]) -> None:
    assert verify(small_board.archive, "--head", form(format_head(small_board.head)))[0] == 0


def test_installed_commands_refuse_a_changed_archive_without_a_trace(small_board: SmallBoard, tmp_path: Path) -> None:
    changed = bytearray(small_board.archive)
    changed[len(changed) // 2] ^= 1
    (tmp_path / "changed.jsonl").write_bytes(changed)
    for finished in (
        run_phieukin("verify", tmp_path / "changed.jsonl"),
        run_crypto_verify(tmp_path / "changed.jsonl"),
    ):
        assert (finished.status, finished.errors) == (1, "")
        assert "KHÔNG ĐẠT" in finished.output


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_file_that_cannot_be_read_is_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["verify", str(tmp_path / name)]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.startswith("Không đọc được tệp")) == ("", True)


def test_confirmation_that_cannot_be_read_is_bad_usage(small_board: SmallBoard, verify: Verify, tmp_path: Path) -> None:
    assert verify(small_board.archive, "--confirmation", str(tmp_path / "missing"))[0] == 2


def test_confirmation_of_another_board_is_found(small_board: SmallBoard, verify: Verify, tmp_path: Path) -> None:
    (tmp_path / "confirmation").write_bytes(b"{}")
    status, output, _ = verify(small_board.archive, "--confirmation", str(tmp_path / "confirmation"))
    assert (status, "phép kiểm tra V12" in output) == (1, True)
