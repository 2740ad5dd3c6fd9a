"""Collections of reports on the chair's pages: files checked on arrival, limits told, nothing left behind."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ballot_server.domain.received_report import LeftOutCause, Refusal
from ballot_server.domain.staff import Role
from ballot_server.services import collect_reports
from ballot_server.services.kept_checks import write_checked
from ballot_server.services.read_report import read_report
from ballot_server.storage.repositories import ReportRepository
from tests.support.report_pages import UNITS, Collector, list_files, open_collector
from tests.support.reports import UnitMeeting, build_report, list_unit, write_units
from tests.support.staff import sign_in

HOSTILE = "<script>alert(1)</script>"
JSON_TYPE = "application/json"


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    with open_collector(tmp_path) as opened:
        yield opened


def take(name: str) -> tuple[str, bytes]:
    """Return one of the five files with its name."""
    return name, list_files()[name]


def read_figures(page: str) -> dict[str, str]:
    """Return the boxes of figures by their words."""
    return {words: number for number, words in re.findall(r"<b>(\d+)</b> ([^<]+)</li>", page)}


def test_collection_begins_with_a_list_of_units_and_nobody_reported(collector: Collector) -> None:
    page = collector.get(collector.open())
    assert read_figures(page) == {
        "đơn vị trong danh sách": "3",
        "đã báo cáo": "0",
        "chưa báo cáo": "3",
        "tệp đã đến": "0",
        "tệp không tính": "0",
    }
    assert "Quý I" in collector.get("/reports")


def test_five_files_sent_at_once_are_told_apart(collector: Collector) -> None:
    address = collector.open()
    assert collector.send(address, list(list_files().items())).status_code == 303
    page = collector.get(address)
    assert read_figures(page) == {
        "đơn vị trong danh sách": "3",
        "đã báo cáo": "2",
        "chưa báo cáo": "1",
        "tệp đã đến": "5",
        "tệp không tính": "3",
    }
    for sentence in ("Chữ ký của tệp sai", "không có trong danh sách đơn vị", "Báo cáo này đã có ở tệp"):
        assert sentence in page


@pytest.mark.parametrize(
    ("name", "state", "sentence"),
    [
        ("chi-bo-1.report.json", "counted", "Đã kiểm tra và nhận: Chi bộ 1, họp ngày 15/01/2026, 4 phiếu điện tử."),
        ("hong.report.json", "left_out", "Chữ ký của tệp sai: tệp đã bị sửa sau khi đơn vị ký."),
        ("la.report.json", "left_out", "Tệp ký bằng khóa không có trong danh sách đơn vị."),
    ],
)
def test_script_is_told_what_became_of_its_file(collector: Collector, name: str, state: str, sentence: str) -> None:
    answer = collector.send(collector.open(), [take(name)], accept=JSON_TYPE)
    told = answer.get_json()
    assert (answer.status_code, told["name"], told["state"], told["sentence"]) == (200, name, state, sentence)


def test_file_that_counts_shows_its_seal_code_to_be_compared(collector: Collector) -> None:
    address = collector.open()
    collector.send(address, [take("chi-bo-1.report.json")])
    report = read_report(list_files()["chi-bo-1.report.json"])
    assert f'Mã niêm phong: <span class="code">{report.head_code}</span>' in collector.get(address)


def test_script_is_told_of_a_file_that_came_before_under_another_name(collector: Collector) -> None:
    address = collector.open()
    collector.send(address, [take("chi-bo-1.report.json")])
    told = collector.send(address, [take("trung.report.json")], accept=JSON_TYPE).get_json()
    assert told["sentence"] == "Báo cáo này đã có ở tệp “chi-bo-1.report.json”."


def test_two_different_reports_of_one_meeting_count_neither_until_one_is_removed(collector: Collector) -> None:
    address = collector.open()
    first, other = UnitMeeting(1, votes=(0, 0, 0)), UnitMeeting(1, votes=(1, 1, 1))
    collector.send(address, [("a.report.json", build_report(first)), ("b.report.json", build_report(other))])
    page = collector.get(address)
    assert read_figures(page)["tệp không tính"] == "2"
    removal = re.findall(r'action="(/reports/\d+/files/\d+/removal)"', page)[1]
    assert collector.chair.post(removal).status_code == 303
    assert read_figures(collector.get(address))["đã báo cáo"] == "1"


def test_file_is_checked_once_however_often_it_comes(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    address, other = collector.open(), collector.open()
    collector.send(address, [take("chi-bo-1.report.json")])

    def refuse(data: bytes) -> Refusal:
        raise AssertionError("checked again")

    monkeypatch.setattr(collect_reports, "check_report", refuse)
    collector.send(address, [take("trung.report.json")])
    collector.send(other, [take("trung.report.json")])
    assert read_figures(collector.get(other))["đã báo cáo"] == "1"


def test_removed_file_is_gone_from_the_data_folder_once_nobody_has_it(collector: Collector) -> None:
    address = collector.open()
    collector.send(address, [take("chi-bo-1.report.json"), take("trung.report.json")])
    assert len(collector.list_kept()) == 1
    removals = re.findall(r'action="(/reports/\d+/files/\d+/removal)"', collector.get(address))
    collector.chair.post(removals[0])
    assert len(collector.list_kept()) == 1
    collector.chair.post(removals[1])
    assert collector.list_kept() == set()


def test_removed_collection_takes_its_files_along_and_leaves_those_of_others(collector: Collector) -> None:
    first, second = collector.open(), collector.open()
    collector.send(first, [take("chi-bo-1.report.json"), take("chi-bo-2.report.json")])
    collector.send(second, [take("chi-bo-2.report.json")])
    assert collector.chair.post(f"{first}/removal").status_code == 303
    assert collector.chair.get(first).status_code == 404
    assert len(collector.list_kept()) == 1
    assert read_figures(collector.get(second))["đã báo cáo"] == "1"


def test_other_list_of_units_judges_the_files_anew(collector: Collector) -> None:
    address = collector.open()
    collector.send(address, [take("chi-bo-1.report.json"), take("la.report.json")])
    units = write_units([list_unit(9)])
    data = {"collection_title": "Quý I", "units": (io.BytesIO(units), "UNITS.csv")}
    assert collector.chair.post(f"{address}/details", data=data).status_code == 303
    page = collector.get(address)
    assert "Chi bộ 9" in page
    assert read_figures(page)["đã báo cáo"] == "1"
    assert collector.chair.get(f"{address}/units.csv").data == units


def test_days_leave_meetings_outside_them_out(collector: Collector) -> None:
    address = str(collector.begin(fields={"first_day": "2026-02-01", "last_day": "2026-03-31"}).headers["Location"])
    collector.send(address, [take("chi-bo-1.report.json")])
    assert "không ở trong khoảng ngày" in collector.get(address)


def test_bad_list_of_units_is_told_by_row_and_column_and_nothing_is_stored(collector: Collector) -> None:
    answer = collector.begin("đơn vị,dấu khóa\nChi bộ 1,xyz\n".encode())
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "Danh sách đơn vị có 1 chỗ phải sửa." in page
    assert "Dòng 2, cột “dấu khóa”" in page
    assert "Chưa có đợt tổng hợp nào." in collector.get("/reports")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"collection_title": ""}, "Tên đợt tổng hợp"),
        ({"first_day": "2026-05-01", "last_day": "2026-04-01"}, "Ngày cuối 01/04/2026 sớm hơn ngày đầu 01/05/2026."),
        ({"first_day": "30/02/2026"}, "không phải một ngày có thật"),
    ],
)
def test_bad_form_is_told_and_keeps_what_was_entered(
    collector: Collector, fields: dict[str, str], sentence: str
) -> None:
    answer = collector.begin(fields=fields)
    assert answer.status_code == 409
    assert sentence in answer.get_data(as_text=True)


def test_nothing_chosen_is_told(collector: Collector) -> None:
    address = collector.open()
    assert "Chưa chọn tệp báo cáo." in collector.send(address, []).get_data(as_text=True)
    without = collector.chair.post("/reports", data={"collection_title": "Quý I"})
    assert "Chưa chọn danh sách đơn vị." in without.get_data(as_text=True)


def test_file_larger_than_a_report_is_told_and_not_kept(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect_reports, "LARGEST_REPORT_BYTES", 2**18)
    address = collector.open()
    answer = collector.send(address, [("to.report.json", b"x" * (2**18 + 1))], accept=JSON_TYPE)
    assert answer.get_json()["sentence"].startswith("Tệp “to.report.json” lớn hơn")
    assert collector.list_kept() == set()


def test_full_collection_takes_no_more_files(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect_reports, "MOST_FILES", 1)
    address = collector.open()
    answer = collector.send(address, [take("chi-bo-1.report.json"), take("chi-bo-2.report.json")])
    assert "Đợt này đã có 1 tệp" in answer.get_data(as_text=True)
    assert read_figures(collector.get(address))["tệp đã đến"] == "1"


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00" * 1000, b'{"archive":' * 20_000, "[" * 100_000 + "]"])
def test_any_bytes_end_in_a_sentence(collector: Collector, content: bytes | str) -> None:
    data = content.encode() if isinstance(content, str) else content
    told = collector.send(collector.open(), [("x.report.json", data)], accept=JSON_TYPE).get_json()
    assert told["sentence"] == "Tệp không phải tệp báo cáo của phiếu kín, hoặc đã bị sửa, bị cắt."


@pytest.mark.parametrize(
    "name", [f"{HOSTILE}.json", "../../etc/passwd", "C:\\a\\b.json", "\u202etxt.json", "=1+1", "a" * 900]
)
def test_name_of_a_file_is_only_shown(collector: Collector, name: str) -> None:
    address = collector.open()
    assert collector.send(address, [(name, b"x")]).status_code == 303
    page = collector.get(address)
    assert HOSTILE not in page
    assert "\u202e" not in page
    assert "../" not in page.partition("<main>")[2]
    assert len(collector.list_kept()) == 1


def test_check_of_an_earlier_version_is_made_again_on_request(collector: Collector) -> None:
    address = collector.open()
    collector.send(address, [take("chi-bo-1.report.json")])
    with collector.installation.database.write() as session:
        [file] = ReportRepository(session).list_files(int(address.rpartition("/")[2]))
        ReportRepository(session).set_checked(file.sha256, checked="{}", version="0")
    page = collector.get(address)
    assert "1 tệp chưa được kiểm tra bằng bản phần mềm này" in page
    assert read_figures(page)["đã báo cáo"] == "0"
    assert collector.chair.post(f"{address}/check").status_code == 303
    assert read_figures(collector.get(address))["đã báo cáo"] == "1"


@pytest.mark.parametrize("left", [None, b"damaged"])
def test_file_that_was_lost_counts_once_it_comes_again(collector: Collector, left: bytes | None) -> None:
    address, (name, content) = collector.open(), take("chi-bo-1.report.json")
    collector.send(address, [(name, content)])
    [kept] = (collector.installation.folder / "reports").iterdir()
    kept.unlink() if left is None else kept.write_bytes(left)
    with collector.installation.database.write() as session:
        [file] = ReportRepository(session).list_files(int(address.rpartition("/")[2]))
        ReportRepository(session).set_checked(file.sha256, checked="{}", version="0")
    collector.chair.post(f"{address}/check")
    assert read_figures(collector.get(address))["đã báo cáo"] == "0"
    collector.send(address, [(name, content)])
    assert read_figures(collector.get(address))["đã báo cáo"] == "1"
    assert kept.read_bytes() == content


def test_check_that_ended_without_an_answer_is_kept_for_no_version() -> None:
    assert write_checked(Refusal(LeftOutCause.NOT_CHECKED))[1] == ""
    assert write_checked(Refusal(LeftOutCause.FOREIGN))[1] != ""


def test_downloads_have_the_pages_numbers(collector: Collector) -> None:
    address = collector.open()
    collector.send(address, list(list_files().items()))
    for suffix, kind in (("xlsx", "spreadsheetml"), ("pdf", "application/pdf"), ("json", JSON_TYPE)):
        answer = collector.chair.get(f"{address}/combined.{suffix}")
        assert answer.status_code == 200
        assert kind in str(answer.headers["Content-Type"])
        assert f".{suffix}" in str(answer.headers["Content-Disposition"])
    tree = json.loads(collector.chair.get(f"{address}/combined.json").data)
    assert tree["counts"] == {"listed": 3, "reported": 2, "missing": 1, "files": 5, "left_out": 3}


@pytest.mark.parametrize("path", ["/reports/0", "/reports/99", "/reports/x", "/reports/99999999999"])
def test_unknown_collection_is_not_found(collector: Collector, path: str) -> None:
    assert collector.chair.get(path).status_code == 404
    assert collector.chair.get(f"{path}/combined.json").status_code == 404


def test_file_of_another_collection_is_not_removed(collector: Collector) -> None:
    first, second = collector.open(), collector.open()
    collector.send(first, [take("chi-bo-1.report.json")])
    [removal] = re.findall(r'action="(/reports/\d+/files/\d+/removal)"', collector.get(first))
    assert collector.chair.post(removal.replace(first, second)).status_code == 404
    assert read_figures(collector.get(first))["đã báo cáo"] == "1"


def test_pages_speak_english_and_keep_it(collector: Collector) -> None:
    address = collector.open()
    collector.send(address, [take("la.report.json")])
    page = collector.get(f"{address}?lang=en")
    assert "Files left out" in page
    assert f"{address}/combined.pdf?lang=en" in page


@pytest.mark.parametrize("role", [Role.CLERK, Role.SCREEN])
def test_others_than_the_chair_do_not_reach_the_reports(collector: Collector, role: Role) -> None:
    address = collector.open()
    sign_in(collector.chair, role)
    assert collector.chair.get(address).status_code == 403


def test_units_of_the_sample_are_listed_in_the_lists_order(collector: Collector) -> None:
    page = collector.get(collector.open())
    places = [page.index(f"<p>{unit.name}") for unit in UNITS]
    assert places == sorted(places)
