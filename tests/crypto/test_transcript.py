"""Hashes of labelled items."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.group import Scalar, decode_scalar
from crypto.transcript import derive_nonce, encode_u32, hash_items, hash_to_scalar
from tests.support.crypto_samples import SeededRandom, load_vectors, repeat_byte

VECTORS = load_vectors("transcript")
item_lists = st.lists(st.binary(max_size=8), max_size=5)


@pytest.mark.parametrize("case", VECTORS["hash_items"])
def test_hash_items_matches_the_vectors(case: dict[str, str]) -> None:
    assert hash_items(case["label"], *map(bytes.fromhex, case["items"])).hex() == case["digest"]


@pytest.mark.parametrize("case", VECTORS["hash_items"])
def test_hash_to_scalar_matches_the_vectors(case: dict[str, str]) -> None:
    found = hash_to_scalar(case["label"], *map(bytes.fromhex, case["items"]))
    assert found == decode_scalar(bytes.fromhex(case["scalar"]))


@pytest.mark.parametrize("case", VECTORS["derive_nonce"])
def test_derive_nonce_matches_the_vectors(case: dict[str, str]) -> None:
    source = repeat_byte(int(case["random"][:2], 16))
    found = derive_nonce(decode_scalar(bytes.fromhex(case["secret"])), bytes.fromhex(case["message"]), source)
    assert found == decode_scalar(bytes.fromhex(case["nonce"]))


@given(item_lists, item_lists)
def test_hash_items_differs_for_different_items(left: list[bytes], right: list[bytes]) -> None:
    assert (hash_items("x", *left) == hash_items("x", *right)) == (left == right)


def test_hash_items_differs_for_an_item_moved_into_the_label() -> None:
    assert hash_items("ab", b"c") != hash_items("a", b"bc")


def test_hash_items_refuses_a_label_outside_ascii() -> None:
    with pytest.raises(UnicodeEncodeError):
        hash_items("phiếu")


@pytest.mark.parametrize("value", [-1, 2**32])
def test_encode_u32_refuses_what_does_not_fit(value: int) -> None:
    with pytest.raises(OverflowError):
        encode_u32(value)


def test_derive_nonce_differs_for_messages_when_the_random_source_is_stuck() -> None:
    source = repeat_byte(0)
    assert derive_nonce(Scalar(1), b"a", source) != derive_nonce(Scalar(1), b"b", source)


def test_derive_nonce_differs_for_secrets_when_the_random_source_is_stuck() -> None:
    source = repeat_byte(0)
    assert derive_nonce(Scalar(1), b"a", source) != derive_nonce(Scalar(2), b"a", source)


def test_derive_nonce_is_fresh_for_the_same_secret_and_message() -> None:
    source = SeededRandom(0)
    assert derive_nonce(Scalar(1), b"a", source) != derive_nonce(Scalar(1), b"a", source)
