"""Destroy a meeting's archive by decision: one act, with its own record, that leaves no ballot in the files.

The record and the removal are one transaction, so a power cut leaves either the whole archive or the whole record. What
free pages still hold goes in the rewrite after it; a server that dies between the two repeats the rewrite when it
starts (`repeat_rewrite`). The sums of each election stay: later votes about the same people are counted by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language
from ballot_server.minutes.destruction_record import (
    DestroyedElection,
    DestructionPaper,
    LongerKeeping,
    render_destruction_record,
)
from ballot_server.services.archive_standing import check_kept, count_ballots
from ballot_server.services.counted_elections import ElectionSums, find_paper_counts, list_sums
from ballot_server.services.destruction_order import DestructionOrder
from ballot_server.services.durable_file import write_durably
from ballot_server.services.installation import Installation
from ballot_server.services.keep_archive import Archive, ArchiveState, describe_archive
from ballot_server.services.keep_minutes import find_minutes_digest
from ballot_server.services.roll_words import write_date
from ballot_server.storage.engine import Database
from ballot_server.storage.errors import DatabaseBusyError, RewriteIncompleteError
from ballot_server.storage.keeping_records import DestructionRecord, Holdings, KeptResultRecord
from ballot_server.storage.records import ElectionRecord, MeetingRecord
from ballot_server.storage.repositories import (
    ArchiveRepository,
    BoardRepository,
    ElectionRepository,
    MeetingRepository,
    rewrite_erased,
)
from ballot_server.storage.session import Session
from crypto.board import Entry, board_head, encode_head
from crypto.encoding import encode_canonical

FOLDER = "destructions"


class ArchiveNotEndedError(BallotServerError):
    """The meeting's board is not ended, so there is no archive yet; field: meeting."""


class KeepingNotOverError(BallotServerError):
    """The archive must still be kept; field: until."""


class ArchiveChangedError(BallotServerError):
    """The archive, or until when it is kept, is no longer what was shown; field: meeting."""


class ErasureUnfinishedError(BallotServerError):
    """The archive is destroyed and its record kept, but the database's files still hold freed pages; field: meeting."""


class DestructionMissingError(BallotServerError):
    """The meeting's archive was not destroyed, so there is no record; field: meeting."""


class DestructionFileMissingError(BallotServerError):
    """The kept record is gone, or is not the one that was written; field: meeting."""


@dataclass(frozen=True)
class Doomed:
    """What would be destroyed, as it is looked at before.

    head: 32 characters, empty if the board has none; digest: the archive's SHA-256; size: its bytes.
    """

    archive: Archive
    holdings: Holdings
    elections: tuple[DestroyedElection, ...]
    head: str
    digest: bytes
    size: int


def view_doomed(database: Database, meeting: str, *, on: date, language: Language) -> Doomed:
    """Return what the destruction of a meeting's archive would take.

    Raises: MeetingUnknownError, ArchiveDestroyedError, ArchiveNotEndedError, KeepingNotOverError.
    """
    with database.read() as session:
        return _look(session, meeting, on, language)[0]


def destroy_archive(
    installation: Installation,
    order: DestructionOrder,
    *,
    meeting: str,
    seen: bytes,
    ordered_by: str,
    confirmed_by: str,
    on: date,
    language: Language,
) -> DestructionRecord:
    """Destroy a meeting's archive, keep the printed record, and return what was written down.

    seen: the digest of the archive that was looked at; ordered_by, confirmed_by: two accounts.

    Raises: MeetingUnknownError, ArchiveDestroyedError, ArchiveNotEndedError, KeepingNotOverError, ArchiveChangedError,
    TypesettingError; then nothing is destroyed. ErasureUnfinishedError after the destruction: the next start of the
    service repeats the rewrite.
    """
    if ordered_by == confirmed_by:
        raise ValueError("two people destroy an archive")
    with installation.database.read() as session:
        doomed, head = _look(session, meeting, on, language)
        minutes = find_minutes_digest(session, meeting)
    if doomed.digest != seen:
        raise ArchiveChangedError(meeting=meeting)
    paper = _compose(doomed, order, ordered_by=ordered_by, confirmed_by=confirmed_by, on=on, minutes=minutes)
    pdf = render_destruction_record(paper, language)
    record = _write_record(paper, meeting, doomed, head, minutes, sha256(pdf).digest())
    path = _name_file(installation.folder, record)
    # Before the row that names it: a file without its row harms nobody, a row without its file does.
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_durably(path, pdf, mode=0o600)
    with installation.database.write() as session:
        _erase(session, record, doomed, language, on)
    try:
        rewrite_erased(installation.database)
    except (RewriteIncompleteError, DatabaseBusyError) as error:
        raise ErasureUnfinishedError(meeting=meeting) from error
    return record


def read_destruction_record(installation: Installation, meeting: str) -> bytes:
    """Return the printed record of a destruction as it was written.

    Raises: MeetingUnknownError, DestructionMissingError, DestructionFileMissingError.
    """
    with installation.database.read() as session:
        MeetingRepository(session).get(meeting)
        record = ArchiveRepository(session).find_destruction(meeting)
    if record is None:
        raise DestructionMissingError(meeting=meeting)
    try:
        pdf = _name_file(installation.folder, record).read_bytes()
    except FileNotFoundError:
        raise DestructionFileMissingError(meeting=meeting) from None
    if sha256(pdf).digest() != record.record_sha256:
        raise DestructionFileMissingError(meeting=meeting)
    return pdf


def _look(session: Session, meeting: str, on: date, language: Language) -> tuple[Doomed, bytes]:
    """Return what would go, and the board's whole head."""
    held = MeetingRepository(session).get(meeting)
    check_kept(session, meeting)
    archive = describe_archive(session, held, on)
    if archive.state is ArchiveState.NOT_ENDED:
        raise ArchiveNotEndedError(meeting=meeting)
    if archive.state is not ArchiveState.DUE:
        raise KeepingNotOverError(until=write_date(archive.keep_until))
    lines = tuple(BoardRepository(session).list_all(meeting))
    head = board_head(Entry.decode(line) for line in lines)
    content = b"".join(line + b"\n" for line in lines)
    doomed = Doomed(
        archive=archive,
        holdings=ArchiveRepository(session).count_holdings(meeting),
        elections=tuple(
            _describe(session, record, language)
            for record in ElectionRepository(session).list_all(meeting)
            if record.election_hash is not None
        ),
        head="" if head is None else encode_head(head),
        digest=sha256(content).digest(),
        size=len(content),
    )
    return doomed, head or bytes(32)


def _describe(session: Session, record: ElectionRecord, language: Language) -> DestroyedElection:
    paper = find_paper_counts(session, record.meeting, record.id)
    return DestroyedElection(
        title=record.title_en if language is Language.ENGLISH and record.title_en else record.title_vi,
        ballots=count_ballots(session, record.meeting, record.id, record.election_hash or b""),
        paper=0 if paper is None else paper.ballots,
    )


def _compose(
    doomed: Doomed, order: DestructionOrder, *, ordered_by: str, confirmed_by: str, on: date, minutes: bytes
) -> DestructionPaper:
    meeting: MeetingRecord = doomed.archive.meeting
    return DestructionPaper(
        superior=meeting.superior,
        unit=meeting.unit,
        place=meeting.place,
        held_on=meeting.held_on,
        rehearsal=meeting.rehearsal,
        decision_number=order.decision_number,
        decision_on=order.decision_on,
        deciding_body=order.deciding_body,
        ground=order.ground,
        carried_out_by=order.carried_out_by,
        witnesses=order.witnesses,
        copies=order.copies,
        ordered_by=ordered_by,
        confirmed_by=confirmed_by,
        first_until=doomed.archive.first_until,
        longer=tuple(LongerKeeping(each.keep_until, each.reason) for each in doomed.archive.keepings),
        destroyed_on=on,
        elections=doomed.elections,
        elects=doomed.archive.elects,
        tested=doomed.holdings.tested,
        credentials=doomed.holdings.credentials,
        entries=doomed.holdings.entries,
        head=doomed.head,
        archive=doomed.digest.hex(),
        minutes=minutes.hex(),
    )


def _write_record(
    paper: DestructionPaper, meeting: str, doomed: Doomed, head: bytes, minutes: bytes, printed: bytes
) -> DestructionRecord:
    return DestructionRecord(
        meeting=meeting,
        decision_number=paper.decision_number,
        decision_on=paper.decision_on,
        deciding_body=paper.deciding_body,
        ground=paper.ground,
        carried_out_by=paper.carried_out_by,
        witnesses=paper.witnesses,
        copies=paper.copies,
        ordered_by=paper.ordered_by,
        confirmed_by=paper.confirmed_by,
        kept_until=doomed.archive.keep_until,
        destroyed_on=paper.destroyed_on,
        ballots=doomed.holdings.ballots,
        entries=doomed.holdings.entries,
        head=head,
        archive_sha256=doomed.digest,
        minutes_sha256=minutes,
        record_sha256=printed,
    )


def _erase(session: Session, record: DestructionRecord, doomed: Doomed, language: Language, on: date) -> None:
    """Keep the sums, write the destruction down and remove the archive, if it is still the one that was looked at."""
    ElectionRepository(session).lock_all(record.meeting)
    if _look(session, record.meeting, on, language)[0] != doomed:
        raise ArchiveChangedError(meeting=record.meeting)
    sums = list_sums(session, record.meeting)
    repository = ArchiveRepository(session)
    repository.add_destruction(record, [_keep(record.meeting, place, each) for place, each in enumerate(sums)])
    repository.erase(record.meeting)


def _keep(meeting: str, number: int, sums: ElectionSums) -> KeptResultRecord:
    paper = None if sums.paper is None else encode_canonical(sums.paper.to_object())
    return KeptResultRecord(meeting, sums.election, number, sums.ballots, sums.counts, paper)


def _name_file(folder: Path, record: DestructionRecord) -> Path:
    return folder / FOLDER / f"{record.meeting}-{record.record_sha256.hex()[:16]}.pdf"
