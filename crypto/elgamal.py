"""Exponential ElGamal: ciphertexts that add up to the ciphertext of a sum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crypto.errors import EncodingError, InvalidScalarError
from crypto.group import (
    ELEMENT_BYTES,
    IDENTITY,
    ORDER,
    Element,
    Scalar,
    add,
    decode_element,
    decode_public_element,
    multiply,
    multiply_base,
    sum_elements,
)

CIPHERTEXT_BYTES = 2 * ELEMENT_BYTES


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """The pair (α, β) = (r·G, r·Y + m·G)."""

    alpha: Element
    beta: Element


IDENTITY_CIPHERTEXT = Ciphertext(IDENTITY, IDENTITY)


def encrypt(key: Element, message: int, r: Scalar) -> Ciphertext:
    """Return the ciphertext of a small integer under a key.

    r: never used twice under one key.

    Raises: InvalidScalarError if r is zero, which would publish the message.
    Spec: "encrypt".
    """
    if r == 0:
        raise InvalidScalarError("encryption scalar", "zero")
    return Ciphertext(multiply_base(r), add(multiply(r, key), multiply_base(Scalar(message % ORDER))))


def add_ciphertexts(ciphertexts: Iterable[Ciphertext]) -> Ciphertext:
    """Return the ciphertext of the sum of the messages, the identities for none."""
    terms = tuple(ciphertexts)
    return Ciphertext(sum_elements(term.alpha for term in terms), sum_elements(term.beta for term in terms))


def scale_ciphertext(factor: int, ciphertext: Ciphertext) -> Ciphertext:
    """Return the ciphertext of `factor` times the message."""
    if factor == 1:
        return ciphertext
    scalar = Scalar(factor % ORDER)
    return Ciphertext(multiply(scalar, ciphertext.alpha), multiply(scalar, ciphertext.beta))


def encode_ciphertext(ciphertext: Ciphertext) -> bytes:
    """Return α ‖ β, 64 bytes."""
    return ciphertext.alpha + ciphertext.beta


def decode_ciphertext(data: bytes) -> Ciphertext:
    """Return the ciphertext that 64 untrusted bytes of a ballot encode.

    Raises: EncodingError for another length; InvalidElementError for a half that is no element, or an identity α.
    """
    _check_length(data)
    return Ciphertext(decode_public_element(data[:ELEMENT_BYTES]), decode_element(data[ELEMENT_BYTES:]))


def decode_sum_ciphertext(data: bytes) -> Ciphertext:
    """Return the ciphertext that 64 untrusted bytes of an aggregate encode, where α may be the identity.

    Raises: EncodingError for another length; InvalidElementError for a half that is no element.
    """
    _check_length(data)
    return Ciphertext(decode_element(data[:ELEMENT_BYTES]), decode_element(data[ELEMENT_BYTES:]))


def _check_length(data: bytes) -> None:
    if len(data) != CIPHERTEXT_BYTES:
        raise EncodingError("ciphertext", f"{len(data)} bytes instead of {CIPHERTEXT_BYTES}")
