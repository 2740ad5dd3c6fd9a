"""Series of slips and their public credentials: counts and sorted lists, never one slip."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from ballot_server.storage.errors import SeriesUnknownError
from ballot_server.storage.records import SeriesRecord
from ballot_server.storage.tables import CredentialRow, SeriesRow, VoidCredentialRow


class SeriesRepository:
    """The series of a meeting and their counts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, series: SeriesRecord) -> None:
        """Store a new series."""
        self._session.add(
            SeriesRow(
                meeting=series.meeting,
                letter=series.letter,
                colour=series.colour,
                printed=series.printed,
                handed_out=series.handed_out,
                brought_back=series.brought_back,
                lost=series.lost,
                left_over=series.left_over,
            )
        )
        self._session.flush()

    def get(self, meeting: str, letter: str) -> SeriesRecord:
        """Return a series. Raises: SeriesUnknownError."""
        return _to_series(self._get_row(meeting, letter))

    def update(self, series: SeriesRecord) -> None:
        """Store a series' colour and counts. Raises: SeriesUnknownError."""
        row = self._get_row(series.meeting, series.letter)
        row.colour = series.colour
        row.printed = series.printed
        row.handed_out = series.handed_out
        row.brought_back = series.brought_back
        row.lost = series.lost
        row.left_over = series.left_over
        self._session.flush()

    def list_all(self, meeting: str) -> tuple[SeriesRecord, ...]:
        """Return a meeting's series by letter."""
        rows = self._session.scalars(select(SeriesRow).where(SeriesRow.meeting == meeting).order_by(SeriesRow.letter))
        return tuple(_to_series(row) for row in rows)

    def _get_row(self, meeting: str, letter: str) -> SeriesRow:
        row = self._session.get(SeriesRow, (meeting, letter))
        if row is None:
            raise SeriesUnknownError(meeting, letter)
        return row


class CredentialRepository:
    """The public credentials of each series and slot, and those declared void."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_list(self, meeting: str, series: str, slot: int, publics: Sequence[bytes]) -> None:
        """Store the list of a series and slot, in the order of its bytes whatever order it comes in."""
        rows = [{"meeting": meeting, "series": series, "slot": slot, "public": public} for public in sorted(publics)]
        if rows:
            self._session.execute(insert(CredentialRow), rows)

    def list_sorted(self, meeting: str, series: str, slot: int) -> tuple[bytes, ...]:
        """Return the credentials of a series and slot, sorted by bytes."""
        query = (
            select(CredentialRow.public)
            .where(CredentialRow.meeting == meeting, CredentialRow.series == series, CredentialRow.slot == slot)
            .order_by(CredentialRow.public)
        )
        return tuple(self._session.scalars(query))

    def list_all(self, meeting: str) -> frozenset[bytes]:
        """Return every credential of a meeting, of all series and slots."""
        return frozenset(self._session.scalars(select(CredentialRow.public).where(CredentialRow.meeting == meeting)))

    def is_listed(self, meeting: str, series: Sequence[str], slot: int, public: bytes) -> bool:
        """Tell whether a credential stands in the list of any of the series, for the slot."""
        query = select(func.count()).where(
            CredentialRow.meeting == meeting,
            CredentialRow.series.in_(series),
            CredentialRow.slot == slot,
            CredentialRow.public == public,
        )
        return bool(self._session.scalar(query))

    def add_void(self, meeting: str, series: str, slot: int, public: bytes, signature: bytes) -> None:
        """Declare a listed credential void; a second time changes nothing.

        signature: by which the slip itself voided it, checked already.
        """
        key = {"meeting": meeting, "series": series, "slot": slot, "public": public}
        if self._session.get(VoidCredentialRow, key) is None:
            self._session.add(VoidCredentialRow(**key, signature=signature))
            self._session.flush()

    def is_void(self, meeting: str, series: Sequence[str], slot: int, public: bytes) -> bool:
        """Tell whether a credential was declared void in any of the series, for the slot."""
        return any(public == void for void, _ in self.list_void(meeting, series, slot))

    def list_void(self, meeting: str, series: Sequence[str], slot: int) -> tuple[tuple[bytes, bytes], ...]:
        """Return each void credential of the series and slot with its signature, sorted by the credential's bytes."""
        query = (
            select(VoidCredentialRow.public, VoidCredentialRow.signature)
            .where(
                VoidCredentialRow.meeting == meeting,
                VoidCredentialRow.series.in_(series),
                VoidCredentialRow.slot == slot,
            )
            .order_by(VoidCredentialRow.public)
        )
        return tuple((public, signature) for public, signature in self._session.execute(query))


def _to_series(row: SeriesRow) -> SeriesRecord:
    return SeriesRecord(
        meeting=row.meeting,
        letter=row.letter,
        colour=row.colour,
        printed=row.printed,
        handed_out=row.handed_out,
        brought_back=row.brought_back,
        lost=row.lost,
        left_over=row.left_over,
    )
