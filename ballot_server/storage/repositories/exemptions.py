"""The two exemption books."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from ballot_server.domain.exemption import EntryId, Grant, MemberId, RegisterEntry
from ballot_server.storage.register_tables import ExemptionEntryRow


class ExemptionRepository:
    """The lines of both books, in the order in which they were written."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list_all(self) -> tuple[RegisterEntry, ...]:
        """Return every line."""
        return tuple(
            _to_entry(row) for row in self._session.scalars(select(ExemptionEntryRow).order_by(ExemptionEntryRow.id))
        )

    def list_of(self, member: MemberId) -> tuple[RegisterEntry, ...]:
        """Return a member's lines."""
        query = select(ExemptionEntryRow).where(ExemptionEntryRow.member == member).order_by(ExemptionEntryRow.id)
        return tuple(_to_entry(row) for row in self._session.scalars(query))

    def find(self, entry: EntryId) -> RegisterEntry | None:
        """Return a line, or None."""
        row = self._session.get(ExemptionEntryRow, entry)
        return None if row is None else _to_entry(row)

    def add(self, member: MemberId, grant: Grant) -> EntryId:
        """Write a line."""
        row = ExemptionEntryRow(member=member, returned_on=None, return_resolution="", struck="")
        _fill(row, grant)
        self._session.add(row)
        self._session.flush()
        return EntryId(row.id)

    def update(self, entry: RegisterEntry) -> None:
        """Store a line as it is now."""
        row = self._session.get_one(ExemptionEntryRow, entry.id)
        _fill(row, entry.grant)
        row.returned_on = entry.returned_on
        row.return_resolution = entry.return_resolution
        row.struck = entry.struck
        self._session.flush()


def _fill(row: ExemptionEntryRow, grant: Grant) -> None:
    for name, value in vars(grant).items():
        setattr(row, name, value)


def _to_entry(row: ExemptionEntryRow) -> RegisterEntry:
    grant = Grant(
        book=row.book,
        starts=row.starts,
        ends=row.ends,
        kind=row.kind,
        reason=row.reason,
        paper=row.paper,
        applied_on=row.applied_on,
        resolution_number=row.resolution_number,
        resolution_on=row.resolution_on,
        deciding_body=row.deciding_body,
        decision_number=row.decision_number,
        decision_on=row.decision_on,
    )
    return RegisterEntry(
        id=EntryId(row.id),
        member=MemberId(row.member),
        grant=grant,
        returned_on=row.returned_on,
        return_resolution=row.return_resolution,
        struck=row.struck,
    )
