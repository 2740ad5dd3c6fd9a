"""The staff's application with people who can sign in, and a browser that sends forms as one of our pages does."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ballot_server.domain.staff import Role, StaffMember
from ballot_server.services.installation import Installation, open_installation
from ballot_server.services.passphrase import PassphraseCost, hash_passphrase
from ballot_server.services.staff_sessions import StaffDoor, open_session
from ballot_server.storage.records import StaffRecord
from ballot_server.storage.repositories import StaffRepository
from ballot_server.web.context import WebContext, get_context
from ballot_server.web.sessions import FORM_HEADER, find_form_mark
from ballot_server.web.staff_app import create_staff_app

PASSPHRASE = "mèo xanh nước trong"
NAMES = {Role.CHAIR: "Nguyễn Văn Chủ", Role.CLERK: "Trần Thị Thư", Role.SCREEN: "Máy chiếu", Role.KIOSK: "Máy bỏ phiếu"}
CHEAP = PassphraseCost(memory_kibibytes=64, passes=1, lanes=1)
START = datetime(2026, 1, 15, 18, 0, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0"
ADDRESS = "https://localhost"


def run_apart(function: Callable[[], bytes]) -> bytes:
    """Run a function in a thread of its own, as the service does: what it needs of the request was taken before."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(function).result()


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the moment it shows."""
        return self.now

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self.now += by


class StaffClient(FlaskClient):
    """A browser on one of our own pages: its POSTs carry the origin and the form's mark unless told otherwise."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """Ask for an address; `with_mark=False` leaves the mark out, a header `Origin` of one's own stays."""
        with_mark = options.pop("with_mark", True)
        options.setdefault("base_url", ADDRESS)
        headers = {"User-Agent": BROWSER, **dict(options.pop("headers", None) or {})}
        if options.get("method", "GET") not in ("GET", "HEAD"):
            headers.setdefault("Origin", options["base_url"])
            if with_mark:
                headers[FORM_HEADER] = self.read_mark(str(options["base_url"]))
        return super().open(*args, headers={k: v for k, v in headers.items() if v is not None}, **options)

    def read_mark(self, base_url: str = ADDRESS) -> str:
        """Return the mark that a form on one of our pages carries in this browser."""
        name = "__Host-phieukin" if base_url.startswith("https") else "phieukin-laptop"
        cookie = self.get_cookie(name)
        headers = {"User-Agent": BROWSER, "Cookie": f"{name}={cookie.value}" if cookie else ""}
        with self.application.test_request_context(base_url=base_url, headers=headers):
            return find_form_mark()


def create_staff_client(
    folder: Path, *, clock: HandClock | None = None, installation: Installation | None = None, is_laptop: bool = False
) -> StaffClient:
    """Return a browser, signed in as nobody, on the staff's application of a data folder.

    Close its installation (`get_installation`) at the end.

    installation: one that is open already, such as a furnished room's.
    """
    door = StaffDoor(clock=clock or HandClock(), random_bytes=random.Random(7).randbytes, cost=CHEAP)
    opened = installation or open_installation(folder, random.Random(8).randbytes)
    app = create_staff_app(WebContext(installation=opened, door=door, run_blocking=run_apart), is_laptop=is_laptop)
    return browse(app)


def browse(app: Flask) -> StaffClient:
    """Return another browser on the same application."""
    app.test_client_class = StaffClient
    client = app.test_client()
    assert isinstance(client, StaffClient)
    return client


def get_installation(client: FlaskClient) -> Installation:
    """Return the installation behind a browser's application."""
    with client.application.test_request_context():
        return get_context().installation


def sign_in(client: FlaskClient, role: Role) -> StaffMember:
    """Sign somebody of a role in at a browser, making the account if it is missing; return who it is."""
    member = StaffMember(NAMES[role], role)
    with client.application.test_request_context():
        context = get_context()
    stored = None if role.is_device else hash_passphrase(PASSPHRASE, CHEAP, context.door.random_bytes)
    with context.installation.database.write() as session:
        if StaffRepository(session).find(member.name) is None:
            StaffRepository(session).store(StaffRecord(member, stored))
        secret = open_session(session, context.door, member, browser=BROWSER)
    client.set_cookie("__Host-phieukin", secret.hex(), domain="localhost", secure=True)
    client.set_cookie("phieukin-laptop", secret.hex(), domain="localhost")
    return member
