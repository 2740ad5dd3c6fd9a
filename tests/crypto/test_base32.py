"""Characters of slips, trackers and fingerprints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.base32 import ALPHABET, encode_base32
from crypto.errors import EncodingError
from tests.support.crypto_samples import load_vectors

VECTORS = load_vectors("base32")


def test_alphabet_is_that_of_the_specification() -> None:
    assert VECTORS["alphabet"] == ALPHABET


def test_alphabet_has_32_different_characters_without_lookalikes() -> None:
    assert len(set(ALPHABET) - set("ILOU")) == 32


@pytest.mark.parametrize("case", VECTORS["cases"])
def test_encode_base32_matches_the_vectors(case: dict[str, str]) -> None:
    assert encode_base32(bytes.fromhex(case["data"]), int(case["characters"])) == case["text"]


@given(st.binary(min_size=20, max_size=20))
def test_encode_base32_loses_no_bit(data: bytes) -> None:
    value = 0
    for character in encode_base32(data, 32):
        value = value << 5 | ALPHABET.index(character)
    assert value.to_bytes(20, "big") == data


@given(st.binary(min_size=20, max_size=20), st.integers(0, 31))
def test_encode_base32_of_fewer_characters_is_a_beginning(data: bytes, characters: int) -> None:
    assert encode_base32(data, 32).startswith(encode_base32(data, characters))


@pytest.mark.parametrize(("length", "characters"), [(0, 1), (12, 20), (1, 2), (1, -1)])
def test_encode_base32_refuses_too_few_bytes(length: int, characters: int) -> None:
    with pytest.raises(EncodingError):
        encode_base32(bytes(length), characters)
