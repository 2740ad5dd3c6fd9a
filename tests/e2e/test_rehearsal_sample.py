"""`phieukin rehearse docs/sample/meeting.toml`: the numbers that were worked out by hand, and what is left behind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pymupdf
import pytest

from crypto.board import format_head
from tests.support.command_line import SAMPLE, Finished, run_crypto_verify, run_phieukin
from tests.support.printed_files import squeeze
from tests.support.rehearsals import Rehearsal
from tests.support.scenario_files import read_expected, summarise_election

EXPECTED = read_expected(SAMPLE / "expected.toml")
RESULT_KEYS = {"meeting", "elections", "board_head", "verified"}
ELECTION_KEYS = {
    *("id", "rule_set", "mark", "in_force", "base", "summoned", "present", "printed", "handed_out", "void", "lost"),
    *("issued", "returned", "not_returned", "contests"),
}
BASE_KEYS = {"value", "kind", "parts", "bare_words"}
PART_KEYS = {"official", "exempt", "suspended", "transferred_out"}
CONTEST_KEYS = {"id", "counts", "shares", "tests", "outcome"}
TEST_KEYS = {"option", "at_least", "base", "needed", "got", "passed"}
SHARE_KEYS = {"base", "summoned", "returned", "valid"}

Verifier = Callable[..., Finished]
VERIFIERS = pytest.mark.parametrize(
    "verify", [lambda *rest: run_phieukin("verify", *rest), run_crypto_verify], ids=["phieukin", "crypto"]
)


def read_printed_head(sample: Rehearsal) -> str:
    """Return the head as the last page of the minutes prints it: eight groups of four."""
    text = squeeze(pymupdf.open(sample.out / "minutes.pdf")[-1].get_text())
    [head] = re.findall("Mãniêmphongcủabảngđiệntử([0-9A-Z]{32})", text)
    return " ".join(head[start : start + 4] for start in range(0, len(head), 4))


def list_contests(sample: Rehearsal) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return every contest of the result with its election."""
    return [(election, contest) for election in sample.result["elections"] for contest in election["contests"]]


def test_rehearse_ends_well(sample: Rehearsal) -> None:
    assert sample.status == 0


def test_rehearse_writes_five_files_and_nothing_else(sample: Rehearsal) -> None:
    names = sorted(path.name for path in sample.out.iterdir())
    assert names == ["archive.jsonl", "minutes.docx", "minutes.pdf", "result.json", "slips.pdf"]


def test_rehearse_tells_its_progress_on_the_error_stream(sample: Rehearsal) -> None:
    lines = sample.errors.splitlines()
    assert {"Bỏ phiếu s1: 14/14", "Bỏ phiếu s3b: 13/13", "Kiểm phiếu s3a: 1/1"} < set(lines)
    assert lines[0].startswith("Chuẩn bị")
    assert lines[-1] == "Kiểm tra lại tệp lưu trữ: 1/1"


def test_rehearse_says_what_came_out_and_where_it_is(sample: Rehearsal) -> None:
    head = format_head(bytes.fromhex(sample.result["board_head"]))
    assert "s1 · dv01: listed (agree 12/18, ≥ 12)" in sample.output.splitlines()
    assert sample.output.splitlines()[-1] == f"Các tệp nằm trong {sample.out}. Mã niêm phong: {head}"
    assert "Bỏ phiếu s1:" not in sample.output


@pytest.mark.parametrize("place", range(len(EXPECTED)), ids=[str(election["id"]) for election in EXPECTED])
def test_result_equals_every_number_worked_out_by_hand(sample: Rehearsal, place: int) -> None:
    assert summarise_election(sample.result["elections"][place]) == EXPECTED[place]


def test_result_has_the_elections_of_the_sample_and_no_more(sample: Rehearsal) -> None:
    assert [election["id"] for election in sample.result["elections"]] == [election["id"] for election in EXPECTED]


def test_result_has_exactly_the_keys_of_the_contract(sample: Rehearsal) -> None:
    assert set(sample.result) == RESULT_KEYS
    assert sample.result["meeting"] == {"unit": "Chi bộ tổ dân phố số 5", "date": "2026-01-15"}
    for election in sample.result["elections"]:
        assert set(election) == ELECTION_KEYS
        assert set(election["base"]) == BASE_KEYS
        assert set(election["base"]["parts"]) == PART_KEYS
    for _, contest in list_contests(sample):
        assert set(contest) == CONTEST_KEYS
        assert set(contest["shares"]) == SHARE_KEYS
        assert [set(test) for test in contest["tests"]] == [TEST_KEYS]
        assert set(contest["outcome"]) == {"id"}


def test_result_says_how_each_base_is_made_up(sample: Rehearsal) -> None:
    bases = [election["base"] for election in sample.result["elections"]]
    parts = {"official": 22, "exempt": 3, "suspended": 1, "transferred_out": 0}
    assert bases == [{"value": 18, "kind": "official_minus_exempt", "parts": parts, "bare_words": 19}] * 3


def test_result_says_that_the_rules_were_compared_with_their_source_and_in_force(sample: Rehearsal) -> None:
    assert {(election["mark"], election["in_force"]) for election in sample.result["elections"]} == {("V", True)}


def test_result_counts_slips_that_balance(sample: Rehearsal) -> None:
    for election in sample.result["elections"]:
        assert (election["printed"], election["handed_out"], election["void"], election["lost"]) == (16, 14, 0, 0)
        assert election["issued"] == election["returned"] + election["not_returned"]


def test_result_has_shares_of_two_decimals_rounded_half_up(sample: Rehearsal) -> None:
    for election, contest in list_contests(sample):
        bases = {
            "base": election["base"]["value"],
            "summoned": election["summoned"],
            "returned": election["returned"],
            "valid": election["returned"],
        }
        for name, base in bases.items():
            hundredths = {
                option: int(Fraction(10_000 * votes, base) + Fraction(1, 2))
                for option, votes in contest["counts"].items()
            }
            expected = {option: f"{share // 100}.{share % 100:02d}" for option, share in hundredths.items()}
            assert contest["shares"][name] == expected


def test_result_tests_the_fractions_of_the_guidance(sample: Rehearsal) -> None:
    fractions = {election["id"]: contest["tests"][0]["at_least"] for election, contest in list_contests(sample)}
    assert fractions == {"s1": [2, 3], "s3a": [1, 2], "s3b": [2, 3]}


def test_result_is_verified_and_names_the_board(sample: Rehearsal) -> None:
    assert sample.result["verified"] is True
    assert re.fullmatch(r"[0-9a-f]{64}", sample.result["board_head"])


def test_minutes_print_the_head_that_the_result_names(sample: Rehearsal) -> None:
    assert read_printed_head(sample).replace(" ", "-") == format_head(bytes.fromhex(sample.result["board_head"]))


@VERIFIERS
def test_archive_verifies_against_the_head_as_the_minutes_print_it(sample: Rehearsal, verify: Verifier) -> None:
    finished = verify(sample.out / "archive.jsonl", "--head", read_printed_head(sample))
    assert (finished.status, finished.errors) == (0, "")
    assert finished.output.splitlines()[-1] == "Tệp lưu đúng, và là tệp mà biên bản đã ký nói tới."


@VERIFIERS
def test_archive_without_a_head_is_said_not_to_be_compared(sample: Rehearsal, verify: Verifier) -> None:
    finished = verify(sample.out / "archive.jsonl")
    assert finished.status == 0
    assert "CHƯA so với biên bản đã ký" in finished.output.splitlines()[-1]


@VERIFIERS
def test_archive_verified_without_a_head_is_told_so_to_programs(sample: Rehearsal, verify: Verifier) -> None:
    finished = verify(sample.out / "archive.jsonl", "--json")
    assert json.loads(finished.output)["head_compared"] is False


def test_verify_runs_every_check_over_everything_the_sample_holds(sample: Rehearsal) -> None:
    told = json.loads(run_phieukin("verify", sample.out / "archive.jsonl", "--json").output)
    lists, elections, ballots = 24, 3, 14 + 14 + 13
    counted = {"V1": len(sample.entries), "V3": 1, "V4": lists, "V5": ballots, "V11": 1}
    assert told["checks"] == {**dict.fromkeys(("V2", "V6", "V7", "V8", "V9", "V10"), elections), **counted}
    assert told["own_rules"] == []


def test_crypto_verify_says_that_it_leaves_the_rules_unchecked(sample: Rehearsal) -> None:
    assert "(V10, V11)" in run_crypto_verify(sample.out / "archive.jsonl").output
