"""A voter's page in Chromium: what it loads, how long a ballot takes, and whether the page responds meanwhile."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_bytes
from threading import Thread
from urllib.parse import urlsplit

from playwright.sync_api import Page

from ballot_server.web.processes import start_private_server
from bench.ballots import OPTIONS, create_context, create_credential, mark_contests
from bench.meetings import plan_contests
from bench.reference import Operation, count_operations
from bench.table import Row, Section
from crypto.ballot import encrypt_ballot
from crypto.credential import compute_key_fingerprint, format_key_fingerprint
from tests.support.browser import LAN_NAME, LocalBrowser
from tests.support.evenings import Evening, make_roll, prepare_evening
from tests.support.kiosk import build_browser_side

CONTESTS = 10
RATES = (1, 6)
VOTES = 4
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "vi-VN", "has_touch": True}
PATIENCE_MS = 60_000
_VOTE = Path(__file__).with_name("vote.js")


@dataclass(frozen=True)
class Load:
    """What the first load of a page asked for; the bytes are those of bodies and headers as sent, and of bodies."""

    requests: int
    sent_bytes: int
    plain_bytes: int


@dataclass(frozen=True)
class Vote:
    """How long a ballot took from the tap on "review" until it was sent, and the longest frames meanwhile and before.

    All in milliseconds; of a vote that was not watched there are no frames.
    """

    total: float
    longest_frame: float
    longest_at_rest: float


def measure_booth(browser: LocalBrowser) -> Section:
    """Measure the voter's page against a private server."""
    with (
        tempfile.TemporaryDirectory(prefix="phieukin-") as folder,
        _hold_meeting(Path(folder) / "data") as slips,
        open_arithmetic(browser, Path(folder) / "tests") as page,
    ):
        rows = [_describe_load(_measure_load(browser, next(slips)))]
        for rate in RATES:
            browser.throttle(page, rate)
            timed, watched, times = [], [], []
            for _ in range(VOTES):
                times.append(page.evaluate("measureOperations()"))
                timed.append(_measure_vote(browser, next(slips), rate, is_watched=False))
                watched.append(_measure_vote(browser, next(slips), rate, is_watched=True))
            rows += _describe_votes(rate, timed, watched, _sum_arithmetic(times))
    note = (
        f"The page `/v` with {CONTESTS} contests of {OPTIONS} options; wall-clock time. Each vote is the first of a"
        f" page just loaded, cast without reading the review. The best of {VOTES}, since other work on the machine can"
        " only lengthen it, and in brackets the worst. The arithmetic is timed between the votes in a warm page, also"
        " at its best."
    )
    return Section("The booth in Chromium", rows, note)


def _describe_load(load: Load) -> Row:
    figure = f"{load.sent_bytes / 1000:.1f} kB"
    what = f"first load until the ballot shows: {load.requests} requests"
    return Row(what, figure, load.sent_bytes / load.plain_bytes, f"{load.plain_bytes / 1000:.1f} kB uncompressed")


def _describe_votes(rate: int, timed: list[Vote], watched: list[Vote], arithmetic: float) -> list[Row]:
    totals = [vote.total for vote in timed]
    frames = [vote.longest_frame for vote in watched]
    rest = min(vote.longest_at_rest for vote in watched)
    return [
        Row(
            f"{rate}× throttled: encrypt {CONTESTS} × {OPTIONS}",
            f"{min(totals):.0f} ms ({max(totals):.0f})",
            min(totals) / arithmetic,
            f"{arithmetic:.0f} ms of arithmetic",
        ),
        Row(
            f"{rate}× throttled: longest frame meanwhile",
            f"{min(frames):.0f} ms ({max(frames):.0f})",
            min(frames) / rest,
            f"{rest:.0f} ms, the longest frame of the page at rest",
        ),
    ]


@contextmanager
def _hold_meeting(folder: Path) -> Iterator[Iterator[str]]:
    """Yield the addresses of slips of a meeting whose election is open."""
    voters = 1 + 2 * VOTES * len(RATES)
    with (
        prepare_evening(folder, [plan_contests(CONTESTS)], make_roll(voters)) as evening,
        start_private_server(folder) as server,
    ):
        evening.open("s1")
        yield _list_slips(evening, server.address.replace("127.0.0.1", LAN_NAME))


def _list_slips(evening: Evening, address: str) -> Iterator[str]:
    manifest = evening.manifests["s1"]
    fingerprint = format_key_fingerprint(compute_key_fingerprint(manifest.ceremony_hash, manifest.key))
    for slip in evening.sheets["A"].slips:
        yield f"{address}/v#{urlsplit(slip.url).fragment}.{fingerprint}"


@contextmanager
def _open_page(browser: LocalBrowser) -> Iterator[Page]:
    page = browser.new_page(**PHONE)
    page.set_default_timeout(PATIENCE_MS)
    try:
        yield page
    finally:
        page.context.close()


def _measure_load(browser: LocalBrowser, slip: str) -> Load:
    requests: list[str] = []
    sent: list[int] = []
    plain: list[int] = []
    with _open_page(browser) as page:
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", lambda event: requests.append(event["request"]["url"]))
        session.on("Network.loadingFinished", lambda event: sent.append(int(event["encodedDataLength"])))
        session.on("Network.dataReceived", lambda event: plain.append(int(event["dataLength"])))
        session.send("Network.enable")
        page.goto(slip)
        page.wait_for_selector("fieldset")
    return Load(len(requests), sum(sent), sum(plain))


def _measure_vote(browser: LocalBrowser, slip: str, rate: int, *, is_watched: bool) -> Vote:
    with _open_page(browser) as page:
        browser.throttle(page, rate)
        page.goto(slip)
        page.wait_for_selector("fieldset")
        times = page.evaluate(_VOTE.read_text(encoding="utf-8"), {"isWatched": is_watched})
        page.wait_for_selector("h1.recorded")
    return Vote(times["total"], times["longestFrame"], times["longestAtRest"])


@contextmanager
def open_arithmetic(browser: LocalBrowser, folder: Path) -> Iterator[Page]:
    """Yield a warm page that has `measureOperations`."""
    build_browser_side(folder)
    (folder / "index.html").write_text(
        '<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,"><script src="crypto-check.js"></script>',
        encoding="utf-8",
    )
    with _serve_folder(folder) as port, _open_page(browser) as page:
        page.goto(f"http://{LAN_NAME}:{port}/index.html")
        page.evaluate(f"measureWhole({CONTESTS}, {OPTIONS}, 1)")
        yield page


def _sum_arithmetic(measured: list[dict[str, float]]) -> float:
    """Return the milliseconds of a ballot's operations, each at its best, both tables included.

    A browser's elements are encoded when they are sent or hashed, not at each operation as libsodium's are.
    """
    context, credential = create_context(CONTESTS), create_credential()
    counts = count_operations(lambda: encrypt_ballot(context, credential, mark_contests(CONTESTS), token_bytes).cast())
    encoded = CONTESTS * ((OPTIONS + 1) * (2 + 4) + 2) + 1
    best = {name: min(times[name] for times in measured) for name in measured[0]}
    return (
        2 * best["table"]
        + counts[Operation.MULTIPLY] * best["multiply"]
        + counts[Operation.MULTIPLY_BASE] * best["multiplyBase"]
        + counts[Operation.ADD] * best["add"]
        + encoded * best["encode"]
    )


class _QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder and writes no log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _serve_folder(folder: Path) -> Iterator[int]:
    """Serve a folder on a free port of this machine; yield the port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
