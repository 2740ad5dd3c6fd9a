"""Hashes of labelled, length-prefixed items: the one way this protocol turns data into digests and challenges."""

from __future__ import annotations

import hashlib

from crypto.group import RandomBytes, Scalar, encode_scalar, reduce_scalar

PROTOCOL = "phieukin/1"
DIGEST_BYTES = 64


def encode_u32(value: int) -> bytes:
    """Return an integer 0 ≤ value < 2³² as four big-endian bytes. Raises: OverflowError outside the range."""
    return value.to_bytes(4, "big")


def hash_items(label: str, *items: bytes) -> bytes:
    """Return the 64-byte digest of a label and its items.

    label: ASCII name of the use, never shared by two uses.

    Spec: "hash_items".
    """
    state = hashlib.sha512()
    name = f"{PROTOCOL}/{label}".encode("ascii")
    for item in (name, *items):
        state.update(encode_u32(len(item)))
        state.update(item)
    return state.digest()


def hash_to_scalar(label: str, *items: bytes) -> Scalar:
    """Return the digest of a label and its items as a challenge below the group order. Spec: "hash_to_scalar"."""
    return reduce_scalar(hash_items(label, *items))


def derive_nonce(secret: Scalar, message: bytes, random_bytes: RandomBytes) -> Scalar:
    """Return a fresh scalar that stays secret even when the random source repeats itself.

    secret: what the nonce protects; message: what is proved or signed with it.

    Spec: "derive_nonce".
    """
    return hash_to_scalar("nonce", encode_scalar(secret), random_bytes(32), message)
