"""Scenarios and rolls that are wrong: the command says where, in the user's language, and writes nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ballot_server.cli.main import main
from tests.support.command_line import SAMPLE, run_phieukin

Command = Callable[..., tuple[int, str, str]]

KHOI = "Đặng Văn Khôi,00125007,chính thức,không,,,,không"
THUY = "Lê Thị Thanh Thủy,00125021,chính thức,lý do khác,58-QĐ/ĐU,01/09/2025,31/08/2026,không"
S3A = "counts  = { agree = 9, disagree = 4, blank = 1 }"


@dataclass(frozen=True)
class Fault:
    """One wrong place.

    old, new: what is replaced in a file of the sample; vi, en: what each message must hold, beside where it is.
    """

    old: str
    new: str
    vi: tuple[str, ...]
    en: tuple[str, ...] = field(default=())


SCENARIO_FAULTS = {
    "more votes than present": Fault(
        S3A,
        "counts = { agree = 10, disagree = 4, blank = 1 }",
        ("election[1].contest[0].counts: 15 phiếu mà chỉ có 14 người có mặt được bỏ phiếu",),
        ("election[1].contest[0].counts: 15 ballots, but only 14 people are present",),
    ),
    "unknown option": Fault(
        S3A,
        "counts = { agree = 9, maybe = 4, blank = 1 }",
        ("election[1].contest[0].counts.maybe: không có lựa chọn “maybe”", "agree, disagree, blank"),
        ("election[1].contest[0].counts.maybe: there is no option “maybe”",),
    ),
    "negative count": Fault(
        S3A,
        "counts = { agree = -1, disagree = 4, blank = 1 }",
        ("election[1].contest[0].counts.agree: -1 nhỏ quá",),
        ("election[1].contest[0].counts.agree: -1 is too small",),
    ),
    "fractional count": Fault(
        S3A,
        "counts = { agree = 9.5, disagree = 4, blank = 1 }",
        ("election[1].contest[0].counts.agree: phải là số nguyên",),
        ("election[1].contest[0].counts.agree: must be a whole number",),
    ),
    "unknown rule-set": Fault(
        '"vn-screening-progress"',
        '"vn-screening-step9"',
        ("election[1].rule_set: không có bộ quy tắc “vn-screening-step9”", "phieukin rules list"),
        ("election[1].rule_set: there is no rule-set “vn-screening-step9”",),
    ),
    "unequal sums": Fault(
        "agree = 11, disagree = 2",
        "agree = 10, disagree = 2",
        ("election[0].contest[1].counts: nội dung này có 13 phiếu, nội dung đầu có 14",),
        ("election[0].contest[1].counts: this contest has 13 ballots, the first has 14",),
    ),
    "follows nothing": Fault(
        'follows  = "s3a"',
        'follows = "s9"',
        ("election[2].follows: không có cuộc bỏ phiếu nào mang mã “s9”",),
        ("election[2].follows: no election has the id “s9”",),
    ),
    "follows itself": Fault(
        'follows  = "s3a"',
        'follows = "s3b"',
        ("election[2].follows: cuộc “s3b” không thể nối tiếp chính nó",),
        ("election[2].follows: the election “s3b” cannot follow itself",),
    ),
    "two elections of one id": Fault(
        'id       = "s3a"',
        'id = "s1"',
        ("election[1].id: mã “s1” đã dùng ở trên",),
        ("election[1].id: the id “s1” is used above",),
    ),
    "member on no roll": Fault(
        '"00125008"',
        '"00999999"',
        ("election[0].contest[1].member: không có số thẻ “00999999”",),
        ("election[0].contest[1].member: no card number “00999999”",),
    ),
    "teller on the ballot": Fault(
        'tellers  = ["Phạm Thị Thu Hà"',
        'tellers = ["Bùi Thị Kim Oanh"',
        ("election[0].contest[1].member: Bùi Thị Kim Oanh là người kiểm phiếu",),
        ("election[0].contest[1].member: Bùi Thị Kim Oanh is a teller",),
    ),
    "misspelt key": Fault(
        "place    =",
        "plcae =",
        ("meeting.plcae: không có khóa này", "meeting.place: thiếu khóa này"),
        ("meeting.plcae: there is no such key", "meeting.place: this key is missing"),
    ),
    "all trustees needed": Fault(
        "threshold = 2",
        "threshold = 3",
        ("trustees.threshold: 3 trong 3 người giữ khóa không dùng được",),
        ("trustees.threshold: 3 of 3 trustees cannot be used",),
    ),
    "roll that is not there": Fault(
        '"roll.csv"',
        '"other.csv"',
        ("meeting.roll: không thấy tệp danh sách “other.csv” cạnh kịch bản",),
        ("meeting.roll: there is no roll “other.csv” beside the scenario",),
    ),
    "roll outside the folder": Fault(
        '"roll.csv"',
        '"../roll.csv"',
        ("meeting.roll: “../roll.csv” nằm ngoài thư mục",),
        ("meeting.roll: “../roll.csv” is outside the scenario's folder",),
    ),
    "date in quotes": Fault(
        "2026-01-15", '"15/01/2026"', ("meeting.date: phải là ngày",), ("meeting.date: must be a date",)
    ),
    "broken TOML": Fault('"Nhà văn hóa tổ 5"', '"Nhà văn hóa tổ 5', ("Dòng 7: viết sai cú pháp TOML",), ("Line 7: ",)),
}

ROLL_FAULTS = {
    "unknown class": Fault(
        KHOI,
        KHOI.replace("chính thức", "cảm tình"),
        ("Dòng 8, cột “Loại đảng viên”: không hiểu “cảm tình”",),
        ("8", "“Loại đảng viên”", "“cảm tình”"),
    ),
    "one card number twice": Fault(
        KHOI,
        KHOI.replace("00125007", "00125003"),
        ("Dòng 8, cột “Số thẻ đảng viên”: số thẻ 00125003 đã có ở dòng 4",),
        ("8", "“Số thẻ đảng viên”", "00125003"),
    ),
    "31 February": Fault(
        THUY,
        THUY.replace("31/08/2026", "31/02/2026"),
        ("Dòng 22, cột “Miễn đến ngày”: “31/02/2026” không phải một ngày có thật",),
        ("22", "“Miễn đến ngày”", "“31/02/2026”"),
    ),
    "exemption that ends before it starts": Fault(
        THUY,
        THUY.replace("31/08/2026", "31/08/2025"),
        ("Dòng 22, cột “Miễn đến ngày”: ngày kết thúc", "sớm hơn ngày bắt đầu"),
        ("22", "“Miễn đến ngày”", "2025"),
    ),
    "nameless member": Fault(
        KHOI,
        KHOI.replace("Đặng Văn Khôi", ""),
        ("Dòng 8, cột “Họ và tên”: để trống",),
        ("8", "“Họ và tên”"),
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample."""
    copied = tmp_path / "sample"
    shutil.copytree(SAMPLE, copied)
    return copied


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a function that runs the command and gives status, output and errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def spoil(path: Path, *faults: Fault) -> None:
    """Put faults into a file of the sample."""
    text = path.read_text(encoding="utf-8")
    for fault in faults:
        assert fault.old in text
        text = text.replace(fault.old, fault.new, 1)
    path.write_text(text, encoding="utf-8")


def check_sentences(text: str, expected: tuple[str, ...]) -> None:
    """Check that a message holds what it must, and no trace of the program."""
    assert not [part for part in expected if part not in text]
    assert not [part for part in ("Traceback", "Error(", ".py", "{", "None") if part in text]


@pytest.mark.parametrize("fault", SCENARIO_FAULTS.values(), ids=SCENARIO_FAULTS)
def test_rehearse_refuses_a_scenario_by_the_path_of_its_key(folder: Path, command: Command, fault: Fault) -> None:
    spoil(folder / "meeting.toml", fault)
    status, output, errors = command("rehearse", folder / "meeting.toml", "--out", folder / "out")
    assert (status, output) == (1, "")
    check_sentences(errors, fault.vi)
    assert not (folder / "out").exists()


@pytest.mark.parametrize("fault", SCENARIO_FAULTS.values(), ids=SCENARIO_FAULTS)
def test_rehearse_refuses_a_scenario_in_english_when_asked(folder: Path, command: Command, fault: Fault) -> None:
    spoil(folder / "meeting.toml", fault)
    arguments = ("rehearse", folder / "meeting.toml", "--out", folder / "out", "--lang", "en")
    status, _, errors = command(*arguments)
    assert status == 1
    check_sentences(errors, fault.en)


@pytest.mark.parametrize("fault", ROLL_FAULTS.values(), ids=ROLL_FAULTS)
def test_rehearse_refuses_a_roll_by_row_and_column(folder: Path, command: Command, fault: Fault) -> None:
    spoil(folder / "roll.csv", fault)
    status, output, errors = command("rehearse", folder / "meeting.toml", "--out", folder / "out")
    assert (status, output) == (1, "")
    check_sentences(errors, ("meeting.roll: danh sách “roll.csv” có chỗ sai.", *fault.vi))
    assert not (folder / "out").exists()


@pytest.mark.parametrize("fault", ROLL_FAULTS.values(), ids=ROLL_FAULTS)
def test_roll_check_refuses_a_roll_by_row_and_column(folder: Path, command: Command, fault: Fault) -> None:
    spoil(folder / "roll.csv", fault)
    status, output, errors = command("roll", "check", folder / "roll.csv", "--on", "2026-01-15")
    assert (status, output) == (1, "")
    check_sentences(errors, ("Danh sách có 1 chỗ phải sửa. Chưa nhập dòng nào.", *fault.vi))


@pytest.mark.parametrize("fault", ROLL_FAULTS.values(), ids=ROLL_FAULTS)
def test_roll_check_refuses_a_roll_in_english_when_asked(folder: Path, command: Command, fault: Fault) -> None:
    spoil(folder / "roll.csv", fault)
    status, _, errors = command("roll", "check", folder / "roll.csv", "--lang", "en")
    assert (status, "Dòng" in errors) == (1, False)
    check_sentences(errors, fault.en)


def test_roll_check_tells_problems_to_programs(folder: Path, command: Command) -> None:
    spoil(folder / "roll.csv", ROLL_FAULTS["31 February"])
    status, output, errors = command("roll", "check", folder / "roll.csv", "--json")
    told = json.loads(output)
    assert (status, errors, told["ok"]) == (1, "", False)
    assert [(problem["row"], problem["column"]) for problem in told["problems"]] == [(22, "Miễn đến ngày")]


def test_rehearse_tells_every_problem_at_once(folder: Path, command: Command) -> None:
    names = ("more votes than present", "unequal sums", "follows nothing", "all trustees needed")
    spoil(folder / "meeting.toml", *(SCENARIO_FAULTS[name] for name in names))
    _, _, errors = command("rehearse", folder / "meeting.toml", "--out", folder / "out")
    assert len(errors.splitlines()) == len(names)


def test_rehearse_says_that_a_scenario_cannot_be_opened(tmp_path: Path, command: Command) -> None:
    status, output, errors = command("rehearse", tmp_path / "missing.toml", "--out", tmp_path / "out")
    assert (status, output) == (2, "")
    check_sentences(errors, ("Không mở được kịch bản",))


def test_rehearse_tells_a_refusal_to_programs(folder: Path, command: Command) -> None:
    spoil(folder / "meeting.toml", SCENARIO_FAULTS["unknown option"])
    status, output, errors = command("rehearse", folder / "meeting.toml", "--out", folder / "out", "--json")
    told = json.loads(output)
    assert (status, errors, told["ok"]) == (1, "", False)
    assert [(problem["path"], problem["cause"]) for problem in told["problems"]] == [
        ("election[1].contest[0].counts.maybe", "unknown_option")
    ]


def test_refused_scenario_leaves_an_earlier_rehearsal_as_it_was(folder: Path, command: Command) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "result.json").write_text("{}")
    spoil(folder / "meeting.toml", SCENARIO_FAULTS["unknown rule-set"])
    command("rehearse", folder / "meeting.toml", "--out", folder / "out")
    assert [path.name for path in (folder / "out").iterdir()] == ["result.json"]
    assert (folder / "out" / "result.json").read_text() == "{}"


def test_rehearse_says_at_once_that_the_output_is_no_folder(folder: Path, command: Command) -> None:
    (folder / "out").write_text("a file")
    status, _, errors = command("rehearse", folder / "meeting.toml", "--out", folder / "out")
    assert status == 1
    check_sentences(errors, (f"Không ghi được vào thư mục {folder / 'out'}", "--out"))
    assert "Bỏ phiếu" not in errors


def test_installed_command_refuses_a_scenario_without_a_trace(folder: Path) -> None:
    spoil(folder / "meeting.toml", SCENARIO_FAULTS["unknown option"])
    finished = run_phieukin("rehearse", folder / "meeting.toml", "--out", folder / "out")
    assert (finished.status, finished.output) == (1, "")
    check_sentences(finished.errors, SCENARIO_FAULTS["unknown option"].vi)


def test_too_few_ballots_to_be_decrypted_are_told_before_anybody_votes(folder: Path) -> None:
    text = (folder / "meeting.toml").read_text(encoding="utf-8")
    start, end = text.index("[[election]]"), text.index('[[election]]\nid       = "s3a"')
    few = text[:end].replace("agree = 12, disagree = 1", "agree = 1, disagree = 0")
    few = few.replace("agree = 11, disagree = 2", "agree = 1, disagree = 0")
    assert few[start:] != text[start:end]
    (folder / "meeting.toml").write_text(few, encoding="utf-8")
    finished = run_phieukin("rehearse", folder / "meeting.toml", "--out", folder / "out")
    assert (finished.status, finished.output) == (1, "")
    check_sentences(finished.errors, ("election[0].contest[0].counts", "2 phiếu ít hơn mức tối thiểu 3"))
    assert not (folder / "out").exists()
