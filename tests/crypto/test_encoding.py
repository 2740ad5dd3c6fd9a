"""Canonical JSON, base64 and hexadecimal."""

import json
import unicodedata
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import (
    decode_base64,
    decode_canonical,
    decode_canonical_object,
    decode_hex,
    encode_base64,
    encode_canonical,
)
from crypto.errors import EncodingError
from tests.support.crypto_samples import load_vectors

VECTORS = load_vectors("rfc8785")
texts = st.text(st.characters(max_codepoint=0x370) | st.characters(min_codepoint=0x1E00, max_codepoint=0x1EFF)).map(
    lambda text: unicodedata.normalize("NFC", text)
)
leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
keys = st.text(st.characters(max_codepoint=127), max_size=4)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))


@pytest.mark.parametrize("case", VECTORS["accepted"])
def test_encode_canonical_matches_the_vectors(case: dict[str, str]) -> None:
    assert encode_canonical(json.loads(case["text"])).hex() == case["canonical"]


@pytest.mark.parametrize("case", VECTORS["accepted"])
def test_decode_canonical_returns_the_value_of_the_vectors(case: dict[str, str]) -> None:
    assert decode_canonical(bytes.fromhex(case["canonical"])) == json.loads(case["text"])


def test_encode_canonical_writes_the_sample_of_rfc_8785() -> None:
    value = {"string": '\u20ac$\x0f\nA\'B"\\\\"/', "literals": [None, True, False]}
    expected = '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert encode_canonical(value).decode() == expected


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["why"])
def test_decode_canonical_refuses_other_forms(case: dict[str, str]) -> None:
    with pytest.raises(EncodingError):
        decode_canonical(bytes.fromhex(case["bytes"]))


@given(values)
def test_decode_canonical_returns_what_encode_canonical_wrote(value: Any) -> None:
    assert decode_canonical(encode_canonical(value)) == value


@given(st.binary(max_size=20))
def test_decode_canonical_gives_a_canonical_value_or_an_error(data: bytes) -> None:
    with suppress(EncodingError):
        assert encode_canonical(decode_canonical(data)) == data


@pytest.mark.parametrize(
    "value", [1.0, 2**53, -(2**53), "e\u0301", "\ud800", {"é": 1}, {1: 2}, b"bytes", {"a": {1, 2}}]
)
def test_encode_canonical_refuses_values_outside_the_form(value: Any) -> None:
    with pytest.raises(EncodingError):
        encode_canonical(value)


@pytest.mark.parametrize("data", [b"[]", b"1", b"null", b'"a"'])
def test_decode_canonical_object_refuses_another_kind(data: bytes) -> None:
    with pytest.raises(EncodingError):
        decode_canonical_object(data)


@given(st.binary(max_size=40))
def test_decode_base64_returns_what_encode_base64_wrote(data: bytes) -> None:
    assert decode_base64(encode_base64(data)) == data


@pytest.mark.parametrize("text", ["QQ", "QQ=", "QR==", "QQ==\n", " QQ==", "Q-==", "QQ==QQ==", "é", "QQ=="[:3] + "A"])
def test_decode_base64_refuses_other_forms(text: str) -> None:
    with pytest.raises(EncodingError):
        decode_base64(text)


def test_decode_hex_returns_the_bytes() -> None:
    assert decode_hex("00ff10", 3) == b"\x00\xff\x10"


@pytest.mark.parametrize("text", ["", "00", "0000FF", "00 0ff", "0x00ff", "00000g", "0000000", "００００００"])
def test_decode_hex_refuses_other_forms(text: str) -> None:
    with pytest.raises(EncodingError):
        decode_hex(text, 3)
