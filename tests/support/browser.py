"""A real browser for tests: Chromium without a window, which reaches this machine and nothing else.

>>> with open_browser() as browser:
...     page = browser.new_page()
...     page.goto("http://127.0.0.1:8080/")

`python -m tests.support.browser` says which Chromium would be used, and fails if there is none.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request, sync_playwright

LAN_NAME = "phieukin.test"
"""A name that leads to 127.0.0.1 and yet is no secure context: what a phone sees under http://LAN-ADDRESS."""

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", LAN_NAME})
_FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--host-resolver-rules=MAP {LAN_NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@dataclass(frozen=True)
class LocalBrowser:
    """A running browser; `foreign` collects the addresses it asked for elsewhere."""

    browser: Browser
    foreign: list[str] = field(default_factory=list)

    def new_page(self, **options: Any) -> Page:
        """Return a page with storage of its own; options are those of a playwright context, e.g. a phone's size."""
        context = self.browser.new_context(service_workers="block", **options)
        # Not the method itself: playwright sets an attribute on the object that a method is bound to.
        context.on("request", lambda request: self._note_request(request))
        return context.new_page()

    def throttle(self, page: Page, rate: int) -> None:
        """Slow a page's processor down, as a cheap phone is slow."""
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def _note_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in _LOCAL_HOSTS:
            self.foreign.append(request.url)


def find_chromium() -> str:
    """Return the path of Chromium: $CHROMIUM, else what PATH has. Raises: FileNotFoundError."""
    for program in (os.environ.get("CHROMIUM"), *_PROGRAMS):
        path = shutil.which(program) if program else None
        if path is not None:
            return path
    raise FileNotFoundError("Chromium was not found: install it, or set CHROMIUM to its path")


@contextmanager
def open_browser(*flags: str) -> Iterator[LocalBrowser]:
    """Run Chromium; afterwards assert that no page asked for anything beyond this machine.

    flags: of Chromium's own, beside those that every test has.
    """
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=find_chromium(), args=[*_FLAGS, *flags])
        browser = LocalBrowser(launched)
        try:
            yield browser
        finally:
            browser.browser.close()
    assert browser.foreign == []


if __name__ == "__main__":
    try:
        find_chromium()
    except FileNotFoundError as error:
        sys.exit(str(error))
