"""The first real evening: a chair, three tellers, three voters' phones, and nothing but what they would have in hand.

The chair works in Chromium, the tellers in terminals over TLS, the voters in Chromium on plain HTTP with addresses that
are read off a picture of the printed slips. At the end a stranger verifies the archive with the code read off the
minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.browser import open_browser
from tests.support.browser_evenings import PATIENCE_MS, Chair, serve, vote
from tests.support.chair_evenings import ROLL, VOTERS
from tests.support.command_line import run_phieukin
from tests.support.printed_files import read_slips, read_text
from tests.support.terminals import Terminal


@pytest.fixture
def announced(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What `phieukin serve` prints: the three addresses and the code of the link for the first chair."""
    with serve(tmp_path / "data") as printed:
        yield printed


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
        page.set_viewport_size({"width": 390, "height": 844})
        chair.show("s1")
        assert page.evaluate("(chart => chart.scrollWidth <= chart.clientWidth)(document.querySelector('.chart'))")

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
