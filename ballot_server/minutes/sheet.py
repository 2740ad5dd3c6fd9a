"""A table of typed values, which a workbook shows as a sheet and a printed page as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeAlias


class CellKind(Enum):
    """What a column holds; anything but text in a text column's place is set as what it is."""

    TEXT = "text"
    NUMBER = "number"
    SHARE = "share"
    DATE = "date"


@dataclass(frozen=True)
class Share:
    """A share in hundredths of one per cent: 6667 is 66.67 %."""

    hundredths: int


SheetValue: TypeAlias = str | int | Share | date | None


@dataclass(frozen=True)
class SheetColumn:
    """A column: its heading, what it holds, and its width in characters."""

    title: str
    kind: CellKind = CellKind.TEXT
    width: int = 12


@dataclass(frozen=True)
class Sheet:
    """One sheet; `strong_rows` counts the rows below the heading from 0, `frozen` the columns that stay in sight."""

    title: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[tuple[SheetValue, ...], ...]
    strong_rows: frozenset[int] = frozenset()
    frozen: int = 0
