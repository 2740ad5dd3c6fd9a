"""Take reports that units send up: each file is checked once, on arrival, and kept in the data folder.

A check may take seconds, so it never runs inside a transaction; what it came to is stored with the file's digest, and
a file that comes again, to whatever collection, is not checked again.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from ballot_server.domain.received_report import CheckedFile, LeftOutCause, Refusal
from ballot_server.errors import BallotServerError
from ballot_server.minutes.typesetting import make_printable
from ballot_server.services.durable_file import write_durably
from ballot_server.services.installation import Installation
from ballot_server.services.kept_checks import CHECK_VERSION, is_current, write_checked
from ballot_server.services.read_report import LARGEST_REPORT_BYTES, check_report
from ballot_server.services.report_collections import ReceivedFileMissingError
from ballot_server.storage.report_records import ReceivedReportRecord
from ballot_server.storage.repositories import ReportRepository

FOLDER = "reports"
MOST_FILES = 5_000
"""Of one collection."""
LONGEST_NAME = 150


class CollectionFullError(BallotServerError):
    """A collection has as many files as one may have; field: most."""


class ReportTooLargeError(BallotServerError):
    """A file is larger than a report may be; fields: name, most (megabytes)."""


def receive_report(installation: Installation, collection: int, *, name: str, data: bytes) -> int:
    """Check a file, keep it whatever the check comes to, and return its number.

    name: as the sender's machine calls it; only shown.

    Raises: ReportTooLargeError; CollectionFullError; CollectionUnknownError. Then nothing is kept.
    """
    shown = make_printable(Path(name.replace("\\", "/")).name)[:LONGEST_NAME] or "–"
    if len(data) > LARGEST_REPORT_BYTES:
        raise ReportTooLargeError(name=shown, most=LARGEST_REPORT_BYTES // 2**20)
    digest = sha256(data).digest()
    with installation.database.read() as session:
        repository = ReportRepository(session)
        _check_room(repository, collection)
        # Without its file an answer may be that there was none; the file is here again.
        kept = repository.find_checked(digest, CHECK_VERSION) if _read_kept(installation, digest) else None
    checked, version = write_checked(check_report(data)) if kept is None else (kept, CHECK_VERSION)
    with installation.database.write() as session:
        repository = ReportRepository(session)
        _check_room(repository, collection)
        # Under the write lock, so that nobody removes the last row of this digest, and its file, at the same time.
        _keep_file(installation, digest, data)
        repository.set_checked(digest, checked=checked, version=version)
        return repository.add_file(ReceivedReportRecord(0, collection, shown, digest, len(data), checked, version))


def check_again(installation: Installation, collection: int, *, most: int) -> int:
    """Check so many files that an earlier version of the check saw, and return how many are left.

    Raises: CollectionUnknownError.
    """
    with installation.database.read() as session:
        repository = ReportRepository(session)
        repository.get_collection(collection)
        stale = [file for file in repository.list_files(collection) if not is_current(file)]
    for file in stale[:most]:
        checked, version = write_checked(_check_kept(installation, file.sha256))
        with installation.database.write() as session:
            ReportRepository(session).set_checked(file.sha256, checked=checked, version=version)
    return max(len(stale) - most, 0)


def remove_report(installation: Installation, collection: int, file: int) -> None:
    """Forget a file. Raises: ReceivedFileMissingError, CollectionUnknownError."""
    with installation.database.write() as session:
        repository = ReportRepository(session)
        repository.get_collection(collection)
        removed = repository.remove_file(collection, file)
        if removed is None:
            raise ReceivedFileMissingError
        _drop_file(installation, repository, removed.sha256)


def remove_collection(installation: Installation, collection: int) -> None:
    """Forget a collection and its files. Raises: CollectionUnknownError."""
    with installation.database.write() as session:
        repository = ReportRepository(session)
        repository.get_collection(collection)
        for file in repository.list_files(collection):
            repository.remove_file(collection, file.id)
            _drop_file(installation, repository, file.sha256)
        repository.remove_collection(collection)


def _check_room(repository: ReportRepository, collection: int) -> None:
    repository.get_collection(collection)
    if repository.count_files(collection) >= MOST_FILES:
        raise CollectionFullError(most=MOST_FILES)


def _check_kept(installation: Installation, digest: bytes) -> CheckedFile:
    data = _read_kept(installation, digest)
    return Refusal(LeftOutCause.UNREADABLE) if data is None else check_report(data)


def _read_kept(installation: Installation, digest: bytes) -> bytes | None:
    """Return a kept file, None if it is gone or damaged."""
    try:
        data = _name_file(installation, digest).read_bytes()
    except FileNotFoundError:
        return None
    return data if sha256(data).digest() == digest else None


def _keep_file(installation: Installation, digest: bytes, data: bytes) -> None:
    path = _name_file(installation, digest)
    if _read_kept(installation, digest) is None:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_durably(path, data, mode=0o600)


def _drop_file(installation: Installation, repository: ReportRepository, digest: bytes) -> None:
    if not repository.has_file(digest):
        _name_file(installation, digest).unlink(missing_ok=True)


def _name_file(installation: Installation, digest: bytes) -> Path:
    return installation.folder / FOLDER / f"{digest.hex()}.report.json"
