"""Archives: how long they are kept, their destruction, and the sums that outlive them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from ballot_server.storage.engine import Database
from ballot_server.storage.keeping_records import DestructionRecord, Holdings, KeepingRecord, KeptResultRecord
from ballot_server.storage.keeping_tables import ArchiveDestructionRow, ArchiveKeepingRow, KeptResultRow
from ballot_server.storage.paper_tables import PaperCounterRow, PaperSheetRow
from ballot_server.storage.repositories.ballots import rewrite_ballots_sorted
from ballot_server.storage.tables import (
    BallotCiphertextRow,
    BallotRow,
    BoardEntryRow,
    CredentialRow,
    ElectionRow,
    TestedBallotRow,
    VoidCredentialRow,
)
from ballot_server.storage.tested_tables import TestedOpeningRow
from ballot_server.storage.trustee_tables import TrusteeMessageRow, TrusteeRequestRow, TrusteeSeatRow

_OF_ELECTIONS = (BallotRow, BallotCiphertextRow, TestedBallotRow, TestedOpeningRow)
_OF_MEETINGS = (
    VoidCredentialRow,
    CredentialRow,
    BoardEntryRow,
    TrusteeMessageRow,
    TrusteeRequestRow,
    TrusteeSeatRow,
    PaperSheetRow,
    PaperCounterRow,
)

ERASED = tuple(row.__tablename__ for row in (*_OF_ELECTIONS, *_OF_MEETINGS))
"""Every table that is part of an archive, those first that others lead to; numbers, names and attendance stay."""


class ArchiveRepository:
    """The archives of all meetings."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_keeping(self, keeping: KeepingRecord) -> None:
        """Write down that an archive is kept longer; the day is later than any before."""
        self._session.add(ArchiveKeepingRow(**vars(keeping)))
        self._session.flush()

    def list_keepings(self, meeting: str) -> tuple[KeepingRecord, ...]:
        """Return how often an archive was to be kept longer, by day."""
        query = (
            select(ArchiveKeepingRow).where(ArchiveKeepingRow.meeting == meeting).order_by(ArchiveKeepingRow.keep_until)
        )
        return tuple(
            KeepingRecord(row.meeting, row.keep_until, row.reason, row.by, row.written_on)
            for row in self._session.scalars(query)
        )

    def find_destruction(self, meeting: str) -> DestructionRecord | None:
        """Return how an archive was destroyed, None while it is kept."""
        row = self._session.get(ArchiveDestructionRow, meeting)
        return None if row is None else _to_destruction(row)

    def add_destruction(self, destruction: DestructionRecord, results: Sequence[KeptResultRecord]) -> None:
        """Write down a destruction, with the sums of the meeting's counted elections."""
        self._session.add(ArchiveDestructionRow(**{**vars(destruction), "witnesses": list(destruction.witnesses)}))
        self._session.add_all(
            KeptResultRow(**{**vars(result), "counts": [list(contest) for contest in result.counts]})
            for result in results
        )
        self._session.flush()

    def list_results(self, meeting: str) -> tuple[KeptResultRecord, ...]:
        """Return the sums of a destroyed archive's elections in the order of their outcomes."""
        query = select(KeptResultRow).where(KeptResultRow.meeting == meeting).order_by(KeptResultRow.number)
        return tuple(_to_result(row) for row in self._session.scalars(query))

    def find_result(self, meeting: str, election: str) -> KeptResultRecord | None:
        """Return the sums of one election of a destroyed archive, or None."""
        row = self._session.get(KeptResultRow, (meeting, election))
        return None if row is None else _to_result(row)

    def count_holdings(self, meeting: str) -> Holdings:
        """Return how much `erase` would remove."""
        return Holdings(
            ballots=self._count_of_elections(BallotRow, meeting),
            tested=self._count_of_elections(TestedBallotRow, meeting),
            credentials=self._count_of_meeting(CredentialRow, meeting),
            void=self._count_of_meeting(VoidCredentialRow, meeting),
            entries=self._count_of_meeting(BoardEntryRow, meeting),
            messages=self._count_of_meeting(TrusteeMessageRow, meeting),
            sheets=self._count_of_meeting(PaperSheetRow, meeting),
        )

    def erase(self, meeting: str) -> None:
        """Remove everything that is part of a meeting's archive.

        What remains of it in the database's files goes with `rewrite_erased`, after the commit.
        """
        for of_election in _OF_ELECTIONS:
            self._session.execute(delete(of_election).where(_is_of_meeting(of_election, meeting)))
        for of_meeting in _OF_MEETINGS:
            self._session.execute(delete(of_meeting).where(of_meeting.meeting == meeting))

    def _count_of_elections(self, table: type[BallotRow] | type[TestedBallotRow], meeting: str) -> int:
        return self._session.scalar(select(func.count()).where(_is_of_meeting(table, meeting))) or 0

    def _count_of_meeting(
        self,
        table: type[CredentialRow]
        | type[VoidCredentialRow]
        | type[BoardEntryRow]
        | type[TrusteeMessageRow]
        | type[PaperSheetRow],
        meeting: str,
    ) -> int:
        return self._session.scalar(select(func.count()).where(table.meeting == meeting)) or 0


def rewrite_erased(database: Database) -> None:
    """Leave nothing of what was erased in the database's files: free pages, journal, dead rows.

    Run after the commit, outside any transaction; it may be run again at any time.
    Raises: RewriteIncompleteError if a reader kept SQLite's journal from being emptied; DatabaseBusyError.
    """
    rewrite_ballots_sorted(database)
    if database.engine.dialect.name != "sqlite":
        database.compact_tables(ERASED)


def _is_of_meeting(
    table: type[BallotRow] | type[BallotCiphertextRow] | type[TestedBallotRow] | type[TestedOpeningRow], meeting: str
) -> ColumnElement[bool]:
    sealed = select(ElectionRow.election_hash).where(
        ElectionRow.meeting == meeting, ElectionRow.election_hash.is_not(None)
    )
    return table.election_hash.in_(sealed)


def _to_destruction(row: ArchiveDestructionRow) -> DestructionRecord:
    return DestructionRecord(
        meeting=row.meeting,
        decision_number=row.decision_number,
        decision_on=row.decision_on,
        deciding_body=row.deciding_body,
        ground=row.ground,
        carried_out_by=row.carried_out_by,
        witnesses=tuple(row.witnesses),
        copies=row.copies,
        ordered_by=row.ordered_by,
        confirmed_by=row.confirmed_by,
        kept_until=row.kept_until,
        destroyed_on=row.destroyed_on,
        ballots=row.ballots,
        entries=row.entries,
        head=row.head,
        archive_sha256=row.archive_sha256,
        minutes_sha256=row.minutes_sha256,
        record_sha256=row.record_sha256,
    )


def _to_result(row: KeptResultRow) -> KeptResultRecord:
    return KeptResultRecord(
        meeting=row.meeting,
        election=row.election,
        number=row.number,
        ballots=row.ballots,
        counts=tuple(tuple(contest) for contest in row.counts),
        paper=row.paper,
    )
