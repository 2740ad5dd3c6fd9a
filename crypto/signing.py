"""Ed25519 signatures of labelled canonical objects, by the server and by trustees."""

from __future__ import annotations

from typing import NewType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crypto.encoding import JsonObject, encode_canonical
from crypto.errors import InvalidSignatureError
from crypto.group import RandomBytes, is_signing_key
from crypto.transcript import hash_items

SigningSeed = NewType("SigningSeed", bytes)
VerificationKey = NewType("VerificationKey", bytes)

SIGNATURE_BYTES = 64
KEY_BYTES = 32


def generate_signing_seed(random_bytes: RandomBytes) -> SigningSeed:
    """Return a fresh 32-byte Ed25519 secret."""
    return SigningSeed(random_bytes(KEY_BYTES))


def derive_verification_key(seed: SigningSeed) -> VerificationKey:
    """Return the 32-byte public key of a signing seed. Source: RFC 8032, section 5.1.5."""
    return VerificationKey(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


def sign_message(label: str, message: JsonObject, seed: SigningSeed) -> bytes:
    """Return the 64-byte signature of a canonical object under a label. Spec: "Ceremony"."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(hash_items(label, encode_canonical(message)))


def verify_message(label: str, message: JsonObject, key: VerificationKey, signature: bytes) -> None:
    """Check the signature of a canonical object under a label.

    Raises: InvalidSignatureError if it does not hold, or the key is no point of the prime-order subgroup; the label is
    its data. Spec: "sign_message, verify_message".
    """
    verify_encoded(label, encode_canonical(message), key, signature)


def verify_encoded(label: str, encoded: bytes, key: VerificationKey, signature: bytes) -> None:
    """Check a signature as `verify_message` does, of an object whose canonical bytes are known.

    Raises: InvalidSignatureError.
    """
    if not is_signing_key(key):
        raise InvalidSignatureError(label)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, hash_items(label, encoded))
    except (InvalidSignature, ValueError):
        raise InvalidSignatureError(label) from None
