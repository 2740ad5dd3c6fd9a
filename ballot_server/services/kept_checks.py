"""What the check of a report came to, as it is kept: JSON, and which version of the check wrote it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ballot_server.domain.received_report import CheckedFile, LeftOutCause, Refusal, ReportSummary
from ballot_server.storage.report_records import ReceivedReportRecord

CHECK_VERSION = "2"
"""Raised whenever a check may come to something else, or is written otherwise: what was kept is then made anew."""


@dataclass(frozen=True)
class _KeptCheck:
    """One of the two is there."""

    report: ReportSummary | None = None
    refusal: Refusal | None = None


def write_checked(result: CheckedFile) -> tuple[str, str]:
    """Return a result as JSON text, and the version that made it; empty where the check ended without an answer."""
    kept = _KeptCheck(refusal=result) if isinstance(result, Refusal) else _KeptCheck(report=result)
    has_answer = kept.refusal is None or kept.refusal.cause is not LeftOutCause.NOT_CHECKED
    return msgspec.json.encode(kept).decode(), CHECK_VERSION if has_answer else ""


def read_checked(file: ReceivedReportRecord) -> CheckedFile:
    """Return what the check of a file came to; one that this version did not make is not checked yet."""
    if not is_current(file):
        return Refusal(LeftOutCause.NOT_CHECKED)
    kept = msgspec.json.decode(file.checked, type=_KeptCheck)
    return kept.report or kept.refusal or Refusal(LeftOutCause.NOT_CHECKED)


def is_current(file: ReceivedReportRecord) -> bool:
    """Tell whether this version of the check made a file's result."""
    return file.version == CHECK_VERSION
