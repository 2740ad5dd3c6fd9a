"""Collections of units' reports, and the files that came for them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ballot_server.storage.errors import CollectionUnknownError
from ballot_server.storage.report_records import CollectionRecord, ReceivedReportRecord
from ballot_server.storage.report_tables import ReceivedReportRow, ReportCollectionRow


class ReportRepository:
    """The collections of this installation."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_collection(self, *, title: str, units: bytes, starts: date | None, ends: date | None) -> int:
        """Store a new collection and return its id."""
        row = ReportCollectionRow(title=title, units=units, starts=starts, ends=ends)
        self._session.add(row)
        self._session.flush()
        return row.id

    def list_collections(self) -> tuple[CollectionRecord, ...]:
        """Return every collection, the newest first."""
        rows = self._session.scalars(select(ReportCollectionRow).order_by(ReportCollectionRow.id.desc()))
        return tuple(_to_collection(row) for row in rows)

    def get_collection(self, collection: int) -> CollectionRecord:
        """Return a collection. Raises: CollectionUnknownError."""
        return _to_collection(self._get_row(collection))

    def change_collection(self, changed: CollectionRecord) -> None:
        """Store a collection as it is now. Raises: CollectionUnknownError."""
        row = self._get_row(changed.id)
        row.title, row.units, row.starts, row.ends = changed.title, changed.units, changed.starts, changed.ends
        self._session.flush()

    def remove_collection(self, collection: int) -> None:
        """Remove a collection without files. Raises: CollectionUnknownError."""
        self._session.delete(self._get_row(collection))
        self._session.flush()

    def add_file(self, received: ReceivedReportRecord) -> int:
        """Store a file that came, whatever `id` says, and return its id."""
        row = ReceivedReportRow(
            collection=received.collection,
            file_name=received.file_name,
            sha256=received.sha256,
            size=received.size,
            checked=received.checked,
            version=received.version,
        )
        self._session.add(row)
        self._session.flush()
        return row.id

    def list_files(self, collection: int) -> tuple[ReceivedReportRecord, ...]:
        """Return a collection's files in the order in which they came."""
        query = select(ReceivedReportRow).where(ReceivedReportRow.collection == collection)
        return tuple(_to_file(row) for row in self._session.scalars(query.order_by(ReceivedReportRow.id)))

    def find_file(self, collection: int, file: int) -> ReceivedReportRecord | None:
        """Return a file of a collection, or None."""
        row = self._session.get(ReceivedReportRow, file)
        return None if row is None or row.collection != collection else _to_file(row)

    def find_twin(self, file: ReceivedReportRecord) -> ReceivedReportRecord | None:
        """Return the first file of the same bytes that came to the collection before another, or None."""
        query = select(ReceivedReportRow).where(
            ReceivedReportRow.collection == file.collection,
            ReceivedReportRow.sha256 == file.sha256,
            ReceivedReportRow.id < file.id,
        )
        row = self._session.scalars(query.order_by(ReceivedReportRow.id).limit(1)).first()
        return None if row is None else _to_file(row)

    def count_files(self, collection: int) -> int:
        """Return how many files a collection has."""
        query = select(func.count()).select_from(ReceivedReportRow).where(ReceivedReportRow.collection == collection)
        return self._session.execute(query).scalar_one()

    def find_checked(self, sha256: bytes, version: str) -> str | None:
        """Return what the check of a file of this digest came to, if this version of the program made it."""
        query = select(ReceivedReportRow.checked).where(
            ReceivedReportRow.sha256 == sha256, ReceivedReportRow.version == version
        )
        return self._session.scalars(query.limit(1)).first()

    def set_checked(self, sha256: bytes, *, checked: str, version: str) -> None:
        """Store what the check of every file of this digest came to."""
        for row in self._session.scalars(select(ReceivedReportRow).where(ReceivedReportRow.sha256 == sha256)):
            row.checked, row.version = checked, version
        self._session.flush()

    def remove_file(self, collection: int, file: int) -> ReceivedReportRecord | None:
        """Remove a file of a collection and return what it was, or None if there is none."""
        row = self._session.get(ReceivedReportRow, file)
        if row is None or row.collection != collection:
            return None
        removed = _to_file(row)
        self._session.delete(row)
        self._session.flush()
        return removed

    def has_file(self, sha256: bytes) -> bool:
        """Tell whether any collection has a file of this digest."""
        query = select(ReceivedReportRow.id).where(ReceivedReportRow.sha256 == sha256)
        return self._session.scalars(query.limit(1)).first() is not None

    def _get_row(self, collection: int) -> ReportCollectionRow:
        row = self._session.get(ReportCollectionRow, collection)
        if row is None:
            raise CollectionUnknownError(collection)
        return row


def _to_collection(row: ReportCollectionRow) -> CollectionRecord:
    return CollectionRecord(id=row.id, title=row.title, units=row.units, starts=row.starts, ends=row.ends)


def _to_file(row: ReceivedReportRow) -> ReceivedReportRecord:
    return ReceivedReportRecord(
        id=row.id,
        collection=row.collection,
        file_name=row.file_name,
        sha256=row.sha256,
        size=row.size,
        checked=row.checked,
        version=row.version,
    )
