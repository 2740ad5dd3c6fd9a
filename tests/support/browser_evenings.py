"""An evening led in a browser: the service as it is started in earnest, the chair's page, and a voter's phone."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy
from playwright.sync_api import Error, Page, Route

from tests.support.browser import LocalBrowser
from tests.support.chair_evenings import ELECTION, TELLERS, VOTERS
from tests.support.terminals import PROGRAM

PASSPHRASE = "một câu đủ dài để nhớ"
PATIENCE_MS = 60_000
PORTS = ("--voters-port", "0", "--staff-port", "0", "--laptop-port", "0")


@contextmanager
def serve(data: Path) -> Iterator[dict[str, str]]:
    """Run `phieukin serve`; yield what it prints: the three addresses and the code of the link for the first chair."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "serve", "--host", "127.0.0.1", "--data", str(data), *PORTS],
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
        """Use the link of the first chair."""
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

    def prepare(self, roll: Path, mode: str = "electronic") -> None:
        """Prepare a meeting with its roll and one election, and create it; mode: as the form's choice has it."""
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
        page.select_option("#mode", mode)
        page.locator("form[action*='/drafts'] button").click()
        if not page.locator("#roll-file").is_visible():
            page.locator("details:has(#roll-file) summary").click()
        page.set_input_files("#roll-file", roll)
        with page.expect_navigation():
            page.locator("form:has(#roll-file) button").click()
        page.select_option("#rule_set", ELECTION["rule_set"])
        with page.expect_navigation():
            page.locator("form:has(#rule_set) button").click()
        page.fill("form:has(#contests) [name=title]", ELECTION["title"])
        page.fill("#contests", ELECTION["contests"])
        with page.expect_navigation():
            page.locator("form:has(#contests) button").click()
        self.send("/finalise")
        self.code = page.url.split("?")[0].split("#")[0].rsplit("/", 1)[-1]

    def seat_tellers(self) -> list[str]:
        """Return the addresses that the tellers type, as the page shows them once."""
        self.show()
        self.send("/ceremony")
        lines = self.page.locator("p.code").all_inner_texts()
        command = "phieukin trustee join "
        return [line.removeprefix(command) for line in lines if line.startswith(command)]

    def scan_codes(self) -> list[str]:
        """Return what a phone's camera reads off the page that shows the tellers' codes."""
        found = []
        for drawing in self.page.locator(".drawing").all():
            picture = cv2.imdecode(numpy.frombuffer(drawing.screenshot(), dtype=numpy.uint8), cv2.IMREAD_GRAYSCALE)
            assert picture is not None
            framed = cv2.copyMakeBorder(picture, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)
            found.append(str(cv2.QRCodeDetectorAruco().detectAndDecode(framed)[0]))
        return found

    def show(self, election: str = "") -> None:
        """Open the meeting's page, or an election's."""
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
        """Keep the file that a press gives."""
        with self.page.expect_download() as download:
            self.page.locator(selector).first.click()
        download.value.save_as(path)
        return path

    def check_in(self) -> None:
        """Mark the voters present and hand each a slip."""
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
