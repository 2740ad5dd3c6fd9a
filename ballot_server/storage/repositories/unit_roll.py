"""The unit's own roll, its history, and files on their way into it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ballot_server.domain.exemption import MemberId
from ballot_server.domain.member import CardNumber, Member
from ballot_server.storage.register_records import RollChange, RollUpload, UnitMember
from ballot_server.storage.register_tables import RollChangeRow, RollUploadRow, UnitMemberRow


class UnitRollRepository:
    """The members of the unit, in the order of its list."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list_all(self) -> tuple[UnitMember, ...]:
        """Return everybody, those who have left too."""
        return tuple(
            _to_unit_member(row)
            for row in self._session.scalars(select(UnitMemberRow).order_by(UnitMemberRow.sequence, UnitMemberRow.id))
        )

    def find(self, member: MemberId) -> UnitMember | None:
        """Return a member, or None."""
        row = self._session.get(UnitMemberRow, member)
        return None if row is None else _to_unit_member(row)

    def find_by_card(self, card_key: str) -> UnitMember | None:
        """Return the member of a folded card number, or None."""
        row = self._session.scalar(select(UnitMemberRow).where(UnitMemberRow.card_key == card_key))
        return None if row is None else _to_unit_member(row)

    def add_all(self, members: Sequence[tuple[Member, str]]) -> tuple[MemberId, ...]:
        """Add members with their folded card numbers at the end of the list, and return who they are now."""
        last = self._session.scalar(select(func.max(UnitMemberRow.sequence)))
        first = 0 if last is None else last + 1
        rows = [UnitMemberRow(sequence=sequence) for sequence in range(first, first + len(members))]
        for row, (member, card_key) in zip(rows, members, strict=True):
            _fill(row, member, card_key)
        self._session.add_all(rows)
        self._session.flush()
        return tuple(MemberId(row.id) for row in rows)

    def update(self, changed: UnitMember, card_key: str) -> None:
        """Store a member as it is now."""
        row = self._session.get_one(UnitMemberRow, changed.id)
        _fill(row, changed.member, card_key)
        row.left_on = changed.left_on
        self._session.flush()

    def add_changes(self, changes: Iterable[RollChange]) -> None:
        """Add to the history."""
        self._session.add_all(
            RollChangeRow(
                member=change.member,
                at=change.at,
                by=change.by,
                field=change.field,
                old=change.old,
                new=change.new,
                source=change.source,
            )
            for change in changes
        )
        self._session.flush()

    def list_changes(self, member: MemberId) -> tuple[RollChange, ...]:
        """Return the history of a member, the latest first."""
        query = select(RollChangeRow).where(RollChangeRow.member == member).order_by(RollChangeRow.id.desc())
        return tuple(
            RollChange(MemberId(row.member), row.at, row.by, row.field, row.old, row.new, row.source)
            for row in self._session.scalars(query)
        )

    def count_changes(self) -> int:
        """Return how many changes there were so far: it tells whether anything changed since."""
        return self._session.scalar(select(func.count()).select_from(RollChangeRow)) or 0

    def keep_upload(self, upload: RollUpload) -> None:
        """Keep a file in place of the same person's last one."""
        self.forget_upload(upload.by)
        row = RollUploadRow(by=upload.by, digest=upload.digest, file_name=upload.name, content=upload.data)
        self._session.add(row)
        self._session.flush()

    def find_upload(self, by: str) -> RollUpload | None:
        """Return the file that somebody looks through, or None."""
        row = self._session.get(RollUploadRow, by)
        return None if row is None else RollUpload(row.by, row.digest, row.file_name, row.content)

    def forget_upload(self, by: str) -> None:
        """Remove the file that somebody looks through; nothing happens if there is none."""
        row = self._session.get(RollUploadRow, by)
        if row is not None:
            self._session.delete(row)
            self._session.flush()


def _fill(row: UnitMemberRow, member: Member, card_key: str) -> None:
    row.card_number = member.card_number
    row.card_key = card_key
    row.name = member.name
    row.member_class = member.member_class
    row.transferred_out = member.transferred_out
    row.suspended = member.suspended
    row.excused_whole_congress = member.excused_whole_congress
    row.incumbent = member.incumbent
    row.position = member.position
    row.note = member.note


def _to_unit_member(row: UnitMemberRow) -> UnitMember:
    member = Member(
        name=row.name,
        card_number=CardNumber(row.card_number),
        member_class=row.member_class,
        transferred_out=row.transferred_out,
        suspended=row.suspended,
        excused_whole_congress=row.excused_whole_congress,
        incumbent=row.incumbent,
        position=row.position,
        note=row.note,
    )
    return UnitMember(MemberId(row.id), member, row.left_on)
