"""Read the keys of one TOML table by type, collecting what is missing, unknown or of the wrong type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TypeVar

from ballot_server.errors import BallotServerError
from ballot_server.services.plain_text import find_hidden_character, normalise_text
from ballot_server.services.roll_problem import RollProblem
from ballot_server.services.scenario_problem import ScenarioCause, ScenarioProblem

Value = TypeVar("Value")

LONGEST_TEXT = 500
LARGEST_NUMBER = 1_000_000_000
_ID = re.compile(r"[a-z0-9_-]{1,40}")


def is_id(text: str) -> bool:
    """Tell whether a text is 1 to 40 of a-z, 0-9, - and _."""
    return _ID.fullmatch(text) is not None


class ScenarioTable:
    """One table; every key asked for is known, and `report_unknown_keys` reports the others.

    path: the table's own path, empty at the top. problems: where what is wrong is added.
    """

    def __init__(self, table: Mapping[str, object], path: str, problems: list[ScenarioProblem]) -> None:
        self._table = table
        self._path = path
        self._problems = problems
        self._asked: set[str] = set()

    def has(self, key: str) -> bool:
        """Tell whether a key stands in the table."""
        self._asked.add(key)
        return key in self._table

    def _place(self, key: str) -> str:
        """Return the path of a key of this table."""
        return f"{self._path}.{key}" if self._path else key

    def report(
        self,
        cause: ScenarioCause,
        key: str,
        *,
        value: object = "",
        expected: object = "",
        reason: RollProblem | BallotServerError | None = None,
    ) -> None:
        """Add a problem at a key of this table."""
        self._problems.append(ScenarioProblem(cause, self._place(key), _show_value(value), str(expected), reason))

    @property
    def problem_count(self) -> int:
        """How many problems there are so far, in all tables of the file."""
        return len(self._problems)

    def report_unknown_keys(self) -> None:
        """Add a problem for every key that nobody asked for."""
        for key in self._table:
            if key not in self._asked:
                self.report(ScenarioCause.UNKNOWN_KEY, key, expected=", ".join(sorted(self._asked)))

    def read_text(self, key: str, *, needed: bool = True) -> str:
        """Return a text in NFC; empty if it is absent or unfit."""
        raw = self._read(key, str, ScenarioCause.NOT_TEXT, needed=needed)
        return "" if raw is None else self._clean(key, raw)

    def read_id(self, key: str, *, needed: bool = True) -> str:
        """Return an id: 1 to 40 of a-z, 0-9, - and _."""
        text = self.read_text(key, needed=needed)
        if text and not is_id(text):
            self.report(ScenarioCause.BAD_ID, key, value=text)
            return ""
        return text

    def read_texts(self, key: str) -> tuple[str, ...]:
        """Return a list of different texts; empty if it is absent."""
        raw = self._read(key, list, ScenarioCause.NOT_LIST, needed=False) or []
        texts: list[str] = []
        for position, item in enumerate(raw):
            place = f"{key}[{position}]"
            if not isinstance(item, str):
                self.report(ScenarioCause.NOT_TEXT, place, value=item)
                continue
            text = self._clean(place, item)
            if text and text in texts:
                self.report(ScenarioCause.DOUBLED_NAME, place, value=text)
            elif text:
                texts.append(text)
        return tuple(texts)

    def read_number(self, key: str, *, least: int, needed: bool = True) -> int | None:
        """Return a whole number from `least` to LARGEST_NUMBER; None if it is absent or unfit."""
        number = self._read(key, int, ScenarioCause.NOT_NUMBER, needed=needed)
        if number is not None and number < least:
            self.report(ScenarioCause.NUMBER_TOO_SMALL, key, value=number, expected=least)
            return None
        if number is not None and number > LARGEST_NUMBER:
            self.report(ScenarioCause.NUMBER_TOO_LARGE, key, expected=LARGEST_NUMBER)
            return None
        return number

    def read_yes_or_no(self, key: str) -> bool | None:
        """Return true or false; None if it is absent or unfit."""
        return self._read(key, bool, ScenarioCause.NOT_YES_OR_NO, needed=False)

    def read_date(self, key: str) -> date | None:
        """Return a date without a time of day; None if it is absent or unfit."""
        return self._read(key, date, ScenarioCause.NOT_DATE, needed=True)

    def read_file_name(self, key: str, folder: Path, missing: ScenarioCause) -> Path | None:
        """Return the path of a file inside a folder; None if it is absent, leaves the folder or is not there.

        missing: the cause to report for a file that is not there.
        """
        name = self.read_text(key)
        if not name:
            return None
        path = folder / name
        windows = PureWindowsPath(name)
        leaves = "\\" in name or windows.drive or windows.is_absolute() or ".." in PurePosixPath(name).parts
        if leaves or not path.resolve().is_relative_to(folder.resolve()):
            self.report(ScenarioCause.PATH_LEAVES_FOLDER, key, value=name)
            return None
        if not path.is_file():
            self.report(missing, key, value=name)
            return None
        return path

    def read_table(self, key: str) -> ScenarioTable | None:
        """Return a table inside this one; None if it is absent or no table."""
        table = self._read(key, dict, ScenarioCause.NOT_TABLE, needed=True)
        return None if table is None else ScenarioTable(table, self._place(key), self._problems)

    def read_tables(self, key: str) -> tuple[ScenarioTable, ...]:
        """Return a list of at least one table."""
        raw = self._read(key, list, ScenarioCause.NOT_LIST, needed=True)
        if raw is None:
            return ()
        if not raw:
            self.report(ScenarioCause.EMPTY, key)
        tables: list[ScenarioTable] = []
        for position, item in enumerate(raw):
            if isinstance(item, dict):
                tables.append(ScenarioTable(item, f"{self._place(key)}[{position}]", self._problems))
            else:
                self.report(ScenarioCause.NOT_TABLE, f"{key}[{position}]", value=item)
        return tuple(tables)

    def read_counts(self) -> dict[str, int]:
        """Return this whole table as counts of at least 0 by option, in the order of the file."""
        numbers = {key: self.read_number(key, least=0) for key in self._table}
        return {key: number for key, number in numbers.items() if number is not None}

    def _read(self, key: str, kind: type[Value], cause: ScenarioCause, *, needed: bool) -> Value | None:
        self._asked.add(key)
        if key not in self._table:
            if needed:
                self.report(ScenarioCause.MISSING_KEY, key)
            return None
        value = self._table[key]
        # In Python true is a number, and a date with a time is a date; in a scenario neither is.
        disguised = (isinstance(value, bool) and kind is not bool) or isinstance(value, datetime)
        if disguised or not isinstance(value, kind):
            self.report(cause, key, value=value)
            return None
        return value

    def _clean(self, key: str, raw: str) -> str:
        hidden = find_hidden_character(raw)
        if hidden is not None:
            self.report(ScenarioCause.HIDDEN_CHARACTER, key, value=raw, expected=hidden)
            return ""
        text = normalise_text(raw)
        if not text:
            self.report(ScenarioCause.EMPTY, key)
        elif len(text) > LONGEST_TEXT:
            self.report(ScenarioCause.TEXT_TOO_LONG, key, expected=LONGEST_TEXT)
            return ""
        return text


def _show_value(value: object) -> str:
    # Python refuses to write out a number of many thousand digits.
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_NUMBER:
        return "…"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
