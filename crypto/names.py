"""The names that board entries carry: elections, series, meeting codes, the version of the protocol."""

from __future__ import annotations

import re

from crypto.base32 import ALPHABET
from crypto.fields import Fields
from crypto.slip import MEETING_CHARACTERS, MeetingCode
from crypto.transcript import PROTOCOL

_IDENTIFIER = re.compile(r"[a-z0-9_-]{1,40}")
_SERIES = re.compile(r"[A-Z]")
_MEETING_CODE = re.compile(f"[{ALPHABET}]{{{MEETING_CHARACTERS}}}")


def read_identifier(fields: Fields, key: str) -> str:
    """Return an id of 1 to 40 of a–z 0–9 - _ from an untrusted object. Raises: EncodingError."""
    return _read_pattern(fields, key, _IDENTIFIER, "not 1 to 40 of a-z 0-9 - _")


def read_meeting_code(fields: Fields, key: str) -> MeetingCode:
    """Return a meeting code from an untrusted object. Raises: EncodingError."""
    return MeetingCode(_read_pattern(fields, key, _MEETING_CODE, "not a meeting code"))


def read_series(fields: Fields, key: str) -> str:
    """Return a series letter from an untrusted object. Raises: EncodingError."""
    return _read_pattern(fields, key, _SERIES, "not a letter A to Z")


def check_protocol(fields: Fields, key: str) -> None:
    """Check that an untrusted object names this version of the protocol. Raises: EncodingError."""
    if fields.text(key) != PROTOCOL:
        raise fields.refuse(key, f"not {PROTOCOL}")


def read_series_list(fields: Fields, key: str) -> tuple[str, ...]:
    """Return ascending, distinct series letters, at least one, from an untrusted object. Raises: EncodingError."""
    series: list[str] = []
    for value in fields.values(key):
        if not isinstance(value, str) or _SERIES.fullmatch(value) is None:
            raise fields.refuse(key, "not a list of letters A to Z")
        series.append(value)
    if not series or series != sorted(set(series)):
        raise fields.refuse(key, "not ascending, distinct and at least one")
    return tuple(series)


def _read_pattern(fields: Fields, key: str, pattern: re.Pattern[str], problem: str) -> str:
    value = fields.text(key)
    if pattern.fullmatch(value) is None:
        raise fields.refuse(key, problem)
    return value
