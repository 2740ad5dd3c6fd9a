"""Strict reading of TOML tables: every key is taken once with its type, and what is left over is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from typing import TypeVar

from ballot_server.domain.contest import Wording
from ballot_server.rules.errors import (
    RuleSetChoiceError,
    RuleSetMissingKeyError,
    RuleSetTypeError,
    RuleSetUnknownKeyError,
)

ID_FORM = "a-z 0-9 - _, 1 – 40"
_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_ChoiceT = TypeVar("_ChoiceT", bound=Enum)


class Table:
    """One table of a file: `path` is the file, `key` the place of the table, "" for the whole."""

    def __init__(self, path: str, key: str, values: Mapping[str, object]) -> None:
        self._path = path
        self._key = key
        self._left = dict(values)

    def __contains__(self, name: str) -> bool:
        return name in self._left

    @property
    def path(self) -> str:
        """The file."""
        return self._path

    def locate(self, name: str) -> str:
        """Return the full key of one of this table's keys."""
        return f"{self._key}.{name}" if self._key else name

    def take(self, name: str) -> object:
        """Return a value of any type. Raises: RuleSetMissingKeyError."""
        if name not in self._left:
            raise RuleSetMissingKeyError(path=self._path, key=self.locate(name))
        return self._left.pop(name)

    def refuse(self, name: str, expected: str) -> RuleSetTypeError:
        """Return the error for a value of the wrong type or form; `expected` shows the right one in TOML."""
        return RuleSetTypeError(path=self._path, key=self.locate(name), expected=expected)

    def take_text(self, name: str) -> str:
        """Return a text that is not empty."""
        value = self.take(name)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(name, '"…"')
        return value

    def take_id(self, name: str) -> str:
        """Return an id: a lower-case letter, then letters, digits, hyphens or underscores, 40 at most."""
        value = self.take(name)
        if not isinstance(value, str) or _ID.fullmatch(value) is None:
            raise self.refuse(name, ID_FORM)
        return value

    def take_ids(self, name: str) -> tuple[str, ...]:
        """Return a list of at least one id."""
        value = self.take(name)
        if not isinstance(value, list) or not value:
            raise self.refuse(name, '["…", "…"]')
        ids = tuple(item for item in value if isinstance(item, str))
        if len(ids) != len(value):
            raise self.refuse(name, '["…", "…"]')
        return ids

    def take_integer(self, name: str) -> int:
        """Return a whole number that is not negative; true and false are none."""
        value = self.take(name)
        if type(value) is not int or value < 0:
            raise self.refuse(name, "0, 1, 2, …")
        return value

    def take_boolean(self, name: str) -> bool:
        """Return true or false."""
        value = self.take(name)
        if not isinstance(value, bool):
            raise self.refuse(name, "true | false")
        return value

    def take_date(self, name: str) -> date:
        """Return a date; a date with a time is none."""
        value = self.take(name)
        if type(value) is not date:
            raise self.refuse(name, "2026-01-15")
        return value

    def take_wording(self, name: str) -> Wording:
        """Return a text in both languages."""
        table = self.take_table(name)
        wording = Wording(vi=table.take_text("vi"), en=table.take_text("en"))
        table.finish()
        return wording

    def take_choice(self, name: str, allowed: tuple[_ChoiceT, ...]) -> _ChoiceT:
        """Return the member of an Enum whose value is written. Raises: RuleSetChoiceError for any other value."""
        value = self.take_text(name)
        for choice in allowed:
            if choice.value == value:
                return choice
        known = ", ".join(str(choice.value) for choice in allowed)
        raise RuleSetChoiceError(path=self._path, key=self.locate(name), value=value, allowed=known)

    def take_counts(self, name: str) -> Mapping[str, int]:
        """Return a table of whole numbers that are not negative."""
        table = self.take_table(name)
        return {key: table.take_integer(key) for key in list(table.list_names())}

    def take_flags(self, name: str) -> Mapping[str, bool]:
        """Return a table of true and false."""
        table = self.take_table(name)
        return {key: table.take_boolean(key) for key in list(table.list_names())}

    def take_table(self, name: str) -> Table:
        """Return a table inside this one."""
        value = self.take(name)
        if not isinstance(value, dict):
            raise self.refuse(name, "{ … }")
        return Table(self._path, self.locate(name), value)

    def take_rows(self, name: str) -> tuple[Table, ...]:
        """Return an array of at least one table; a row's key is counted from 1."""
        value = self.take(name)
        if not isinstance(value, list) or not value:
            raise self.refuse(name, "[[ … ]]")
        rows: list[Table] = []
        for position, row in enumerate(value, start=1):
            if not isinstance(row, dict):
                raise self.refuse(name, "[[ … ]]")
            rows.append(Table(self._path, f"{self.locate(name)}[{position}]", row))
        return tuple(rows)

    def list_names(self) -> Iterator[str]:
        """Return the keys not yet taken."""
        return iter(self._left)

    def finish(self) -> None:
        """Check that nothing is left. Raises: RuleSetUnknownKeyError naming the first key that is."""
        for name in self._left:
            raise RuleSetUnknownKeyError(path=self._path, key=self.locate(name))
