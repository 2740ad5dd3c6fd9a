"""The one canonical form of everything hashed or signed that is not a ballot: RFC 8785 with stricter values.

Allowed values: objects with ASCII keys, arrays, NFC strings of certain blocks of Unicode, integers |n| < 2⁵³, true,
false, null. Floats are refused. What arrives is parsed, serialised again and compared, so that white space, other
key orders, other escapes and duplicate keys all fail.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import rfc8785

from crypto.errors import EncodingError

JsonValue: TypeAlias = "bool | int | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
JsonObject: TypeAlias = "dict[str, JsonValue]"

_LARGEST_INTEGER = 2**53 - 1
_DEEPEST = 32

# Which strings are in NFC depends on the version of Unicode wherever characters that combine may still be added. Two
# verifiers must not disagree about an archive, so only blocks where that is settled are allowed.
_SETTLED = re.compile(
    "[\u0000-\u0377\u0391-\u03c9\u0400-\u052f"  # Latin with every mark, Greek letters, Cyrillic.
    "\u1e00-\u1eff\u2000-\u20c0\u2100-\u2bff"  # Vietnamese letters, punctuation, currencies, symbols.
    "\u3000-\u303f\u4e00-\u9fff\ufe0f\uff01-\uff5e"  # Chinese characters and their punctuation.
    "\U0001f000-\U0001faff]*"  # Pictographs.
)


def encode_canonical(value: JsonValue) -> bytes:
    """Return the canonical bytes of a value. Raises: EncodingError. Spec: "encode_canonical"."""
    _check_value(value)
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise EncodingError("canonical JSON", str(error)) from None


def decode_canonical(data: bytes) -> JsonValue:
    """Return the value of untrusted canonical bytes. Raises: EncodingError. Spec: "decode_canonical"."""
    try:
        value: JsonValue = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_refuse_duplicates,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            parse_int=_parse_integer,
        )
    except UnicodeDecodeError:
        raise EncodingError("canonical JSON", "not UTF-8") from None
    except RecursionError:
        raise EncodingError("canonical JSON", "nested too deeply") from None
    except json.JSONDecodeError as error:
        raise EncodingError("canonical JSON", f"not JSON at byte {error.pos}") from None
    if encode_canonical(value) != data:
        raise EncodingError("canonical JSON", "not in canonical form")
    return value


def decode_canonical_object(data: bytes) -> JsonObject:
    """Return the object of untrusted canonical bytes. Raises: EncodingError also for any other kind of value."""
    value = decode_canonical(data)
    if not isinstance(value, dict):
        raise EncodingError("canonical JSON", "not an object")
    return value


def encode_base64(data: bytes) -> str:
    """Return standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Return the bytes of canonical base64. Raises: EncodingError for slack bits, white space, missing padding."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise EncodingError("base64", "not base64") from None
    if encode_base64(data) != text:
        raise EncodingError("base64", "not in canonical form")
    return data


def decode_hex(text: str, length: int) -> bytes:
    """Return exactly `length` bytes of lower-case hexadecimal. Raises: EncodingError."""
    if len(text) != 2 * length or any(character not in "0123456789abcdef" for character in text):
        raise EncodingError("hexadecimal", f"not {2 * length} lower-case hexadecimal digits")
    return bytes.fromhex(text)


def _check_value(value: JsonValue, depth: int = 0) -> None:
    if depth > _DEEPEST:
        raise EncodingError("canonical JSON", "nested too deeply")
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) > _LARGEST_INTEGER:
            raise EncodingError("canonical JSON", "integer outside ±(2⁵³ − 1)")
    elif isinstance(value, str):
        _check_string(value)
    elif isinstance(value, Mapping):
        for key, member in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise EncodingError("canonical JSON", "object key not ASCII")
            _check_value(member, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        for member in value:
            _check_value(member, depth + 1)
    else:
        raise EncodingError("canonical JSON", f"a {type(value).__name__} is not allowed")


def _check_string(value: str) -> None:
    if value.isascii():
        return
    if _SETTLED.fullmatch(value) is None:
        raise EncodingError("canonical JSON", "string with a character outside the allowed blocks of Unicode")
    if not unicodedata.is_normalized("NFC", value):
        raise EncodingError("canonical JSON", "string not in NFC")


def _refuse_duplicates(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise EncodingError("canonical JSON", "duplicate key")
    return result


def _refuse_number(text: str) -> JsonValue:
    raise EncodingError("canonical JSON", "only integers are allowed as numbers")


def _parse_integer(text: str) -> int:
    # A huge literal is refused before it is converted: conversion of millions of digits takes minutes.
    if len(text) > 17:
        raise EncodingError("canonical JSON", "integer outside ±(2⁵³ − 1)")
    return int(text)
