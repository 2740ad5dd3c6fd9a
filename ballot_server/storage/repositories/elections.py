"""Elections and their states."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from ballot_server.domain.election import ElectionState, advance
from ballot_server.storage.errors import ElectionMissingError
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.tables import ElectionRow


class ElectionRepository:
    """The elections of all meetings."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, election: ElectionRecord) -> None:
        """Store a new election."""
        self._session.add(
            ElectionRow(
                meeting=election.meeting,
                id=election.id,
                position=election.position,
                title_vi=election.title_vi,
                title_en=election.title_en,
                state=election.state,
                series=list(election.series),
                slot=election.slot,
                rule_inputs=election.rule_inputs,
                manifest=election.manifest,
                election_hash=election.election_hash,
            )
        )
        self._session.flush()

    def get(self, meeting: str, election: str) -> ElectionRecord:
        """Return an election. Raises: ElectionMissingError."""
        return _to_election(self._get_row(meeting, election))

    def list_all(self, meeting: str) -> tuple[ElectionRecord, ...]:
        """Return a meeting's elections by position."""
        query = select(ElectionRow).where(ElectionRow.meeting == meeting).order_by(ElectionRow.position)
        return tuple(_to_election(row) for row in self._session.scalars(query))

    def find_by_hash(self, election_hash: bytes) -> ElectionRecord | None:
        """Return the sealed election of this hash, or None."""
        row = self._session.scalar(select(ElectionRow).where(ElectionRow.election_hash == election_hash))
        return None if row is None else _to_election(row)

    def lock_by_hash(self, election_hash: bytes) -> ElectionRecord | None:
        """Return the sealed election of this hash as it is now, and hold it against close until the commit.

        SQLite's write transactions exclude each other anyway; elsewhere the row is locked.
        """
        query = select(ElectionRow).where(ElectionRow.election_hash == election_hash).with_for_update()
        row = self._session.scalar(query.execution_options(populate_existing=True))
        return None if row is None else _to_election(row)

    def lock_all(self, meeting: str) -> tuple[ElectionRecord, ...]:
        """Return a meeting's elections by position as they are now, and hold them against open, cast and close."""
        query = (
            select(ElectionRow)
            .where(ElectionRow.meeting == meeting)
            .order_by(ElectionRow.position)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return tuple(_to_election(row) for row in self._session.scalars(query))

    def change_state(self, meeting: str, election: str, to: ElectionState) -> ElectionRecord:
        """Move an election to its next state under its lock.

        Raises: ElectionMissingError, IllegalTransitionError.
        """
        row = self._get_row(meeting, election, lock=True)
        row.state = advance(row.state, to)
        self._session.flush()
        return _to_election(row)

    def seal(self, meeting: str, election: str, *, manifest: bytes, election_hash: bytes) -> None:
        """Store the canonical manifest and its hash, once.

        Raises: ElectionMissingError; ValueError if another manifest is sealed already.
        """
        row = self._get_row(meeting, election, lock=True)
        if row.manifest is not None and row.manifest != manifest:
            raise ValueError("an election is sealed once")
        row.manifest = manifest
        row.election_hash = election_hash
        self._session.flush()

    def _get_row(self, meeting: str, election: str, *, lock: bool = False) -> ElectionRow:
        query = select(ElectionRow).where(ElectionRow.meeting == meeting, ElectionRow.id == election)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        row = self._session.scalar(query)
        if row is None:
            raise ElectionMissingError(meeting, election)
        return row


def _to_election(row: ElectionRow) -> ElectionRecord:
    return ElectionRecord(
        meeting=row.meeting,
        id=row.id,
        position=row.position,
        title_vi=row.title_vi,
        title_en=row.title_en,
        state=row.state,
        series=tuple(row.series),
        slot=row.slot,
        rule_inputs=row.rule_inputs,
        manifest=row.manifest,
        election_hash=row.election_hash,
    )
