"""The workbook of a combined report: typed values, no formula, and every number that of the one report."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ballot_server.domain.combined_report import CombinedReport
from ballot_server.i18n import Language
from ballot_server.minutes.combined_contests import MOST_OPTIONS, list_contests
from ballot_server.minutes.combined_workbook import render_combined_workbook
from ballot_server.minutes.sheet import CellKind, Sheet, SheetColumn
from ballot_server.minutes.sheet_text import LONGEST_CELL, make_sheet_text
from ballot_server.minutes.sheet_workbook import LONGEST_TITLE, write_workbook
from tests.support.combined_reports import combine_sample, fill_combined
from tests.support.harmless_files import list_cells, list_workbook_harms, read_pdf
from tests.support.hostile_texts import HOSTILE
from tests.support.office import convert_to_pdf

FIXED = (
    "Tổng hợp",
    "Kết luận theo quy tắc",
    "Theo đơn vị",
    "Từng nội dung",
    "Từng phương án",
    "Báo cáo được tính",
    "Chưa báo cáo",
)
DAY = date(2026, 1, 15)


@pytest.fixture(scope="module")
def combined() -> CombinedReport:
    return combine_sample()


@pytest.fixture(scope="module")
def workbook(combined: CombinedReport) -> Workbook:
    return load_workbook(io.BytesIO(render_combined_workbook(combined)))


def read_rows(workbook: Workbook, title: str) -> list[dict[str, object]]:
    """Return a sheet's rows by their headings."""
    sheet = workbook[title]
    assert isinstance(sheet, Worksheet)
    headings, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip((str(heading) for heading in headings), row, strict=True)) for row in rows]


def list_sheets(workbook: Workbook) -> Iterator[Worksheet]:
    for sheet in workbook.worksheets:
        assert isinstance(sheet, Worksheet)
        yield sheet


def test_workbook_has_a_sheet_for_each_table(workbook: Workbook) -> None:
    names = workbook.sheetnames
    assert [name for name in names if name in FIXED] == list(FIXED)
    assert names[-1] == "Tệp không tính"
    assert len(names) == len(FIXED) + 1 + 5
    assert max(map(len, names)) <= LONGEST_TITLE


def test_workbook_speaks_english_when_asked(combined: CombinedReport) -> None:
    english = load_workbook(io.BytesIO(render_combined_workbook(combined, Language.ENGLISH)))
    assert english.sheetnames[:3] == ["Summary", "Outcomes", "By unit"]
    assert read_rows(english, "Summary")[0] == {"Combined report of votes": "Meetings held", "Number": "all days"}


def test_workbook_is_the_same_bytes_for_the_same_report(combined: CombinedReport) -> None:
    assert render_combined_workbook(combined) == render_combined_workbook(combine_sample())


def test_summary_has_the_numbers_of_the_report_as_numbers(combined: CombinedReport, workbook: Workbook) -> None:
    found = {each["Báo cáo tổng hợp kết quả bỏ phiếu"]: each["Số lượng"] for each in read_rows(workbook, "Tổng hợp")}
    assert found["Đơn vị trong danh sách"] == len(combined.units) == 12
    assert found["Đơn vị đã báo cáo"] == len(combined.reported) == 9
    assert found["Tệp nhận được"] == combined.files
    assert found["Tệp không tính"] == len(combined.left_out) == 10
    assert found["Số phiếu thu về"] == combined.total.ballots


def test_every_contest_is_a_row_with_its_counts_and_shares(combined: CombinedReport, workbook: Workbook) -> None:
    rows = read_rows(workbook, "Từng nội dung")
    contests = list(list_contests(combined))
    assert len(rows) == len(contests) == combined.total.contests
    for row, (unit, report, election, contest) in zip(rows, contests, strict=True):
        held_on = row["Ngày họp"]
        assert isinstance(held_on, datetime)
        assert (row["Đơn vị"], held_on.date()) == (unit.name, report.held_on)
        assert (row["Mức xác minh"], row["Cơ sở"]) == (election.mark, contest.base)
        assert (row["Phiếu trắng"], row["Không hợp lệ"]) == (contest.blank, election.invalid)
        assert row["Kết luận"] == contest.outcome_text.vi
        if len(contest.options) > MOST_OPTIONS:
            continue
        for number, option in enumerate(contest.options, start=1):
            share = row[f"Tỷ lệ {number}"]
            assert isinstance(share, (int, float))
            assert (row[f"Phương án {number}"], row[f"Phiếu {number}"]) == (option.label.vi, option.count)
            assert f"{100 * share:.2f}" == option.share


def test_contest_of_many_candidates_has_every_one_in_the_table_of_options(workbook: Workbook) -> None:
    rows = [row for row in read_rows(workbook, "Từng phương án") if row["Lần bỏ phiếu"] == "Bầu chi ủy"]
    assert [row["Phương án"] for row in rows] == [f"Nguyễn Thị Ứng Cử {number}" for number in range(1, 10)]
    [contest] = [row for row in read_rows(workbook, "Từng nội dung") if row["Lần bỏ phiếu"] == "Bầu chi ủy"]
    assert contest["Phương án 1"] == "xem trang “Từng phương án”"


def test_total_of_each_column_is_the_sum_of_its_units(combined: CombinedReport, workbook: Workbook) -> None:
    for name in ("Theo đơn vị", *workbook.sheetnames[3:8]):
        *rows, total = read_rows(workbook, name)
        assert total["Đơn vị"] == "Cộng"
        sums = [key for key, value in total.items() if isinstance(value, int)]
        assert len(sums) >= 7
        units = [row for row in rows if row["TT"] is not None]
        found = {key: sum(value for row in units if isinstance(value := row[key], int)) for key in sums}
        found |= {"Tệp không tính": len(combined.left_out)} if name == "Theo đơn vị" else {}
        assert found == {key: total[key] for key in sums}


def test_outcomes_are_those_of_the_report(combined: CombinedReport, workbook: Workbook) -> None:
    rows = read_rows(workbook, "Kết luận theo quy tắc")
    expected = [
        (total.rule_set.title.vi, each.text.vi, each.count)
        for total in combined.total.rule_sets
        for each in (*total.outcomes, *total.standings)
    ]
    assert [(row["Quy tắc"], row["Kết luận"], row["Số lượng"]) for row in rows] == expected


def test_missing_units_and_files_left_out_are_named_with_cause(combined: CombinedReport, workbook: Workbook) -> None:
    missing = [row["Đơn vị"] for row in read_rows(workbook, "Chưa báo cáo")]
    assert missing == [unit.name for unit in combined.missing]
    rows = read_rows(workbook, "Tệp không tính")
    assert [row["Tệp"] for row in rows] == [left.file for left in combined.left_out]
    assert all(row["Vì sao không tính"] and row["Cần làm gì"] for row in rows)


def test_every_report_that_counts_is_named_with_the_code_to_compare(
    combined: CombinedReport, workbook: Workbook
) -> None:
    rows = read_rows(workbook, "Báo cáo được tính")
    expected = [(each.file, each.report.head_code) for unit in combined.units for each in unit.reports]
    assert [(row["Tệp"], row["Mã niêm phong trên biên bản"]) for row in rows] == expected
    assert all(code for _, code in expected)


def test_sheets_print_landscape_under_a_heading_that_stays(workbook: Workbook) -> None:
    for sheet in list_sheets(workbook):
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == "$1:$1"
        assert str(sheet.freeze_panes).endswith("2")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_a_text_in_every_cell(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    data = render_combined_workbook(fill_combined(HOSTILE[name].text))
    assert list_workbook_harms(data) == []
    assert {cell.data_type for cell in list_cells(data)} <= {"s", "n", "d"}


@pytest.mark.parametrize("title", ["[x]:*?/\\", "", "'", "=1", "A" * 400, "a" * 31, "Tổng hợp\x00", "&A&P"])
def test_any_title_makes_a_sheet_that_opens(title: str) -> None:
    columns = (SheetColumn("Số", CellKind.NUMBER),)
    data = write_workbook([Sheet(title, columns, ((1,),))] * 12, title=title, dated=DAY)
    names = load_workbook(io.BytesIO(data)).sheetnames
    assert len({name.casefold() for name in names}) == 12
    assert max(map(len, names)) <= LONGEST_TITLE


def test_text_longer_than_a_cell_is_cut_with_a_sign() -> None:
    assert len(make_sheet_text("x" * 40_000)) == LONGEST_CELL
    assert make_sheet_text("x" * 40_000).endswith("…")


def test_libreoffice_opens_the_workbook_with_the_same_numbers(combined: CombinedReport, tmp_path: Path) -> None:
    path = tmp_path / "combined.xlsx"
    path.write_bytes(render_combined_workbook(combined))
    [made] = convert_to_pdf([path], tmp_path / "printed")
    text = read_pdf(made.read_bytes())
    total = combined.total
    assert f"Đơnvịtrongdanhsách{len(combined.units)}Đơnvịđãbáocáo{len(combined.reported)}" in text
    assert f"Ngườiđượctriệutập{total.summoned}Ngườicómặt,đượcbỏphiếu{total.present}Sốphiếuthuvề{total.ballots}" in text
    for each in (each for rule_set in total.rule_sets for each in rule_set.outcomes):
        assert "".join(each.text.vi.split()) in text
