"""The 32 characters that slips, trackers and fingerprints are printed with (Crockford's: no I, L, O, U)."""

from __future__ import annotations

from crypto.errors import EncodingError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def encode_base32(data: bytes, characters: int) -> str:
    """Return the first 5·characters bits of `data` as characters, most significant bit first.

    Raises: EncodingError if `data` is shorter than that.
    """
    surplus = 8 * len(data) - 5 * characters
    if characters < 0 or surplus < 0:
        raise EncodingError("base32", f"{len(data)} bytes are too few for {characters} characters")
    value = int.from_bytes(data, "big") >> surplus
    return "".join(ALPHABET[value >> (5 * place) & 31] for place in reversed(range(characters)))
