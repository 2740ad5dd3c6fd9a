"""Print who is summoned to a meeting and who is there, from the roll, the date and the elections' rules."""

from __future__ import annotations

from datetime import date

from ballot_server.domain.base import list_entitled, list_present_entitled
from ballot_server.domain.contest import Wording
from ballot_server.domain.member import Member, Roll
from ballot_server.i18n import Language, translate
from ballot_server.minutes.attendance_sheet import (
    AttendanceSheet,
    SheetElection,
    SheetPerson,
    render_attendance_sheet,
)
from ballot_server.minutes.room_paper import RoomPaper
from ballot_server.services.check_in import PersonLine, list_people
from ballot_server.services.election_plan import decode_plan
from ballot_server.services.vietnamese_order import order_name
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord, MeetingRecord
from ballot_server.storage.repositories import ElectionRepository, MeetingRepository, RollRepository


def print_attendance(database: Database, *, meeting: str, is_filled: bool, language: Language) -> bytes:
    """Return the attendance sheet: with what the desk recorded, or with blanks to be filled in by hand.

    Raises: MeetingUnknownError, TypesettingError.
    """
    return render_attendance_sheet(compose_sheet(database, meeting, is_filled=is_filled, language=language), language)


def compose_sheet(database: Database, meeting: str, *, is_filled: bool, language: Language) -> AttendanceSheet:
    """Return what the sheet says. Raises: MeetingUnknownError."""
    with database.read() as session:
        held = MeetingRepository(session).get(meeting)
        roll = RollRepository(session).load(meeting)
        elections = ElectionRepository(session).list_all(meeting)
    # By name, as at the desk: an order of arrival is nowhere on paper.
    lines = sorted(list_people(roll, held.held_on, elections), key=lambda line: order_name(line.member.name))
    return AttendanceSheet(
        paper=describe_paper(held),
        people=tuple(_describe(line, held.held_on, language) for line in lines if line.no_slip is None),
        others=tuple(_describe(line, held.held_on, language) for line in lines if line.no_slip is not None),
        elections=tuple(_count(each, roll, held.held_on, language) for each in elections),
        is_filled=is_filled,
        clerk=held.clerk,
        chair=held.chair,
    )


def describe_paper(held: MeetingRecord) -> RoomPaper:
    """Return what every paper of a meeting says at its top."""
    return RoomPaper(
        unit=held.unit, superior=held.superior, place=held.place, date=held.held_on, rehearsal=held.rehearsal
    )


def _describe(line: PersonLine, on: date, language: Language) -> SheetPerson:
    reason = line.no_slip
    return SheetPerson(
        row=line.row,
        name=line.member.name,
        card_number=line.member.card_number,
        attendance=line.attendance,
        note=_write_note(line.member, on, language) if reason is None else "",
        why="" if reason is None else _say(f"no_vote.{reason.value}", language),
    )


def _write_note(member: Member, on: date, language: Language) -> str:
    """Return why somebody who votes need not have come; empty for most."""
    if member.is_exempt(on):
        return _say("votes_if_present_exempt", language)
    if member.transferred_out:
        return _say("votes_if_present_transferred", language)
    return _say("votes_if_present_excused", language) if member.excused_whole_congress else ""


def _count(record: ElectionRecord, roll: Roll, on: date, language: Language) -> SheetElection:
    rule = decode_plan(record).voter_rule
    return SheetElection(
        title=Wording(vi=record.title_vi, en=record.title_en).in_language(language.value),
        summoned=len(list_entitled(roll, on, rule)),
        present=len(list_present_entitled(roll, on, rule)),
    )


def _say(key: str, language: Language) -> str:
    return translate(f"attendance_sheet.{key}", language)
