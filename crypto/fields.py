"""Strict reading of untrusted JSON objects: exactly these keys, exactly these types, within these ranges.

>>> fields = Fields({"trustee": 2}, "destroyed", {"trustee"})
>>> fields.integer("trustee", minimum=1)
2
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from itertools import pairwise

from crypto.encoding import JsonObject, JsonValue, decode_base64, decode_hex
from crypto.errors import EncodingError
from crypto.group import Element, decode_public_element

DIGEST_BYTES = 32
LARGEST_COUNT = 2**31 - 1
LONGEST_TEXT = 2000

# Line ends, escape sequences and marks that turn the direction of writing could forge lines of what is printed.
_CONTROLS = re.compile("[\\x00-\\x1f\\x7f-\\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Fields:
    """The members of one object, read by name; every refusal names the object and the member.

    what: the object's name in errors; keys: all keys it must have, no more and no fewer.

    Raises: EncodingError, here and in every method.
    """

    def __init__(self, value: JsonValue, what: str, keys: Set[str]) -> None:
        self.what = what
        if not isinstance(value, dict):
            raise EncodingError(what, "not an object")
        for key in sorted(keys - value.keys()):
            raise EncodingError(what, f"key {key} is missing")
        for key in sorted(value.keys() - keys):
            raise EncodingError(what, f"key {key[:40]!r} is unknown")
        self._members: JsonObject = value

    @property
    def whole(self) -> JsonObject:
        """The object itself, for whoever reads the rest of it."""
        return self._members

    def text(self, key: str, *, longest: int = LONGEST_TEXT) -> str:
        """Return a string of 1 to `longest` code points, all on one line."""
        value = self._members[key]
        if not isinstance(value, str) or not 1 <= len(value) <= longest:
            raise self.refuse(key, f"not a text of 1 to {longest} characters")
        if _CONTROLS.search(value) is not None:
            raise self.refuse(key, "a control character, or one that turns the direction of writing")
        return value

    def integer(self, key: str, *, minimum: int = 0, maximum: int = LARGEST_COUNT) -> int:
        """Return an integer of the range; true and false are none."""
        return self._check_integer(self._members[key], key, minimum, maximum)

    def integers(self, key: str, *, minimum: int = 0, maximum: int = LARGEST_COUNT) -> tuple[int, ...]:
        """Return a list of integers of the range."""
        return tuple(self._check_integer(value, key, minimum, maximum) for value in self.values(key))

    def integer_rows(self, key: str) -> tuple[tuple[int, ...], ...]:
        """Return a list of lists of integers from 0."""
        rows: list[tuple[int, ...]] = []
        for row in self.values(key):
            if not isinstance(row, (list, tuple)):
                raise self.refuse(key, "not a list of lists")
            rows.append(tuple(self._check_integer(value, key, 0, LARGEST_COUNT) for value in row))
        return tuple(rows)

    def flag(self, key: str) -> bool:
        """Return true or false."""
        value = self._members[key]
        if not isinstance(value, bool):
            raise self.refuse(key, "not true or false")
        return value

    def object(self, key: str) -> JsonObject:
        """Return an object whose members are not looked at."""
        value = self._members[key]
        if not isinstance(value, dict):
            raise self.refuse(key, "not an object")
        return value

    def values(self, key: str) -> tuple[JsonValue, ...]:
        """Return a list whose members are not looked at."""
        value = self._members[key]
        if not isinstance(value, (list, tuple)):
            raise self.refuse(key, "not a list")
        return tuple(value)

    def digest(self, key: str, *, length: int = DIGEST_BYTES) -> bytes:
        """Return exactly `length` bytes written in hexadecimal."""
        return self._decode_digest(self._members[key], key, length)

    def digests(self, key: str, *, length: int = DIGEST_BYTES) -> tuple[bytes, ...]:
        """Return a list of byte strings of one length, written in hexadecimal."""
        return tuple(self._decode_digest(value, key, length) for value in self.values(key))

    def ascending_digests(self, key: str, *, length: int = DIGEST_BYTES) -> tuple[bytes, ...]:
        """Return a list of byte strings of one length, each greater than the one before."""
        digests = self.digests(key, length=length)
        if any(left >= right for left, right in pairwise(digests)):
            raise self.refuse(key, "not strictly ascending")
        return digests

    def public_element(self, key: str) -> Element:
        """Return a group element other than the identity."""
        return self._decode_public_element(self._members[key], key)

    def public_elements(self, key: str) -> tuple[Element, ...]:
        """Return a list of group elements other than the identity."""
        return tuple(self._decode_public_element(value, key) for value in self.values(key))

    def encoded(self, key: str) -> bytes:
        """Return bytes written in canonical base64."""
        value = self._members[key]
        if not isinstance(value, str):
            raise self.refuse(key, "not base64")
        try:
            return decode_base64(value)
        except EncodingError as error:
            raise self.refuse(key, error.problem) from None

    def members(self, key: str, keys: Set[str]) -> Iterator[Fields]:
        """Yield the objects of a list, each with exactly `keys`."""
        for index, value in enumerate(self.values(key)):
            yield Fields(value, f"{self.what}.{key}[{index}]", keys)

    def member(self, key: str, keys: Set[str]) -> Fields:
        """Return the object under a key, with exactly `keys`."""
        return Fields(self._members[key], f"{self.what}.{key}", keys)

    def refuse(self, key: str, problem: str) -> EncodingError:
        """Return the error that says what is wrong with a member; the caller raises it."""
        return EncodingError(f"{self.what}.{key}", problem)

    def _check_integer(self, value: JsonValue, key: str, minimum: int, maximum: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            raise self.refuse(key, f"not an integer from {minimum} to {maximum}")
        return value

    def _decode_digest(self, value: JsonValue, key: str, length: int) -> bytes:
        if not isinstance(value, str):
            raise self.refuse(key, "not hexadecimal")
        try:
            return decode_hex(value, length)
        except EncodingError as error:
            raise self.refuse(key, error.problem) from None

    def _decode_public_element(self, value: JsonValue, key: str) -> Element:
        try:
            return decode_public_element(self._decode_digest(value, key, DIGEST_BYTES))
        except EncodingError as error:
            raise self.refuse(key, error.problem) from None
