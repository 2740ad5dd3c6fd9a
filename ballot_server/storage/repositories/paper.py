"""Votes on paper: ballots handed out, the two tellers who count, and their sheets."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ballot_server.storage.paper_records import PaperBallotsRecord, PaperCounterRecord, PaperSheetRecord
from ballot_server.storage.paper_tables import PaperBallotsRow, PaperCounterRow, PaperSheetRow


class PaperBallotsRepository:
    """How many paper ballots each election has."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, meeting: str, election: str) -> PaperBallotsRecord:
        """Return an election's numbers, all zero if none were stored."""
        row = self._session.get(PaperBallotsRow, (meeting, election), populate_existing=True)
        return PaperBallotsRecord(meeting, election) if row is None else _to_ballots(row)

    def save(self, ballots: PaperBallotsRecord) -> None:
        """Store an election's numbers in place of those before."""
        row = self._session.get(PaperBallotsRow, (ballots.meeting, ballots.election))
        if row is None:
            self._session.add(PaperBallotsRow(**vars(ballots)))
        else:
            for name, value in vars(ballots).items():
                setattr(row, name, value)
        self._session.flush()


class PaperCountRepository:
    """Who counts an election's paper ballots, and what they wrote down."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def seat(self, counters: Sequence[PaperCounterRecord]) -> None:
        """Store the two tellers of one election in place of those before; their codes are void."""
        first = counters[0]
        self._session.execute(
            delete(PaperCounterRow).where(
                PaperCounterRow.meeting == first.meeting, PaperCounterRow.election == first.election
            )
        )
        self._session.add_all(PaperCounterRow(**vars(counter)) for counter in counters)
        self._session.flush()

    def list_counters(self, meeting: str, election: str) -> tuple[PaperCounterRecord, ...]:
        """Return an election's tellers by seat."""
        query = (
            select(PaperCounterRow)
            .where(PaperCounterRow.meeting == meeting, PaperCounterRow.election == election)
            .order_by(PaperCounterRow.seat)
        )
        return tuple(_to_counter(row) for row in self._session.scalars(query))

    def find_counter(self, code_hash: bytes) -> PaperCounterRecord | None:
        """Return whose code has this digest, or None."""
        row = self._session.scalar(select(PaperCounterRow).where(PaperCounterRow.code_hash == code_hash))
        return None if row is None else _to_counter(row)

    def add_sheet(self, sheet: PaperSheetRecord) -> None:
        """Store a sheet; there is one for each seat and round."""
        self._session.add(PaperSheetRow(**vars(sheet)))
        self._session.flush()

    def list_sheets(self, meeting: str, election: str) -> tuple[PaperSheetRecord, ...]:
        """Return an election's sheets by round and seat."""
        query = (
            select(PaperSheetRow)
            .where(PaperSheetRow.meeting == meeting, PaperSheetRow.election == election)
            .order_by(PaperSheetRow.round, PaperSheetRow.seat)
        )
        return tuple(
            PaperSheetRecord(row.meeting, row.election, row.round, row.seat, row.content)
            for row in self._session.scalars(query)
        )

    def remove_sheets(self, meeting: str, election: str) -> None:
        """Forget what was counted, when other tellers begin."""
        self._session.execute(
            delete(PaperSheetRow).where(PaperSheetRow.meeting == meeting, PaperSheetRow.election == election)
        )


def _to_ballots(row: PaperBallotsRow) -> PaperBallotsRecord:
    return PaperBallotsRecord(
        row.meeting, row.election, row.printed, row.handed_out, row.brought_back, row.lost, row.instead_of, row.ground
    )


def _to_counter(row: PaperCounterRow) -> PaperCounterRecord:
    return PaperCounterRecord(row.meeting, row.election, row.seat, row.name, row.code_hash)
