"""Frozen records as the JSON values that a template reads."""

from __future__ import annotations

import dataclasses
from datetime import date
from enum import Enum

from ballot_server.minutes.typesetting import Json, make_data_printable


def encode_value(value: object) -> Json:
    """Return a record, a tuple or a plain value as JSON: records by their fields, Enums by values, days as ISO 8601.

    Raises: TypeError for a value that no document holds.
    """
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [encode_value(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode_value(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} cannot stand in a document")


def encode_record(record: object) -> dict[str, Json]:
    """Return a record as a JSON object, as `encode_value` does. Raises: TypeError for anything but a record."""
    encoded = encode_value(record)
    if not isinstance(encoded, dict):
        raise TypeError("a record is encoded as an object")
    return encoded


def encode_printable(record: object) -> dict[str, Json]:
    """Return a record as a JSON object with every text in it made printable."""
    return make_data_printable(encode_record(record))
