"""Rehearsals on paper and of mixed meetings; every number below was worked out by hand.

Twelve official members are in the room and one stays away: base 13, two thirds of it 9. In the election eleven valid
ballots come back and one invalid one.

    on paper   14 printed = 12 handed out + 2 left over; 12 issued, 12 returned, 1 of them invalid, 11 valid = 9 + 1 + 1
    mixed      5 take paper, 7 draw slips of 9 printed; issued 7 + 5 = 12; by phone 7, on paper 4 valid and 1 invalid
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ballot_server.cli.main import main
from crypto.archive import decode_archive
from crypto.bodies import EntryKind
from tests.support.printed_files import read_text, squeeze
from tests.support.scenario_files import ScenarioElectionText, write_scenario
from tests.support.verifying import Verify

AWAY = "Đảng viên 013,000013,official,none,,,,no,absent_excused"
COUNTS = {"agree": 9, "disagree": 1, "blank": 1}


def rehearse(folder: Path, mode: str, *keys: str) -> Path:
    """Rehearse a meeting of one election in a mode, with more keys for its election; return the folder written."""
    path = write_scenario(folder, [ScenarioElectionText("s1", [COUNTS])], present=12, others=[AWAY])
    text = path.read_text(encoding="utf-8").replace("[trustees]", f'mode = "{mode}"\n\n[trustees]')
    more = "\n".join(('id = "s1"', *keys))
    path.write_text(text.replace('id = "s1"', more), encoding="utf-8")
    assert main(["rehearse", str(path), "--out", str(folder / "out")]) == 0
    return folder / "out"


@pytest.fixture(scope="module")
def on_paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rehearse(tmp_path_factory.mktemp("paper"), "paper", "invalid = 1")


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rehearse(tmp_path_factory.mktemp("mixed"), "mixed", "paper = 4", "invalid = 1")


def read_election(out: Path) -> dict[str, Any]:
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert result["verified"] is True
    [election] = result["elections"]
    return dict(election)


def select(election: dict[str, Any], *names: str) -> list[int]:
    return [election[name] for name in names]


NUMBERS = ("summoned", "present", "printed", "handed_out", "void", "lost", "issued", "returned", "not_returned")


def test_result_of_a_meeting_on_paper_equals_every_number_worked_out_by_hand(on_paper: Path) -> None:
    election = read_election(on_paper)
    assert election["base"]["value"] == 13
    assert select(election, *NUMBERS) == [13, 12, 14, 12, 0, 0, 12, 12, 0]
    [contest] = election["contests"]
    assert contest["counts"] == COUNTS
    assert contest["shares"]["base"]["agree"] == "69.23"
    assert contest["shares"]["valid"]["agree"] == "81.82"
    [test] = contest["tests"]
    assert (test["needed"], test["got"], test["passed"]) == (9, 9, True)
    assert contest["outcome"] == {"id": "listed"}


def test_result_of_a_mixed_meeting_equals_every_number_worked_out_by_hand(mixed: Path) -> None:
    election = read_election(mixed)
    assert select(election, *NUMBERS) == [13, 12, 9, 7, 0, 0, 12, 12, 0]
    [contest] = election["contests"]
    assert contest["counts"] == COUNTS
    assert contest["outcome"] == {"id": "listed"}


def test_board_of_a_meeting_on_paper_holds_no_key_list_or_ballot(on_paper: Path) -> None:
    kinds = [entry.kind for entry in decode_archive((on_paper / "archive.jsonl").read_bytes())]
    assert kinds == [
        EntryKind.MEETING,
        EntryKind.PAPER_ELECTION,
        EntryKind.PAPER_COUNTS,
        EntryKind.OUTCOME,
        EntryKind.MINUTES,
        EntryKind.FINAL,
    ]
    assert not (on_paper / "slips.pdf").exists()


def test_board_of_a_mixed_meeting_has_the_paper_counts_before_the_sum(mixed: Path) -> None:
    entries = decode_archive((mixed / "archive.jsonl").read_bytes())
    kinds = [entry.kind for entry in entries]
    assert kinds.index(EntryKind.CLOSED) < kinds.index(EntryKind.PAPER_COUNTS) < kinds.index(EntryKind.AGGREGATE)
    body = entries[kinds.index(EntryKind.PAPER_COUNTS)].body
    assert [body[name] for name in ("issued", "exchanged", "ballots", "invalid")] == [5, 0, 5, 1]


@pytest.mark.parametrize("mode", ["on_paper", "mixed"])
def test_archive_verifies_with_the_head_on_the_minutes(
    mode: str, request: pytest.FixtureRequest, verify: Verify
) -> None:
    out: Path = request.getfixturevalue(mode)
    head = json.loads((out / "result.json").read_text(encoding="utf-8"))["board_head"]
    status, output, errors = verify((out / "archive.jsonl").read_bytes(), "--head", head)
    assert (status, errors) == (0, "")
    assert "V10 (1)" in output


def test_minutes_of_a_meeting_on_paper_say_so_and_why_a_ballot_is_invalid(on_paper: Path) -> None:
    text = squeeze(read_text(on_paper / "minutes.pdf"))
    assert squeeze("Bỏ phiếu kín bằng phiếu giấy; hai người trong tổ kiểm phiếu đếm độc lập") in text
    assert squeeze("Phiếu giấy đã in 14") in text
    assert squeeze("Tổng số phiếu hợp lệ 11") in text
    assert squeeze("Lý do không hợp lệ: không rõ chọn ô nào: 1.") in text
    assert squeeze("Thẻ bỏ phiếu") not in text


def test_minutes_of_a_mixed_meeting_keep_paper_in_a_column_of_its_own(mixed: Path) -> None:
    text = squeeze(read_text(mixed / "minutes.pdf"))
    assert squeeze("một phần bằng phiếu giấy") in text
    assert squeeze("Điện tử Giấy Cộng") in text
    assert squeeze("Phiếu giấy phát ra 5") in text
    assert squeeze("trong đó phiếu giấy 5") in text


def test_mixed_scenario_with_a_channel_below_the_floor_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        rehearse(tmp_path, "mixed", "paper = 2")


def test_scenario_on_phones_that_names_paper_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        rehearse(tmp_path, "electronic", "paper = 4")
