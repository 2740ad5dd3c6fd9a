"""The group against RFC 9496 and at its edges."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import InvalidElementError, InvalidScalarError
from crypto.group import (
    GENERATOR,
    IDENTITY,
    ORDER,
    Element,
    Scalar,
    add,
    decode_element,
    decode_public_element,
    decode_scalar,
    element_from_hash,
    encode_scalar,
    is_signing_key,
    multiply,
    multiply_base,
    random_scalar,
    reduce_scalar,
    subtract,
    sum_elements,
)
from tests.support.crypto_samples import SeededRandom, load_vectors

RFC = load_vectors("rfc9496")
OURS = load_vectors("group")
scalars = st.integers(0, ORDER - 1).map(Scalar)


def element(text: str) -> Element:
    return Element(bytes.fromhex(text))


def scalar(text: str) -> Scalar:
    return decode_scalar(bytes.fromhex(text))


@pytest.mark.parametrize(("number", "encoding"), list(enumerate(RFC["multiples"])))
def test_multiply_base_gives_the_multiple_of_rfc_9496(number: int, encoding: str) -> None:
    assert multiply_base(Scalar(number)).hex() == encoding


@pytest.mark.parametrize("encoding", RFC["multiples"])
def test_decode_element_accepts_the_multiples_of_rfc_9496(encoding: str) -> None:
    assert decode_element(bytes.fromhex(encoding)).hex() == encoding


@pytest.mark.parametrize("case", RFC["invalid"], ids=lambda case: case["encoding"][:12])
def test_decode_element_refuses_the_bad_encodings_of_rfc_9496(case: dict[str, str]) -> None:
    with pytest.raises(InvalidElementError):
        decode_element(bytes.fromhex(case["encoding"]))


@pytest.mark.parametrize("case", RFC["invalid"], ids=lambda case: case["encoding"][:12])
def test_arithmetic_refuses_the_bad_encodings_of_rfc_9496(case: dict[str, str]) -> None:
    bad = element(case["encoding"])
    operations: list[Callable[[], Element]] = [
        lambda: add(bad, GENERATOR),
        lambda: add(GENERATOR, bad),
        lambda: subtract(bad, GENERATOR),
        lambda: subtract(GENERATOR, bad),
        lambda: multiply(Scalar(3), bad),
    ]
    for operation in operations:
        with pytest.raises(InvalidElementError):
            operation()


@pytest.mark.parametrize("encoding", OURS["elements_refused"])
def test_decode_element_refuses_a_second_encoding_with_the_highest_bit_set(encoding: str) -> None:
    with pytest.raises(InvalidElementError):
        decode_element(bytes.fromhex(encoding))


def test_decode_public_element_refuses_the_identity_in_disguise() -> None:
    with pytest.raises(InvalidElementError):
        decode_public_element(bytes(31) + b"\x80")


@pytest.mark.parametrize("encoding", OURS["elements_refused"])
def test_arithmetic_refuses_a_second_encoding_with_the_highest_bit_set(encoding: str) -> None:
    bad = element(encoding)
    operations: list[Callable[[], Element]] = [
        lambda: add(bad, GENERATOR),
        lambda: add(GENERATOR, bad),
        lambda: subtract(bad, GENERATOR),
        lambda: subtract(GENERATOR, bad),
        lambda: multiply(Scalar(3), bad),
    ]
    for operation in operations:
        with pytest.raises(InvalidElementError):
            operation()


@pytest.mark.parametrize("case", OURS["signing_keys"], ids=lambda case: case["why"])
def test_is_signing_key_accepts_only_points_of_the_prime_order_subgroup(case: dict[str, Any]) -> None:
    assert is_signing_key(bytes.fromhex(case["key"])) == case["accepted"]


@pytest.mark.parametrize("case", RFC["hash_to_group"], ids=lambda case: case["input"][:12])
def test_element_from_hash_maps_as_rfc_9496(case: dict[str, str]) -> None:
    assert element_from_hash(bytes.fromhex(case["input"])).hex() == case["output"]


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_decode_element_refuses_another_length(length: int) -> None:
    with pytest.raises(InvalidElementError):
        decode_element(bytes(length))


@pytest.mark.parametrize("length", [0, 32, 63, 65])
def test_element_from_hash_refuses_another_length(length: int) -> None:
    with pytest.raises(InvalidElementError):
        element_from_hash(bytes(length))


def test_decode_public_element_refuses_the_identity() -> None:
    with pytest.raises(InvalidElementError):
        decode_public_element(IDENTITY)


def test_decode_element_accepts_the_identity() -> None:
    assert decode_element(bytes(32)) == IDENTITY


def test_generator_is_that_of_rfc_9496() -> None:
    assert GENERATOR.hex() == RFC["multiples"][1]


@pytest.mark.parametrize("case", OURS["multiply"])
def test_multiply_is_total(case: dict[str, str]) -> None:
    assert multiply(scalar(case["scalar"]), element(case["element"])).hex() == case["result"]


@pytest.mark.parametrize("case", OURS["multiply_base"])
def test_multiply_base_is_total(case: dict[str, str]) -> None:
    assert multiply_base(scalar(case["scalar"])).hex() == case["result"]


@pytest.mark.parametrize("case", OURS["add"])
def test_add_and_subtract_accept_identities(case: dict[str, str]) -> None:
    left, right = element(case["left"]), element(case["right"])
    assert (add(left, right).hex(), subtract(left, right).hex()) == (case["sum"], case["difference"])


@pytest.mark.parametrize("encoding", OURS["scalars_refused"])
def test_decode_scalar_refuses_what_is_not_below_the_order(encoding: str) -> None:
    with pytest.raises(InvalidScalarError):
        decode_scalar(bytes.fromhex(encoding))


@pytest.mark.parametrize("encoding", OURS["scalars_accepted"])
def test_decode_scalar_returns_what_encode_scalar_wrote(encoding: str) -> None:
    assert encode_scalar(scalar(encoding)).hex() == encoding


@pytest.mark.parametrize("case", OURS["reduced"])
def test_reduce_scalar_takes_64_bytes_modulo_the_order(case: dict[str, str]) -> None:
    assert reduce_scalar(bytes.fromhex(case["digest"])) == scalar(case["scalar"])


@pytest.mark.parametrize("length", [0, 32, 63, 65])
def test_reduce_scalar_refuses_another_length(length: int) -> None:
    with pytest.raises(InvalidScalarError):
        reduce_scalar(bytes(length))


def test_random_scalar_is_not_biased() -> None:
    # Chi-squared over 16 equal parts of the scalars, in integers: 15 degrees of freedom exceed 45 once in 14,000.
    source, draws, parts = SeededRandom(1), 4_800, 16
    counts = [0] * parts
    for _ in range(draws):
        counts[random_scalar(source) * parts // ORDER] += 1
    expected = draws // parts
    assert sum((count - expected) ** 2 for count in counts) < 45 * expected


@settings(max_examples=30, deadline=None)
@given(scalars, scalars)
def test_multiplication_distributes_over_addition(a: Scalar, b: Scalar) -> None:
    assert add(multiply_base(a), multiply_base(b)) == multiply_base(Scalar((a + b) % ORDER))


@settings(max_examples=30, deadline=None)
@given(scalars, scalars)
def test_multiplication_is_associative(a: Scalar, b: Scalar) -> None:
    assert multiply(a, multiply_base(b)) == multiply_base(Scalar(a * b % ORDER))


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_decode_element_gives_the_bytes_or_an_error(data: bytes) -> None:
    with suppress(InvalidElementError):
        assert decode_element(data) == data


def test_sum_elements_of_none_is_the_identity() -> None:
    assert sum_elements(()) == IDENTITY


def test_sum_elements_adds_them_all() -> None:
    assert sum_elements(multiply_base(Scalar(number)) for number in (1, 2, 3)) == multiply_base(Scalar(6))
