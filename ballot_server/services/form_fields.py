"""Read a page's form field by field and tell everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import TypeVar

from ballot_server.errors import BallotServerError
from ballot_server.services.meeting_draft import (
    LONGEST_TEXT,
    DraftFieldError,
    FieldDateError,
    FieldMissingError,
    FieldTooLongError,
    read_day,
    read_line,
)
from ballot_server.services.plain_text import show_text

Choice = TypeVar("Choice", bound=Enum)


class FieldChoiceError(DraftFieldError):
    """A field holds none of its choices; field: field."""


class FormError(BallotServerError):
    """A form is refused as a whole; `problems` has an error for each field that is not right; field: count."""

    def __init__(self, problems: Sequence[BallotServerError]) -> None:
        super().__init__(count=len(problems))
        self.problems = tuple(problems)


class FormReader:
    """Reads a form and collects what is wrong; what it returned counts only once `check` lets it pass."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.problems: list[BallotServerError] = []
        self._fields = fields

    def read_text(self, field: str, *, needed: bool = False, longest: int = LONGEST_TEXT) -> str:
        """Return one line in NFC."""
        try:
            line = read_line(field, self._fields.get(field, ""), needed=needed)
        except DraftFieldError as error:
            self.problems.append(error)
            return ""
        if len(line) > longest:
            self.problems.append(FieldTooLongError(field=field, most=longest))
        return line

    def read_tick(self, field: str) -> bool:
        """Tell whether a box is ticked."""
        return self._fields.get(field) == "yes"

    def read_choice(self, field: str, kind: type[Choice]) -> Choice | None:
        """Return one of an enumeration's members."""
        try:
            return kind(self._fields.get(field, ""))
        except ValueError:
            self.problems.append(FieldChoiceError(field=field))
            return None

    def read_date(self, field: str, *, needed: bool = False) -> date | None:
        """Return a day, written as ISO or dd/mm/yyyy."""
        written = self.read_text(field)
        if not written:
            if needed and field not in self.faulty:
                self.problems.append(FieldMissingError(field=field))
            return None
        try:
            return read_day(written)
        except ValueError:
            self.problems.append(FieldDateError(field=field, value=show_text(written)))
            return None

    @property
    def faulty(self) -> set[object]:
        """The names of the fields that are not right so far."""
        return {problem.fields.get("field") for problem in self.problems}

    def report(self, problem: BallotServerError) -> None:
        """Add what is wrong between fields."""
        self.problems.append(problem)

    def check(self) -> None:
        """Let the form pass. Raises: FormError if anything is wrong."""
        if self.problems:
            raise FormError(self.problems)
