"""What can be wrong with a roll file, each place by row and column, and the one error that carries them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language, translate
from ballot_server.services.plain_text import show_text

PLACES_NAMED = 5
"""How many places the error's own sentence names; the rest is in its problems."""


class RollCause(Enum):
    """Why a roll file, a row or a cell is refused; the value is the end of the sentence's key."""

    # The file as a whole.
    FILE_NOT_FOUND = "file_not_found"
    UNKNOWN_KIND = "unknown_kind"
    FILE_TOO_LARGE = "file_too_large"
    EMPTY_FILE = "empty_file"
    NO_MEMBERS = "no_members"
    NOT_UTF8 = "not_utf8"
    BROKEN_QUOTES = "broken_quotes"
    BROKEN_WORKBOOK = "broken_workbook"
    UNZIPPED_TOO_LARGE = "unzipped_too_large"
    SEVERAL_SHEETS = "several_sheets"
    MERGED_CELLS = "merged_cells"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    # The headings.
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    DOUBLED_COLUMN = "doubled_column"
    CELL_WITHOUT_HEADING = "cell_without_heading"
    # One cell.
    FORMULA = "formula"
    SPREADSHEET_ERROR = "spreadsheet_error"
    HIDDEN_CHARACTER = "hidden_character"
    TEXT_TOO_LONG = "text_too_long"
    UNCLEAR_NUMBER = "unclear_number"
    DATE_IN_TEXT = "date_in_text"
    MISSING_VALUE = "missing_value"
    UNKNOWN_CLASS = "unknown_class"
    UNKNOWN_EXEMPTION = "unknown_exemption"
    REDUCED_IS_NOT_EXEMPT = "reduced_is_not_exempt"
    UNKNOWN_ATTENDANCE = "unknown_attendance"
    UNKNOWN_YES_NO = "unknown_yes_no"
    IMPOSSIBLE_DATE = "impossible_date"
    # One row against itself or another.
    DOUBLED_CARD_NUMBER = "doubled_card_number"
    EXEMPTION_WITHOUT_START = "exemption_without_start"
    BOOK_TWO_WITHOUT_END = "book_two_without_end"
    EXEMPTION_ENDS_BEFORE_START = "exemption_ends_before_start"
    DETAILS_WITHOUT_EXEMPTION = "details_without_exemption"
    # One row against the exemption books.
    EXEMPTION_STANDS_IN_BOOK = "exemption_stands_in_book"
    EXEMPTION_DIFFERS_FROM_BOOK = "exemption_differs_from_book"
    EXEMPTION_WITHOUT_RESOLUTION = "exemption_without_resolution"


@dataclass(frozen=True)
class RollProblem:
    """One place to mend.

    row: as a spreadsheet numbers it, the heading row included, or None for the whole file. column: the heading as in
    the file. value: what stands there. other: what it clashes with, or the limit it passes.
    """

    cause: RollCause
    row: int | None = None
    column: str = ""
    value: str = ""
    other: str = ""

    @property
    def place(self) -> str:
        """Row and column in short, the same in every language; empty for the whole file."""
        parts = [str(self.row)] if self.row is not None else []
        if self.column:
            parts.append(f"“{show_text(self.column)}”")
        return " ".join(parts)


class RollError(BallotServerError):
    """A roll file is refused as a whole; `problems` holds every place to mend, in the order of the file."""

    def __init__(self, problems: Sequence[RollProblem]) -> None:
        places = [problem.place or problem.cause.value for problem in problems[:PLACES_NAMED]]
        if len(problems) > PLACES_NAMED:
            places.append("…")
        super().__init__(count=len(problems), places=", ".join(places))
        self.problems = tuple(problems)


def describe_roll_problem(problem: RollProblem, language: Language) -> str:
    """Return the sentence of one problem: where it is, what is wrong, what to do."""
    return translate(
        f"roll.problem.{problem.cause.value}",
        language,
        row=problem.row,
        column=show_text(problem.column),
        value=show_text(problem.value),
        other=show_text(problem.other),
    )
