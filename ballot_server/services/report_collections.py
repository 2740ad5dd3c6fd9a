"""Collections of reports: a list of units, the days that count, and what has come so far, added up on every look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ballot_server.domain.combined_report import AcceptedReport, CombinedReport, LeftOut, Period, ReceivedFile
from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language
from ballot_server.services.combine_reports import combine_reports
from ballot_server.services.form_fields import FormReader
from ballot_server.services.kept_checks import is_current, read_checked
from ballot_server.services.print_combined import CombinedForm, render_combined
from ballot_server.services.read_units import read_units
from ballot_server.services.roll_words import write_date
from ballot_server.storage.engine import Database
from ballot_server.storage.report_records import CollectionRecord, ReceivedReportRecord
from ballot_server.storage.repositories import ReportRepository
from ballot_server.storage.session import Session


class ReceivedFileMissingError(BallotServerError):
    """A collection has no such file any more."""


class PeriodReversedError(BallotServerError):
    """The last day that counts is before the first; fields: first, last."""


@dataclass(frozen=True)
class CollectionLine:
    """A collection in the list of all, and how many files it has."""

    id: int
    title: str
    period: Period
    files: int


@dataclass(frozen=True)
class CollectionDetails:
    """What a collection is called and which days count."""

    title: str
    period: Period


@dataclass(frozen=True)
class FileView:
    """A file that came and what became of it: the report that counts, or why it is left out."""

    id: int
    name: str
    size: int
    outcome: AcceptedReport | LeftOut

    @property
    def left_out(self) -> LeftOut | None:
        """Why it is left out, or None if it counts."""
        return self.outcome if isinstance(self.outcome, LeftOut) else None


@dataclass(frozen=True)
class CollectionView:
    """A collection with its files in the order in which they came; stale: how many must be checked again."""

    id: int
    details: CollectionDetails
    files: tuple[FileView, ...]
    combined: CombinedReport
    stale: int

    @property
    def refused(self) -> tuple[FileView, ...]:
        """The files that are in no total."""
        return tuple(file for file in self.files if file.left_out is not None)

    @property
    def counted(self) -> tuple[FileView, ...]:
        """The files that count."""
        return tuple(file for file in self.files if file.left_out is None)


def read_collection_details(fields: Mapping[str, str]) -> CollectionDetails:
    """Return what a form says of a collection. Raises: FormError."""
    form = FormReader(fields)
    title = form.read_text("collection_title", needed=True)
    first, last = form.read_date("first_day"), form.read_date("last_day")
    if first is not None and last is not None and last < first:
        form.report(PeriodReversedError(first=write_date(first), last=write_date(last)))
    form.check()
    return CollectionDetails(title, Period(first, last))


def begin_collection(database: Database, details: CollectionDetails, units: bytes) -> int:
    """Begin to collect reports of the units of a list, and return the collection's number. Raises: UnitsError."""
    read_units(units)
    period = details.period
    with database.write() as session:
        return ReportRepository(session).add_collection(
            title=details.title, units=units, starts=period.first, ends=period.last
        )


def change_collection(
    database: Database, collection: int, details: CollectionDetails, units: bytes | None = None
) -> None:
    """Store other details, and another list of units if there is one; every file is judged anew at the next look.

    Raises: UnitsError, CollectionUnknownError.
    """
    if units is not None:
        read_units(units)
    period = details.period
    with database.write() as session:
        repository = ReportRepository(session)
        kept = repository.get_collection(collection)
        repository.change_collection(
            CollectionRecord(
                collection, details.title, kept.units if units is None else units, period.first, period.last
            )
        )


def list_collections(database: Database) -> tuple[CollectionLine, ...]:
    """Return every collection, the newest first."""
    with database.read() as session:
        repository = ReportRepository(session)
        return tuple(
            CollectionLine(each.id, each.title, Period(each.starts, each.ends), repository.count_files(each.id))
            for each in repository.list_collections()
        )


def view_collection(database: Database, collection: int) -> CollectionView:
    """Return a collection, its files and what they add up to. Raises: CollectionUnknownError."""
    with database.read() as session:
        record, files = _read_collection(session, collection)
    names = tell_apart([file.file_name for file in files])
    combined = _combine(record, files, names)
    outcomes = _list_outcomes(combined)
    return CollectionView(
        id=record.id,
        details=CollectionDetails(record.title, combined.period),
        files=tuple(
            FileView(file.id, name, file.size, outcomes[name]) for file, name in zip(files, names, strict=True)
        ),
        combined=combined,
        stale=sum(not is_current(file) for file in files),
    )


def view_received(database: Database, collection: int, file: int) -> FileView:
    """Return one file and what becomes of it beside the list and its own twin; other files are not looked at.

    Raises: CollectionUnknownError, ReceivedFileMissingError.
    """
    with database.read() as session:
        repository = ReportRepository(session)
        record, found = repository.get_collection(collection), repository.find_file(collection, file)
        if found is None:
            raise ReceivedFileMissingError
        twin = repository.find_twin(found)
    files = (found,) if twin is None else (twin, found)
    names = tell_apart([each.file_name for each in files])
    combined = _combine(record, files, names)
    return FileView(found.id, names[-1], found.size, _list_outcomes(combined)[names[-1]])


def read_unit_list(database: Database, collection: int) -> bytes:
    """Return the list of units as its file came. Raises: CollectionUnknownError."""
    with database.read() as session:
        return ReportRepository(session).get_collection(collection).units


def print_collection(database: Database, collection: int, form: CombinedForm, language: Language) -> bytes:
    """Return what the files of a collection add up to, as a file.

    Raises: CollectionUnknownError, TypesettingError.
    """
    with database.read() as session:
        record, files = _read_collection(session, collection)
    combined = _combine(record, files, tell_apart([file.file_name for file in files]))
    return render_combined(combined, form, language)


def tell_apart(names: list[str]) -> list[str]:
    """Return names of files, those that came again with a number, so that every name is one file's."""
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    told = []
    for name in names:
        # From where the last of this name stood: thousands of units may give their files one name.
        distinct, number = name, numbers.get(name, 1)
        while distinct in taken:
            number += 1
            distinct = f"{name} ({number})"
        numbers[name] = number
        taken.add(distinct)
        told.append(distinct)
    return told


def _list_outcomes(combined: CombinedReport) -> dict[str, AcceptedReport | LeftOut]:
    outcomes: dict[str, AcceptedReport | LeftOut] = {left.file: left for left in combined.left_out}
    return outcomes | {accepted.file: accepted for unit in combined.units for accepted in unit.reports}


def _read_collection(session: Session, collection: int) -> tuple[CollectionRecord, tuple[ReceivedReportRecord, ...]]:
    repository = ReportRepository(session)
    return repository.get_collection(collection), repository.list_files(collection)


def _combine(record: CollectionRecord, files: tuple[ReceivedReportRecord, ...], names: list[str]) -> CombinedReport:
    received = [ReceivedFile(name, read_checked(file)) for file, name in zip(files, names, strict=True)]
    return combine_reports(read_units(record.units), received, Period(record.starts, record.ends))
