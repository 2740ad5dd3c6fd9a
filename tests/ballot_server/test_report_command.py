"""`phieukin report`: what it writes, what it says, and how it ends, on this machine's processes and by Dask."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ballot_server.cli import combine_command
from ballot_server.cli.combine_command import list_files
from ballot_server.cli.main import main
from ballot_server.domain.received_report import LeftOutCause, Refusal, ReportSummary
from ballot_server.services.check_files import check_files
from ballot_server.services.dask_workers import open_dask
from ballot_server.services.installation import open_installation
from ballot_server.services.read_report import LARGEST_REPORT_BYTES, read_report
from ballot_server.services.report_workers import Checked, Job, ProcessWorkers
from ballot_server.services.unit_key import format_unit_fingerprint
from tests.support.reports import UnitMeeting, alter_report, build_report, list_unit, write_units

COUNT = 4


@pytest.fixture(scope="module")
def reports() -> dict[str, bytes]:
    return {f"{number}.report.json": build_report(UnitMeeting(number)) for number in range(1, COUNT + 1)}


@pytest.fixture
def folder(tmp_path: Path, reports: dict[str, bytes]) -> Path:
    """A folder with four reports, and the list of five units beside it."""
    place = tmp_path / "reports"
    place.mkdir()
    for name, data in reports.items():
        (place / name).write_bytes(data)
    (tmp_path / "units.csv").write_bytes(write_units(list_unit(number) for number in range(1, COUNT + 2)))
    return place


def combine(folder: Path, *files: object, options: tuple[str, ...] = ()) -> int:
    out = folder.parent / "out"
    units = folder.parent / "units.csv"
    named = [str(file) for file in files or (folder,)]
    return main(["report", "combine", *named, "--units", str(units), "--out", str(out), *options])


def test_combine_writes_three_files_and_names_who_has_not_reported(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert combine(folder, options=("--workers", "2")) == 0
    printed = capsys.readouterr()
    assert "4/5 đơn vị đã báo cáo: 4 cuộc họp, 4 lần bỏ phiếu, 12 phiếu thu về." in printed.out
    assert "Chưa có báo cáo của 1 đơn vị:\n  Chi bộ 5\n" in printed.out
    assert "Kiểm tra báo cáo: 4/4" in printed.err
    assert sorted(path.name for path in (folder.parent / "out").iterdir()) == [
        "combined.json",
        "combined.pdf",
        "combined.xlsx",
    ]


def test_combine_names_what_it_leaves_out_and_adds_up_the_rest(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "2.report.json").write_bytes(b"\x00" * 1_000)
    (folder / "again.report.json").write_bytes((folder / "1.report.json").read_bytes())
    (folder / "foreign.report.json").write_bytes(build_report(UnitMeeting(9)))
    assert combine(folder, folder, folder / "gone.report.json", options=("--json", "--lang", "en")) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(each["file"], each["cause"]) for each in told["left_out"]] == [
        ("2.report.json", "not_a_report"),
        ("again.report.json", "doubled"),
        ("foreign.report.json", "foreign"),
        ("gone.report.json", "unreadable"),
    ]
    assert told["left_out"][1]["message"] == "This report came in file “1.report.json” already."
    assert (told["ok"], told["reported"], told["units"], told["files"]) == (False, 3, 5, 7)
    assert told["missing"] == ["Chi bộ 2", "Chi bộ 5"]


def test_left_out_file_is_said_with_what_to_do_next(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = alter_report((folder / "1.report.json").read_bytes(), lambda report: report.update(unit="Chi bộ 2"))
    (folder / "1.report.json").write_bytes(changed)
    assert combine(folder, folder / "1.report.json") == 1
    said = capsys.readouterr().err
    assert "1.report.json: Chữ ký của tệp sai: tệp đã bị sửa sau khi đơn vị ký. Đừng dùng tệp này." in said


def test_same_reports_give_the_same_files_whatever_the_workers(folder: Path) -> None:
    out = folder.parent / "out"
    assert combine(folder, options=("--workers", "1")) == 0
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    assert combine(folder, options=("--workers", "3")) == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first


def test_period_leaves_other_days_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert combine(folder, folder / "1.report.json", options=("--from", "16/01/2026", "--json")) == 1
    assert [each["cause"] for each in json.loads(capsys.readouterr().out)["left_out"]] == ["other_day"]


def test_period_that_ends_before_it_begins_is_bad_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert combine(folder, options=("--from", "2026-02-01", "--until", "2026-01-01")) == 2
    assert "Ngày cuối 01/01/2026 sớm hơn ngày đầu 01/02/2026." in capsys.readouterr().err


def test_list_of_units_with_a_fault_is_bad_usage_and_writes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder.parent / "units.csv").write_text("đơn vị,dấu khóa\nChi bộ 1,1234\n", encoding="utf-8")
    assert combine(folder) == 2
    assert "Dòng 2, cột “dấu khóa”: “1234” không phải dấu khóa." in capsys.readouterr().err
    assert not (folder.parent / "out").exists()


def test_list_of_units_that_is_missing_is_bad_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder.parent / "units.csv").unlink()
    assert combine(folder) == 2
    assert "units.csv" in capsys.readouterr().err


def test_folder_without_reports_is_bad_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty").mkdir()
    assert combine(folder, folder / "empty") == 2
    assert "*.report.json" in capsys.readouterr().err


def test_place_that_cannot_be_written_is_bad_usage_before_any_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder.parent / "out").write_bytes(b"")
    monkeypatch.setattr(combine_command, "check_files", None)
    assert combine(folder) == 2
    assert "Không ghi được vào thư mục" in capsys.readouterr().err


@pytest.mark.parametrize("workers", ["0", "-1", "x", "257", "1.5"])
def test_number_of_workers_that_is_none_is_bad_usage(folder: Path, workers: str) -> None:
    with pytest.raises(SystemExit) as caught:
        combine(folder, options=("--workers", workers))
    assert caught.value.code == 2


def test_files_are_taken_from_folders_lists_and_names_once_each(folder: Path) -> None:
    names = folder.parent / "names.txt"
    names.write_text(f"\ufeff{folder / '3.report.json'}\r\n\n{folder / '1.report.json'}\n", encoding="utf-8")
    found = list_files([f"@{names}", str(folder), str(folder / "2.report.json"), "gone"])
    assert [path.name for path in found] == ["3.report.json", "1.report.json", "2.report.json", "4.report.json", "gone"]


def test_two_thousand_names_are_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = []
    monkeypatch.setattr(combine_command, "check_files", lambda files, **_: named.extend(files) or ())
    assert combine(folder, *(folder / f"{number}.json" for number in range(2_000))) == 0
    assert len(named) == 2_000


def check(files: list[Path], count: int = 2) -> list[LeftOutCause | None]:
    received = check_files(
        [(path.name, path) for path in files],
        keys=frozenset(list_unit(number).key for number in range(1, COUNT + 1)),
        check=ProcessWorkers(count),
        on_progress=lambda _done, _total: None,
    )
    assert [file.name for file in received] == [path.name for path in files]
    return [file.result.cause if isinstance(file.result, Refusal) else None for file in received]


def test_files_of_every_unfit_sort_stop_no_other(folder: Path) -> None:
    """Among them one of 500 MB, which is never read whole."""
    large = folder / "large.report.json"
    with large.open("wb") as file:
        file.truncate(500_000_000)
    pipe = folder / "pipe.report.json"
    os.mkfifo(pipe)
    (folder / "empty.report.json").touch()
    (folder / "binary.report.json").write_bytes(os.urandom(4_096))
    names = ["1", "large", "pipe", "2", "empty", "binary", "gone", "3"]
    assert check([folder / f"{name}.report.json" for name in names]) == [
        None,
        LeftOutCause.UNREADABLE,
        LeftOutCause.UNREADABLE,
        None,
        LeftOutCause.NOT_A_REPORT,
        LeftOutCause.NOT_A_REPORT,
        LeftOutCause.UNREADABLE,
        None,
    ]
    assert LARGEST_REPORT_BYTES < 500_000_000


def test_file_that_kills_its_worker_is_found_and_stops_no_other(reports: dict[str, bytes]) -> None:
    data = list(reports.values())
    jobs = [Job(place, each, frozenset()) for place, each in enumerate([*data, _KILLER, *data])]
    results = {checked.place: checked.result for checked in ProcessWorkers(2)(iter(jobs))}
    causes = [result.cause for _, result in sorted(results.items()) if isinstance(result, Refusal)]
    assert causes == [LeftOutCause.FOREIGN] * COUNT + [LeftOutCause.NOT_CHECKED] + [LeftOutCause.FOREIGN] * COUNT


class _Killer(bytes):
    """Bytes that end the process that unpacks them."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.kill, (_OwnProcess(), signal.SIGKILL)


class _OwnProcess:
    """Unpacked, it is the number of the process that unpacks it."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.getpid, ()


_KILLER = _Killer(b"x")


def test_key_is_shown_as_the_list_of_units_wants_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    installation = open_installation(tmp_path, os.urandom)
    installation.close()
    assert main(["report", "key", "--data", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["key"] == format_unit_fingerprint(installation.unit_key)


@pytest.mark.parametrize("arguments", [["key"], ["write", "AAAAAAAA", "--out", "x"]])
def test_folder_without_data_is_refused(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", *arguments, "--data", str(tmp_path / "wrong")]) == 1
    assert "không có dữ liệu" in capsys.readouterr().err
    assert not (tmp_path / "wrong").exists()


def test_write_of_an_unknown_meeting_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_installation(tmp_path, os.urandom).close()
    out = tmp_path / "x.report.json"
    assert main(["report", "write", "AAAAAAAA", "--data", str(tmp_path), "--out", str(out)]) == 1
    assert not out.exists()
    assert capsys.readouterr().err


@dataclass(frozen=True)
class Dask:
    """A scheduler and its one worker, each a process of its own."""

    address: str
    processes: Mapping[str, subprocess.Popen[bytes]]


@contextmanager
def start_dask(folder: Path) -> Iterator[Dask]:
    """Yield a scheduler on the loopback with one worker."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    common = ["--host", "127.0.0.1", "--no-dashboard"]
    commands = [
        ["dask_scheduler", *common, "--port", address.rpartition(":")[2]],
        ["dask_worker", address, *common, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder)],
    ]
    started = {
        module: subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", f"distributed.cli.{module}", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        for module, *arguments in commands
    }
    try:
        yield Dask(address, started)
    finally:
        for process in started.values():
            process.kill()
            process.wait()


def test_dask_workers_give_the_same_answers(tmp_path: Path, reports: dict[str, bytes]) -> None:
    data = [*reports.values(), b"not a report"]
    keys = frozenset(list_unit(number).key for number in range(1, COUNT))
    with start_dask(tmp_path) as dask, open_dask(dask.address) as workers:
        found = list(workers(Job(place, each, keys) for place, each in enumerate(data)))
    results = [checked.result for checked in sorted(found, key=lambda checked: checked.place)]
    assert results[: COUNT - 1] == [read_report(each) for each in data[: COUNT - 1]]
    assert [type(each) for each in results[COUNT - 1 :]] == [Refusal, Refusal]
    assert all(isinstance(each, ReportSummary) for each in results[: COUNT - 1])


def test_combine_by_dask_ends_as_on_this_machine(folder: Path, tmp_path: Path) -> None:
    with start_dask(tmp_path) as dask:
        assert combine(folder, options=("--dask", dask.address)) == 0
    by_dask = (folder.parent / "out" / "combined.json").read_bytes()
    assert combine(folder) == 0
    assert (folder.parent / "out" / "combined.json").read_bytes() == by_dask


@pytest.mark.parametrize("lost", ["dask_scheduler", "dask_worker"])
def test_dask_that_goes_away_ends_the_work_and_not_in_silence(
    tmp_path: Path, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start_dask(tmp_path) as dask, open_dask(dask.address) as workers:
        monkeypatch.setattr("ballot_server.services.dask_workers._PATIENCE_SECONDS", 1)
        answers = 0
        for _ in workers(Job(place, b"", frozenset()) for place in range(500)):
            answers += 1
            if answers == 1:
                dask.processes[lost].kill()
    assert 1 <= answers < 500


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x", ""])
def test_dask_that_does_not_answer_is_bad_usage(
    folder: Path, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ballot_server.services.dask_workers._PATIENCE_SECONDS", 1)
    assert combine(folder, options=("--dask", address)) == 2
    assert f"Không kết nối được Dask ở {address}" in capsys.readouterr().err


def test_dask_that_is_not_installed_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert combine(folder, options=("--dask", "tcp://127.0.0.1:8786")) == 2
    assert 'pip install "phieukin[dask]"' in capsys.readouterr().err


def test_worker_that_answers_nothing_leaves_its_file_unchecked(folder: Path) -> None:
    received = check_files(
        [("1", folder / "1.report.json"), ("2", folder / "2.report.json")],
        keys=frozenset(),
        check=lambda jobs: (Checked(job.place, Refusal(LeftOutCause.FOREIGN)) for job in jobs if job.place == 0),
        on_progress=lambda _done, _total: None,
    )
    assert [file.result.cause for file in received if isinstance(file.result, Refusal)] == [
        LeftOutCause.FOREIGN,
        LeftOutCause.NOT_CHECKED,
    ]
