"""Ed25519 signatures of canonical objects, and the library beneath them against RFC 8032."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crypto.encoding import JsonObject
from crypto.errors import InvalidSignatureError
from crypto.signing import (
    SigningSeed,
    VerificationKey,
    derive_verification_key,
    generate_signing_seed,
    sign_message,
    verify_message,
)
from tests.support.crypto_samples import SeededRandom, load_vectors

CASES = load_vectors("rfc8032")["cases"]
SEED = generate_signing_seed(SeededRandom(1))
KEY = derive_verification_key(SEED)
MESSAGE: JsonObject = {"number": 3, "text": "phiếu"}


@pytest.mark.parametrize("case", CASES)
def test_derive_verification_key_matches_rfc_8032(case: dict[str, str]) -> None:
    assert derive_verification_key(SigningSeed(bytes.fromhex(case["seed"]))).hex() == case["key"]


@pytest.mark.parametrize("case", CASES)
def test_library_signs_as_rfc_8032(case: dict[str, str]) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(case["seed"]))
    assert key.sign(bytes.fromhex(case["message"])).hex() == case["signature"]


@pytest.mark.parametrize("case", CASES)
def test_library_verifies_the_signatures_of_rfc_8032(case: dict[str, str]) -> None:
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(case["key"]))
    key.verify(bytes.fromhex(case["signature"]), bytes.fromhex(case["message"]))


def test_verify_message_accepts_what_sign_message_made() -> None:
    verify_message("label", MESSAGE, KEY, sign_message("label", MESSAGE, SEED))


def test_verify_message_refuses_another_label() -> None:
    with pytest.raises(InvalidSignatureError):
        verify_message("other", MESSAGE, KEY, sign_message("label", MESSAGE, SEED))


def test_verify_message_refuses_another_message() -> None:
    with pytest.raises(InvalidSignatureError):
        verify_message("label", {**MESSAGE, "number": 4}, KEY, sign_message("label", MESSAGE, SEED))


def test_verify_message_refuses_another_key() -> None:
    other = derive_verification_key(generate_signing_seed(SeededRandom(2)))
    with pytest.raises(InvalidSignatureError):
        verify_message("label", MESSAGE, other, sign_message("label", MESSAGE, SEED))


@pytest.mark.parametrize("position", range(64))
def test_verify_message_refuses_a_changed_byte(position: int) -> None:
    signature = bytearray(sign_message("label", MESSAGE, SEED))
    signature[position] ^= 1
    with pytest.raises(InvalidSignatureError):
        verify_message("label", MESSAGE, KEY, bytes(signature))


@pytest.mark.parametrize("length", [0, 63, 65])
def test_verify_message_refuses_a_signature_of_another_length(length: int) -> None:
    with pytest.raises(InvalidSignatureError):
        verify_message("label", MESSAGE, KEY, bytes(length))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_verify_message_refuses_a_key_of_another_length(length: int) -> None:
    with pytest.raises(InvalidSignatureError):
        verify_message("label", MESSAGE, VerificationKey(bytes(length)), sign_message("label", MESSAGE, SEED))


def test_verify_message_refuses_a_response_plus_the_order() -> None:
    signature = sign_message("label", MESSAGE, SEED)
    order = 2**252 + 27742317777372353535851937790883648493
    response = int.from_bytes(signature[32:], "little") + order
    with pytest.raises(InvalidSignatureError):
        verify_message("label", MESSAGE, KEY, signature[:32] + response.to_bytes(32, "little"))


@pytest.mark.parametrize(
    "key",
    [
        bytes([1]) + bytes(31),
        bytes(32),
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ],
)
def test_verify_message_refuses_a_key_of_small_order_under_which_anything_is_signed(key: bytes) -> None:
    forged = key + bytes(32)
    with pytest.raises(InvalidSignatureError):
        verify_message("label", MESSAGE, VerificationKey(key), forged)
