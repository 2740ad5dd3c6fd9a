"""The short form of a ballot hash that a voter can look up: "mã phiếu"."""

from __future__ import annotations

from crypto.base32 import encode_base32


def format_tracker(ballot_hash: bytes) -> str:
    """Return the first 100 bits of a ballot hash as four groups of five characters. Spec: "format_tracker"."""
    text = encode_base32(ballot_hash, 20)
    return "-".join(text[start : start + 5] for start in range(0, 20, 5))
