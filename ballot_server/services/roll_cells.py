"""A roll file as a grid of cells, whatever its format: what a cell shows, its date if it is one, or why it is unfit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ballot_server.services.plain_text import find_hidden_character, normalise_text
from ballot_server.services.roll_problem import RollCause

LONGEST_TEXT = 5_000
LARGEST_EXACT_NUMBER = 10**15
"""From here on a spreadsheet has rounded the number: it keeps fifteen digits."""

_MARKED_TEXT = re.compile("'+[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|([0#])|([ \-/()])|(.)', re.DOTALL)


@dataclass(frozen=True)
class RollCell:
    """One cell: its text in NFC, the date if the spreadsheet holds one, and what makes it unfit, if anything does."""

    text: str = ""
    day: date | None = None
    fault: RollCause | None = None
    detail: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing in it, not even something unfit."""
        return not self.text and self.fault is None


@dataclass(frozen=True)
class RollRow:
    """A row of cells; `number` counts from 1 with the heading, as a spreadsheet shows it."""

    number: int
    cells: tuple[RollCell, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether all its cells are empty."""
        return all(cell.is_empty for cell in self.cells)


def read_text_cell(raw: str) -> RollCell:
    """Return the cell of a piece of text, with its fault if it is a formula, too long or holds hidden characters."""
    hidden = find_hidden_character(raw[: LONGEST_TEXT + 1])
    if hidden is not None:
        return RollCell(text=raw, fault=RollCause.HIDDEN_CHARACTER, detail=hidden)
    if len(raw) > LONGEST_TEXT:
        return RollCell(text=raw[:LONGEST_TEXT], fault=RollCause.TEXT_TOO_LONG, detail=str(LONGEST_TEXT))
    text = normalise_text(raw)
    if text.startswith("="):
        return RollCell(text=text, fault=RollCause.FORMULA)
    # An apostrophe before what may look like a formula says that it is text: our own files carry it.
    return RollCell(text=text[1:] if _MARKED_TEXT.match(text) else text)


def read_number_cell(number: int | float, number_format: str) -> RollCell:
    """Return the cell of a number as its format shows it, or with a fault where that is not plainly one text."""
    if isinstance(number, float) and not number.is_integer():
        return RollCell(text=str(number), fault=RollCause.UNCLEAR_NUMBER)
    whole = int(number)
    shown = _format_whole_number(whole, number_format) if 0 <= whole < LARGEST_EXACT_NUMBER else None
    if shown is None:
        return RollCell(text=str(whole)[:20], fault=RollCause.UNCLEAR_NUMBER)
    return RollCell(text=shown)


def _format_whole_number(number: int, number_format: str) -> str | None:
    """Return a number as a format of digit places and literals shows it, or None for any other format.

    ``00000`` shows 123 as 00123, ``00"."000`` as 00.123: digits fill the places from the right, the first place takes
    what is left over.
    """
    section = number_format.split(";")[0]
    if section in ("", "General", "@"):
        return str(number)
    # (is it a place, the character): a literal stands for itself.
    parts: list[tuple[bool, str]] = []
    for quoted, escaped, place, plain, other in _LITERAL.findall(section):
        if other:
            return None
        if place:
            parts.append((True, place))
        else:
            parts.extend((False, character) for character in quoted + escaped + plain)
    first = next((index for index, (is_place, _) in enumerate(parts) if is_place), None)
    if first is None:
        return None
    digits = str(number) if number else ""
    shown: list[str] = []
    for index in range(len(parts) - 1, -1, -1):
        is_place, character = parts[index]
        if not is_place:
            shown.append(character)
        elif index == first:
            shown.append(digits or ("0" if character == "0" else ""))
            digits = ""
        elif digits:
            shown.append(digits[-1])
            digits = digits[:-1]
        elif character == "0":
            shown.append("0")
    return normalise_text("".join(reversed(shown)))
