"""From a slip to the key pair it votes with in one election, and the public lists of those who may vote."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.base32 import encode_base32
from crypto.errors import EncodingError
from crypto.group import ELEMENT_BYTES, Element, Scalar, decode_public_element, multiply_base, reduce_scalar
from crypto.slip import FINGERPRINT_CHARACTERS, SECRET_CHARACTERS, MeetingCode, SlipCode
from crypto.transcript import encode_u32, hash_items

SLOTS = 24


@dataclass(frozen=True, slots=True)
class Credential:
    """A slip's key pair for one slot."""

    secret: Scalar = field(repr=False)
    public: Element


def derive_credential(code: SlipCode, meeting: MeetingCode, slot: int) -> Credential:
    """Return the key pair of a slip for slot 0 ≤ slot < 24.

    Raises: EncodingError for another slot.
    Spec: "derive_credential". Source: RFC 5869.
    """
    if not 0 <= slot < SLOTS:
        raise EncodingError("slot", f"{slot} is not between 0 and {SLOTS - 1}")
    kdf = HKDF(algorithm=SHA512(), length=64, salt=meeting.encode("ascii"), info=b"credential" + encode_u32(slot))
    secret = reduce_scalar(kdf.derive(code[:SECRET_CHARACTERS].encode("ascii")))
    if secret == 0:
        raise EncodingError("credential", "the secret is zero")
    return Credential(secret, multiply_base(secret))


def encode_credential_list(credentials: Iterable[Element]) -> bytes:
    """Return public credentials sorted by their bytes and joined, so that two slots' rows cannot be matched.

    Raises: EncodingError if one stands there twice. Spec: "encode_credential_list".
    """
    ordered = sorted(credentials)
    if len(set(ordered)) != len(ordered):
        raise EncodingError("credential list", "a credential stands there twice")
    return b"".join(ordered)


def decode_credential_list(data: bytes) -> tuple[Element, ...]:
    """Return the public credentials of an untrusted list, ascending.

    Raises: EncodingError for a broken length, a wrong order or a duplicate; InvalidElementError for a member that is
    no element or the identity.
    Spec: "encode_credential_list".
    """
    if len(data) % ELEMENT_BYTES:
        raise EncodingError("credential list", f"{len(data)} bytes are not a multiple of {ELEMENT_BYTES}")
    members = tuple(
        decode_public_element(data[start : start + ELEMENT_BYTES]) for start in range(0, len(data), ELEMENT_BYTES)
    )
    if any(left >= right for left, right in pairwise(members)):
        raise EncodingError("credential list", "not strictly ascending")
    return members


def hash_credentials(lists: Iterable[Sequence[Element]]) -> bytes:
    """Return the 32-byte hash of the sorted union of several series' lists.

    Raises: EncodingError if two lists share a credential. Spec: "encode_credential_list".
    """
    return hashlib.sha256(encode_credential_list(member for members in lists for member in members)).digest()


def compute_key_fingerprint(ceremony_hash: bytes, key: Element) -> bytes:
    """Return the 64-byte digest that stands for an election key. Spec: "compute_key_fingerprint"."""
    return hash_items("key-fingerprint", ceremony_hash, key)


def format_key_fingerprint(fingerprint: bytes) -> str:
    """Return the first 80 bits of a key's fingerprint as the 16 characters that slips carry."""
    return encode_base32(fingerprint, FINGERPRINT_CHARACTERS)
