"""What a trustee's phone checks before it decrypts, in Chromium: V1 to V8 of a closed board."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.ballots import OPTIONS
from bench.booth import open_arithmetic
from bench.table import Row, Section, format_seconds
from crypto.ballot import ContestShape
from crypto.encoding import encode_base64
from tests.support.archives import ElectionPlan, build_archive
from tests.support.browser import LocalBrowser

BALLOTS, CONTESTS = 100, 10
SAMPLE = 5
RATES = (1, 4)


def measure_review(browser: LocalBrowser) -> Section:
    """Measure the phone's checks in a page of their own."""
    archive = encode_base64(_build_archive())
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="phieukin-") as folder, open_arithmetic(browser, Path(folder)) as page:
        page.set_default_timeout(0)
        for rate in RATES:
            browser.throttle(page, rate)
            times = page.evaluate("([archive, sample]) => measureReview(archive, 's1', sample)", [archive, SAMPLE])
            whole, decoding, single = (times[name] / 1000 for name in ("total", "decoding", "oneByOne"))
            what = f"{rate}× throttled: V1 to V8 of {BALLOTS} × {CONTESTS} × {OPTIONS}"
            rows += [
                Row(what, format_seconds(whole), whole / decoding, f"{format_seconds(decoding)} to decode the ballots"),
                Row(
                    "the same",
                    format_seconds(whole),
                    whole / single,
                    f"{format_seconds(single)} to check them one by one",
                ),
            ]
    note = (
        f"{BALLOTS} ballots of {CONTESTS} contests of {OPTIONS} options, {len(archive) * 3 // 4:,} bytes; wall-clock"
        f" time, once. Decoding and single checks are those of {SAMPLE} ballots, multiplied. On a phone this runs in a"
        " worker, which Chromium does not throttle; here it runs in the page itself."
    )
    return Section("A trustee's phone before it decrypts", rows, note)


def _build_archive() -> bytes:
    shape = (ContestShape(options=OPTIONS, marks=1),) * CONTESTS
    votes = tuple(((voter % OPTIONS,),) * CONTESTS for voter in range(BALLOTS))
    return build_archive((ElectionPlan(shape=shape, votes=votes),), printed=BALLOTS).data
