"""The staff's way in, in a real browser: the first chair's link, the sign-in page, a clerk's phone without scripts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
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


@dataclass(frozen=True)
class Server:
    """The staff's application over TLS."""

    address: str
    folder: Path

    def make_code(self) -> str:
        """Return the code of a link for the chair: the first one, later one to choose another passphrase."""
        installation = open_installation(self.folder, os.urandom)
        database = installation.database
        code = make_first_link(database, StaffDoor()) or make_reset_link(database, StaffDoor(), name=NAME)
        installation.close()
        return code


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("staff")
    open_installation(folder, os.urandom).close()
    issued = issue_certificate(folder, host=None, hostname="", addresses=(), now=read_clock())
    tls = TlsFiles(issued.certificate, issued.key, issued.authority)
    with ServerProcess("staff", listener=open_listener("127.0.0.1", 0), data_folder=folder, tls=tls) as process:
        process.wait_until_ready()
        yield Server(f"https://127.0.0.1:{process.port}", folder)


def open_page(browser: LocalBrowser, *, width: int = 390, has_scripts: bool = True) -> Page:
    # What TLS clients make of the certificate is tested elsewhere; this browser has no way to install an authority.
    return browser.new_page(
        viewport={"width": width, "height": 800},
        ignore_https_errors=True,
        java_script_enabled=has_scripts,
        locale="vi-VN",
    )


def choose_passphrase(page: Page) -> None:
    page.fill("#passphrase", PASSPHRASE)
    page.fill("#again", PASSPHRASE)
    page.click("main form button")


def become_chair(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/welcome#{server.make_code()}")
    page.click("main form button")
    expect(page.locator("#passphrase")).to_be_visible()
    if page.locator("#name").count() == 1:
        page.fill("#name", NAME)
    choose_passphrase(page)
    expect(page.locator("header")).to_contain_text(NAME)


def test_link_fills_its_code_in_and_leaves_the_address(browser: LocalBrowser, server: Server) -> None:
    page = open_page(browser)
    code = server.make_code()
    page.goto(f"{server.address}/welcome#{code}")
    expect(page.locator("#code")).to_have_value(code)
    assert page.url == f"{server.address}/welcome"


def test_chair_comes_in_by_the_link_and_again_by_the_passphrase(browser: LocalBrowser, server: Server) -> None:
    page = open_page(browser)
    become_chair(page, server)
    page.click("header button")
    page.fill("#name", NAME.upper())
    page.fill("#passphrase", PASSPHRASE)
    page.click("main form button")
    expect(page.locator("header")).to_contain_text(f"{NAME} (chủ trì)")


def test_clerk_comes_in_on_a_phone_without_scripts(browser: LocalBrowser, server: Server) -> None:
    page = open_page(browser)
    become_chair(page, server)
    page.goto(f"{server.address}/account")
    page.fill("#name", "Trần Văn Bàn")
    page.click("text=Lấy mã mời")
    code = page.inner_text("span.code")
    phone = open_page(browser, has_scripts=False)
    phone.goto(f"{server.address}/welcome")
    phone.fill("#code", code)
    phone.click("main form button")
    choose_passphrase(phone)
    expect(phone.locator("header")).to_contain_text("Trần Văn Bàn (thư ký)")


def test_cookie_is_hidden_from_scripts_and_other_sites(browser: LocalBrowser, server: Server) -> None:
    page = open_page(browser)
    become_chair(page, server)
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    cookie = cookies["__Host-phieukin"]
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    assert page.evaluate("document.cookie") == ""


def test_pages_fit_a_narrow_phone_in_large_letters(browser: LocalBrowser, server: Server) -> None:
    page = open_page(browser, width=320)
    become_chair(page, server)
    for path in ("/account", "/account?lang=en", "/missing", "/welcome", "/sign-in"):
        page.goto(server.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        sizes = page.evaluate("[...document.querySelectorAll('body *')].map(e => getComputedStyle(e).fontSize)")
        assert min(float(size.removesuffix("px")) for size in sizes) >= 18, path
