"""What can be wrong with the list of units, each place by row and column, and the one error that carries them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language, translate
from ballot_server.services.plain_text import show_text


class UnitCause(Enum):
    """Why the list, a row or a cell of it is refused; the value is the end of the sentence's key."""

    FILE_TOO_LARGE = "file_too_large"
    EMPTY_FILE = "empty_file"
    NO_UNITS = "no_units"
    NOT_UTF8 = "not_utf8"
    BROKEN_QUOTES = "broken_quotes"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    DOUBLED_COLUMN = "doubled_column"
    CELL_WITHOUT_HEADING = "cell_without_heading"
    MISSING_VALUE = "missing_value"
    FORMULA = "formula"
    HIDDEN_CHARACTER = "hidden_character"
    TEXT_TOO_LONG = "text_too_long"
    NOT_A_KEY = "not_a_key"
    DOUBLED_UNIT = "doubled_unit"
    DOUBLED_KEY = "doubled_key"


@dataclass(frozen=True)
class UnitProblem:
    """One place to mend.

    row: as a spreadsheet numbers it, the heading row included, or None for the whole file; column: the heading as in
    the file; value: what stands there; other: what it clashes with, or the limit that it passes.
    """

    cause: UnitCause
    row: int | None = None
    column: str = ""
    value: str = ""
    other: str = ""


class UnitsError(BallotServerError):
    """A list of units is refused as a whole; `problems` holds every place to mend, in the order of the file."""

    def __init__(self, problems: Sequence[UnitProblem]) -> None:
        super().__init__(count=len(problems))
        self.problems = tuple(problems)


def describe_unit_problem(problem: UnitProblem, language: Language) -> str:
    """Return the sentence of one problem: where it is, what is wrong, what to do."""
    return translate(
        f"reports.units.{problem.cause.value}",
        language,
        row=problem.row,
        column=show_text(problem.column),
        value=show_text(problem.value),
        other=show_text(problem.other),
    )
