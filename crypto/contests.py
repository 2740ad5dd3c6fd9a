"""What an election asks: its contests and their options, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crypto.ballot import ContestShape
from crypto.encoding import JsonObject
from crypto.fields import Fields
from crypto.names import read_identifier


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    vi: str
    en: str

    def to_object(self) -> JsonObject:
        """Return the text as it travels."""
        return {"vi": self.vi, "en": self.en}


@dataclass(frozen=True)
class Option:
    """What can be marked in a contest; *blank* is not listed, every contest has it."""

    id: str
    text: Text


@dataclass(frozen=True)
class Contest:
    """One question with its options in the order of the ballot, and the largest number of marks."""

    id: str
    text: Text
    options: tuple[Option, ...]
    marks: int


def shape_contests(contests: Iterable[Contest]) -> tuple[ContestShape, ...]:
    """Return the number of options and marks of each contest, which fix the length of every ballot."""
    return tuple(ContestShape(options=len(contest.options), marks=contest.marks) for contest in contests)


def write_contest(contest: Contest) -> JsonObject:
    """Return a contest as it travels."""
    options: list[JsonObject] = [{"id": option.id, "text": option.text.to_object()} for option in contest.options]
    return {"id": contest.id, "text": contest.text.to_object(), "options": options, "marks": contest.marks}


def read_contests(fields: Fields) -> tuple[Contest, ...]:
    """Return the contests of an untrusted manifest. Raises: EncodingError."""
    contests = tuple(
        _read_contest(member) for member in fields.members("contests", frozenset({"id", "text", "options", "marks"}))
    )
    if not contests:
        raise fields.refuse("contests", "an election has at least one")
    if len({contest.id for contest in contests}) != len(contests):
        raise fields.refuse("contests", "two have one id")
    return contests


def _read_contest(fields: Fields) -> Contest:
    options = tuple(
        Option(id=read_identifier(member, "id"), text=read_text(member, "text"))
        for member in fields.members("options", frozenset({"id", "text"}))
    )
    if not options:
        raise fields.refuse("options", "a contest has at least one")
    if len({option.id for option in options}) != len(options):
        raise fields.refuse("options", "two have one id")
    return Contest(
        id=read_identifier(fields, "id"),
        text=read_text(fields, "text"),
        options=options,
        marks=fields.integer("marks", minimum=1, maximum=len(options)),
    )


def read_text(fields: Fields, key: str) -> Text:
    """Return an untrusted text in both languages. Raises: EncodingError."""
    member = fields.member(key, frozenset({"vi", "en"}))
    return Text(vi=member.text("vi"), en=member.text("en"))
