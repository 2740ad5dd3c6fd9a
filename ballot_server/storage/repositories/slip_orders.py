"""Orders for slips that another machine prints, and how many slips were exchanged for paper."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from ballot_server.storage.records import SlipOrderRecord
from ballot_server.storage.slip_tables import PaperExchangeRow, SlipOrderRow


class SlipOrderRepository:
    """Which series of a meeting are printed elsewhere."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, order: SlipOrderRecord) -> None:
        """Store an order in place of the series' earlier one."""
        self.remove(order.meeting, order.series)
        self._session.add(
            SlipOrderRow(meeting=order.meeting, series=order.series, count=order.count, is_filled=order.is_filled)
        )
        self._session.flush()

    def remove(self, meeting: str, series: str) -> None:
        """Forget an order; one that is not there changes nothing."""
        row = self._session.get(SlipOrderRow, (meeting, series))
        if row is not None:
            self._session.delete(row)
            self._session.flush()

    def find(self, meeting: str, series: str) -> SlipOrderRecord | None:
        """Return a series' order, or None."""
        row = self._session.get(SlipOrderRow, (meeting, series))
        return None if row is None else _to_order(row)

    def list_all(self, meeting: str) -> tuple[SlipOrderRecord, ...]:
        """Return a meeting's orders by letter."""
        query = select(SlipOrderRow).where(SlipOrderRow.meeting == meeting).order_by(SlipOrderRow.series)
        return tuple(_to_order(row) for row in self._session.scalars(query))


class PaperExchangeRepository:
    """How many slips were exchanged for paper in each election."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_one(self, meeting: str, election: str) -> None:
        """Count one more slip."""
        row = self._session.get(PaperExchangeRow, (meeting, election))
        if row is None:
            self._session.add(PaperExchangeRow(meeting=meeting, election=election, exchanged=1))
        else:
            row.exchanged += 1
        self._session.flush()

    def count(self, meeting: str, election: str) -> int:
        """Return how many slips were exchanged while an election was open."""
        row = self._session.get(PaperExchangeRow, (meeting, election), populate_existing=True)
        return 0 if row is None else row.exchanged


def _to_order(row: SlipOrderRow) -> SlipOrderRecord:
    return SlipOrderRecord(meeting=row.meeting, series=row.series, count=row.count, is_filled=row.is_filled)
