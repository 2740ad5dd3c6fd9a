"""Voiding a slip: the slip itself signs that its credential of one slot is not to be used any more.

The signature is under the label "void", so it is no ballot and no question; in the place of the election's hash stands
one of meeting and slot, because a slip is voided for slots whose elections have no manifest yet.
"""

from __future__ import annotations

from dataclasses import dataclass

from crypto.credential import Credential
from crypto.encoding import JsonObject
from crypto.fields import Fields
from crypto.group import ELEMENT_BYTES, Element, RandomBytes, decode_public_element
from crypto.proofs.schnorr import SCHNORR_BYTES, sign_as_credential, verify_credential_signature
from crypto.slip import MeetingCode
from crypto.transcript import encode_u32, hash_items

VOID_CONTEXT_BYTES = 32
VOID_KEYS = frozenset({"credential", "signature"})


@dataclass(frozen=True)
class VoidCredential:
    """A credential that its slip declared void. It comes from outside: `credential` may be no element at all."""

    credential: bytes
    signature: bytes

    def to_object(self) -> JsonObject:
        """Return it as it travels."""
        return {"credential": self.credential.hex(), "signature": self.signature.hex()}

    @classmethod
    def from_fields(cls, fields: Fields) -> VoidCredential:
        """Return what an untrusted object holds; its signature is not checked. Raises: EncodingError."""
        return cls(
            credential=fields.digest("credential", length=ELEMENT_BYTES),
            signature=fields.digest("signature", length=SCHNORR_BYTES),
        )


def hash_void_context(meeting: MeetingCode, slot: int) -> bytes:
    """Return the 32 bytes that stand for a meeting's slot where other signatures have an election's hash.

    Spec: "hash_void_context".
    """
    return hash_items("void-context", meeting.encode("ascii"), encode_u32(slot))[:VOID_CONTEXT_BYTES]


def sign_void(credential: Credential, meeting: MeetingCode, slot: int, random_bytes: RandomBytes) -> bytes:
    """Return the 64-byte signature by which a slip voids its credential of a slot. Spec: "sign_void, verify_void"."""
    return sign_as_credential("void", hash_void_context(meeting, slot), credential, b"", random_bytes)


def verify_void(public: bytes, meeting: MeetingCode, slot: int, signature: bytes) -> None:
    """Check that the holder of a credential of this meeting and slot voided it.

    public: 32 untrusted bytes. Raises: InvalidElementError, EncodingError or a subclass for bytes that are no element
    or signature; InvalidSignatureError. Spec: "sign_void, verify_void".
    """
    element: Element = decode_public_element(public)
    verify_credential_signature("void", hash_void_context(meeting, slot), element, b"", signature)
