"""Testing a ballot instead of casting it, on real pages: what the voter sees, and phones and servers that cheat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, Request, Route

from ballot_server.services.tested_ballots import publish_test
from crypto.ballot import SealedBallot
from crypto.encoding import encode_base64
from crypto.opening import encode_opening
from crypto.proofs.schnorr import sign_as_credential
from crypto.tracker import format_tracker
from tests.support.booths import PATIENCE_MS, PHONE, Booth, fetch, read, serve, tap, vote
from tests.support.browser import LocalBrowser
from tests.support.crypto_samples import SeededRandom
from tests.support.evenings import AGREE, DISAGREE, Evening

TEST, SURE = "Thử phiếu này", "Mở phiếu này ra để thử"


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[Booth]:
    with serve(tmp_path) as served:
        served.evening.open("s1")
        yield served


@pytest.fixture
def phone(browser: LocalBrowser) -> Iterator[Page]:
    page = browser.new_page(**PHONE)
    page.set_default_timeout(PATIENCE_MS)
    yield page
    page.context.close()


@pytest.fixture
def other(browser: LocalBrowser) -> Iterator[Page]:
    """Return a page of another device."""
    page = browser.new_page(**PHONE)
    page.set_default_timeout(PATIENCE_MS)
    yield page
    page.context.close()


def choose_and_review(page: Page, text: str = "Đồng ý") -> None:
    page.wait_for_selector("fieldset")
    tap(page, text)
    tap(page, "Xem lại")


def open_ballot(page: Page) -> str:
    """Test the ballot under review; return its tracker as the page shows it then."""
    tap(page, TEST)
    tap(page, SURE)
    page.wait_for_selector("section.note svg")
    return page.inner_text("section.note .tracker b")


def find_content(booth: Booth, other: Page, tracker: str) -> list[str]:
    """Return what another device finds in a tested ballot, contest by contest."""
    other.goto(f"{booth.address}/check")
    other.fill("#tracker", tracker)
    tap(other, "Kiểm tra mã phiếu")
    other.wait_for_selector("section.finding")
    return other.locator("section.finding .chosen").all_inner_texts()


def keep(request: Request, path: str, bodies: list[bytes]) -> None:
    """Keep what a page sends to addresses with this path."""
    if path in request.url:
        bodies.append(request.post_data_buffer or b"")


def publish(evening: Evening, sealed: SealedBallot) -> None:
    """Publish a tested ballot as another phone would."""
    body = sealed.test() + encode_opening(sealed.scalars)
    publish_test(evening.database, evening.manifests["s1"].election_hash, body)


def test_tracker_stands_on_the_review_before_the_voter_decides(booth: Booth, phone: Page) -> None:
    phone.goto(booth.find_slip())
    choose_and_review(phone)
    phone.wait_for_selector(f"button:has-text('{TEST}'):enabled")
    tracker = phone.inner_text(".tracker b")
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}", tracker)
    tap(phone, "Bỏ phiếu")
    phone.wait_for_selector("h1.recorded")
    assert phone.inner_text(".tracker b") == tracker


def test_neither_cast_nor_test_can_be_tapped_before_the_tracker_is_there(
    booth: Booth, phone: Page, browser: LocalBrowser
) -> None:
    browser.throttle(phone, 6)
    phone.goto(booth.find_slip())
    phone.wait_for_selector("fieldset")
    phone.evaluate(
        "() => { window.early = []; new MutationObserver(() => {"
        " const tracker = document.querySelector('.tracker b');"
        " const free = document.querySelectorAll('main > button:not(:disabled)').length;"
        " if (tracker && tracker.textContent === '…') window.early.push(free)"
        " }).observe(document.body, {childList: true, subtree: true, attributes: true}) }"
    )
    tap(phone, "Xem lại")
    phone.wait_for_selector("button:has-text('Bỏ phiếu'):enabled")
    assert set(phone.evaluate("() => window.early")) == {0}


def test_tested_ballot_shows_on_another_device_what_was_chosen(booth: Booth, phone: Page, other: Page) -> None:
    phone.goto(booth.find_slip())
    choose_and_review(phone, "Không đồng ý")
    phone.wait_for_selector(f"button:has-text('{TEST}'):enabled")
    shown = phone.inner_text(".tracker b")
    tracker = open_ballot(phone)
    assert tracker == shown
    assert find_content(booth, other, tracker) == ["Không đồng ý", "Để trống (phiếu trắng)"]


def test_picture_on_the_phone_leads_another_device_to_the_content(booth: Booth, phone: Page, other: Page) -> None:
    phone.goto(booth.find_slip())
    choose_and_review(phone)
    open_ballot(phone)
    picture = cv2.imdecode(np.frombuffer(phone.locator("section.note svg").screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    address = str(cv2.QRCodeDetectorAruco().detectAndDecode(picture)[0])
    assert address.startswith(f"{booth.address}/check#t.M0000001.")
    other.goto(address)
    other.wait_for_selector("section.finding")
    assert other.inner_text("section.finding .chosen >> nth=0") == "Đồng ý"


def test_voter_who_tested_goes_on_with_an_empty_choice_and_votes(booth: Booth, phone: Page) -> None:
    phone.goto(booth.find_slip())
    choose_and_review(phone)
    open_ballot(phone)
    assert "Phiếu thử không được tính" in read(phone)
    assert phone.locator("input:checked").count() == 0
    assert booth.evening.count_ballots("s1") == 0
    vote(phone)
    assert booth.evening.count_ballots("s1") == 1


def test_one_tap_opens_nothing_but_asks_once_more(booth: Booth, phone: Page) -> None:
    phone.goto(booth.find_slip())
    choose_and_review(phone)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    tap(phone, TEST)
    assert "Đừng thử với lựa chọn thật" in read(phone)
    assert not [url for url in asked if "/tests" in url]


def test_test_whose_answer_is_lost_is_sent_again_and_counts_once(booth: Booth, phone: Page) -> None:
    answers: list[bytes] = []

    def lose_the_first_answer(route: Route) -> None:
        answers.append(fetch(route).body())
        route.abort() if len(answers) == 1 else route.fulfill(body=answers[-1], content_type="application/json")

    phone.route("**/tests*", lose_the_first_answer)
    phone.goto(booth.find_slip())
    choose_and_review(phone)
    open_ballot(phone)
    assert answers == [b'{"tests_left":4}'] * 2


def test_sixth_test_of_a_slip_is_refused_and_its_ballot_thrown_away(booth: Booth, phone: Page) -> None:
    for _ in range(5):
        publish(booth.evening, booth.evening.seal("s1", 0, AGREE))
    phone.goto(booth.find_slip())
    choose_and_review(phone)
    tap(phone, TEST)
    tap(phone, SURE)
    phone.wait_for_selector("text=Thẻ này đã thử đủ số lần cho phép")
    assert phone.locator("input:checked").count() == 0
    vote(phone)


def test_server_that_refuses_a_test_whose_opening_it_has_read_gets_no_vote_for_it(booth: Booth, phone: Page) -> None:
    opened: list[bytes] = []
    cast: list[bytes] = []

    def refuse(route: Route) -> None:
        opened.append(route.request.post_data_buffer or b"")
        body = {"error": "all_tests_used", "message": "Hết lượt thử."}
        route.fulfill(status=409, json=body)

    phone.route("**/tests*", refuse)
    phone.on("request", lambda request: keep(request, "/ballots", cast))
    phone.goto(booth.find_slip())
    choose_and_review(phone)
    tap(phone, TEST)
    tap(phone, SURE)
    phone.wait_for_selector("section.note")
    vote(phone)
    pieces = {opened[0][at : at + 32] for at in range(64, len(cast[0]) - 64, 32)}
    assert not pieces & {cast[0][at : at + 32] for at in range(64, len(cast[0]) - 64, 32)}


def test_slip_that_voted_elsewhere_meanwhile_tests_nothing_more(booth: Booth, phone: Page) -> None:
    phone.goto(booth.find_slip())
    choose_and_review(phone)
    booth.evening.cast("s1", AGREE)
    tap(phone, TEST)
    tap(phone, SURE)
    phone.wait_for_selector("text=Mỗi phiếu chỉ dùng một lần")


def test_tested_ballot_signed_again_to_be_cast_is_refused(booth: Booth, phone: Page) -> None:
    sealed = booth.evening.seal("s1", 0, AGREE)
    publish(booth.evening, sealed)
    election_hash, credential = booth.evening.manifests["s1"].election_hash, booth.evening.list_voters("s1")[0]
    ballot = sealed.unsigned + sign_as_credential("cast", election_hash, credential, sealed.unsigned, SeededRandom(1))
    phone.goto(booth.address)
    answer = phone.evaluate(
        "([path, data]) => fetch(path, {method: 'POST', headers: {'Content-Type': 'application/octet-stream'},"
        " body: Uint8Array.from(atob(data), c => c.charCodeAt(0))}).then(r => r.json())",
        [f"/api/elections/{election_hash.hex()}/ballots", encode_base64(ballot)],
    )
    assert answer["error"] == "ballot_tested"
    assert booth.evening.count_ballots("s1") == 0


def test_phone_that_encrypts_another_choice_than_it_shows_is_caught_by_another_device(
    booth: Booth, phone: Page, other: Page
) -> None:
    def cheat(route: Route) -> None:
        body, changed = re.subn(r"\.marks\.get\(\w+\)\?\?\[\]\)", "&&[1])", fetch(route).text())
        assert changed == 1
        route.fulfill(body=body, content_type="text/javascript")

    phone.route("**/assets/booth.js*", cheat)
    phone.goto(booth.find_slip())
    choose_and_review(phone, "Đồng ý")
    assert phone.inner_text(".chosen >> nth=0") == "Đồng ý"
    tracker = open_ballot(phone)
    assert find_content(booth, other, tracker)[0] == "Không đồng ý"


def test_opening_that_lies_is_exposed_by_another_device(booth: Booth, other: Page) -> None:
    shown, hidden = (booth.evening.seal("s1", 0, choice) for choice in (AGREE, DISAGREE))
    publish(booth.evening, hidden)
    forged = {"ballot": encode_base64(hidden.test()), "opening": encode_base64(encode_opening(shown.scalars))}
    other.route("**/tested*", lambda route: route.fulfill(json=forged))
    other.goto(f"{booth.address}/check")
    other.fill("#tracker", _write_tracker(hidden))
    tap(other, "Kiểm tra mã phiếu")
    other.wait_for_selector("text=Phiếu thử không khớp")
    assert "Xin báo ngay tổ kiểm phiếu" in other.inner_text("#check")


def test_server_that_shows_another_tested_ballot_for_a_tracker_is_exposed(booth: Booth, other: Page) -> None:
    asked, shown = (booth.evening.seal("s1", 0, choice) for choice in (DISAGREE, AGREE))
    publish(booth.evening, asked)
    swapped = {"ballot": encode_base64(shown.test()), "opening": encode_base64(encode_opening(shown.scalars))}
    other.route("**/tested*", lambda route: route.fulfill(json=swapped))
    other.goto(f"{booth.address}/check")
    other.fill("#tracker", _write_tracker(asked))
    tap(other, "Kiểm tra mã phiếu")
    other.wait_for_selector("text=Phiếu thử không khớp")


def test_openings_of_a_phone_are_gone_from_the_disk_after_the_close(booth: Booth, phone: Page) -> None:
    sent: list[bytes] = []
    phone.on("request", lambda request: keep(request, "/tests", sent))
    phone.goto(booth.find_slip())
    choose_and_review(phone)
    open_ballot(phone)
    scalars = [sent[0][-32 * place :][:32] for place in range(1, 7)]
    files = [path for path in booth.evening.folder.rglob("*") if path.is_file()]
    assert any(scalars[0] in path.read_bytes() for path in files)
    booth.evening.close("s1")
    assert not [scalar for scalar in scalars for path in files if path.exists() and scalar in path.read_bytes()]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_pages_of_a_test_fit_their_screen_with_large_targets(booth: Booth, browser: LocalBrowser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700}, locale="vi-VN")
    page.goto(booth.find_slip())
    page.wait_for_selector("fieldset")
    page.click("label:has-text('Đồng ý') >> nth=0")
    page.click("button:has-text('Xem lại')")
    page.click(f"button:has-text('{TEST}')")
    _check_layout(page, width)
    page.click(f"button:has-text('{SURE}')")
    page.wait_for_selector("section.note svg")
    _check_layout(page, width)
    page.context.close()


def _check_layout(page: Page, width: int) -> None:
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    heights = page.locator("main button").evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
    assert min(heights) >= 48


def _write_tracker(sealed: SealedBallot) -> str:
    return format_tracker(sealed.ballot_hash)
