"""Check many files of reports at once, each on its own: whatever one of them is, the others are checked."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator, Sequence, Set
from pathlib import Path

from ballot_server.domain.combined_report import ReceivedFile
from ballot_server.domain.received_report import CheckedFile, LeftOutCause, Refusal
from ballot_server.services.read_report import LARGEST_REPORT_BYTES
from ballot_server.services.report_workers import CheckReports, Job, refuse_unchecked
from ballot_server.services.unit_key import format_unit_fingerprint
from crypto.signing import VerificationKey

_UNIT_KEY = re.compile(rb'"unit_key":"([0-9a-f]{64})"\}\Z')
_TAIL = 100


def check_files(
    files: Sequence[tuple[str, Path]],
    *,
    keys: Set[str],
    check: CheckReports,
    on_progress: Callable[[int, int], None],
) -> tuple[ReceivedFile, ...]:
    """Return what became of each file, in the order given.

    files: each by the name to show, and its path; keys: the fingerprints of the listed units; check: the workers.
    """
    results: dict[int, CheckedFile] = {}

    def note(place: int, result: CheckedFile) -> None:
        results[place] = result
        on_progress(len(results), len(files))

    def read_all() -> Iterator[Job]:
        for place, (_, path) in enumerate(files):
            data = read_report_bytes(path)
            if isinstance(data, Refusal):
                note(place, data)
            else:
                yield Job(place, data, _narrow(keys, data))

    for checked in check(read_all()):
        note(checked.place, checked.result)
    unanswered = refuse_unchecked("no answer")
    return tuple(ReceivedFile(name, results.get(place, unanswered)) for place, (name, _) in enumerate(files))


def read_report_bytes(path: Path) -> bytes | Refusal:
    """Return a file's bytes, or why there are none: it is missing, no plain file, or larger than a report may be."""
    try:
        # A pipe would be waited for, and a device never ends.
        if not stat.S_ISREG(path.stat().st_mode):
            return Refusal(LeftOutCause.UNREADABLE, detail="not a plain file")
        with path.open("rb") as file:
            data = file.read(LARGEST_REPORT_BYTES + 1)
    except (OSError, ValueError) as error:
        return Refusal(LeftOutCause.UNREADABLE, detail=type(error).__name__)
    if len(data) > LARGEST_REPORT_BYTES:
        return Refusal(LeftOutCause.UNREADABLE, detail=f"larger than {LARGEST_REPORT_BYTES} bytes")
    return data


def _narrow(keys: Set[str], data: bytes) -> frozenset[str]:
    """Return the one of the keys that a report ends with, if it is listed, so that workers need not get the list."""
    match = _UNIT_KEY.search(data[-_TAIL:])
    named = set() if match is None else {format_unit_fingerprint(VerificationKey(bytes.fromhex(match[1].decode())))}
    return frozenset(keys & named)
