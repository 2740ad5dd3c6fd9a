"""What a base is made of: class counts, people, or a number that the chair enters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClassCounts:
    """All official members, and how many of them are left out for which reason, each at most once."""

    official: int
    exempt: int
    suspended: int
    transferred_out: int
    excused: int = 0
    not_incumbent: int = 0

    @property
    def remaining(self) -> int:
        """The official members that are not left out."""
        left_out = self.exempt + self.suspended + self.transferred_out + self.excused + self.not_incumbent
        return self.official - left_out

    def to_json(self) -> dict[str, int]:
        """Return the parts as `result.json` writes them; the last two only where there are any."""
        rare = {"excused": self.excused, "not_incumbent": self.not_incumbent}
        return {
            "official": self.official,
            "exempt": self.exempt,
            "suspended": self.suspended,
            "transferred_out": self.transferred_out,
            **{name: count for name, count in rare.items() if count},
        }


@dataclass(frozen=True)
class HeadCount:
    """Everybody entitled to vote and the members concerned who are barred; and those of them in the room."""

    summoned: int
    present: int


@dataclass(frozen=True)
class FixedBase:
    """A base that the chair enters; `ground` says where the number comes from."""

    value: int
    ground: str
