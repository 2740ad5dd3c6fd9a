"""Turning any failure of the protocol into the failure of a named check."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from crypto.bodies import EntryKind
from crypto.errors import CryptoError, VerificationError
from crypto.verify.model import ElectionRecord, Findings

V1: Final = "V1"
V2: Final = "V2"
V3: Final = "V3"
V4: Final = "V4"
V5: Final = "V5"
V6: Final = "V6"
V7: Final = "V7"
V8: Final = "V8"
V9: Final = "V9"
V12: Final = "V12"

FORM_CHECKS = {
    EntryKind.MEETING: V1,
    EntryKind.CEREMONY: V3,
    EntryKind.LIST: V4,
    EntryKind.MANIFEST: V2,
    EntryKind.PAPER_ELECTION: V2,
    EntryKind.ANNULLED: V1,
    EntryKind.CLOSED: V5,
    EntryKind.PAPER_COUNTS: V6,
    EntryKind.AGGREGATE: V8,
    EntryKind.PARTIAL_DECRYPTION: V9,
    EntryKind.TALLY: V9,
    EntryKind.OUTCOME: V1,
    EntryKind.MINUTES: V1,
    EntryKind.DESTROYED: V1,
    EntryKind.FINAL: V1,
}
"""Which check fails when the body of an entry has not the form of its kind."""


@contextmanager
def failing(check: str, entry: int | None) -> Iterator[None]:
    """Turn any CryptoError of the block into the failure of a check at an entry."""
    try:
        yield
    except VerificationError:
        raise
    except CryptoError as error:
        raise VerificationError(check, str(error), entry=entry) from error


@contextmanager
def noting(election: ElectionRecord, findings: Findings) -> Iterator[None]:
    """Let a failure of the block pass if it is about an annulled election: note it, for it counts for nothing."""
    try:
        yield
    except VerificationError as error:
        if election.annulled is None:
            raise
        findings[election.name] = error


def require_equal(check: str, entry: int | None, what: str, *, expected: object, found: object) -> None:
    """Fail a check unless two values are equal; byte strings are shown in hexadecimal."""
    if expected != found:
        raise VerificationError(check, f"{what} differs", entry=entry, expected=_show(expected), found=_show(found))


def require_at_most(check: str, entry: int | None, what: str, *, limit: int, found: int) -> None:
    """Fail a check if a number is above its limit."""
    if found > limit:
        raise VerificationError(check, what, entry=entry, expected=f"at most {limit}", found=found)


def _show(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value
