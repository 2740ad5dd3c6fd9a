"""A voter's phone before the real server: a running meeting, slips' addresses, and what a voter does on the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import APIResponse, Page, Route

from ballot_server.services.election_plan import ElectionPlan
from ballot_server.web.processes import start_private_server
from crypto.credential import compute_key_fingerprint, format_key_fingerprint
from tests.support.browser import LAN_NAME
from tests.support.evenings import Evening, make_plan, prepare_evening

PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "vi-VN", "has_touch": True}
TWO_CONTESTS = make_plan(members=(1, 2))
PATIENCE_MS = 15_000


@dataclass(frozen=True)
class Booth:
    """An evening whose voters have phones; `address` is the voters' application as phones reach it."""

    evening: Evening
    address: str

    @property
    def fingerprint(self) -> str:
        """What slips printed after the ceremony carry."""
        return format_key_fingerprint(self.digest)

    @property
    def digest(self) -> bytes:
        """The whole fingerprint of the key."""
        manifest = next(iter(self.evening.manifests.values()))
        return compute_key_fingerprint(manifest.ceremony_hash, manifest.key)

    def find_slip(self, voter: int = 0, *, fingerprint: str | None = None) -> str:
        """Return a slip's address, with the key's fingerprint once an election is open."""
        fragment = urlsplit(self.evening.sheets["A"].slips[voter].url).fragment
        known = fingerprint or (self.fingerprint if self.evening.manifests else None)
        return f"{self.address}/v#{fragment}{'' if known is None else f'.{known}'}"


@contextmanager
def serve(folder: Path, *plans: ElectionPlan) -> Iterator[Booth]:
    """Serve a meeting of these elections, of one with two contests unless told otherwise."""
    with prepare_evening(folder, plans or (TWO_CONTESTS,)) as evening, start_private_server(folder) as server:
        # Under this name the page is no secure context, as under http://192.168.1.10.
        yield Booth(evening, server.address.replace("127.0.0.1", LAN_NAME))


def tap(page: Page, text: str, *, nth: int = 0) -> None:
    """Tap what bears a text."""
    page.locator(f"label:has-text('{text}'), button:has-text('{text}')").nth(nth).tap()


def vote(page: Page) -> None:
    """Vote in the first contest, and wait until that is recorded."""
    tap(page, "Đồng ý")
    tap(page, "Xem lại")
    tap(page, "Bỏ phiếu")
    page.wait_for_selector("h1.recorded")


def fetch(route: Route) -> APIResponse:
    """Return what the server answers to a request of a page."""
    # Only the browser knows the name; the test asks for the same under the address.
    headers = {name: value.replace(LAN_NAME, "127.0.0.1") for name, value in route.request.headers.items()}
    return route.fetch(url=route.request.url.replace(LAN_NAME, "127.0.0.1"), headers=headers)


def read(page: Page) -> str:
    """Return all that the booth says."""
    return page.inner_text("#booth")
