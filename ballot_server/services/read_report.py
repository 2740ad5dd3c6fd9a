"""Read a report that came up, trusting nothing in it: form, signature, archive, rules, and then the envelope.

Checks, in this order; the first that fails names the cause:

1. the file has the form of a report and is no larger than one may be;
2. the unit key that it names signed it;
3. its archive verifies by V1 to V9, then V10 and V11, and has ended;
4. the meeting was no rehearsal;
5. unit, superior, meeting, day and head on the envelope are those of the archive.

Whether the key is one that the superior committee knows is asked when reports are combined; a caller that knows the
keys beforehand passes them, and no time is spent on a stranger's archive.
"""

from __future__ import annotations

import logging
from collections.abc import Set

from ballot_server.domain.received_report import CheckedFile, LeftOutCause, Refusal, ReportSummary
from ballot_server.errors import BallotServerError
from ballot_server.services.report_file import (
    LARGEST_REPORT_BYTES,
    Envelope,
    NotAReportError,
    ReportFile,
    decode_report,
)
from ballot_server.services.summarise_report import summarise_report
from ballot_server.services.unit_key import format_unit_fingerprint
from ballot_server.services.verify_results import RulesReport, verify_results
from crypto.errors import CryptoError, InvalidSignatureError, VerificationError
from crypto.verify import Report, verify_archive

__all__ = ["LARGEST_REPORT_BYTES", "ReportRefusedError", "check_report", "read_report"]

_logger = logging.getLogger(__name__)
_LONGEST_DETAIL = 300


class ReportRefusedError(BallotServerError):
    """A report cannot be counted; `refusal` says why."""

    def __init__(self, *, cause: LeftOutCause, check: str = "", entry: int | None = None, detail: str = "") -> None:
        super().__init__(cause=cause, check=check, entry=entry, detail=detail)
        self.refusal = Refusal(cause, check, entry, detail)


def check_report(data: bytes, keys: Set[str] | None = None) -> CheckedFile:
    """Return what an untrusted file says, or why it cannot be counted; whatever the bytes are, nothing is raised.

    keys: the fingerprints of the listed units, if they are known yet.
    """
    try:
        return read_report(data, keys)
    except ReportRefusedError as error:
        return error.refusal
    except Exception as error:
        # A fault of ours must not stop a thousand other files, and must not look like a fault of the unit.
        _logger.exception("the check of a report failed")
        return Refusal(LeftOutCause.NOT_CHECKED, detail=type(error).__name__)


def read_report(data: bytes, keys: Set[str] | None = None) -> ReportSummary:
    """Return what an untrusted report says once all of it is checked. keys: as in `check_report`.

    Raises: ReportRefusedError.
    """
    file = _open_report(data)
    fingerprint = format_unit_fingerprint(file.unit_key)
    if keys is not None and fingerprint not in keys:
        raise _refuse(LeftOutCause.FOREIGN, fingerprint)
    report, rules = _verify(file.archive)
    if report.meeting.rehearsal:
        raise _refuse(LeftOutCause.REHEARSAL)
    _check_envelope(file.envelope, report)
    return summarise_report(report, rules, unit_key=fingerprint, archive=file.archive_digest)


def _open_report(data: bytes) -> ReportFile:
    if len(data) > LARGEST_REPORT_BYTES:
        raise _refuse(LeftOutCause.UNREADABLE, f"larger than {LARGEST_REPORT_BYTES} bytes")
    try:
        file = decode_report(data)
    except NotAReportError as error:
        raise _refuse(LeftOutCause.NOT_A_REPORT, str(error.fields["problem"])) from error
    try:
        file.verify_signature()
    except InvalidSignatureError as error:
        raise _refuse(LeftOutCause.WRONG_SIGNATURE, str(error)) from error
    return file


def _verify(archive: bytes) -> tuple[Report, RulesReport]:
    try:
        report = verify_archive(archive)
        return report, verify_results(report)
    except VerificationError as error:
        cause = LeftOutCause.NOT_ENDED if _lacks_end(error) else LeftOutCause.ARCHIVE_FAILS
        detail = _shorten(str(error))
        raise ReportRefusedError(cause=cause, check=error.check, entry=error.entry, detail=detail) from error
    except (CryptoError, BallotServerError, RecursionError) as error:
        raise _refuse(LeftOutCause.ARCHIVE_FAILS, str(error)) from error


def _lacks_end(error: VerificationError) -> bool:
    """Tell whether the only fault found is that no `final` entry ends the board."""
    return error.check == "V1" and error.expected == "final"


def _check_envelope(envelope: Envelope, report: Report) -> None:
    meeting = report.meeting
    said = Envelope(
        unit=meeting.unit,
        superior=meeting.superior,
        meeting=meeting.code,
        date=meeting.date,
        head="" if report.head is None else report.head.hex(),
    )
    for name, expected in vars(said).items():
        if vars(envelope)[name] != expected:
            raise _refuse(LeftOutCause.ENVELOPE_DIFFERS, name)


def _refuse(cause: LeftOutCause, detail: str = "") -> ReportRefusedError:
    return ReportRefusedError(cause=cause, detail=_shorten(detail))


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_DETAIL else f"{text[:_LONGEST_DETAIL]}…"
