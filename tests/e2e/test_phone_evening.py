"""A whole evening with three tellers' phones: what they scan, what they and the projector show, until the end."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.browser import open_browser
from tests.support.browser_evenings import PATIENCE_MS, Chair, serve, vote
from tests.support.chair_evenings import ELECTION, ROLL, TELLERS
from tests.support.command_line import run_phieukin
from tests.support.phones import switch_on
from tests.support.printed_files import read_slips, read_text


@pytest.mark.slow
def test_whole_evening_with_three_tellers_phones(tmp_path: Path) -> None:
    roll = tmp_path / "danh sách.csv"
    roll.write_text(ROLL, encoding="utf-8")
    with ExitStack() as stack:
        announced = stack.enter_context(serve(tmp_path / "data"))
        browser = stack.enter_context(open_browser())
        page = browser.new_page(locale="vi-VN", accept_downloads=True)
        page.set_default_timeout(PATIENCE_MS)
        chair = Chair(page, announced["laptop"])
        chair.sign_in_first(announced["code"])
        chair.prepare(roll)

        addresses = chair.seat_tellers()
        assert chair.scan_codes() == addresses
        assert re.search(r"dấu SHA-256 của chứng thư đúng là:\s+([0-9A-F]{4} ){15}[0-9A-F]{4}", page.inner_text("main"))
        phones = switch_on(browser, addresses)
        for phone in phones:
            phone.join()
        for phone in phones:
            phone.wait_for("So bốn từ")
        words = phones[0].read_words()
        assert [phone.read_words() for phone in phones] == [words] * 3
        chair.go("/screen")
        assert page.inner_text(".words") == " · ".join(words)
        assert all(name in page.inner_text("main") for name in TELLERS)
        for phone in phones:
            phone.press("same")
        for phone in phones:
            phone.wait_for("Đang chờ chủ trì")

        printed = tmp_path / "slips.pdf"
        chair.show()
        key_words = page.locator("#key .words").last.inner_text()
        assert all(key_words in phone.read() for phone in phones)
        chair.download("form[action*='/slips'] button", printed)
        slips = [slip.url for slip in read_slips(printed)]
        chair.check_in()
        chair.show("s1")
        chair.send("/counts")
        for phone in phones:
            phone.wait_for("Sáu con số trước khi mở bỏ phiếu")
            assert ELECTION["title"] in phone.read()
            phone.press("right")
        chair.wait_for("form[action*='/open'] button", "s1")
        chair.send("/open")
        for place in range(3):
            vote(browser, slips[place], loses_the_answer=False)
        chair.show("s1")
        chair.send("/close")
        chair.send("/close")
        chair.wait_for("form[action*='/decryption'] button", "s1")
        chair.send("/decryption")
        for phone in phones:
            phone.wait_for("So số phiếu và bốn từ")
        assert len({tuple(phone.read_words()) for phone in phones}) == 1
        for phone in phones:
            assert ELECTION["title"] in phone.read()
            assert "Số phiếu: 3" in phone.read()
            phone.press("same")
        chair.wait_for("form[action*='/tally'] button", "s1")
        chair.send("/tally")
        chair.show("s1")
        chair.send("/publish")

        chair.show()
        chair.send("/minutes")
        minutes = chair.download("a[href*='minutes.pdf']", tmp_path / "minutes.pdf")
        chair.send("/destruction")
        for phone in phones:
            phone.press("destroy")
        for phone in phones:
            phone.wait_for("Phần khóa trên máy này đã hủy")
            assert not any(record["key"] == "holding" for record in phone.read_storage())
        chair.wait_for("form[action*='/end'] button")
        page.wait_for_function("() => document.querySelectorAll('[name=without]').length === 0")
        chair.send("/end")
        archive = chair.download("a[href*='archive.jsonl']", tmp_path / "archive.jsonl")

    [head, *_] = re.findall(r"(?:[0-9A-Z]{4}[ \n-]){7}[0-9A-Z]{4}", read_text(minutes))
    verified = run_phieukin("verify", archive, "--head", " ".join(head.split()))
    assert verified.status == 0, verified.output
    assert "Đồng ý: 3, Không đồng ý: 0, phiếu trắng: 0" in verified.output
