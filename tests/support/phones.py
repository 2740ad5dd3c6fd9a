"""Tellers' phones: real pages of a real browser, and what a teller does on them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.browser import LocalBrowser

PATIENCE_MS = 60_000
_READ_DATABASES = """async () => {
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    for (const store of database.objectStoreNames) {
      const records = database.transaction(store).objectStore(store);
      const read = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
      const [keys, values] = await Promise.all([read(records.getAllKeys()), read(records.getAll())]);
      keys.forEach((key, place) => {
        const value = values[place];
        const bytes = value instanceof Uint8Array ? new TextDecoder().decode(value) : null;
        const seed = value && value.seed instanceof Uint8Array ? Array.from(value.seed) : null;
        found.push({ name, store, key: String(key), bytes, seed });
      });
    }
    database.close();
  }
  return found;
}"""


@dataclass
class Phone:
    """One teller's phone; a page that is closed may be opened again on the same phone."""

    page: Page
    address: str

    def open(self) -> None:
        """Open the address, as a camera does that read it from a QR code."""
        self.page.goto(self.address)

    def join(self) -> None:
        """Open the address and take the seat."""
        self.open()
        self.press("yes")

    def press(self, answer: str) -> None:
        """Press the button that gives an answer."""
        self.page.click(f"button[data-answer={answer}]")

    def wait_for(self, title: str) -> None:
        """Wait until the page says something in its heading."""
        expect(self.page.locator("h1")).to_have_text(re.compile(re.escape(title)), timeout=PATIENCE_MS)

    def wait_for_question(self, answer: str) -> None:
        """Wait until an answer can be given."""
        self.page.wait_for_selector(f"button[data-answer={answer}]")

    def read_words(self) -> list[str]:
        """Return the four large words."""
        return self.page.locator(".words li").all_inner_texts()

    def wait_for_other_words(self, words: Sequence[str]) -> None:
        """Wait until four words are shown that are not these."""
        self.page.wait_for_function(
            "(old) => { const now = document.querySelector('.words')?.innerText; return now && now !== old; }",
            arg="\n".join(words),
        )

    def read(self) -> str:
        """Return everything on the page."""
        return self.page.inner_text("#trustee")

    def close_tab(self) -> None:
        """Close the tab; what the browser keeps stays."""
        context = self.page.context
        self.page.close()
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)

    def read_storage(self) -> list[dict[str, Any]]:
        """Return every record of the browser's databases for this server."""
        found: list[dict[str, Any]] = self.page.evaluate(_READ_DATABASES)
        return found


def switch_on(browser: LocalBrowser, addresses: Sequence[str], **options: Any) -> list[Phone]:
    """Return a phone for each address, each with storage of its own; nothing is opened yet."""
    return [switch_on_one(browser, address, **options) for address in addresses]


def switch_on_one(browser: LocalBrowser, address: str, **options: Any) -> Phone:
    """Return one phone; options are those of a playwright context."""
    options = {"viewport": {"width": 390, "height": 844}, "locale": "vi-VN", **options}
    # The installation's own authority, which a teller's phone has accepted.
    page = browser.new_page(ignore_https_errors=True, **options)
    page.set_default_timeout(PATIENCE_MS)
    return Phone(page, address)
