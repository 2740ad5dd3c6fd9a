"""The unit's roll, the exemption books and the desk in a real browser, on a phone, a large phone and a laptop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import LocalBrowser
from tests.support.staff_browser import NAME, WIDTHS, serve_staff, sign_in_chair
from tests.support.staff_browser import look as look_at_page

TODAY = date.today()  # noqa: DTZ011 - the server's own day, in its own place.
ROLL = """Họ và tên,Số thẻ đảng viên,Loại,Miễn,Số nghị quyết,Miễn từ,Miễn đến,Chức vụ
Nguyễn Văn Thành,00125001,chính thức,,,,,Bí thư
Đỗ Thị Ánh,00125002,chính thức,,,,,
Trần Thị Lan Hương,00125003,dự bị,,,,,
Lê Quang Vinh,00125004,chính thức,,,,,
Nguyễn Thị Sâm,00125019,chính thức,"tuổi cao, sức yếu",03-NQ/CB,01/03/2022,,
Lê Văn An,00125020,chính thức,lý do khác,05-QĐ/ĐU,01/07/2024,31/12/2024,
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Yield the address of the staff's application over TLS, and its data folder."""
    folder = tmp_path_factory.mktemp("registers")
    with serve_staff(folder) as base:
        yield base, folder


@pytest.fixture
def page(browser: LocalBrowser, address: tuple[str, Path]) -> Page:
    """Return a chair's page; every test finds the roll that the ones before it left."""
    base, folder = address
    return sign_in_chair(browser, base, folder)


def look(page: Page, name: str) -> None:
    """Look at a page whose ticks are hit by their labels."""
    look_at_page(page, name, lower="[type=checkbox]")


def press(page: Page, label: str) -> None:
    """Press the one button of this label."""
    page.get_by_role("button", name=label, exact=True).click()


def follow(page: Page, label: str) -> None:
    """Follow the one link of this label."""
    page.get_by_role("link", name=label, exact=True).click()


def send_roll(page: Page, text: str) -> None:
    """Send a file to look through."""
    page.goto("/chair/roll")
    page.set_input_files(
        "#roll-file", files=[{"name": "danh-sach.csv", "mimeType": "text/csv", "buffer": text.encode()}]
    )
    press(page, "Xem trước")


def have_roll(page: Page) -> None:
    """Import the roll unless an earlier test did."""
    page.goto("/chair/roll")
    if page.locator("#people li a").count() == 0:
        send_roll(page, ROLL)
        press(page, "Nhập đúng như trên")
        expect(page.locator("#people li a")).to_have_count(6)


def test_file_is_looked_through_imported_and_found_without_tone_marks(page: Page) -> None:
    page.goto("/chair/roll")
    look(page, "roll-empty")
    send_roll(page, ROLL)
    expect(page.locator("main")).to_contain_text("Chưa ghi gì vào danh sách.")
    look(page, "roll-look")
    press(page, "Nhập đúng như trên")
    expect(page.locator("main")).to_contain_text("Tìm thấy 6 người, xếp theo tên.")
    look(page, "roll")
    page.fill("#q", "do anh")
    press(page, "Tìm")
    expect(page.locator("#people li a")).to_have_text("Đỗ Thị Ánh")


def test_wrong_file_is_told_by_row_and_column(page: Page) -> None:
    have_roll(page)
    send_roll(page, ROLL.replace("00125002,chính thức", "00125002,chính"))
    expect(page.get_by_role("alert")).to_contain_text("Dòng 3, cột “Loại”")
    look(page, "roll-refused")


def test_change_shows_old_and_new_and_stays_in_the_history(page: Page) -> None:
    have_roll(page)
    send_roll(page, ROLL.replace("Bí thư", "Phó bí thư"))
    expect(page.locator("main")).to_contain_text("Chức vụ: Bí thư → Phó bí thư")
    look(page, "roll-changes")
    press(page, "Nhập đúng như trên")
    follow(page, "Nguyễn Văn Thành")
    expect(page.locator("#history")).to_contain_text("Chức vụ: Bí thư → Phó bí thư")
    expect(page.locator("#history")).to_contain_text("từ tệp danh-sach.csv")
    look(page, "member")
    send_roll(page, ROLL)
    press(page, "Nhập đúng như trên")


def test_proposal_becomes_an_exemption_by_the_committees_decision(page: Page) -> None:
    have_roll(page)
    follow(page, "Lê Quang Vinh")
    follow(page, "Ghi vào sổ lý do khác")
    look(page, "exemption-new")
    page.select_option("#reason", "treatment")
    page.fill("#paper", "Đơn xin miễn, giấy nhập viện")
    page.fill("#applied_on", (TODAY - timedelta(days=30)).isoformat())
    page.fill("#resolution_number", "21-NQ/CB")
    page.fill("#resolution_on", (TODAY - timedelta(days=20)).isoformat())
    page.fill("#starts", (TODAY - timedelta(days=10)).isoformat())
    page.fill("#ends", (TODAY + timedelta(days=25)).isoformat())
    page.click("main form button")
    expect(page.locator("main")).to_contain_text("chưa phải là miễn, vẫn tính vào tổng số")
    look(page, "exemption-proposed")
    page.fill("#deciding_body", "Đảng ủy phường Ngọc Lâm")
    page.fill("#decision_number", "41-QĐ/ĐU")
    page.fill("#decision_on", (TODAY - timedelta(days=5)).isoformat())
    page.click("#decide button")
    expect(page.locator(".call")).to_contain_text("Đang được miễn")
    look(page, "exemption-decided")
    page.goto("/chair/roll/exemptions/other")
    expect(page.locator("main")).to_contain_text("Hết hạn trong 30 ngày tới")
    expect(page.locator("main")).to_contain_text("Đã hết hạn, chưa ghi trở lại")
    look(page, "book")
    page.goto("/chair/follow-ups")
    expect(page.locator("main")).to_contain_text("Còn 25 ngày thì hết hạn miễn.")
    look(page, "follow-ups")


def test_bad_fields_are_told_at_the_form_and_what_was_entered_stays(page: Page) -> None:
    have_roll(page)
    follow(page, "Đỗ Thị Ánh")
    follow(page, "Ghi vào sổ tuổi cao, sức khỏe yếu")
    page.fill("#paper", "Giấy xác nhận của trạm y tế")
    page.fill("#applied_on", "2026-02-01")
    page.fill("#starts", "2026-02-10")
    page.fill("#ends", "2026-02-01")
    page.click("main form button")
    expect(page.get_by_role("alert")).to_contain_text("sớm hơn ngày bắt đầu 10/02/2026")
    expect(page.locator("#paper")).to_have_value("Giấy xác nhận của trạm y tế")
    look(page, "exemption-refused")


def begin_meeting(page: Page) -> str:
    """Prepare and create a meeting on the unit's roll; return its code."""
    page.goto("/drafts/new")
    for field, value in (("unit", "Chi bộ 5"), ("superior", "Đảng bộ phường"), ("place", "Nhà văn hóa")):
        page.fill(f"#{field}", value)
    page.fill("#held_on", TODAY.isoformat())
    page.fill("#tellers", "Phạm Thị Hà\nHoàng Đức Long\nVũ Thị Nguyệt")
    page.click("main form button")
    press(page, "Lấy danh sách của chi bộ")
    expect(page.locator("#roll")).to_contain_text("Đã lấy danh sách của chi bộ")
    look(page, "draft")
    return page.url.split("/drafts/")[1].split("#")[0].split("?")[0]


def test_meeting_takes_the_units_roll_and_the_desk_keeps_its_numbers_in_sight(page: Page) -> None:
    have_roll(page)
    code = begin_meeting(page)
    page.goto(f"/drafts/{code}/elections/new?rule_set=vn-screening-step1")
    page.fill("#title", "Rà soát")
    page.fill("#contests", "Đồng chí Nguyễn Văn Thành; 00125001")
    page.click("main form button >> nth=-1")
    expect(page.locator("#elections")).to_contain_text("Rà soát")
    page.click("#finish form button >> nth=0")
    expect(page.locator("main")).to_contain_text("Chi bộ 5")
    page.goto(f"/desk/{code}?q=thanh")
    press(page, "Nguyễn Văn Thành: Có mặt")
    expect(page.locator("#people summary")).to_have_text(re.compile(rf"Đến \d\d:\d\d – {NAME}"))
    expect(page.locator(".counter")).to_contain_text("Có mặt 1")
    page.click("#people summary")
    look(page, "desk")
    page.fill("#people details input[name=reason]", "bấm nhầm")
    press(page, "Lấy lại lần ghi cuối")
    expect(page.locator(".counter")).to_contain_text("Có mặt 0")
    page.goto(f"/desk/{code}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 600})
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        expect(page.locator(".counter")).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.querySelector('.counter').getBoundingClientRect().height") < 200
