"""The staff's application over TLS, a chair who is signed in, and how a page is looked at in every width."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from ballot_server.clock import read_clock
from ballot_server.services.installation import open_installation
from ballot_server.services.issue_certificate import issue_certificate
from ballot_server.services.staff_links import make_first_link, make_reset_link
from ballot_server.services.staff_sessions import StaffDoor
from ballot_server.web.processes import ServerProcess, TlsFiles, open_listener
from tests.support.browser import LocalBrowser

NAME = "Nguyễn Thị Minh Khai"
PASSPHRASE = "mèo xanh nước trong"
WIDTHS = (320, 390, 1280)


@contextmanager
def serve_staff(folder: Path) -> Iterator[str]:
    """Yield the address of the staff's application on a data folder."""
    open_installation(folder, os.urandom).close()
    issued = issue_certificate(folder, host=None, hostname="", addresses=(), now=read_clock())
    tls = TlsFiles(issued.certificate, issued.key, issued.authority)
    with ServerProcess("staff", listener=open_listener("127.0.0.1", 0), data_folder=folder, tls=tls) as process:
        process.wait_until_ready()
        yield f"https://127.0.0.1:{process.port}"


def sign_in_chair(browser: LocalBrowser, base: str, folder: Path, *, with_script: bool = True) -> Page:
    """Return a chair's page, by a first link or by a new one."""
    installation = open_installation(folder, os.urandom)
    code = make_first_link(installation.database, StaffDoor()) or make_reset_link(
        installation.database, StaffDoor(), name=NAME
    )
    installation.close()
    page = browser.new_page(
        viewport={"width": 390, "height": 800},
        ignore_https_errors=True,
        locale="vi-VN",
        base_url=base,
        java_script_enabled=with_script,
    )
    page.goto(f"/welcome#{code}")
    if not with_script:
        page.fill("input[name=code]", code)
    page.click("main form button")
    expect(page.locator("#passphrase")).to_be_visible()
    if page.locator("#name").count():
        page.fill("#name", NAME)
    page.fill("#passphrase", PASSPHRASE)
    page.fill("#again", PASSPHRASE)
    page.click("main form button")
    expect(page.locator("header")).to_contain_text(NAME)
    return page


def look(page: Page, name: str, *, lower: str = "") -> None:
    """Check that a page fits every width in letters that can be read, with targets that can be hit.

    lower: a selector of targets that may be lower, because their label is what is hit.
    """
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        sizes = page.evaluate("[...document.querySelectorAll('body *')].map(e => getComputedStyle(e).fontSize)")
        assert min(float(size.removesuffix("px")) for size in sizes) >= 18, (name, width)
        heights = page.evaluate(
            "lower => [...document.querySelectorAll('button, select, a, summary, input')]"
            ".filter(e => e.offsetParent && !(lower && e.matches(lower))).map(e => e.getBoundingClientRect().height)",
            lower,
        )
        assert min(heights) >= 47.5, (name, width)
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids)), (name, ids)
    page.set_viewport_size({"width": 390, "height": 800})
