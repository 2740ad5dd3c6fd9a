"""The command ``phieukin roll``: exit status, what it prints, and its JSON."""

import argparse
import json
from pathlib import Path

import pytest

from ballot_server.cli import roll_command

ROLL = """Họ và tên,Số thẻ,Loại,Miễn,Miễn từ,Miễn đến,Điểm danh
Nguyễn Văn An,001,chính thức,không,,,có mặt
Trần Thị Bình,002,chính thức,"tuổi cao, sức yếu",01/01/2025,,vắng có lý do
Lê Văn Cường,003,chính thức,lý do khác,01/01/2025,31/12/2025,vắng không lý do
Phạm Thị Dung,004,dự bị,không,,,có mặt
"""


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    roll_command.register(parser.add_subparsers(required=True))
    args = parser.parse_args(["roll", *arguments])
    status: int = args.run(args)
    return status


@pytest.fixture
def roll(tmp_path: Path) -> Path:
    path = tmp_path / "roll.csv"
    path.write_text(ROLL, encoding="utf-8")
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.csv"
    path.write_text(ROLL.replace("dự bị", "đoàn viên"), encoding="utf-8")
    return path


def test_check_prints_classes_and_exemptions_in_vietnamese(roll: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", str(roll), "--on", "15/01/2026") == 0
    said = capsys.readouterr().out
    assert "Chính thức 3, dự bị 1, sinh hoạt tạm thời đến 0." in said
    assert "Đã hết hạn miễn, nay lại tính vào tổng số: 1." in said
    assert "Lê Văn Cường, số thẻ 003" in said


def test_check_counts_lapsed_exemption_as_in_force_on_its_last_day(
    roll: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", str(roll), "--on", "2025-12-31", "--json") == 0
    exemptions = json.loads(capsys.readouterr().out)["exemptions"]
    assert [member["card_number"] for member in exemptions["in_force"]] == ["002", "003"]
    assert exemptions["lapsed"] == []


def test_check_speaks_english_when_asked(roll: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", str(roll), "--lang", "en", "--on", "2026-01-15") == 0
    assert "Official 3, probationary 1, guest 0." in capsys.readouterr().out


def test_check_uses_today_without_a_date(roll: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", str(roll), "--json") == 0
    assert json.loads(capsys.readouterr().out)["total"] == 4


def test_check_returns_1_and_names_row_and_column_of_a_wrong_roll(
    wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", str(wrong)) == 1
    assert "Dòng 5, cột “Loại”: không hiểu “đoàn viên”." in capsys.readouterr().err


def test_check_prints_problems_as_json(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", str(wrong), "--json") == 1
    told = json.loads(capsys.readouterr().out)
    problem = told["problems"][0]
    assert not told["ok"]
    assert (problem["row"], problem["column"], problem["cause"]) == (5, "Loại", "unknown_class")


def test_check_returns_2_for_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert run("check", str(tmp_path / "none.csv")) == 2


@pytest.mark.parametrize(
    "arguments", [(), ("check",), ("check", "x.csv", "--on", "31/02/2026"), ("check", "--lang", "fr")]
)
def test_roll_exits_with_2_on_bad_usage(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2


def test_template_is_good_for_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "roll.xlsx"
    assert run("template", str(path)) == 0
    assert "phieukin roll check" in capsys.readouterr().out
    assert run("check", str(path)) == 0


def test_template_returns_2_and_overwrites_nothing(roll: Path, tmp_path: Path) -> None:
    path = tmp_path / "roll.xlsx"
    path.write_bytes(b"mine")
    assert run("template", str(path)) == 2
    assert path.read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["roll.csv", "no/such/folder/roll.xlsx"])
def test_template_returns_2_for_a_file_it_cannot_write(tmp_path: Path, name: str) -> None:
    assert run("template", str(tmp_path / name)) == 2
    assert not (tmp_path / name).exists()
