"""The group ristretto255 (RFC 9496), through libsodium, with every return code checked.

An `Element` is its canonical 32-byte encoding, a `Scalar` an integer 0 ≤ s < ORDER. Both are plain values, so
they compare, hash and print like any other. Untrusted bytes enter through `decode_element`,
`decode_public_element` and `decode_scalar` only; everything after them may assume canonical values.

Multiplication is total: a zero scalar or an identity gives the identity. libsodium reports those two as errors
(crypto_scalarmult_ristretto255 returns -1 for an identity result), and raising there would let one voter make two
verifiers disagree, because a zero challenge is legal.

Two of libsodium's checks are too weak in the version that the wheel carries, and completed here: its ristretto255
decoding ignores the highest bit, so that every element would have a second encoding and the identity one that does
not look like it; its Ed25519 check takes a point of order 2ℓ for one of prime order (CVE-2025-69277).

The shared library is the one inside the `rbcl` wheel, called through its handle: rbcl's own `add` and `sub` drop
libsodium's return code, so that two invalid points silently give the identity. Where that wheel cannot be
loaded (a temporary folder mounted noexec) a libsodium of the system is taken.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NewType

from crypto.errors import InvalidElementError, InvalidScalarError

Element = NewType("Element", bytes)
Scalar = NewType("Scalar", int)
RandomBytes = Callable[[int], bytes]

ELEMENT_BYTES = 32
SCALAR_BYTES = 32
ORDER = 2**252 + 27742317777372353535851937790883648493
IDENTITY = Element(bytes(32))
GENERATOR = Element(bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))
ZERO = Scalar(0)

_HIGHEST_BIT = 0x80

_Buffer = ctypes.c_char * 32


def _load_libsodium() -> ctypes.CDLL:
    """Return libsodium, from the rbcl wheel or else the system.

    rbcl writes its library to a temporary file at each import and leaves it there; it is removed here, since
    the mapping outlives the name.
    """
    try:
        from rbcl._sodium import _sodium, lib_path
    except OSError:
        name = ctypes.util.find_library("sodium")
        if name is None:
            raise ImportError(
                "libsodium could not be loaded: the temporary folder does not allow programs to run from it, and "
                "the system has no libsodium. Set TMPDIR to a folder without noexec, or install libsodium."
            ) from None
        library = ctypes.CDLL(name)
    else:
        library = _sodium
        if sys.platform != "win32":
            Path(lib_path).unlink(missing_ok=True)
    if library.sodium_init() < 0:
        raise ImportError("libsodium could not be initialised")
    for function in (
        library.crypto_core_ristretto255_is_valid_point,
        library.crypto_core_ristretto255_add,
        library.crypto_core_ristretto255_sub,
        library.crypto_core_ristretto255_from_hash,
        library.crypto_scalarmult_ristretto255,
        library.crypto_scalarmult_ristretto255_base,
        library.crypto_core_ed25519_is_valid_point,
        library.crypto_scalarmult_ed25519_noclamp,
    ):
        function.restype = ctypes.c_int
    return library


_SODIUM = _load_libsodium()
_is_valid_point = _SODIUM.crypto_core_ristretto255_is_valid_point
_is_valid_ed25519_point = _SODIUM.crypto_core_ed25519_is_valid_point
_multiply_ed25519_point = _SODIUM.crypto_scalarmult_ed25519_noclamp
_point_add = _SODIUM.crypto_core_ristretto255_add
_point_subtract = _SODIUM.crypto_core_ristretto255_sub
_point_from_hash = _SODIUM.crypto_core_ristretto255_from_hash
_point_multiply = _SODIUM.crypto_scalarmult_ristretto255
_point_multiply_base = _SODIUM.crypto_scalarmult_ristretto255_base


def decode_element(data: bytes) -> Element:
    """Return the element that 32 untrusted bytes encode; the identity is accepted.

    Raises: InvalidElementError for another length or a non-canonical or off-group encoding.
    Source: RFC 9496, section 4.3.1.
    """
    if len(data) != ELEMENT_BYTES:
        raise InvalidElementError("group element", f"{len(data)} bytes instead of {ELEMENT_BYTES}")
    if data[-1] & _HIGHEST_BIT or _is_valid_point(bytes(data)) != 1:
        raise InvalidElementError("group element", "not a canonical ristretto255 encoding")
    return Element(bytes(data))


def decode_public_element(data: bytes) -> Element:
    """Return the element that 32 untrusted bytes encode, refusing the identity.

    For what a party chose and sent: Y, Xᵢ, X and α. Raises: InvalidElementError.
    """
    element = decode_element(data)
    if element == IDENTITY:
        raise InvalidElementError("group element", "the identity is not allowed here")
    return element


def decode_scalar(data: bytes) -> Scalar:
    """Return the scalar that 32 untrusted little-endian bytes encode.

    Raises: InvalidScalarError for another length or a value of ORDER or more.
    """
    if len(data) != SCALAR_BYTES:
        raise InvalidScalarError("scalar", f"{len(data)} bytes instead of {SCALAR_BYTES}")
    value = int.from_bytes(data, "little")
    if value >= ORDER:
        raise InvalidScalarError("scalar", "not below the group order")
    return Scalar(value)


def encode_scalar(scalar: Scalar) -> bytes:
    """Return the scalar as 32 little-endian bytes."""
    return scalar.to_bytes(SCALAR_BYTES, "little")


def reduce_scalar(digest: bytes) -> Scalar:
    """Return 64 uniform bytes, little-endian, reduced modulo ORDER (bias below 2⁻²⁵⁰).

    Raises: InvalidScalarError unless there are exactly 64 bytes.
    """
    if len(digest) != 64:
        raise InvalidScalarError("wide scalar", f"{len(digest)} bytes instead of 64")
    return Scalar(int.from_bytes(digest, "little") % ORDER)


def random_scalar(random_bytes: RandomBytes) -> Scalar:
    """Return a uniform scalar from 64 bytes of `random_bytes`."""
    return reduce_scalar(random_bytes(64))


def element_from_hash(digest: bytes) -> Element:
    """Return the element that 64 uniform bytes map to.

    Raises: InvalidElementError unless there are exactly 64 bytes.
    Source: RFC 9496, section 4.3.4.
    """
    if len(digest) != 64:
        raise InvalidElementError("hash to group", f"{len(digest)} bytes instead of 64")
    result = _Buffer()
    if _point_from_hash(result, digest) != 0:
        raise InvalidElementError("hash to group", "libsodium refused the input")
    return Element(result.raw)


def is_signing_key(data: bytes) -> bool:
    """Tell whether 32 bytes are a canonical Ed25519 point of the prime-order subgroup, the identity left out.

    A key of small order, which signature libraries accept, would make one signature hold for every message.
    """
    if len(data) != ELEMENT_BYTES or _is_valid_ed25519_point(bytes(data)) != 1:
        return False
    # (ℓ − 1)·P = −P only if ℓ·P is the identity; −P is written as P with the sign, the highest bit, turned.
    result = _Buffer()
    negated = bytes(data[:-1]) + bytes([data[-1] ^ _HIGHEST_BIT])
    return (
        _multiply_ed25519_point(result, (ORDER - 1).to_bytes(32, "little"), bytes(data)) == 0 and result.raw == negated
    )


def add(left: Element, right: Element) -> Element:
    """Return left + right. Raises: InvalidElementError if either is not a canonical element."""
    result = _Buffer()
    if (left[-1] | right[-1]) & _HIGHEST_BIT or _point_add(result, left, right) != 0:
        raise InvalidElementError("addition", "an operand is not a canonical element")
    return Element(result.raw)


def subtract(left: Element, right: Element) -> Element:
    """Return left − right. Raises: InvalidElementError if either is not a canonical element."""
    result = _Buffer()
    if (left[-1] | right[-1]) & _HIGHEST_BIT or _point_subtract(result, left, right) != 0:
        raise InvalidElementError("subtraction", "an operand is not a canonical element")
    return Element(result.raw)


def multiply(scalar: Scalar, element: Element) -> Element:
    """Return scalar·element for every scalar and element, zero and identity included.

    Raises: InvalidElementError if the element is not canonical.
    """
    if scalar == 0 or element == IDENTITY:
        return IDENTITY
    result = _Buffer()
    if element[-1] & _HIGHEST_BIT or _point_multiply(result, scalar.to_bytes(32, "little"), element) != 0:
        raise InvalidElementError("multiplication", "the operand is not a canonical element")
    return Element(result.raw)


def multiply_base(scalar: Scalar) -> Element:
    """Return scalar·G for every scalar, zero included."""
    if scalar == 0:
        return IDENTITY
    result = _Buffer()
    if _point_multiply_base(result, scalar.to_bytes(32, "little")) != 0:
        raise InvalidElementError("multiplication", "libsodium refused the scalar")
    return Element(result.raw)


def sum_elements(elements: Iterable[Element]) -> Element:
    """Return the sum of the elements, the identity for none."""
    total = IDENTITY
    for element in elements:
        total = add(total, element)
    return total
