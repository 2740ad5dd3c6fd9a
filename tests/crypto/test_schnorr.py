"""Possession proofs and credential signatures, and attempts to forge them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.credential import Credential
from crypto.errors import (
    CryptoError,
    EncodingError,
    InvalidElementError,
    InvalidProofError,
    InvalidScalarError,
    InvalidSignatureError,
)
from crypto.group import (
    IDENTITY,
    ORDER,
    Element,
    Scalar,
    add,
    decode_scalar,
    encode_scalar,
    multiply,
    multiply_base,
    random_scalar,
    subtract,
)
from crypto.proofs.schnorr import prove_possession, sign_as_credential, verify_credential_signature, verify_possession
from crypto.transcript import hash_to_scalar
from tests.support.crypto_samples import (
    ELECTION_HASH,
    OTHER_ELECTION_HASH,
    SeededRandom,
    load_vectors,
    repeat_byte,
    sample_credential,
)

VECTORS = load_vectors("schnorr")
CREDENTIAL = sample_credential()
ITEMS = (b"one", b"two")
PROOF = prove_possession("possession", ITEMS, CREDENTIAL.secret, CREDENTIAL.public, SeededRandom(1))
SIGNATURE = sign_as_credential("cast", ELECTION_HASH, CREDENTIAL, b"message", SeededRandom(1))
SEEDS = range(1_000)


def unpack(case: dict[str, Any]) -> tuple[str, tuple[bytes, ...], Element, bytes]:
    items = tuple(map(bytes.fromhex, case["items"]))
    return case["label"], items, Element(bytes.fromhex(case["public"])), bytes.fromhex(case["proof"])


def unpack_signature(case: dict[str, Any]) -> tuple[Any, bytes, Element, bytes, bytes]:
    election_hash, message = bytes.fromhex(case["election_hash"]), bytes.fromhex(case["message"])
    return (
        case["label"],
        election_hash,
        Element(bytes.fromhex(case["public"])),
        message,
        bytes.fromhex(case["signature"]),
    )


def is_valid_signature(public: Element, message: bytes, signature: bytes) -> bool:
    try:
        verify_credential_signature("cast", ELECTION_HASH, public, message, signature)
    except CryptoError:
        return False
    return True


@pytest.mark.parametrize("case", VECTORS["possession"])
def test_prove_possession_matches_the_vectors(case: dict[str, Any]) -> None:
    label, items, public, proof = unpack(case)
    source = repeat_byte(int(case["random"][:2], 16))
    assert prove_possession(label, items, decode_scalar(bytes.fromhex(case["secret"])), public, source) == proof


@pytest.mark.parametrize("case", VECTORS["possession"])
def test_verify_possession_accepts_the_vectors(case: dict[str, Any]) -> None:
    verify_possession(*unpack(case))


@pytest.mark.parametrize("case", VECTORS["possession_refused"], ids=lambda case: case["why"])
def test_verify_possession_refuses_as_the_vectors(case: dict[str, Any]) -> None:
    with pytest.raises((InvalidProofError, EncodingError)):
        verify_possession(*unpack(case))


@pytest.mark.parametrize("case", VECTORS["signatures"], ids=lambda case: case["label"])
def test_sign_as_credential_matches_the_vectors(case: dict[str, Any]) -> None:
    label, election_hash, public, message, signature = unpack_signature(case)
    credential = Credential(decode_scalar(bytes.fromhex(case["secret"])), public)
    source = repeat_byte(int(case["random"][:2], 16))
    assert sign_as_credential(label, election_hash, credential, message, source) == signature


@pytest.mark.parametrize("case", VECTORS["signatures"], ids=lambda case: case["label"])
def test_verify_credential_signature_accepts_the_vectors(case: dict[str, Any]) -> None:
    verify_credential_signature(*unpack_signature(case))


@pytest.mark.parametrize("case", VECTORS["signatures_refused"], ids=lambda case: case["why"])
def test_verify_credential_signature_refuses_as_the_vectors(case: dict[str, Any]) -> None:
    with pytest.raises(InvalidSignatureError):
        verify_credential_signature(*unpack_signature(case))


@settings(max_examples=20, deadline=None)
@given(st.integers(1, ORDER - 1).map(Scalar), st.binary(max_size=40))
def test_verify_credential_signature_accepts_what_was_signed(secret: Scalar, message: bytes) -> None:
    credential = Credential(secret, multiply_base(secret))
    signature = sign_as_credential("void", ELECTION_HASH, credential, message, SeededRandom(2))
    verify_credential_signature("void", ELECTION_HASH, credential.public, message, signature)


@pytest.mark.parametrize("position", range(64))
def test_verify_possession_refuses_a_changed_byte(position: int) -> None:
    proof = bytearray(PROOF)
    proof[position] ^= 1
    with pytest.raises((InvalidProofError, EncodingError)):
        verify_possession("possession", ITEMS, CREDENTIAL.public, bytes(proof))


@pytest.mark.parametrize("position", range(64))
def test_verify_credential_signature_refuses_a_changed_byte(position: int) -> None:
    signature = bytearray(SIGNATURE)
    signature[position] ^= 1
    with pytest.raises((InvalidSignatureError, EncodingError)):
        verify_credential_signature("cast", ELECTION_HASH, CREDENTIAL.public, b"message", bytes(signature))


def test_verify_credential_signature_refuses_a_response_plus_the_order() -> None:
    response = int.from_bytes(SIGNATURE[32:], "little") + ORDER
    with pytest.raises(InvalidScalarError):
        verify_credential_signature(
            "cast", ELECTION_HASH, CREDENTIAL.public, b"message", SIGNATURE[:32] + response.to_bytes(32, "little")
        )


@pytest.mark.parametrize("case", load_vectors("rfc9496")["invalid"], ids=lambda case: case["encoding"][:12])
def test_verify_credential_signature_refuses_a_bad_commitment(case: dict[str, str]) -> None:
    signature = bytes.fromhex(case["encoding"]) + SIGNATURE[32:]
    with pytest.raises(InvalidElementError):
        verify_credential_signature("cast", ELECTION_HASH, CREDENTIAL.public, b"message", signature)


@pytest.mark.parametrize("length", [0, 63, 65])
def test_verify_credential_signature_refuses_another_length(length: int) -> None:
    with pytest.raises(EncodingError):
        verify_credential_signature("cast", ELECTION_HASH, CREDENTIAL.public, b"message", bytes(length))


def test_verify_credential_signature_refuses_another_credential() -> None:
    with pytest.raises(InvalidSignatureError):
        verify_credential_signature("cast", ELECTION_HASH, sample_credential(1).public, b"message", SIGNATURE)


def test_verify_credential_signature_refuses_another_election() -> None:
    with pytest.raises(InvalidSignatureError):
        verify_credential_signature("cast", OTHER_ELECTION_HASH, CREDENTIAL.public, b"message", SIGNATURE)


@pytest.mark.parametrize("label", ["test", "void"])
def test_a_cast_signature_is_no_signature_of_another_use(label: Any) -> None:
    with pytest.raises(InvalidSignatureError):
        verify_credential_signature(label, ELECTION_HASH, CREDENTIAL.public, b"message", SIGNATURE)


def test_a_possession_proof_is_no_ballot_signature() -> None:
    for label in ("possession", "cast"):
        proof = prove_possession(label, (ELECTION_HASH,), CREDENTIAL.secret, CREDENTIAL.public, SeededRandom(1))
        with pytest.raises(InvalidSignatureError):
            verify_credential_signature("cast", ELECTION_HASH, CREDENTIAL.public, b"", proof)


def test_a_possession_proof_is_bound_to_label_items_and_public_element() -> None:
    for label, items, public in (
        ("other", ITEMS, CREDENTIAL.public),
        ("possession", (b"onet", b"wo"), CREDENTIAL.public),
        ("possession", (b"one",), CREDENTIAL.public),
        ("possession", ITEMS, sample_credential(1).public),
    ):
        with pytest.raises(InvalidProofError):
            verify_possession(label, items, public, PROOF)


def test_a_zero_proof_of_the_identity_is_legal_and_decoding_public_elements_is_what_bars_it() -> None:
    verify_possession("possession", ITEMS, IDENTITY, IDENTITY + bytes(32))


def test_signatures_share_no_nonce_when_the_random_source_is_stuck() -> None:
    stuck = repeat_byte(0)
    signatures = [sign_as_credential("cast", ELECTION_HASH, CREDENTIAL, bytes([n]), stuck) for n in range(5)]
    assert len({signature[:32] for signature in signatures}) == 5


def test_signatures_share_no_nonce_when_the_message_repeats() -> None:
    source = SeededRandom(7)
    signatures = [sign_as_credential("cast", ELECTION_HASH, CREDENTIAL, b"same", source) for _ in range(5)]
    assert len({signature[:32] for signature in signatures}) == 5


def test_weak_fiat_shamir_without_the_commitment_forges_nothing() -> None:
    for seed in SEEDS:
        response, message = random_scalar(SeededRandom(seed)), bytes([seed % 256])
        weak = hash_to_scalar("cast", ELECTION_HASH, CREDENTIAL.public, message)
        commitment = subtract(multiply_base(response), multiply(weak, CREDENTIAL.public))
        assert add(commitment, multiply(weak, CREDENTIAL.public)) == multiply_base(response)
        assert not is_valid_signature(CREDENTIAL.public, message, commitment + encode_scalar(response))


def test_weak_fiat_shamir_without_the_credential_forges_nothing() -> None:
    for seed in SEEDS:
        source = SeededRandom(seed)
        response, commitment, message = random_scalar(source), multiply_base(random_scalar(source)), bytes([seed % 256])
        weak = hash_to_scalar("cast", ELECTION_HASH, commitment, message)
        inverse = Scalar(pow(weak, -1, ORDER))
        public = multiply(inverse, subtract(multiply_base(response), commitment))
        assert add(commitment, multiply(weak, public)) == multiply_base(response)
        assert not is_valid_signature(public, message, commitment + encode_scalar(response))


@pytest.mark.parametrize("left_out", ["label", "election", "message"])
def test_weak_fiat_shamir_without_a_bound_item_forges_nothing(left_out: str) -> None:
    bound = {"label": b"cast", "election": ELECTION_HASH}
    for seed in SEEDS:
        nonce, message = random_scalar(SeededRandom(seed)), bytes([seed % 256])
        items = {**bound, "public": CREDENTIAL.public, "commitment": multiply_base(nonce), "message": message}
        del items[left_out]
        label = items.pop("label", b"").decode()
        response = Scalar((nonce + hash_to_scalar(label, *items.values()) * CREDENTIAL.secret) % ORDER)
        assert not is_valid_signature(CREDENTIAL.public, message, multiply_base(nonce) + encode_scalar(response))
