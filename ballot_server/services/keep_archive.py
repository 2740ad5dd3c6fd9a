"""What archives are kept and for how long; keeping one longer. Nothing is ever destroyed for being due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from ballot_server.domain.election import ElectionState
from ballot_server.rules.decide import add_months
from ballot_server.services.archive_standing import check_kept, compute_keep_until, find_keep_until
from ballot_server.services.election_plan import decode_plan
from ballot_server.services.form_fields import FormReader
from ballot_server.services.meeting_draft import DraftFieldError
from ballot_server.services.roll_words import write_date
from ballot_server.services.trustee_proceedings import has_entry
from ballot_server.storage.engine import Database
from ballot_server.storage.keeping_records import DestructionRecord, KeepingRecord
from ballot_server.storage.records import MeetingRecord
from ballot_server.storage.repositories import ArchiveRepository, ElectionRepository, MeetingRepository
from ballot_server.storage.session import Session
from crypto.bodies import EntryKind

DAYS_SOON = 30
MOST_MONTHS_LONGER = 60
"""A later day is set by hand and cannot be taken back; beyond this it is taken for a slip of the pen."""


class ArchiveState(Enum):
    """Where an archive stands; the value is the end of the sentence's key. In the order of the list."""

    DUE = "due"
    SOON = "soon"
    KEPT = "kept"
    NOT_ENDED = "not_ended"
    DESTROYED = "destroyed"


class KeepingNotLongerError(DraftFieldError):
    """An archive is kept that long already, or must be; fields: field, until."""


class KeepingTooLongError(DraftFieldError):
    """The day is years ahead; fields: field, most (the last day that is taken)."""


@dataclass(frozen=True)
class Archive:
    """One meeting's archive on a day.

    first_until: the last day by the rule, keep_until: as it stands written; days: from that day until the end, negative
    once it is over; elects: whether anybody was elected, for whose ballots alone the rule is written.
    """

    meeting: MeetingRecord
    state: ArchiveState
    first_until: date
    keep_until: date
    days: int
    keepings: tuple[KeepingRecord, ...]
    elects: bool
    destruction: DestructionRecord | None


def list_archives(database: Database, on: date) -> tuple[Archive, ...]:
    """Return every meeting's archive, those to decide about first, then by day."""
    with database.read() as session:
        archives = [describe_archive(session, meeting, on) for meeting in MeetingRepository(session).list_all()]
    order = list(ArchiveState)
    return tuple(sorted(archives, key=lambda archive: (order.index(archive.state), archive.keep_until)))


def view_archive(database: Database, meeting: str, on: date) -> Archive:
    """Return one meeting's archive. Raises: MeetingUnknownError."""
    with database.read() as session:
        return describe_archive(session, MeetingRepository(session).get(meeting), on)


def describe_archive(session: Session, meeting: MeetingRecord, on: date) -> Archive:
    """Return a meeting's archive as it stands on a day."""
    repository = ArchiveRepository(session)
    destruction = repository.find_destruction(meeting.code)
    keep_until = find_keep_until(session, meeting)
    is_ended = destruction is not None or has_entry(session, meeting.code, EntryKind.FINAL)
    return Archive(
        meeting=meeting,
        state=_judge(keep_until, on, is_ended=is_ended, is_destroyed=destruction is not None),
        first_until=compute_keep_until(meeting.held_on),
        keep_until=keep_until,
        days=(keep_until - on).days,
        keepings=repository.list_keepings(meeting.code),
        elects=_elects(session, meeting.code),
        destruction=destruction,
    )


def keep_longer(database: Database, meeting: str, fields: Mapping[str, str], *, by: str, on: date) -> None:
    """Keep a meeting's archive longer than it stands written, for a reason; a day is never made earlier.

    fields: keep_until, reason; by: the account that asks.
    Raises: MeetingUnknownError, ArchiveDestroyedError; FormError with KeepingNotLongerError or KeepingTooLongError.
    """
    form = FormReader(fields)
    until = form.read_date("keep_until", needed=True)
    reason = form.read_text("reason", needed=True)
    with database.write() as session:
        held = MeetingRepository(session).get(meeting)
        check_kept(session, meeting)
        current = find_keep_until(session, held)
        last = add_months(max(on, current), MOST_MONTHS_LONGER)
        if until is not None and until <= current:
            form.report(KeepingNotLongerError(field="keep_until", until=write_date(current)))
        elif until is not None and until > last:
            form.report(KeepingTooLongError(field="keep_until", most=write_date(last)))
        form.check()
        if until is not None:
            ArchiveRepository(session).add_keeping(KeepingRecord(meeting, until, reason, by, on))


def _judge(keep_until: date, on: date, *, is_ended: bool, is_destroyed: bool) -> ArchiveState:
    if is_destroyed:
        return ArchiveState.DESTROYED
    if not is_ended:
        return ArchiveState.NOT_ENDED
    # The last day still belongs to the keeping.
    days = (keep_until - on).days
    if days < 0:
        return ArchiveState.DUE
    return ArchiveState.SOON if days <= DAYS_SOON else ArchiveState.KEPT


def _elects(session: Session, meeting: str) -> bool:
    records = ElectionRepository(session).list_all(meeting)
    held = [record for record in records if record.state is not ElectionState.DRAFT and record.rule_inputs != "{}"]
    return any(decode_plan(record).rule_set.elects_candidates for record in held)
