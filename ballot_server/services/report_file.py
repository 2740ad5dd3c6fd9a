"""The report file that goes up: a meeting's whole archive in an envelope that the unit signed.

It is one canonical object. The signature is over the envelope with the archive's SHA-256 in the archive's place. What
the envelope says besides lets a clerk see whose file it is; it counts only where the archive says the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from ballot_server.errors import BallotServerError
from crypto.encoding import JsonObject, decode_canonical, encode_canonical
from crypto.errors import CryptoError, EncodingError
from crypto.fields import DIGEST_BYTES, Fields
from crypto.signing import (
    KEY_BYTES,
    SIGNATURE_BYTES,
    SigningSeed,
    VerificationKey,
    derive_verification_key,
    sign_message,
    verify_message,
)

REPORT_FORMAT = "phieukin-report-1"
REPORT_SUFFIX = ".report.json"
LARGEST_REPORT_BYTES = 32 * 2**20
"""A congress of a thousand votes on sixty candidates; a cell's meeting takes a hundredth of it."""

_LABEL = "unit report"
_KEYS = frozenset({"archive", "date", "format", "head", "meeting", "signature", "superior", "unit", "unit_key"})
_LARGEST_ENVELOPE_BYTES = 32 * 2**10
# One long text and little else, in the order of its keys: no file that is not so is parsed, and so none can fill the
# memory with a million nested lists. The archive's lines escape everything else themselves. The quantifiers give
# nothing back, so the search takes time in proportion to the file.
_SHAPE = re.compile(rb'\{"archive":"[^"\\]*+(?:\\["\\n][^"\\]*+)*+","date":(?P<rest>.*)\}', re.DOTALL)


class NotAReportError(BallotServerError):
    """Bytes are not a report file; `problem`, for whoever looks into it, says why."""


@dataclass(frozen=True)
class Envelope:
    """What a report says around its archive; head: in hexadecimal, empty for a board without one."""

    unit: str
    superior: str
    meeting: str
    date: str
    head: str


@dataclass(frozen=True)
class ReportFile:
    """A report as it was written; nothing of it is checked but its form."""

    envelope: Envelope
    archive: bytes
    unit_key: VerificationKey
    signature: bytes

    @property
    def archive_digest(self) -> str:
        """The SHA-256 of the archive in hexadecimal."""
        return sha256(self.archive).hexdigest()

    def verify_signature(self) -> None:
        """Check that the unit key of the file signed it. Raises: InvalidSignatureError."""
        message = _build_message(self.envelope, self.archive_digest, self.unit_key)
        verify_message(_LABEL, message, self.unit_key, self.signature)


def encode_report(envelope: Envelope, archive: bytes, seed: SigningSeed) -> bytes:
    """Return the bytes of a report file, signed. Raises: EncodingError for an archive that is no text."""
    key = derive_verification_key(seed)
    signature = sign_message(_LABEL, _build_message(envelope, sha256(archive).hexdigest(), key), seed)
    return encode_canonical({**_build_message(envelope, archive.decode(), key), "signature": signature.hex()})


def decode_report(data: bytes) -> ReportFile:
    """Return the report that untrusted bytes hold; only its form is checked. Raises: NotAReportError."""
    shape = _SHAPE.fullmatch(data)
    if shape is None or len(shape["rest"]) > _LARGEST_ENVELOPE_BYTES:
        raise NotAReportError(problem="not one long text in a small envelope")
    try:
        fields = Fields(decode_canonical(data), "report", _KEYS)
        if fields.text("format") != REPORT_FORMAT:
            raise EncodingError("report", "another format")
        head = fields.whole["head"]
        archive = fields.whole["archive"]
        if not isinstance(archive, str):
            raise fields.refuse("archive", "not a text")
        return ReportFile(
            envelope=Envelope(
                unit=fields.text("unit"),
                superior=fields.text("superior"),
                meeting=fields.text("meeting"),
                date=fields.text("date"),
                head="" if head == "" else fields.digest("head", length=DIGEST_BYTES).hex(),
            ),
            archive=archive.encode(),
            unit_key=VerificationKey(fields.digest("unit_key", length=KEY_BYTES)),
            signature=fields.digest("signature", length=SIGNATURE_BYTES),
        )
    except (CryptoError, ValueError) as error:
        raise NotAReportError(problem=str(error)) from error


def _build_message(envelope: Envelope, archive: str, key: VerificationKey) -> JsonObject:
    return {
        "format": REPORT_FORMAT,
        "unit_key": key.hex(),
        "unit": envelope.unit,
        "superior": envelope.superior,
        "meeting": envelope.meeting,
        "date": envelope.date,
        "head": envelope.head,
        "archive": archive,
    }
