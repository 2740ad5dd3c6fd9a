"""Schnorr proofs of possession, and the signatures that a credential makes with the same equation."""

from __future__ import annotations

from typing import Literal

from crypto.credential import Credential
from crypto.errors import EncodingError, InvalidProofError, InvalidSignatureError
from crypto.group import (
    ORDER,
    Element,
    RandomBytes,
    Scalar,
    decode_element,
    decode_scalar,
    encode_scalar,
    multiply,
    multiply_base,
    subtract,
)
from crypto.transcript import derive_nonce, hash_items, hash_to_scalar

SCHNORR_BYTES = 64

SignatureLabel = Literal["cast", "status", "test", "void"]


def prove_possession(
    label: str, items: tuple[bytes, ...], secret: Scalar, public: Element, random_bytes: RandomBytes
) -> bytes:
    """Return the 64-byte proof of knowing the secret of a public element, bound to a label and items.

    Spec: "prove_possession, verify_possession".
    """
    nonce = derive_nonce(secret, hash_items(label, *items, public), random_bytes)
    commitment = multiply_base(nonce)
    challenge = hash_to_scalar(label, *items, public, commitment)
    return commitment + encode_scalar(Scalar((nonce + challenge * secret) % ORDER))


def verify_possession(label: str, items: tuple[bytes, ...], public: Element, proof: bytes) -> None:
    """Check a proof of possession.

    Raises: EncodingError or a subclass for bytes that are no proof; InvalidProofError naming the label otherwise.
    Spec: "prove_possession, verify_possession".
    """
    commitment, response = _decode(label, proof)
    challenge = hash_to_scalar(label, *items, public, commitment)
    if not _is_answered(public, commitment, challenge, response):
        raise InvalidProofError(label)


def sign_as_credential(
    label: SignatureLabel, election_hash: bytes, credential: Credential, message: bytes, random_bytes: RandomBytes
) -> bytes:
    """Return a credential's 64-byte signature of a message under a label.

    Spec: "sign_as_credential, verify_credential_signature".
    """
    secret, public = credential.secret, credential.public
    nonce = derive_nonce(secret, hash_items(label, election_hash, public, message), random_bytes)
    commitment = multiply_base(nonce)
    challenge = hash_to_scalar(label, election_hash, public, commitment, message)
    return commitment + encode_scalar(Scalar((nonce + challenge * secret) % ORDER))


def verify_credential_signature(
    label: SignatureLabel, election_hash: bytes, public: Element, message: bytes, signature: bytes
) -> None:
    """Check a credential's signature of a message under a label.

    Raises: EncodingError or a subclass for bytes that are no signature; InvalidSignatureError naming the label
    otherwise.
    Spec: "sign_as_credential, verify_credential_signature".
    """
    commitment, response = _decode(f"signature {label}", signature)
    challenge = hash_to_scalar(label, election_hash, public, commitment, message)
    if not _is_answered(public, commitment, challenge, response):
        raise InvalidSignatureError(label)


def _decode(what: str, data: bytes) -> tuple[Element, Scalar]:
    if len(data) != SCHNORR_BYTES:
        raise EncodingError(what, f"{len(data)} bytes instead of {SCHNORR_BYTES}")
    return decode_element(data[:32]), decode_scalar(data[32:])


def _is_answered(public: Element, commitment: Element, challenge: Scalar, response: Scalar) -> bool:
    return subtract(multiply_base(response), multiply(challenge, public)) == commitment
