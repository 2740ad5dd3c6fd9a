"""A voter's phone, in a real browser, against the real server: from the slip's address to the recorded ballot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from crypto.words import encode_words
from tests.support.booths import PATIENCE_MS, PHONE, Booth, fetch, read, serve, tap, vote
from tests.support.browser import LocalBrowser
from tests.support.evenings import AGREE, make_plan


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[Booth]:
    with serve(tmp_path) as served:
        yield served


@pytest.fixture
def phone(browser: LocalBrowser) -> Iterator[Page]:
    page = browser.new_page(**PHONE)
    page.set_default_timeout(PATIENCE_MS)
    yield page
    page.context.close()


def test_vote_takes_three_taps_and_stores_what_was_chosen(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.goto(booth.find_slip())
    phone.wait_for_selector("fieldset")
    vote(phone)
    assert "Phiếu của ông/bà đã được ghi nhận" in read(phone)
    for voter in (1, 2):
        booth.evening.send("s1", booth.evening.seal("s1", voter, AGREE, AGREE).data)
    booth.evening.close("s1")
    contests = booth.evening.tally("s1").result.contests
    assert [dict(contest.counts) for contest in contests] == [
        {"agree": 3, "disagree": 0, "blank": 0},
        {"agree": 2, "disagree": 0, "blank": 1},
    ]


def test_page_waits_and_goes_on_by_itself_from_vote_to_vote(tmp_path: Path, phone: Page) -> None:
    with serve(tmp_path, make_plan("s1"), make_plan("s2")) as booth:
        booth.evening.open("s1")
        booth.evening.close("s1")
        slip = booth.find_slip()
        phone.goto(slip)
        phone.wait_for_selector("text=Xin chờ")
        booth.evening.open("s2")
        phone.wait_for_selector("text=Lần bỏ phiếu s2")
        vote(phone)
        assert booth.evening.count_ballots("s2") == 1


def test_page_tells_after_the_close_that_the_ballot_is_in(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.goto(booth.find_slip())
    vote(phone)
    booth.evening.close("s1")
    phone.wait_for_selector("text=phiếu của ông/bà nằm trong hòm phiếu đã đóng")


def test_page_alarms_when_the_closed_list_lacks_the_ballot(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.route("**/closed*", lambda route: route.fulfill(json={"ballots": ""}))
    phone.goto(booth.find_slip())
    vote(phone)
    booth.evening.close("s1")
    phone.wait_for_selector("text=KHÔNG có trong hòm phiếu")


def test_answer_lost_after_the_commit_gives_one_ballot_and_the_same_screen(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    answers: list[bytes] = []

    def lose_the_first_answer(route: Route) -> None:
        answer = fetch(route)
        answers.append(answer.body())
        route.abort() if len(answers) == 1 else route.fulfill(response=answer)

    phone.route("**/ballots*", lose_the_first_answer)
    phone.goto(booth.find_slip())
    vote(phone)
    assert len(answers) == 2
    assert answers[0] == answers[1]
    assert booth.evening.count_ballots("s1") == 1


def test_log_in_page_of_a_network_is_no_answer_and_the_ballot_is_sent_again(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    shown: list[str] = []

    def answer_for_the_server(route: Route) -> None:
        shown.append(route.request.url)
        if len(shown) == 1:
            route.fulfill(status=200, body="<html>Đăng nhập Wi-Fi</html>", content_type="text/html")
        else:
            route.continue_()

    phone.route("**/ballots*", answer_for_the_server)
    phone.goto(booth.find_slip())
    vote(phone)
    assert len(shown) == 2
    assert booth.evening.count_ballots("s1") == 1


def test_reload_while_sending_sends_the_same_ballot(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    sent: list[bytes | None] = []

    def swallow(route: Route) -> None:
        sent.append(route.request.post_data_buffer)
        route.abort()

    phone.route("**/ballots*", swallow)
    phone.goto(booth.find_slip())
    tap(phone, "Đồng ý")
    tap(phone, "Xem lại")
    tap(phone, "Bỏ phiếu")
    phone.wait_for_selector("text=không bị tính hai lần")
    phone.unroute("**/ballots*")
    with phone.expect_request("**/ballots*") as resent:
        phone.reload()
    assert resent.value.post_data_buffer == sent[0]
    phone.wait_for_selector("h1.recorded")


def test_second_slip_in_the_same_tab_votes_for_itself(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.goto(booth.find_slip(0))
    vote(phone)
    phone.evaluate("address => { location.href = address }", booth.find_slip(1))
    phone.wait_for_selector("fieldset")
    vote(phone)
    assert booth.evening.count_ballots("s1") == 2


def test_second_slip_does_not_send_the_ballot_that_another_left_under_way(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.route("**/ballots*", lambda route: route.abort())
    phone.goto(booth.find_slip(0))
    tap(phone, "Đồng ý")
    tap(phone, "Xem lại")
    tap(phone, "Bỏ phiếu")
    phone.wait_for_selector("text=không bị tính hai lần")
    phone.evaluate("address => { location.href = address }", booth.find_slip(1))
    phone.wait_for_selector("fieldset")
    assert booth.evening.count_ballots("s1") == 0


def test_reload_while_choosing_gives_an_empty_form(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.goto(booth.find_slip())
    tap(phone, "Đồng ý")
    phone.reload()
    phone.wait_for_selector("fieldset")
    assert phone.locator("input:checked").count() == 0


def test_double_tap_on_cast_stores_one_ballot(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.goto(booth.find_slip())
    tap(phone, "Đồng ý")
    tap(phone, "Xem lại")
    phone.wait_for_selector("button.main:has-text('Bỏ phiếu'):enabled")
    phone.evaluate("() => { const b = document.querySelector('button.main'); b.click(); b.click(); }")
    phone.wait_for_selector("h1.recorded")
    assert booth.evening.count_ballots("s1") == 1


def test_nothing_of_the_choice_or_the_slip_is_left_after_the_vote(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    slip = booth.find_slip()
    phone.goto(slip)
    vote(phone)
    left = phone.evaluate("() => document.documentElement.outerHTML + JSON.stringify(sessionStorage) + location.href")
    assert "Đồng ý" not in left
    assert "Nội dung" not in left
    assert slip.partition("#")[2].split(".")[1] not in left


def test_page_works_without_storage_and_without_web_crypto(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.add_init_script(
        "for (const name of ['sessionStorage', 'localStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError') } });"
        "window.alert = window.confirm = () => { throw new Error('blocked') };"
    )
    phone.goto(booth.find_slip())
    assert phone.evaluate("() => globalThis.crypto.subtle") is None
    vote(phone)
    assert booth.evening.count_ballots("s1") == 1


def test_used_slip_is_told_so_without_its_choice(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    booth.evening.cast("s1", AGREE)
    phone.goto(booth.find_slip())
    phone.wait_for_selector("text=Mỗi phiếu chỉ dùng một lần")
    assert "Đồng ý" not in read(phone)


def test_closed_vote_says_that_the_slip_did_not_vote(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    booth.evening.close("s1")
    phone.goto(booth.find_slip())
    phone.wait_for_selector("text=Phiếu này chưa được bỏ")


def test_vote_annulled_while_filling_says_that_nothing_counts(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.goto(booth.find_slip())
    tap(phone, "Đồng ý")
    booth.evening.annul("s1")
    phone.wait_for_selector("text=Lượt bỏ phiếu này đã dừng")


def test_slip_of_another_meeting_names_it(booth: Booth, phone: Page) -> None:
    fragment = urlsplit(booth.find_slip()).fragment.replace("M0000001", "M0000002")
    phone.goto(f"{booth.address}/v#{fragment}")
    phone.wait_for_selector("text=Thẻ này thuộc cuộc họp khác (mã M0000002)")


def test_damaged_code_asks_to_scan_again_or_type(booth: Booth, phone: Page) -> None:
    phone.goto(f"{booth.address}/v#M0000001.0000")
    phone.wait_for_selector("text=Không đọc được thẻ. Xin quét lại")


def test_typed_code_votes_after_eight_words_were_compared(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.goto(f"{booth.address}/v")
    phone.fill("#code", booth.evening.sheets["A"].slips[0].code.lower())
    tap(phone, "Dùng mã này")
    phone.wait_for_selector("p.words")
    assert phone.inner_text("p.words").split(" · ") == list(encode_words(booth.digest, 8))
    tap(phone, "Giống")
    vote(phone)
    assert booth.evening.count_ballots("s1") == 1


def test_words_that_differ_stop_the_vote(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.goto(f"{booth.address}/v#{urlsplit(booth.evening.sheets['A'].slips[0].url).fragment}")
    tap(phone, "Không giống")
    phone.wait_for_selector("text=Đừng bỏ phiếu trên trang này")
    assert phone.locator("fieldset").count() == 0


def test_server_that_swaps_the_key_for_one_phone_is_stopped_by_the_slip(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.goto(booth.find_slip(fingerprint="0" * 16))
    phone.wait_for_selector("text=Đừng bỏ phiếu trên trang này")
    assert phone.locator("fieldset").count() == 0


def test_server_that_changes_a_question_is_stopped_by_the_hash(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")

    def swap(route: Route) -> None:
        body = fetch(route).text().replace("Nội dung 1", "Nội dung khác")
        route.fulfill(body=body, content_type="application/json")

    phone.route("**/meetings/*/booth*", swap)
    phone.goto(booth.find_slip())
    phone.wait_for_selector("text=Đừng bỏ phiếu trên trang này")


def test_marks_stay_while_others_vote(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.goto(booth.find_slip())
    tap(phone, "Không đồng ý", nth=1)
    for voter in (1, 2, 3):
        booth.evening.send("s1", booth.evening.seal("s1", voter, AGREE, AGREE).data)
    with phone.expect_response("**/api/meetings/*"):
        pass
    assert phone.locator("input:checked").evaluate_all("inputs => inputs.map(i => i.id)") == ["contest-1-1"]


def test_contest_left_out_is_named_on_review_and_one_tap_leads_back(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.goto(booth.find_slip())
    tap(phone, "Đồng ý")
    tap(phone, "Xem lại")
    assert "Ông/bà chưa chọn cho: Nội dung 2" in read(phone)
    phone.locator("section.reviewed button").nth(1).tap()
    assert phone.locator("input:checked").evaluate_all("inputs => inputs.map(i => i.id)") == ["contest-0-0"]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_form_fits_its_screen_with_large_targets_and_nothing_chosen(
    booth: Booth, browser: LocalBrowser, width: int
) -> None:
    booth.evening.open("s1")
    page = browser.new_page(viewport={"width": width, "height": 700}, locale="vi-VN")
    page.goto(booth.find_slip())
    page.wait_for_selector("fieldset")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    heights = page.locator("label.option").evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
    assert len(heights) == 6
    assert min(heights) >= 64
    assert page.locator("input:checked").count() == 0
    for _ in range(3):
        page.click("button:has-text('A+')")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.context.close()


def test_whole_vote_goes_by_keyboard(booth: Booth, browser: LocalBrowser) -> None:
    booth.evening.open("s1")
    page = browser.new_page(locale="vi-VN")
    page.goto(booth.find_slip())
    page.wait_for_selector("fieldset")
    page.focus("#contest-0-0")
    page.keyboard.press("Space")
    for text in ("Xem lại", "Bỏ phiếu"):
        page.focus(f"button:has-text('{text}')")
        page.keyboard.press("Enter")
    page.wait_for_selector("h1.recorded")
    page.context.close()


def test_booth_speaks_english_on_request_and_keeps_the_marks(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    phone.goto(booth.find_slip())
    tap(phone, "Đồng ý")
    phone.locator("button:has-text('English')").tap()
    assert "Election s1" in read(phone)
    tap(phone, "Review")
    assert "Agree" in read(phone)


def test_first_load_needs_three_requests(booth: Booth, phone: Page) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(urlsplit(request.url).path))
    phone.goto(booth.find_slip())
    phone.wait_for_selector("text=Xin chờ")
    assert asked == ["/v", "/assets/booth.js", "/api/meetings/M0000001"]


def test_slip_secret_is_in_no_request(booth: Booth, phone: Page) -> None:
    booth.evening.open("s1")
    slip = booth.find_slip()
    secret = slip.partition("#")[2].split(".")[1]
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(f"{request.url} {request.headers} {request.post_data_buffer!r}"))
    phone.goto(slip)
    vote(phone)
    assert len(asked) >= 5
    assert not [line for line in asked if secret in line]
