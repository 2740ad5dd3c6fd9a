"""Reports dropped on the chair's page in a real browser: each told at once, the same figures wherever they stand."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import FilePayload, Page, expect

from tests.support.browser import LocalBrowser
from tests.support.harmless_files import read_pdf
from tests.support.report_pages import UNITS, list_files
from tests.support.reports import write_units
from tests.support.staff_browser import look, serve_staff, sign_in_chair

DROP = """([files]) => {
  const transfer = new DataTransfer();
  for (const [name, content] of files) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type: "application/json" }));
  }
  const target = document.querySelector("form.drop");
  for (const type of ["dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Yield the address of the staff's application over TLS, and its data folder."""
    folder = tmp_path_factory.mktemp("reports")
    with serve_staff(folder) as base:
        yield base, folder


def sign_in(browser: LocalBrowser, address: tuple[str, Path], *, with_script: bool = True) -> Page:
    """Return a chair's page."""
    base, folder = address
    return sign_in_chair(browser, base, folder, with_script=with_script)


def begin(page: Page) -> None:
    """Begin a collection of three units."""
    page.goto("/reports")
    page.fill("#collection_title", "Rà soát quý I năm 2026")
    page.set_input_files(
        "#units", files=[FilePayload(name="UNITS.csv", mimeType="text/csv", buffer=write_units(UNITS))]
    )
    page.get_by_role("button", name="Bắt đầu nhận báo cáo").click()
    expect(page.locator("h1")).to_have_text("Rà soát quý I năm 2026")


def drop_files(page: Page) -> None:
    """Drop all five files at once."""
    files = [(name, base64.b64encode(content).decode()) for name, content in list_files().items()]
    page.evaluate(DROP, [files])
    expect(page.locator("#progress [role=status]")).to_have_text("Xong 5 tệp, 0 tệp chưa gửi được.")


def read_numbers(page: Page) -> dict[str, str]:
    """Return the page's table of figures."""
    rows = page.locator("#totals tr").all()
    return {row.locator("th").inner_text(): row.locator("td").inner_text() for row in rows}


def download(page: Page, label: str) -> bytes:
    """Follow a link that answers with a file, and return the file."""
    with page.expect_download() as caught:
        page.get_by_role("link", name=label).click()
    return Path(caught.value.path()).read_bytes()


def test_dropped_files_are_told_one_by_one_and_the_page_shows_the_new_figures(
    browser: LocalBrowser, address: tuple[str, Path]
) -> None:
    page = sign_in(browser, address)
    begin(page)
    look(page, "empty")
    drop_files(page)
    told = page.locator("#progress li")
    expect(told).to_have_count(5)
    expect(told.filter(has_text="chi-bo-1.report.json").first).to_contain_text("Báo cáo này đã có ở tệp")
    expect(told.filter(has_text="hong.report.json")).to_contain_text("Chữ ký của tệp sai")
    expect(told.filter(has_text="la.report.json")).to_contain_text("không có trong danh sách đơn vị")
    expect(told.filter(has_text="chi-bo-2.report.json")).to_contain_text("Đã kiểm tra và nhận: Chi bộ 2")
    expect(page.locator("#missing li")).to_have_text("Chi bộ 3")
    expect(page.locator("#files > .lines > li")).to_have_count(3)
    look(page, "filled")


def test_figures_are_the_same_on_the_page_in_workbook_print_and_json(
    browser: LocalBrowser, address: tuple[str, Path]
) -> None:
    page = sign_in(browser, address)
    begin(page)
    drop_files(page)
    shown = read_numbers(page)
    tree = json.loads(download(page, "Dữ liệu cho máy (JSON)"))
    counts, total = tree["counts"], tree["total"]
    numbers = [
        *(counts[name] for name in ("listed", "reported", "missing", "files")),
        counts["files"] - counts["left_out"],
    ]
    names = ("meetings", "elections", "contests", "annulled", "summoned", "present", "ballots")
    numbers += [counts["left_out"], *(total[name] for name in names)]
    assert list(shown.values())[1:] == [str(number) for number in numbers]
    sheet = load_workbook(io.BytesIO(download(page, "Bảng tính (XLSX)"))).worksheets[0]
    written = {str(label): str(value) for label, value in sheet.iter_rows(min_row=2, values_only=True)}
    assert {label: written[label] for label in shown} == shown
    text = read_pdf(download(page, "Bản in (PDF)"))
    printed = {
        label: rf"–{re.escape(''.join(label.split()))}{''.join(value.split())}(?!\d)" for label, value in shown.items()
    }
    assert [label for label, pattern in printed.items() if not re.search(pattern, text)] == []


def test_file_that_is_removed_counts_no_more(browser: LocalBrowser, address: tuple[str, Path]) -> None:
    page = sign_in(browser, address)
    begin(page)
    drop_files(page)
    page.locator("#files summary").click()
    page.get_by_role("button", name="Bỏ tệp chi-bo-2.report.json").click()
    expect(page.locator("#missing li")).to_have_text(["Chi bộ 2", "Chi bộ 3"])


def test_file_that_the_network_lost_is_sent_again(browser: LocalBrowser, address: tuple[str, Path]) -> None:
    page = sign_in(browser, address)
    begin(page)
    page.route("**/files", lambda route: route.abort())
    files = [(name, base64.b64encode(content).decode()) for name, content in list(list_files().items())[:1]]
    page.evaluate(DROP, [files])
    expect(page.locator("#progress [role=status]")).to_have_text("Xong 1 tệp, 1 tệp chưa gửi được.")
    page.unroute("**/files")
    page.get_by_role("button", name="Gửi lại các tệp chưa gửi được").click()
    expect(page.locator("#reported li")).to_contain_text(["Chi bộ 1"])


def test_page_takes_many_files_without_a_script(browser: LocalBrowser, address: tuple[str, Path]) -> None:
    page = sign_in(browser, address, with_script=False)
    begin(page)
    page.set_input_files(
        "#report-files",
        files=[FilePayload(name=name, mimeType="application/json", buffer=each) for name, each in list_files().items()],
    )
    page.get_by_role("button", name="Gửi và kiểm tra").click()
    expect(page.locator("#files > .lines > li")).to_have_count(3)
    assert read_numbers(page)["Đơn vị đã báo cáo"] == "2"
