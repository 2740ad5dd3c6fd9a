"""The first real evening: a chair, three tellers, three voters' phones, and nothing but what they would have in hand.

The chair works in Chromium, the tellers in terminals over TLS, the voters in Chromium on plain HTTP with addresses that
are read off a picture of the printed slips. At the end a stranger verifies the archive with the code read off the
minutes.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Route

from tests.support.browser import LocalBrowser, open_browser
from tests.support.chair_evenings import ELECTION, ROLL, TELLERS, VOTERS
from tests.support.command_line import run_phieukin
from tests.support.printed_files import read_slips, read_text
from tests.support.terminals import Terminal

PROGRAM = "import sys; from ballot_server.cli.main import main; sys.exit(main())"
PASSPHRASE = "một câu đủ dài để nhớ"
PATIENCE_MS = 60_000
PORTS = ("--voters-port", "0", "--staff-port", "0", "--laptop-port", "0")


@pytest.fixture
def announced(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What `phieukin serve` prints: the three addresses and the link for the first chair."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "serve", "--host", "127.0.0.1", "--data", str(tmp_path / "data"), *PORTS],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl+C" in line:
                break
        links = re.findall(r"https?://\S+", "".join(lines))
        [code, *_] = re.findall(r"/welcome#(\S+)", "".join(lines))
        yield {"voters": links[0], "staff": links[1], "laptop": links[2], "code": code}
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0


class Chair:
    """The chair's browser on the serving laptop."""

    def __init__(self, page: Page, laptop: str) -> None:
        self.page = page
        self.laptop = laptop
        self.code = ""

    def sign_in_first(self, code: str) -> None:
        page = self.page
        page.goto(f"{self.laptop}/welcome#{code}")
        page.locator("form:has(#code) button").click()
        page.fill("#name", "Nguyễn Văn Thành")
        page.fill("#passphrase", PASSPHRASE)
        page.fill("#again", PASSPHRASE)
        page.locator("form:has(#passphrase) button").click()
        page.wait_for_url(lambda url: "/welcome" not in url)

    def send(self, action: str) -> None:
        """Press the button of the form that leads to an address ending so, and say the passphrase if asked."""
        with self.page.expect_navigation():
            self.page.locator(f"form[action*='{action}'] button").first.click()
        if self.page.locator("form:not([action]) #passphrase").count():
            self.page.fill("#passphrase", PASSPHRASE)
            with self.page.expect_navigation():
                self.page.locator("form:not([action]) button").click()

    def prepare(self, roll: Path) -> None:
        page = self.page
        page.goto(f"{self.laptop}/chair")
        page.locator("a[href*='new']").first.click()
        for field, value in (
            ("unit", "Chi bộ tổ dân phố số 5"),
            ("superior", "Đảng bộ phường Ngọc Lâm"),
            ("place", "Nhà văn hóa tổ 5"),
            ("held_on", "2026-01-15"),
            ("chair", "Nguyễn Văn Thành"),
            ("clerk", "Lê Quang Vinh"),
            ("tellers", "\n".join(TELLERS)),
        ):
            page.fill(f"#{field}", value)
        page.locator("form[action*='/drafts'] button").click()
        page.set_input_files("#roll-file", roll)
        self.send("/roll")
        if not page.locator("#contests").is_visible():
            page.locator("details:has(#contests) summary").click()
        page.fill("form:has(#contests) [name=title]", ELECTION["title"])
        page.select_option("#rule_set", ELECTION["rule_set"])
        page.fill("#contests", ELECTION["contests"])
        page.locator("form:has(#contests) button").click()
        self.send("/finalise")
        self.code = page.url.split("?")[0].split("#")[0].rsplit("/", 1)[-1]

    def seat_tellers(self) -> list[str]:
        """Return the addresses that the tellers type, as the page shows them once."""
        self.show()
        self.send("/ceremony")
        lines = self.page.locator("p.code").all_inner_texts()
        return [line.removeprefix("phieukin trustee join ") for line in lines]

    def show(self, election: str = "") -> None:
        path = f"/chair/{self.code}" + (f"/elections/{election}" if election else "")
        self.go(path)

    def go(self, path: str) -> None:
        """Open a page, again if the one before, which follows the evening by itself, loads itself just then."""
        for _ in range(40):
            try:
                self.page.goto(f"{self.laptop}{path}")
            except Error as error:
                if "interrupted" not in error.message and "ERR_ABORTED" not in error.message:
                    raise
                self.page.wait_for_timeout(250)
            else:
                return
        raise AssertionError(f"{path} never opened")

    def wait_for(self, selector: str, election: str = "") -> None:
        """Wait until something stands on a page, which follows the evening by itself."""
        self.show(election)
        self.page.locator(selector).first.wait_for(state="attached")

    def download(self, selector: str, path: Path) -> Path:
        with self.page.expect_download() as download:
            self.page.locator(selector).first.click()
        download.value.save_as(path)
        return path

    def check_in(self) -> None:
        for card in VOTERS:
            self.go(f"/desk/{self.code}?q={card}")
            self.page.locator("form:has([name=attendance][value=present]) button").first.click()
        self.go(f"/desk/{self.code}")
        self.page.fill("#handed_out-A", str(len(VOTERS)))
        self.send("/slips")


def vote(browser: LocalBrowser, slip: str, *, loses_the_answer: bool) -> str:
    """Vote in three taps on a phone of one's own; return what the phone shows at the end."""
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="vi-VN", has_touch=True)
    page.set_default_timeout(PATIENCE_MS)
    lost: list[str] = []
    if loses_the_answer:

        def lose_once(route: Route) -> None:
            answer = route.fetch()
            lost.append(answer.text())
            route.abort() if len(lost) == 1 else route.fulfill(response=answer)

        page.route("**/ballots*", lose_once)
    page.goto(slip)
    page.locator("label:has-text('Đồng ý')").first.tap()
    page.locator("button:has-text('Xem lại')").tap()
    page.locator("button:has-text('Bỏ phiếu')").tap()
    page.wait_for_selector("h1.recorded")
    shown = page.inner_text("#booth")
    assert len(lost) == (2 if loses_the_answer else 0)
    page.context.close()
    return shown


def test_whole_evening_from_the_first_sign_in_to_a_strangers_verification(
    announced: dict[str, str], tmp_path: Path
) -> None:
    roll = tmp_path / "danh sách.csv"
    roll.write_text(ROLL, encoding="utf-8")
    with ExitStack() as stack:
        browser = stack.enter_context(open_browser())
        page = browser.new_page(locale="vi-VN", accept_downloads=True)
        page.set_default_timeout(PATIENCE_MS)
        chair = Chair(page, announced["laptop"])
        chair.sign_in_first(announced["code"])
        chair.prepare(roll)

        addresses = chair.seat_tellers()
        assert len(addresses) == 3
        terminals = [Terminal(address, tmp_path / f"teller-{place}") for place, address in enumerate(addresses, 1)]
        for terminal in terminals:
            terminal.start()
            stack.callback(terminal.close)
        chair.wait_for("p.words")
        # Once the key is made there is nothing left to begin again, and slips can carry its fingerprint.
        page.wait_for_function("() => !document.querySelector(\"form[action*='/ceremony']\")")

        printed = chair.download("form[action*='/slips'] button", tmp_path / "slips.pdf")
        slips = [slip.url for slip in read_slips(printed)]
        assert len(slips) >= len(VOTERS)
        assert all(slip.startswith(f"{announced['voters']}/v#{chair.code}.") for slip in slips)
        chair.check_in()

        chair.show("s1")
        assert "7 chính thức − 1 được miễn − 1 bị đình chỉ = 5" in page.inner_text("main")
        chair.send("/counts")
        chair.wait_for("form[action*='/open'] button", "s1")
        chair.send("/open")
        for place in range(3):
            shown = vote(browser, slips[place], loses_the_answer=place == 1)
            assert "Phiếu của ông/bà đã được ghi nhận" in shown
        chair.show("s1")
        chair.send("/close")
        assert "Còn 1 thẻ chưa bỏ" in page.inner_text("main")
        chair.send("/close")
        chair.wait_for("form[action*='/decryption'] button", "s1")
        chair.send("/decryption")
        chair.wait_for("form[action*='/tally'] button", "s1")
        chair.send("/tally")
        chair.show("s1")
        result = page.inner_text("main")
        assert "Không đưa vào danh sách" in result
        chair.send("/publish")

        chair.show()
        chair.send("/minutes")
        minutes = chair.download("a[href*='minutes.pdf']", tmp_path / "minutes.pdf")
        chair.send("/destruction")
        chair.wait_for("form[action*='/end'] button")
        page.wait_for_function("() => document.querySelectorAll('[name=without]').length === 0")
        chair.send("/end")
        archive = chair.download("a[href*='archive.jsonl']", tmp_path / "archive.jsonl")

    text = read_text(minutes)
    [head, *_] = re.findall(r"(?:[0-9A-Z]{4}[ \n-]){7}[0-9A-Z]{4}", text)
    verified = run_phieukin("verify", archive, "--head", " ".join(head.split()))
    assert verified.status == 0, verified.output
    assert "Đồng ý: 3, Không đồng ý: 0, phiếu trắng: 0" in verified.output
    assert "cần 4/5" in " ".join(text.split())
