"""`phieukin rules list|show|check`."""

import argparse
import json
from pathlib import Path

import pytest

from ballot_server.cli import rules_command
from tests.support.rule_files import SMALL_FILE


def run_rules(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    rules_command.register(parser.add_subparsers(required=True))
    parsed = parser.parse_args(["rules", *arguments])
    status: int = parsed.run(parsed)
    return status


@pytest.fixture
def rule_file(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(SMALL_FILE, encoding="utf-8")
    return path


def test_list_names_every_installed_rule_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rules("list") == 0
    printed = capsys.readouterr().out
    assert "vn-screening-step1 [V] Rà soát" in printed
    assert len(printed.splitlines()) == 4


def test_list_as_json_can_be_read_by_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rules("list", "--json") == 0
    listed = {entry["id"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert listed["vn-screening-removal"]["effective_from"] == "2021-10-28"
    assert listed["majority-of-votes-cast"]["effective_from"] is None


def test_show_prints_source_threshold_and_readings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rules("show", "vn-screening-removal") == 0
    printed = capsys.readouterr().out
    for part in ("bản sao nguồn không ghi số, ngày", "từ 2/3", "“contradiction”", "Cách hiểu [I]"):
        assert part in printed


def test_show_speaks_english_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rules("show", "majority-of-votes-cast", "--lang", "en") == 0
    assert "more than 1/2 of the base" in capsys.readouterr().out


def test_show_as_json_gives_fractions_as_integers(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rules("show", "vn-screening-progress", "--json") == 0
    [shown] = json.loads(capsys.readouterr().out)
    assert shown["tests"] == [{"id": "progress", "option": "agree", "at_least": [1, 2]}]
    assert shown["source"]["number"] is None


def test_show_is_bad_usage_for_an_unknown_id(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rules("show", "no-such") == 2
    assert "vn-screening-step1" in capsys.readouterr().err


def test_check_accepts_a_whole_file(rule_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rules("check", str(rule_file)) == 0
    assert "own-rule" in capsys.readouterr().out


def test_check_refuses_a_file_with_path_and_key(rule_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule_file.write_text(SMALL_FILE.replace("[2, 3]", "[5, 3]"), encoding="utf-8")
    assert run_rules("check", str(rule_file)) == 1
    printed = capsys.readouterr().err
    assert str(rule_file) in printed
    assert "test[1].at_least" in printed


def test_check_as_json_names_path_key_and_reason(rule_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule_file.write_text(SMALL_FILE.replace("{ enough = false }", "{ enough = true }"), encoding="utf-8")
    assert run_rules("check", str(rule_file), "--json", "--lang", "en") == 1
    refused = json.loads(capsys.readouterr().out)["refused"]
    assert (refused["path"], refused["key"], refused["error"]) == (str(rule_file), "outcome", "RuleSetHoleError")
    assert "exactly one outcome" in refused["reason"]


def test_check_refuses_a_file_whose_case_disagrees(rule_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule_file.write_text(SMALL_FILE.replace('outcome = "passed"', 'outcome = "not_passed"'), encoding="utf-8")
    assert run_rules("check", str(rule_file)) == 1
    assert "đúng hai phần ba" in capsys.readouterr().err


def test_check_as_json_shows_every_case(rule_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rules("check", str(rule_file), "--json") == 0
    checked = json.loads(capsys.readouterr().out)
    assert checked["accepted"] is True
    assert [case["agrees"] for case in checked["cases"]] == [True]


def test_check_is_bad_usage_for_a_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rules("check", str(tmp_path / "none.toml")) == 2
    assert "none.toml" in capsys.readouterr().err


def test_check_refuses_a_file_that_is_not_text(rule_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule_file.write_bytes(b"\xff\xfe")
    assert run_rules("check", str(rule_file)) == 1
    assert "UTF-8" in capsys.readouterr().err


def test_unknown_language_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run_rules("list", "--lang", "fr")
    assert caught.value.code == 2
    assert "fr" in capsys.readouterr().err
