"""The browser's own tests, run in Chromium as a phone on the room's network runs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browser import LAN_NAME, open_browser
from tests.support.kiosk import BrowserSide


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder and writes no log."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serve_folder(folder: Path) -> Iterator[int]:
    """Serve a folder on a free port of this machine; yield the port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def page(browser_side: BrowserSide) -> Iterator[Page]:
    (browser_side.folder / "index.html").write_text(
        '<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,"><script src="crypto-check.js"></script>',
        encoding="utf-8",
    )
    with serve_folder(browser_side.folder) as port, open_browser() as browser:
        page = browser.new_page()
        page.goto(f"http://{LAN_NAME}:{port}/index.html")
        yield page


def test_page_has_what_a_phone_has_on_a_plain_address(page: Page) -> None:
    assert page.evaluate("[isSecureContext, typeof crypto.subtle, typeof crypto.getRandomValues]") == [
        False,
        "undefined",
        "function",
    ]


def test_every_check_holds_in_chromium(page: Page) -> None:
    outcome = page.evaluate("runChecks()")
    assert outcome["failed"] == []
    assert outcome["passed"] > 500


def test_every_check_of_a_phones_storage_holds_in_chromium(page: Page) -> None:
    assert page.evaluate("runStorageChecks()") == {"passed": 7, "failed": []}


def test_ballot_in_slices_lets_the_page_work_meanwhile(page: Page) -> None:
    timing = page.evaluate("measureSlices(10, 3, 1)")
    assert timing["longestSlice"] < timing["total"]
