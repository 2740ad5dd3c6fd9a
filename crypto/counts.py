"""The six paper counts of an election, which tellers sign before it opens."""

from __future__ import annotations

from dataclasses import dataclass

from crypto.encoding import JsonObject, JsonValue
from crypto.fields import Fields

COUNT_KEYS = frozenset({"printed", "handed_out", "brought_back", "lost", "left_over", "present"})


@dataclass(frozen=True)
class Counts:
    """The paper counts of an election, signed by the tellers before it opens."""

    printed: int
    handed_out: int
    brought_back: int
    lost: int
    left_over: int
    present: int

    @property
    def issued(self) -> int:
        """Slips in voters' hands, the lost ones included."""
        return self.handed_out - self.brought_back

    def to_object(self) -> JsonObject:
        """Return the counts as they travel."""
        return {
            "printed": self.printed,
            "handed_out": self.handed_out,
            "brought_back": self.brought_back,
            "lost": self.lost,
            "left_over": self.left_over,
            "present": self.present,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> Counts:
        """Return the counts read from an untrusted object. Raises: EncodingError."""
        return cls(**{key: fields.integer(key) for key in sorted(COUNT_KEYS)})

    @classmethod
    def from_object(cls, value: JsonValue) -> Counts:
        """Return the counts of an untrusted object. Raises: EncodingError unless it is exactly the six counts."""
        return cls.from_fields(Fields(value, "counts", COUNT_KEYS))
