"""Find people in a list as clerks do: by parts of a name with or without tone marks, or by a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ballot_server.services.plain_text import fold_text

Line = TypeVar("Line")


def find_people(
    lines: Sequence[Line],
    query: str,
    *,
    name_of: Callable[[Line], str],
    card_of: Callable[[Line], str],
    row_of: Callable[[Line], int] | None = None,
) -> list[Line]:
    """Return the lines that a query finds, in their order; everybody if it is empty, nobody if it holds only marks.

    A number finds whoever's row it is and whoever's card number contains it; words find names of which each word of
    the query begins another word; a card number with letters is found whole.
    """
    folded = fold_text(query)
    if not folded:
        return [] if query.strip() else list(lines)
    if folded.replace(" ", "").isdigit():
        number = folded.replace(" ", "")
        return [line for line in lines if (row_of and str(row_of(line)) == number) or number in card_of(line)]
    words = folded.split()
    return [line for line in lines if _matches(fold_text(name_of(line)).split(), words)] or [
        line for line in lines if folded == fold_text(card_of(line))
    ]


def _matches(name: list[str], words: list[str]) -> bool:
    """Tell whether every word of a query begins a word of a name, each another one."""
    left = list(name)
    for word in words:
        hit = next((part for part in left if part.startswith(word)), None)
        if hit is None:
            return False
        left.remove(hit)
    return True
