"""`phieukin rules list|show|check`."""

import argparse
import json
from pathlib import Path

import pytest

from ballot_server.cli import rules_command
from ballot_server.i18n import Language
from ballot_server.rules.loader import list_rule_sets
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
    assert "vn-discipline [?]" in printed
    assert len(printed.splitlines()) == len(list_rule_sets())


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


@pytest.mark.parametrize("language", [language.value for language in Language])
@pytest.mark.parametrize("rule_set_id", sorted({rule_set.id for rule_set in list_rule_sets()}))
def test_show_reads_every_rule_set_aloud(rule_set_id: str, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rules("show", rule_set_id, "--lang", language) == 0
    versions = [rule_set for rule_set in list_rule_sets() if rule_set.id == rule_set_id]
    assert capsys.readouterr().out.count(f"{rule_set_id} – ") == len(versions)


def test_show_prints_every_version_with_its_dates(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rules("show", "vn-discipline") == 0
    printed = capsys.readouterr().out
    for part in (
        "Số 22-QĐ/TW, ngày 2021-07-28",
        "đến 2025-05-29",
        "Số 296-QĐ/TW",
        "chỉ khi giữ chức vụ",
        "[chỉ đề nghị]",
    ):
        assert part in printed


def test_show_prints_quorum_and_standings_of_an_election(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rules("show", "vn-committee-election", "--lang", "en") == 0
    printed = capsys.readouterr().out
    for part in ("at least 2/3 of those summoned", "“tied”", "excused for the whole congress: not counted"):
        assert part in printed


def test_show_as_json_carries_form_quorum_and_cumulation(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rules("show", "vn-committee-election", "--json") == 0
    shown = json.loads(capsys.readouterr().out)[0]
    assert (shown["form"], shown["decision"]) == ("choose_up_to", "seats")
    assert shown["quorum"] == {"of": "summoned", "at_least": [2, 3]}
    assert shown["tests"] == [{"id": "majority", "more_than": [1, 2]}]
    assert run_rules("show", "vn-discipline", "--json") == 0
    shown = json.loads(capsys.readouterr().out)[0]
    assert shown["options_if_holds_post"] == ["removal_from_office"]
    assert shown["cumulation"]["apart"] == "none"


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
