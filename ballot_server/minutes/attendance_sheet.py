"""The attendance sheet to be signed: who is summoned to vote, who else belongs to the unit, and how many were there.

It knows people and nothing of slips: no number of one, no order of arrival, no time. The lists stand in the order of
names, which does not depend on who came when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ballot_server.domain.member import Attendance
from ballot_server.i18n import Language, translate
from ballot_server.minutes.room_paper import RoomPaper, Signature, typeset_paper, write_in_words
from ballot_server.minutes.typesetting import Json

TEMPLATE = "attendance_sheet.typ"

_LABELS = (
    *("summoned", "others", "others_explanation", "row", "name", "card", "present", "excused", "unexcused", "reason"),
    *("signature", "why", "totals", "in_words"),
    *("election", "election_summoned", "election_present", "elections_note"),
)


@dataclass(frozen=True)
class SheetPerson:
    """One line; `row` counts from 1 as at the desk. `note` stands under the name, `why` is why there is no vote."""

    row: int
    name: str
    card_number: str
    attendance: Attendance
    note: str = ""
    why: str = ""


@dataclass(frozen=True)
class SheetElection:
    """One election by its own rules: how many are summoned to it, and how many of these are present."""

    title: str
    summoned: int
    present: int


@dataclass(frozen=True)
class AttendanceSheet:
    """What the sheet says; both lists are in the order in which they are printed.

    `is_filled` prints who was there; otherwise the sheet has blanks to be filled in by hand.
    """

    paper: RoomPaper
    people: tuple[SheetPerson, ...]
    others: tuple[SheetPerson, ...]
    elections: tuple[SheetElection, ...]
    is_filled: bool
    clerk: str = ""
    chair: str = ""


def render_attendance_sheet(sheet: AttendanceSheet, language: Language = Language.VIETNAMESE) -> bytes:
    """Return the sheet as PDF/A-2b. Raises: TypesettingError."""
    labels: dict[str, Json] = {key: _say(key, language) for key in _LABELS}
    labels["explanation"] = _say("explanation_filled" if sheet.is_filled else "explanation", language)
    data: dict[str, Json] = {
        "labels": labels,
        "people": [_describe(person, sheet) for person in sheet.people],
        "others": [_describe(person, sheet) for person in sheet.others],
        "totals": _list_totals(sheet, language),
        "elections": [
            {
                "title": each.title,
                "summoned": str(each.summoned),
                "present": str(each.present) if sheet.is_filled else "",
            }
            for each in sheet.elections
        ],
        "signatures": [
            Signature(_say("clerk", language), sheet.clerk).to_json(),
            Signature(_say("chair", language), sheet.chair).to_json(),
        ],
    }
    title = _say("title", language)
    subtitle = _say("filled" if sheet.is_filled else "blank", language)
    return typeset_paper(TEMPLATE, sheet.paper, data, title=title, subtitles=(subtitle,), language=language)


def _describe(person: SheetPerson, sheet: AttendanceSheet) -> Json:
    return {
        "row": str(person.row),
        "name": person.name,
        "card": person.card_number,
        "attendance": person.attendance.value if sheet.is_filled else "",
        "note": person.note,
        "why": person.why,
    }


def _list_totals(sheet: AttendanceSheet, language: Language) -> list[Json]:
    def count(people: Sequence[SheetPerson], attendance: Attendance) -> int:
        return sum(person.attendance is attendance for person in people)

    totals: list[Json] = [_write_total("total_people", len(sheet.people), language)]
    for attendance in Attendance:
        number = count(sheet.people, attendance) if sheet.is_filled else None
        totals.append(_write_total(f"total_{attendance.value}", number, language))
    if sheet.others:
        totals.append(_write_total("total_others", len(sheet.others), language))
        present = count(sheet.others, Attendance.PRESENT) if sheet.is_filled else None
        totals.append(_write_total("total_others_present", present, language))
    return totals


def _write_total(key: str, number: int | None, language: Language) -> Json:
    return {
        "label": _say(key, language),
        "figure": "" if number is None else str(number),
        "words": "" if number is None else write_in_words(number, language),
    }


def _say(key: str, language: Language, /, **fields: object) -> str:
    return translate(f"attendance_sheet.{key}", language, **fields)
