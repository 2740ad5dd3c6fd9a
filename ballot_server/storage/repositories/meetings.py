"""Meetings and their rolls."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ballot_server.domain.attendance import apply_events
from ballot_server.domain.member import Attendance, CardNumber, Exemption, Member, Roll, RollEntry
from ballot_server.storage.errors import MeetingUnknownError, MemberMissingError
from ballot_server.storage.records import MeetingRecord
from ballot_server.storage.repositories.attendance import AttendanceRepository
from ballot_server.storage.tables import MeetingRow, RollEntryRow


class MeetingRepository:
    """The meetings of this installation."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, meeting: MeetingRecord) -> None:
        """Store a new meeting."""
        self._session.add(
            MeetingRow(
                code=meeting.code,
                superior=meeting.superior,
                unit=meeting.unit,
                place=meeting.place,
                held_on=meeting.held_on,
                chair=meeting.chair,
                clerk=meeting.clerk,
                tellers=list(meeting.tellers),
                mode=meeting.mode,
                floor=meeting.floor,
                rehearsal=meeting.rehearsal,
                wifi=meeting.wifi,
            )
        )
        self._session.flush()

    def get(self, code: str) -> MeetingRecord:
        """Return a meeting. Raises: MeetingUnknownError."""
        meeting = self.find(code)
        if meeting is None:
            raise MeetingUnknownError(code)
        return meeting

    def find(self, code: str) -> MeetingRecord | None:
        """Return a meeting, or None if there is none of this code."""
        row = self._session.get(MeetingRow, code)
        return None if row is None else _to_meeting(row)

    def list_all(self) -> tuple[MeetingRecord, ...]:
        """Return all meetings, the latest date first."""
        rows = self._session.scalars(select(MeetingRow).order_by(MeetingRow.held_on.desc(), MeetingRow.code))
        return tuple(_to_meeting(row) for row in rows)


class RollRepository:
    """The rolls: the only rows that name members."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, meeting: str, roll: Roll) -> None:
        """Store a meeting's roll in place of the one before."""
        self._session.execute(delete(RollEntryRow).where(RollEntryRow.meeting == meeting))
        self._session.add_all(_to_roll_row(meeting, place, entry) for place, entry in enumerate(roll.entries))
        self._session.flush()

    def load(self, meeting: str) -> Roll:
        """Return a meeting's roll in the order of its source, with the attendance that the events make of it.

        Empty if none was imported.
        """
        return apply_events(self.load_beginning(meeting), AttendanceRepository(self._session).list_all(meeting))

    def load_beginning(self, meeting: str) -> Roll:
        """Return a meeting's roll as it was before the first event."""
        rows = self._session.scalars(
            select(RollEntryRow).where(RollEntryRow.meeting == meeting).order_by(RollEntryRow.sequence)
        )
        return Roll(entries=tuple(_to_roll_entry(row) for row in rows))

    def find_beginning(self, meeting: str, card_number: CardNumber) -> RollEntry | None:
        """Return somebody as the roll began, or None if nobody on it has this card number."""
        row = self._session.get(RollEntryRow, (meeting, card_number))
        return None if row is None else _to_roll_entry(row)

    def set_attendance(self, meeting: str, card_number: CardNumber, attendance: Attendance) -> None:
        """Change what the roll says before the first event of a member. Raises: MemberMissingError."""
        row = self._session.get(RollEntryRow, (meeting, card_number))
        if row is None:
            raise MemberMissingError(meeting, card_number)
        row.attendance = attendance
        self._session.flush()

    def count_present(self, meeting: str) -> int:
        """Return how many on the roll are present, entitled to vote or not."""
        return sum(entry.attendance is Attendance.PRESENT for entry in self.load(meeting).entries)


def _to_meeting(row: MeetingRow) -> MeetingRecord:
    return MeetingRecord(
        code=row.code,
        superior=row.superior,
        unit=row.unit,
        place=row.place,
        held_on=row.held_on,
        chair=row.chair,
        clerk=row.clerk,
        tellers=tuple(row.tellers),
        mode=row.mode,
        floor=row.floor,
        rehearsal=row.rehearsal,
        wifi=row.wifi,
    )


def _to_roll_row(meeting: str, place: int, entry: RollEntry) -> RollEntryRow:
    member, exemption = entry.member, entry.member.exemption
    return RollEntryRow(
        meeting=meeting,
        card_number=member.card_number,
        sequence=place,
        name=member.name,
        member_class=member.member_class,
        exemption_book=exemption.book if exemption else None,
        exemption_resolution=exemption.resolution if exemption else None,
        exemption_starts=exemption.starts if exemption else None,
        exemption_ends=exemption.ends if exemption else None,
        transferred_out=member.transferred_out,
        suspended=member.suspended,
        excused_whole_congress=member.excused_whole_congress,
        incumbent=member.incumbent,
        position=member.position,
        note=member.note,
        attendance=entry.attendance,
    )


def _to_roll_entry(row: RollEntryRow) -> RollEntry:
    exemption = None
    if row.exemption_book is not None and row.exemption_starts is not None:
        exemption = Exemption(
            book=row.exemption_book,
            resolution=row.exemption_resolution or "",
            starts=row.exemption_starts,
            ends=row.exemption_ends,
        )
    member = Member(
        name=row.name,
        card_number=CardNumber(row.card_number),
        member_class=row.member_class,
        exemption=exemption,
        transferred_out=row.transferred_out,
        suspended=row.suspended,
        excused_whole_congress=row.excused_whole_congress,
        incumbent=row.incumbent,
        position=row.position,
        note=row.note,
    )
    return RollEntry(member=member, attendance=row.attendance)
