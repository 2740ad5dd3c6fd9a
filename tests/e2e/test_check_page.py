"""The page where any device checks counted ballots and unused slips, and what a phone finds in the closed box."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from crypto.encoding import encode_base64
from crypto.tracker import format_tracker
from tests.support.booths import PATIENCE_MS, PHONE, Booth, fetch, serve, tap, vote
from tests.support.browser import LocalBrowser
from tests.support.evenings import AGREE, DISAGREE, make_plan


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[Booth]:
    with serve(tmp_path) as served:
        served.evening.open("s1")
        yield served


@pytest.fixture
def page(browser: LocalBrowser) -> Iterator[Page]:
    opened = browser.new_page(**PHONE)
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.context.close()


def check(page: Page, booth: Booth, field: str, text: str) -> str:
    """Return what the page finds about a tracker or a slip."""
    page.goto(f"{booth.address}/check")
    page.fill(f"#{field}", text)
    page.locator(f"form:has(#{field}) button").tap()
    page.wait_for_selector("button:has-text('Kiểm tra mã khác')")
    return page.inner_text("#check")


def find_code(booth: Booth, voter: int) -> str:
    return urlsplit(booth.find_slip(voter)).fragment.split(".")[1]


def test_ballot_that_was_counted_is_found_by_its_tracker(booth: Booth, page: Page) -> None:
    ballot = booth.evening.seal("s1", 0, AGREE)
    booth.evening.send("s1", ballot.data)
    booth.evening.close("s1")
    found = check(page, booth, "tracker", format_tracker(ballot.ballot_hash))
    assert "Phiếu này đã vào hòm" in found
    assert "1 phiếu được đếm của: Lần bỏ phiếu s1" in found
    assert "Đồng ý" not in found


@pytest.mark.parametrize(
    "change", [str.lower, lambda text: text.replace("-", " "), lambda text: text.replace("0", "o")]
)
def test_tracker_may_be_typed_as_people_type(booth: Booth, page: Page, change: object) -> None:
    assert callable(change)
    ballot = booth.evening.seal("s1", 0, AGREE)
    booth.evening.send("s1", ballot.data)
    booth.evening.close("s1")
    assert "đã vào hòm" in check(page, booth, "tracker", change(format_tracker(ballot.ballot_hash)))


def test_tracker_of_no_counted_ballot_sends_to_the_tellers(booth: Booth, page: Page) -> None:
    booth.evening.cast("s1", AGREE)
    booth.evening.close("s1")
    found = check(page, booth, "tracker", "00000-00000-00000-00000")
    assert "Không thấy phiếu có mã này" in found
    assert "báo ngay tổ kiểm phiếu" in found


def test_cast_ballot_is_not_confirmed_by_its_tracker_while_voting_is_open(booth: Booth, page: Page) -> None:
    ballot = booth.evening.seal("s1", 0, AGREE)
    booth.evening.send("s1", ballot.data)
    found = check(page, booth, "tracker", format_tracker(ballot.ballot_hash))
    assert "lúc này chỉ xem được phiếu thử" in found


def test_tracker_that_is_too_short_is_asked_for_again(booth: Booth, page: Page) -> None:
    page.goto(f"{booth.address}/check")
    page.fill("#tracker", "1234")
    tap(page, "Kiểm tra mã phiếu")
    page.wait_for_selector("text=Mã phiếu có đúng 20 chữ và số")


def test_slip_that_did_not_vote_is_shown_to_be_unused(booth: Booth, page: Page) -> None:
    booth.evening.cast("s1", AGREE, AGREE)
    booth.evening.close("s1")
    found = check(page, booth, "slip", find_code(booth, 4))
    assert "Chưa dùng. Danh sách có 2 phiếu được đếm, không phiếu nào dùng thẻ này." in found


def test_slip_that_voted_is_shown_with_its_tracker(booth: Booth, page: Page) -> None:
    ballot = booth.evening.seal("s1", 1, DISAGREE)
    booth.evening.send("s1", ballot.data)
    booth.evening.close("s1")
    found = check(page, booth, "slip", find_code(booth, 1))
    assert "Đã dùng" in found
    assert format_tracker(ballot.ballot_hash) in found


def test_slip_is_told_nothing_while_voting_is_open(booth: Booth, page: Page) -> None:
    booth.evening.cast("s1", AGREE)
    found = check(page, booth, "slip", find_code(booth, 0))
    assert "Đang bỏ phiếu" in found
    assert "Đã dùng" not in found


def test_slip_is_told_of_every_election_it_was_for(tmp_path: Path, page: Page) -> None:
    with serve(tmp_path, make_plan("s1"), make_plan("s2")) as booth:
        for election in ("s1", "s2"):
            booth.evening.open(election)
        booth.evening.cast("s2", AGREE)
        for election in ("s1", "s2"):
            booth.evening.close(election)
        found = check(page, booth, "slip", find_code(booth, 0))
        assert page.locator("section.finding").count() == 2
        assert found.index("Chưa dùng") < found.index("Đã dùng")


def test_slips_code_leaves_the_device_in_no_request_and_stays_in_no_address(booth: Booth, page: Page) -> None:
    booth.evening.close("s1")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.headers} {request.post_data_buffer!r}"))
    fragment = urlsplit(booth.find_slip(2)).fragment
    public = booth.evening.list_voters("s1")[2].public
    page.goto(f"{booth.address}/check#{fragment}")
    page.wait_for_selector("text=Chưa dùng")
    assert len(asked) >= 5
    assert not [line for line in asked if fragment.split(".")[1] in line or public.hex() in line]
    assert page.url == f"{booth.address}/check"


def test_slip_of_another_meeting_is_not_called_unused(booth: Booth, page: Page) -> None:
    booth.evening.close("s1")
    found = check(page, booth, "slip", "00000000000000000000")
    assert "Không thấy thẻ này" in found


def test_mistyped_slip_is_asked_for_again(booth: Booth, page: Page) -> None:
    code = find_code(booth, 0)
    page.goto(f"{booth.address}/check")
    page.fill("#slip", code[:-1] + ("0" if code[-1] != "0" else "1"))
    tap(page, "Kiểm tra thẻ")
    page.wait_for_selector("text=Mã thẻ không đúng")


def test_list_of_slips_from_which_one_was_left_out_is_exposed(booth: Booth, page: Page) -> None:
    booth.evening.close("s1")
    publics = sorted(credential.public for credential in booth.evening.list_voters("s1"))
    page.route(
        "**/credentials*", lambda route: route.fulfill(json={"credentials": encode_base64(b"".join(publics[1:]))})
    )
    page.goto(f"{booth.address}/check#{urlsplit(booth.find_slip(0)).fragment}")
    page.wait_for_selector("text=Máy của phòng họp trả lời không khớp với chính nó")


def test_manifest_with_another_question_is_exposed(booth: Booth, page: Page) -> None:
    booth.evening.close("s1")

    def swap(route: Route) -> None:
        route.fulfill(body=fetch(route).text().replace("Nội dung 1", "Nội dung 9"), content_type="application/json")

    page.route("**/manifest*", swap)
    page.goto(f"{booth.address}/check#{urlsplit(booth.find_slip(0)).fragment}")
    page.wait_for_selector("text=Máy của phòng họp trả lời không khớp với chính nó")


def test_network_that_is_away_is_told_and_tried_again(booth: Booth, page: Page) -> None:
    booth.evening.close("s1")
    page.goto(f"{booth.address}/check")
    page.route("**/api/**", lambda route: route.abort())
    page.fill("#slip", find_code(booth, 0))
    tap(page, "Kiểm tra thẻ")
    page.wait_for_selector("text=Chưa liên lạc được")
    page.unroute("**/api/**")
    tap(page, "Thử lại")
    page.wait_for_selector("text=Chưa dùng")


def test_board_leads_to_the_checking_page(booth: Booth, page: Page) -> None:
    page.goto(f"{booth.address}/board")
    page.locator("a:has-text('Mở trang kiểm tra phiếu')").tap()
    page.wait_for_selector("#tracker")


def test_phone_that_did_not_vote_finds_after_the_close_that_no_ballot_uses_its_slip(booth: Booth, page: Page) -> None:
    page.goto(booth.find_slip())
    page.wait_for_selector("fieldset")
    booth.evening.close("s1")
    page.wait_for_selector("text=Đã kiểm tra: trong hòm phiếu đã đóng không có phiếu nào dùng thẻ của ông/bà.")
    assert "Phiếu này chưa được bỏ" in page.inner_text("#booth")


def test_phone_opened_after_the_close_finds_that_no_ballot_uses_its_slip(booth: Booth, page: Page) -> None:
    booth.evening.close("s1")
    page.goto(booth.find_slip())
    page.wait_for_selector("text=không có phiếu nào dùng thẻ của ông/bà")


def test_phone_that_did_not_vote_alarms_when_a_ballot_stands_under_its_slip(booth: Booth, page: Page) -> None:
    page.goto(booth.find_slip())
    page.wait_for_selector("fieldset")
    row = booth.evening.list_voters("s1")[0].public + hashlib.sha256(b"stuffed").digest()
    page.route("**/closed*", lambda route: route.fulfill(json={"ballots": encode_base64(row), "tested": ""}))
    booth.evening.close("s1")
    page.wait_for_selector(".alarm")
    assert "Xin báo ngay tổ kiểm phiếu" in page.inner_text(".alarm")


def test_phone_alarms_when_another_ballot_stands_under_its_slip_than_it_cast(booth: Booth, page: Page) -> None:
    page.goto(booth.find_slip())
    vote(page)
    row = booth.evening.list_voters("s1")[0].public + hashlib.sha256(b"replaced").digest()
    page.route("**/closed*", lambda route: route.fulfill(json={"ballots": encode_base64(row), "tested": ""}))
    booth.evening.close("s1")
    page.wait_for_selector(".alarm")
    assert "KHÔNG có trong hòm phiếu" in page.inner_text(".alarm")


def test_alarm_stays_on_the_page_when_the_next_vote_opens(tmp_path: Path, page: Page) -> None:
    with serve(tmp_path, make_plan("s1"), make_plan("s2")) as booth:
        booth.evening.open("s1")
        page.goto(booth.find_slip())
        vote(page)
        page.route("**/closed*", lambda route: route.fulfill(json={"ballots": "", "tested": ""}))
        booth.evening.close("s1")
        booth.evening.open("s2")
        page.wait_for_selector("fieldset")
        assert "KHÔNG có trong hòm phiếu" in page.inner_text(".alarm")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_checking_page_fits_its_screen_with_large_targets(booth: Booth, browser: LocalBrowser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700}, locale="vi-VN")
    page.goto(f"{booth.address}/check")
    page.wait_for_selector("#tracker")
    for _ in range(4):
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        page.click("button:has-text('A+')")
    heights = page.locator("button, input").evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
    assert min(heights) >= 48
    page.context.close()
