"""Keep the files of the minutes: the PDF, whose hash is on the board, and beside it the DOCX to edit."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import cast

from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language
from ballot_server.minutes.docx import render_minutes_docx
from ballot_server.minutes.record import MinutesRecord
from ballot_server.minutes.render_minutes import render_minutes
from ballot_server.services.board_view import list_entries
from ballot_server.services.compose_record import Network
from ballot_server.services.durable_file import write_durably
from ballot_server.services.installation import Installation
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.write_minutes import write_minutes
from ballot_server.storage.repositories import ArchiveRepository, MeetingRepository
from ballot_server.storage.session import Session
from crypto.bodies import EntryKind, MinutesBody
from crypto.body_form import read_body

FOLDER = "minutes"
PRINTED, EDITABLE = ".pdf", ".docx"


class MinutesFileMissingError(BallotServerError):
    """The kept file is gone, or is not the one whose hash is on the board; field: meeting."""


class MinutesNotWrittenError(BallotServerError):
    """The meeting has no minutes yet; field: meeting."""


def write_and_keep_minutes(installation: Installation, *, meeting: str, language: Language, network: Network) -> bytes:
    """Write the minutes, keep both files in the data folder, and return the PDF.

    Raises: what `write_minutes` raises; then nothing is posted.
    """

    def print_and_keep(record: MinutesRecord, language: Language) -> bytes:
        # Before the board names its hash: a file without an entry harms nobody, an entry without its file does.
        pdf = render_minutes(record, language)
        digest = sha256(pdf).digest()
        (installation.folder / FOLDER).mkdir(mode=0o700, exist_ok=True)
        for suffix, content in ((EDITABLE, render_minutes_docx(record, language)), (PRINTED, pdf)):
            write_durably(_name_file(installation, meeting, digest, suffix), content, mode=0o600)
        return pdf

    return write_minutes(
        installation.database,
        Noticeboard(meeting, installation.seed),
        meeting=meeting,
        print_record=print_and_keep,
        language=language,
        network=network,
    ).pdf


def read_kept_minutes(installation: Installation, meeting: str) -> bytes:
    """Return the minutes as they were written.

    Raises: MeetingUnknownError, MinutesNotWrittenError, MinutesFileMissingError.
    """
    pdf, digest = _read_file(installation, meeting, PRINTED)
    if sha256(pdf).digest() != digest:
        raise MinutesFileMissingError(meeting=meeting)
    return pdf


def read_editable_minutes(installation: Installation, meeting: str) -> bytes:
    """Return the DOCX written with the minutes. No hash of it is anywhere: what counts is the PDF and what was signed.

    Raises: MeetingUnknownError, MinutesNotWrittenError, MinutesFileMissingError.
    """
    docx, _ = _read_file(installation, meeting, EDITABLE)
    return docx


def _read_file(installation: Installation, meeting: str, suffix: str) -> tuple[bytes, bytes]:
    """Return a kept file and the SHA-256 of the PDF, by which both are named."""
    with installation.database.read() as session:
        MeetingRepository(session).get(meeting)
        digest = find_minutes_digest(session, meeting)
    try:
        return _name_file(installation, meeting, digest, suffix).read_bytes(), digest
    except FileNotFoundError:
        raise MinutesFileMissingError(meeting=meeting) from None


def find_minutes_digest(session: Session, meeting: str) -> bytes:
    """Return the SHA-256 of a meeting's minutes, though its board be destroyed. Raises: MinutesNotWrittenError."""
    destruction = ArchiveRepository(session).find_destruction(meeting)
    if destruction is not None:
        return destruction.minutes_sha256
    entries = list_entries(session, meeting, EntryKind.MINUTES)
    if not entries:
        raise MinutesNotWrittenError(meeting=meeting)
    return cast(MinutesBody, read_body(EntryKind.MINUTES, entries[-1].body)).sha256


def _name_file(installation: Installation, meeting: str, digest: bytes, suffix: str) -> Path:
    return installation.folder / FOLDER / f"{meeting}-{digest.hex()[:16]}{suffix}"
