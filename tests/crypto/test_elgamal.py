"""Ciphertexts that add up."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.elgamal import (
    IDENTITY_CIPHERTEXT,
    Ciphertext,
    add_ciphertexts,
    decode_ciphertext,
    decode_sum_ciphertext,
    encode_ciphertext,
    encrypt,
    scale_ciphertext,
)
from crypto.errors import EncodingError, InvalidElementError, InvalidScalarError
from crypto.group import (
    IDENTITY,
    ORDER,
    ZERO,
    Element,
    Scalar,
    decode_scalar,
    multiply,
    multiply_base,
    random_scalar,
    subtract,
)
from tests.support.crypto_samples import ELECTION_KEY, ELECTION_SECRET, SeededRandom, load_vectors

VECTORS = load_vectors("elgamal")
SAMPLE = encrypt(ELECTION_KEY, 1, Scalar(5))
messages = st.integers(0, 1000)
scalars = st.integers(1, ORDER - 1).map(Scalar)


def decrypt(ciphertext: Ciphertext) -> Element:
    """Return m·G."""
    return subtract(ciphertext.beta, multiply(ELECTION_SECRET, ciphertext.alpha))


@pytest.mark.parametrize("case", VECTORS["cases"] + VECTORS["beta_identity"])
def test_encrypt_matches_the_vectors(case: dict[str, str]) -> None:
    r = decode_scalar(bytes.fromhex(case["r"]))
    found = encrypt(Element(bytes.fromhex(case["key"])), int(case["message"]), r)
    assert (found.alpha.hex(), found.beta.hex()) == (case["alpha"], case["beta"])


@settings(max_examples=25, deadline=None)
@given(messages, scalars)
def test_decryption_gives_the_message_back(message: int, r: Scalar) -> None:
    assert decrypt(encrypt(ELECTION_KEY, message, r)) == multiply_base(Scalar(message))


@settings(max_examples=25, deadline=None)
@given(st.lists(messages, max_size=5))
def test_add_ciphertexts_gives_the_ciphertext_of_the_sum(numbers: list[int]) -> None:
    source = SeededRandom(1)
    total = add_ciphertexts(encrypt(ELECTION_KEY, number, random_scalar(source)) for number in numbers)
    assert decrypt(total) == multiply_base(Scalar(sum(numbers)))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 20), messages)
def test_scale_ciphertext_gives_the_ciphertext_of_the_multiple(factor: int, message: int) -> None:
    scaled = scale_ciphertext(factor, encrypt(ELECTION_KEY, message, Scalar(9)))
    assert decrypt(scaled) == multiply_base(Scalar(factor * message))


def test_add_ciphertexts_of_none_is_the_identity() -> None:
    assert add_ciphertexts(()) == IDENTITY_CIPHERTEXT


def test_add_ciphertexts_accepts_terms_that_cancel() -> None:
    terms = (encrypt(ELECTION_KEY, 1, Scalar(5)), encrypt(ELECTION_KEY, -1, Scalar(ORDER - 5)))
    assert add_ciphertexts(terms) == IDENTITY_CIPHERTEXT


def test_encrypt_refuses_a_zero_scalar() -> None:
    with pytest.raises(InvalidScalarError):
        encrypt(ELECTION_KEY, 1, ZERO)


def test_encrypt_hides_equal_messages() -> None:
    assert encrypt(ELECTION_KEY, 1, Scalar(5)) != encrypt(ELECTION_KEY, 1, Scalar(6))


def test_decode_ciphertext_returns_what_encode_ciphertext_wrote() -> None:
    assert decode_ciphertext(encode_ciphertext(SAMPLE)) == SAMPLE


def test_decode_ciphertext_refuses_an_identity_alpha() -> None:
    with pytest.raises(InvalidElementError):
        decode_ciphertext(IDENTITY + SAMPLE.beta)


def test_decode_ciphertext_accepts_an_identity_beta() -> None:
    assert decode_ciphertext(SAMPLE.alpha + IDENTITY).beta == IDENTITY


def test_decode_sum_ciphertext_accepts_an_identity_alpha() -> None:
    assert decode_sum_ciphertext(encode_ciphertext(IDENTITY_CIPHERTEXT)) == IDENTITY_CIPHERTEXT


@pytest.mark.parametrize("decode", [decode_ciphertext, decode_sum_ciphertext])
@pytest.mark.parametrize("length", [0, 63, 65, 128])
def test_decode_ciphertext_refuses_another_length(decode: Callable[[bytes], Ciphertext], length: int) -> None:
    with pytest.raises(EncodingError):
        decode(bytes(length))


@pytest.mark.parametrize("case", load_vectors("rfc9496")["invalid"], ids=lambda case: case["encoding"][:12])
def test_decode_ciphertext_refuses_bad_encodings_in_both_halves(case: dict[str, str]) -> None:
    bad = bytes.fromhex(case["encoding"])
    for data in (bad + SAMPLE.beta, SAMPLE.alpha + bad):
        for decode in (decode_ciphertext, decode_sum_ciphertext):
            with pytest.raises(InvalidElementError):
                decode(data)
