"""Paper ballots to print and cut: one or two on an A4 page, all alike, with boxes to mark.

Texts reach the typesetter as values only. Source: what invalidates a ballot is practice, not quoted from a text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ballot_server.i18n import Language, translate
from ballot_server.minutes.typesetting import Json, make_data_printable, typeset

TEMPLATE = "paper_ballot.typ"


@dataclass(frozen=True)
class BallotQuestion:
    """One question with what can be marked; `marks` is how many boxes may be."""

    subject: str
    options: tuple[str, ...]
    marks: int


@dataclass(frozen=True)
class PaperBallotSheet:
    """What a paper ballot says; texts are in the language of the print."""

    unit: str
    superior: str
    title: str
    date: date
    questions: tuple[BallotQuestion, ...]
    rehearsal: bool


def render_paper_ballot(sheet: PaperBallotSheet, language: Language = Language.VIETNAMESE) -> bytes:
    """Return one page of ballots as PDF/A-2b, to be copied as often as needed. Raises: TypesettingError."""
    marks = {question.marks for question in sheet.questions}
    several = len(marks) > 1
    labels: dict[str, Json] = {
        "document_title": _say("document_title", language, unit=sheet.unit),
        "title": _say("title", language),
        "date": _say("date", language, date=sheet.date.strftime("%d/%m/%Y")),
        "instructions": _say("instructions_each", language)
        if several
        else _say("instructions_one" if marks == {1} else "instructions_many", language, marks=max(marks)),
        "blank": _say("blank", language),
        "stamp": _say("stamp", language),
        "page": _say("page", language),
        "rehearsal": _say("rehearsal", language) if sheet.rehearsal else "",
    }
    data: dict[str, Json] = {
        "labels": labels,
        "language": language.value,
        "unit": sheet.unit,
        "superior": sheet.superior,
        "title": sheet.title,
        "questions": [
            {
                "subject": question.subject,
                "options": list(question.options),
                "marks": _say("marks", language, marks=question.marks) if several else "",
            }
            for question in sheet.questions
        ],
    }
    return typeset(TEMPLATE, make_data_printable(data), dated=sheet.date)


def _say(key: str, language: Language, /, **fields: object) -> str:
    return translate(f"paper_ballot.{key}", language, **fields)
