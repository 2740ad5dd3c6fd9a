"""Digests as words that two people can compare aloud.

`words.txt` holds 2,048 lines, each a noun and an adjective: line 32·i + j joins noun i and adjective j. The list is
our own. Nouns stay distinct among themselves, and adjectives too, when northern and southern speech merge sounds.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from crypto.errors import EncodingError

WORD_BITS = 11


@cache
def load_words() -> tuple[str, ...]:
    """Return the 2,048 words, in the order of their eleven-bit values."""
    return tuple((Path(__file__).parent / "words.txt").read_text(encoding="utf-8").splitlines())


def encode_words(digest: bytes, count: int) -> tuple[str, ...]:
    """Return the first 11·count bits of a digest as words, most significant bit first.

    Raises: EncodingError if the digest is shorter than that.

    Spec: "encode_words".
    """
    surplus = 8 * len(digest) - WORD_BITS * count
    if count < 0 or surplus < 0:
        raise EncodingError("words", f"{len(digest)} bytes are too few for {count} words")
    value = int.from_bytes(digest, "big") >> surplus
    words = load_words()
    return tuple(words[value >> (WORD_BITS * place) & 2047] for place in reversed(range(count)))
