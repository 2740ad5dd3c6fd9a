"""A kiosk in a real browser: slips before its camera, one voter after another, and nothing left of any of them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from ballot_server.clock import read_clock
from ballot_server.domain.staff import Role
from ballot_server.minutes.slips import render_slips
from ballot_server.services.issue_certificate import issue_certificate
from ballot_server.services.slip_status import read_slip_status
from ballot_server.services.staff_links import make_link, renew_link
from ballot_server.services.staff_sessions import StaffDoor
from ballot_server.storage.repositories import PaperExchangeRepository, SeriesRepository
from ballot_server.web.processes import ServerProcess, TlsFiles, open_listener
from crypto.credential import derive_credential
from crypto.encoding import decode_canonical_object
from crypto.proofs.schnorr import sign_as_credential
from crypto.slip import parse_slip_fragment
from tests.support.browser import LocalBrowser, open_browser
from tests.support.camera import film_slip
from tests.support.evenings import AGREE, MEETING, Evening, make_plan, prepare_evening

TABLET = {"viewport": {"width": 1280, "height": 800}, "locale": "vi-VN", "has_touch": True}
NAME = "Máy bỏ phiếu 1"
TWO_MINUTES, HALF_MINUTE = 121_000, 31_000


@dataclass
class Hall:
    """An evening beside a server of the staff's application."""

    evening: Evening
    address: str
    has_kiosk: bool = False

    def make_code(self) -> str:
        """Return the code of a link that makes a device the kiosk."""
        door, database = StaffDoor(), self.evening.database
        code = (
            renew_link(database, door, name=NAME)
            if self.has_kiosk
            else make_link(database, door, name=NAME, role=Role.KIOSK)
        )
        self.has_kiosk = True
        return code

    def read_code(self, voter: int) -> str:
        """Return what somebody types who cannot scan."""
        return self.evening.sheets["A"].slips[voter].code

    def read_url(self, voter: int) -> str:
        """Return what a scanner on a cable types."""
        return self.evening.sheets["A"].slips[voter].url

    def count_brought_back(self) -> int:
        with self.evening.database.read() as session:
            return SeriesRepository(session).get(MEETING, "A").brought_back

    def count_exchanged(self, election: str = "s1") -> int:
        with self.evening.database.read() as session:
            return PaperExchangeRepository(session).count(MEETING, election)

    def is_void(self, voter: int, election: str = "s1") -> bool:
        manifest = self.evening.manifests[election]
        code = parse_slip_fragment(self.read_url(voter).partition("#")[2]).code
        credential = derive_credential(code, MEETING, manifest.slot)
        signature = sign_as_credential("status", manifest.election_hash, credential, b"", os.urandom)
        answer = read_slip_status(self.evening.database, manifest.election_hash, credential.public + signature)
        return bool(decode_canonical_object(answer)["is_void"])


@contextmanager
def open_hall(folder: Path) -> Iterator[Hall]:
    with prepare_evening(folder, (make_plan("s1", members=(1, 2)), make_plan("s2"))) as evening:
        issued = issue_certificate(folder, host=None, hostname="", addresses=(), now=read_clock())
        tls = TlsFiles(issued.certificate, issued.key, issued.authority)
        with ServerProcess("staff", listener=open_listener("127.0.0.1", 0), data_folder=folder, tls=tls) as process:
            process.wait_until_ready()
            yield Hall(evening, f"https://127.0.0.1:{process.port}")


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with open_hall(tmp_path) as opened:
        yield opened


@contextmanager
def stand_kiosk(browser: LocalBrowser, hall: Hall, **options: object) -> Iterator[Page]:
    """Make a browser the kiosk as the chair's link does, and yield its page; it must run without a fault."""
    page = browser.new_page(ignore_https_errors=True, **{**TABLET, **options})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    page.goto(f"{hall.address}/welcome#{hall.make_code()}")
    page.click("main form button")
    page.click("text=Mở trang bỏ phiếu")
    expect(page.locator("#code")).to_be_visible()
    yield page
    assert faults == []
    page.context.close()


@pytest.fixture
def kiosk(browser: LocalBrowser, hall: Hall) -> Iterator[Page]:
    """A kiosk without a camera."""
    with stand_kiosk(browser, hall) as page:
        yield page


def tap(page: Page, text: str, *, nth: int = 0) -> None:
    page.locator(f"label:has-text('{text}'), button:has-text('{text}')").nth(nth).tap()


def cast(page: Page) -> None:
    """Tap the main button once it casts: until the ballot is sealed it says so, and another button speaks of voting."""
    page.locator("button.main:has-text('Bỏ phiếu')").tap()


def use_code(page: Page, hall: Hall, voter: int = 0) -> None:
    page.fill("#code", hall.read_code(voter))
    tap(page, "Dùng mã này")


def come_to_choosing(page: Page, hall: Hall, voter: int = 0) -> None:
    """Typed codes bear no fingerprint, so the eight words are compared."""
    use_code(page, hall, voter)
    tap(page, "Giống")
    expect(page.locator("fieldset").first).to_be_visible()


def vote(page: Page) -> None:
    tap(page, "Đồng ý")
    tap(page, "Xem lại")
    cast(page)
    expect(page.locator("h1.recorded")).to_be_visible()


def run_until(page: Page, happened: Callable[[], bool]) -> None:
    """Let the page's clock run, and its requests come and go, until something holds."""
    for _ in range(60):
        if happened():
            return
        page.clock.run_for(1_000)
        page.wait_for_timeout(100)
    raise AssertionError("it never happened")


def dump(page: Page) -> str:
    """Return all that a page keeps or shows, without the marks of forms."""
    return str(
        page.evaluate(
            """async () => JSON.stringify([document.documentElement.outerHTML, document.title, location.href,
            {...localStorage}, {...sessionStorage}, document.cookie, history.state,
            (await indexedDB.databases()).map((each) => each.name), await caches.keys(),
            [...document.querySelectorAll("input")].map((each) => each.value)])"""
        )
    )


def is_at_start(page: Page) -> None:
    expect(page.locator("h1")).to_have_text("Quét thẻ, hoặc gõ mã")
    expect(page.locator("#code")).to_have_value("")


def test_camera_reads_a_printed_slip_and_the_voter_votes(hall: Hall, tmp_path: Path) -> None:
    hall.evening.open("s1")
    pdf = tmp_path / "slips.pdf"
    pdf.write_bytes(render_slips(hall.evening.sheets["A"]))
    flags = film_slip(pdf, tmp_path / "slip.y4m")
    with open_browser("--use-fake-ui-for-media-stream", *flags) as browser, stand_kiosk(browser, hall) as page:
        tap(page, "Giống")
        vote(page)
        assert hall.evening.count_ballots("s1") == 1
        # Whoever still holds the slip before the camera is told what became of it, and no ballot is lost.
        tap(page, "Xong")
        expect(page.locator("h1")).to_have_text("Phiếu này đã được bỏ")
    assert hall.evening.count_ballots("s1") == 1


def test_scanner_on_a_cable_types_the_slips_address(kiosk: Page, hall: Hall) -> None:
    hall.evening.open("s1")
    kiosk.keyboard.type(hall.read_url(0))
    kiosk.keyboard.press("Enter")
    tap(kiosk, "Giống")
    vote(kiosk)
    assert hall.evening.count_ballots("s1") == 1


def test_typed_code_votes(kiosk: Page, hall: Hall) -> None:
    hall.evening.open("s1")
    come_to_choosing(kiosk, hall)
    vote(kiosk)
    assert hall.evening.count_ballots("s1") == 1


def test_two_voters_vote_one_after_the_other(kiosk: Page, hall: Hall) -> None:
    hall.evening.open("s1")
    for voter in (0, 1):
        come_to_choosing(kiosk, hall, voter)
        vote(kiosk)
        tap(kiosk, "Xong")
        is_at_start(kiosk)
    assert hall.evening.count_ballots("s1") == 2


def test_wrong_code_is_refused_with_what_to_do(kiosk: Page) -> None:
    kiosk.fill("#code", "ABCD-EFGH-JKMN-PQRS-TVWX")
    tap(kiosk, "Dùng mã này")
    expect(kiosk.locator("#booth [role=alert]")).to_have_text(
        "Không đọc được thẻ. Xin quét lại, hoặc gõ mã in trên thẻ."
    )


def test_code_that_was_begun_and_left_is_taken_away(browser: LocalBrowser, hall: Hall) -> None:
    with stand_kiosk(browser, hall) as kiosk:
        kiosk.clock.install()
        kiosk.fill("#code", "ABCD-EFGH")
        kiosk.clock.run_for(61_000)
        is_at_start(kiosk)


def test_page_resets_by_itself_after_the_ballot_is_recorded(browser: LocalBrowser, hall: Hall) -> None:
    hall.evening.open("s1")
    with stand_kiosk(browser, hall) as kiosk:
        come_to_choosing(kiosk, hall)
        kiosk.clock.install()
        vote(kiosk)
        kiosk.clock.run_for(15_000)
        is_at_start(kiosk)


def test_nothing_is_stored_and_nothing_of_a_voter_is_left(kiosk: Page, hall: Hall) -> None:
    hall.evening.open("s1")
    come_to_choosing(kiosk, hall)
    tap(kiosk, "Đồng ý")
    during = kiosk.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert during == '[{},{},""]'
    tap(kiosk, "Xem lại")
    cast(kiosk)
    tracker = kiosk.locator(".tracker b").inner_text()
    tap(kiosk, "Xong")
    is_at_start(kiosk)
    left = dump(kiosk)
    assert ',{},{},"",null,[],[],[""]]' in left
    code = hall.read_code(0)
    assert not any(trace in left for trace in (tracker, code, code.replace("-", ""), "Nội dung", "Đồng ý"))


@pytest.mark.parametrize("way", ["back", "twice back", "reload"])
def test_back_and_reload_show_nothing_of_the_voter_before(kiosk: Page, hall: Hall, way: str) -> None:
    hall.evening.open("s1")
    come_to_choosing(kiosk, hall)
    vote(kiosk)
    tracker = kiosk.locator(".tracker b").inner_text()
    tap(kiosk, "Xong")
    if way == "reload":
        kiosk.reload()
    else:
        for _ in range(2 if way == "twice back" else 1):
            kiosk.evaluate("() => history.back()")
            kiosk.wait_for_timeout(200)
    is_at_start(kiosk)
    assert kiosk.url == f"{hall.address}/kiosk"
    assert tracker not in dump(kiosk)


def test_reload_while_choosing_begins_anew_and_the_slip_stays_valid(kiosk: Page, hall: Hall) -> None:
    hall.evening.open("s1")
    come_to_choosing(kiosk, hall)
    tap(kiosk, "Đồng ý")
    kiosk.reload()
    is_at_start(kiosk)
    come_to_choosing(kiosk, hall)
    assert kiosk.locator("input:checked").count() == 0


def test_voter_who_stops_leaves_an_empty_page_and_a_valid_slip(kiosk: Page, hall: Hall) -> None:
    hall.evening.open("s1")
    come_to_choosing(kiosk, hall)
    tap(kiosk, "Đồng ý")
    tap(kiosk, "Dừng lại")
    is_at_start(kiosk)
    come_to_choosing(kiosk, hall)
    assert kiosk.locator("input:checked").count() == 0
    assert hall.evening.count_ballots("s1") == 0


def test_text_size_and_language_return_to_their_defaults_for_the_next_voter(kiosk: Page, hall: Hall) -> None:
    hall.evening.open("s1")
    come_to_choosing(kiosk, hall)
    tap(kiosk, "A+")
    tap(kiosk, "English")
    expect(kiosk.locator("html")).to_have_attribute("lang", "en")
    tap(kiosk, "Stop, do not vote yet")
    is_at_start(kiosk)
    expect(kiosk.locator("html")).to_have_attribute("lang", "vi")
    assert kiosk.evaluate("() => getComputedStyle(document.documentElement).fontSize") == "29px"


def test_idle_voter_is_warned_after_two_minutes_and_may_have_more_time_ten_times(
    browser: LocalBrowser, hall: Hall
) -> None:
    hall.evening.open("s1")
    with stand_kiosk(browser, hall) as kiosk:
        kiosk.clock.install()
        come_to_choosing(kiosk, hall)
        tap(kiosk, "Đồng ý")
        for _ in range(10):
            kiosk.clock.run_for(TWO_MINUTES)
            expect(kiosk.locator("#warning")).to_contain_text(re.compile("sau (30|2[0-9]) giây"))
            kiosk.clock.run_for(15_000)
            expect(kiosk.locator("#warning")).to_contain_text(re.compile("sau 1?[0-9] giây"))
            tap(kiosk, "Tôi cần thêm thời gian")
            expect(kiosk.locator("#warning")).to_be_hidden()
        assert kiosk.locator("input:checked").count() == 1


def test_idle_voter_who_does_not_answer_is_reset_with_nothing_cast(browser: LocalBrowser, hall: Hall) -> None:
    hall.evening.open("s1")
    with stand_kiosk(browser, hall) as kiosk:
        kiosk.clock.install()
        come_to_choosing(kiosk, hall)
        tap(kiosk, "Đồng ý")
        tap(kiosk, "Xem lại")
        kiosk.clock.run_for(TWO_MINUTES)
        expect(kiosk.locator("#warning")).to_be_visible()
        kiosk.clock.run_for(HALF_MINUTE)
        is_at_start(kiosk)
        assert hall.evening.count_ballots("s1") == 0
        come_to_choosing(kiosk, hall)


def test_first_page_waits_without_a_warning(browser: LocalBrowser, hall: Hall) -> None:
    with stand_kiosk(browser, hall) as kiosk:
        kiosk.clock.install()
        kiosk.clock.run_for(10 * TWO_MINUTES)
        expect(kiosk.locator("#warning")).to_be_hidden()


def test_loss_of_the_network_covers_the_page_and_passes_by_itself(browser: LocalBrowser, hall: Hall) -> None:
    hall.evening.open("s1")
    with stand_kiosk(browser, hall) as kiosk:
        kiosk.clock.install()
        come_to_choosing(kiosk, hall)
        tap(kiosk, "Đồng ý")
        kiosk.route("**/api/kiosk**", lambda route: route.abort())
        run_until(kiosk, lambda: kiosk.locator("#pause").is_visible())
        expect(kiosk.locator("#pause h1")).to_have_text("Tạm dừng – gọi tổ kiểm phiếu")
        box = kiosk.locator("#pause").bounding_box()
        assert box == {"x": 0, "y": 0, "width": 1280, "height": 800}
        kiosk.clock.run_for(TWO_MINUTES)
        expect(kiosk.locator("#warning")).to_be_hidden()
        kiosk.unroute("**/api/kiosk**")
        run_until(kiosk, lambda: kiosk.locator("#pause").is_hidden())
        assert kiosk.locator("input:checked").count() == 1
        tap(kiosk, "Xem lại")
        cast(kiosk)
        expect(kiosk.locator("h1.recorded")).to_be_visible()


def test_ballot_whose_answer_is_lost_is_sent_again_and_counts_once(kiosk: Page, hall: Hall) -> None:
    hall.evening.open("s1")
    come_to_choosing(kiosk, hall)
    answers: list[int] = []

    def lose_the_first_answer(route: Route) -> None:
        answer = route.fetch()
        answers.append(answer.status)
        route.abort() if len(answers) == 1 else route.fulfill(response=answer)

    kiosk.route("**/ballots*", lose_the_first_answer)
    vote(kiosk)
    assert answers == [200, 200]
    assert hall.evening.count_ballots("s1") == 1


def test_kiosk_session_that_the_chair_ended_says_so(browser: LocalBrowser, hall: Hall) -> None:
    with stand_kiosk(browser, hall) as kiosk:
        kiosk.clock.install()
        kiosk.context.clear_cookies()
        run_until(kiosk, lambda: kiosk.locator("#pause").is_visible())
        expect(kiosk.locator("#pause h1")).to_have_text("Máy này hết hạn dùng – gọi thư ký")


def test_stolen_kiosk_cookie_opens_nothing_of_the_staffs(kiosk: Page, hall: Hall) -> None:
    for path in ("/", "/chair", f"/chair/{MEETING}", "/desk", f"/desk/{MEETING}", "/screen", "/account", "/drafts/new"):
        answer = kiosk.request.get(f"{hall.address}{path}", max_redirects=0)
        assert answer.status == 403, path
    assert kiosk.request.get(f"{hall.address}/kiosk").status == 200


def test_kiosk_page_alone_may_use_the_camera_and_compiled_code(kiosk: Page, hall: Hall) -> None:
    page = kiosk.request.get(f"{hall.address}/kiosk").headers
    other = kiosk.request.get(f"{hall.address}/welcome").headers
    assert "'wasm-unsafe-eval'" in page["content-security-policy"]
    assert "camera=(self)" in page["permissions-policy"]
    assert "wasm" not in other["content-security-policy"]
    assert "camera=()" in other["permissions-policy"]


def open_staff_place(page: Page) -> None:
    tap(page, "Thư ký: trả thẻ")
    tap(page, "Thư ký có mặt")
    tap(page, "Một người của tổ kiểm phiếu có mặt")
    tap(page, "Quét thẻ cần hủy")


def test_slip_brought_back_between_elections_is_void_and_counted(kiosk: Page, hall: Hall) -> None:
    open_staff_place(kiosk)
    use_code(kiosk, hall, 0)
    expect(kiosk.locator(".call")).to_contain_text("rút thẻ khác")
    tap(kiosk, "Hủy thẻ")
    expect(kiosk.locator("h1")).to_have_text("Đã hủy thẻ")
    assert hall.count_brought_back() == 1
    tap(kiosk, "Xong")
    is_at_start(kiosk)
    hall.evening.open("s1")
    assert hall.is_void(0)


def test_void_slip_in_the_booth_reads_that_it_was_replaced(kiosk: Page, hall: Hall) -> None:
    open_staff_place(kiosk)
    use_code(kiosk, hall, 0)
    tap(kiosk, "Hủy thẻ")
    tap(kiosk, "Xong")
    hall.evening.open("s1")
    use_code(kiosk, hall, 0)
    expect(kiosk.locator("#booth .call")).to_have_text("Thẻ này đã hủy và được thay bằng thẻ khác. Xin dùng thẻ mới.")


def test_slip_exchanged_while_open_counts_for_the_paper(kiosk: Page, hall: Hall) -> None:
    hall.evening.open("s1")
    open_staff_place(kiosk)
    use_code(kiosk, hall, 0)
    expect(kiosk.locator(".call")).to_contain_text("phát cho người này một phiếu giấy")
    tap(kiosk, "Hủy thẻ")
    expect(kiosk.locator("#booth .call")).to_have_text("Cất riêng thẻ này. Phát cho người này một phiếu giấy.")
    assert (hall.count_exchanged(), hall.is_void(0)) == (1, True)


def test_slip_that_voted_is_answered_with_that_alone(kiosk: Page, hall: Hall) -> None:
    hall.evening.open("s1")
    hall.evening.cast("s1", AGREE)
    asked: list[str] = []
    kiosk.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    open_staff_place(kiosk)
    use_code(kiosk, hall, 0)
    tap(kiosk, "Hủy thẻ")
    expect(kiosk.locator("h1")).to_have_text("Thẻ này đã bỏ phiếu")
    assert hall.count_brought_back() == 0
    # Later slots are not even named: beside the one that voted they would tell whose ballot it is.
    assert not [line for line in asked if re.match("POST .*/void", line)]


def test_staff_place_takes_a_clerk_and_a_teller(kiosk: Page) -> None:
    tap(kiosk, "Thư ký: trả thẻ")
    tap(kiosk, "Thư ký có mặt")
    tap(kiosk, "Quét thẻ cần hủy")
    expect(kiosk.locator(".warning")).to_have_text("Cần cả hai người. Xin đánh dấu cả hai ô.")


def test_every_target_is_large_enough_for_a_tablet(kiosk: Page, hall: Hall) -> None:
    hall.evening.open("s1")
    come_to_choosing(kiosk, hall)
    heights = kiosk.evaluate(
        """() => [...document.querySelectorAll("button, .option")].filter((each) => each.offsetParent !== null)
        .map((each) => Math.min(each.offsetHeight, each.offsetWidth))"""
    )
    assert min(heights) >= 80
    assert kiosk.evaluate("() => parseFloat(getComputedStyle(document.querySelector('.option')).fontSize)") >= 29


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_screen_is_wider_than_the_device(browser: LocalBrowser, hall: Hall, width: int) -> None:
    hall.evening.open("s1")

    def fits(page: Page) -> None:
        shot = os.environ.get("KIOSK_SCREENSHOTS")
        if shot:
            name = re.sub(r"\W+", "-", page.locator("h1").first.inner_text())[:30]
            page.screenshot(path=f"{shot}/{width}-{name}.png", full_page=True)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width

    with stand_kiosk(browser, hall, viewport={"width": width, "height": 800}) as kiosk:
        fits(kiosk)
        use_code(kiosk, hall)
        expect(kiosk.locator(".words")).to_be_visible()
        fits(kiosk)
        tap(kiosk, "Giống")
        fits(kiosk)
        tap(kiosk, "Đồng ý")
        tap(kiosk, "Xem lại")
        fits(kiosk)
        cast(kiosk)
        expect(kiosk.locator("h1.recorded")).to_be_visible()
        fits(kiosk)
        tap(kiosk, "Xong")
        tap(kiosk, "Thư ký: trả thẻ")
        fits(kiosk)
