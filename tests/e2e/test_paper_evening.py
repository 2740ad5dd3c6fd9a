"""An evening on paper in real browsers: the chair on the laptop, two tellers on phones, a stranger who verifies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Page

from tests.support.browser import open_browser
from tests.support.browser_evenings import PATIENCE_MS, Chair, serve
from tests.support.chair_evenings import ROLL, VOTERS
from tests.support.command_line import run_phieukin
from tests.support.printed_files import read_text, squeeze

# Of four ballots three agree and one is signed; the second teller first takes the signed one for a "no".
RIGHT = {"ballots": 4, "c0_o0": 3, "reason_signed": 1}
WRONG = {"ballots": 4, "c0_o0": 3, "c0_o1": 1}


def enter(page: Page, address: str, code: str, sheet: Mapping[str, int]) -> str:
    """Open the sheet by a scanned code, fill it in and send it; return what the phone shows then."""
    page.goto(f"{address}/count#{code}")
    page.locator("form:has(#code) button").click()
    for name, number in sheet.items():
        page.fill(f"[name={name}]", str(number))
    with page.expect_navigation():
        page.locator("form.sheet button").click()
    return page.inner_text("main")


def name_tellers(chair: Chair) -> list[str]:
    """Let the chair name the tellers; return their codes."""
    chair.show("s1")
    chair.send("/counters")
    return [code.replace("-", "") for code in chair.page.locator("section.seat p.code").all_inner_texts()]


def test_evening_on_paper_from_the_draft_to_a_strangers_verification(tmp_path: Path) -> None:
    roll = tmp_path / "danh sách.csv"
    roll.write_text(ROLL, encoding="utf-8")
    with ExitStack() as stack:
        announced = stack.enter_context(serve(tmp_path / "data"))
        browser = stack.enter_context(open_browser())
        page = browser.new_page(locale="vi-VN", accept_downloads=True)
        page.set_default_timeout(PATIENCE_MS)
        chair = Chair(page, announced["laptop"])
        chair.sign_in_first(announced["code"])
        chair.prepare(roll, mode="paper")
        for card in VOTERS:
            chair.go(f"/desk/{chair.code}?q={card}")
            page.locator("form:has([name=attendance][value=present]) button").first.click()
        chair.go(f"/desk/{chair.code}")
        page.fill("#paper-printed-s1", "6")
        page.fill("#paper-handed_out-s1", "4")
        chair.send("/paper")

        chair.show("s1")
        ballot = chair.download("a[href*='ballot.pdf']", tmp_path / "ballot.pdf")
        assert squeeze("Đồng chí Đặng Văn Khôi") in squeeze(read_text(ballot))
        chair.send("/paper/open")
        chair.show("s1")
        chair.send("/close")
        codes = name_tellers(chair)
        phones = [
            browser.new_page(viewport={"width": 390, "height": 844}, locale="vi-VN", ignore_https_errors=True)
            for _ in codes
        ]
        for phone in phones:
            phone.set_default_timeout(PATIENCE_MS)

        assert "Đã nhận số của" in enter(phones[0], announced["staff"], codes[0], RIGHT)
        differing = enter(phones[1], announced["staff"], codes[1], WRONG)
        assert "Đồng chí Đặng Văn Khôi: Không đồng ý" in differing
        assert "không hợp lệ: có ký tên" in differing
        assert "Đồng chí Đặng Văn Khôi: Đồng ý" not in differing
        for phone, code in zip(phones, codes, strict=True):
            shown = enter(phone, announced["staff"], code, RIGHT)
        assert "Hai người ra cùng một số" in shown

        chair.wait_for("form[action*='/paper/tally'] button", "s1")
        chair.send("/paper/tally")
        chair.show("s1")
        assert "Không đưa vào danh sách" in page.inner_text("main")
        chair.send("/publish")
        chair.show()
        chair.send("/minutes")
        minutes = chair.download("a[href*='minutes.pdf']", tmp_path / "minutes.pdf")
        chair.show()
        chair.send("/end")
        archive = chair.download("a[href*='archive.jsonl']", tmp_path / "archive.jsonl")
        assert not browser.foreign

    text = read_text(minutes)
    [head, *_] = re.findall(r"(?:[0-9A-Z]{4}[ \n-]){7}[0-9A-Z]{4}", text)
    verified = run_phieukin("verify", archive, "--head", " ".join(head.split()))
    assert verified.status == 0, verified.output
    assert "Đồng ý: 3, Không đồng ý: 0, phiếu trắng: 0" in verified.output
