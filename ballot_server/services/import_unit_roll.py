"""Import a file into the unit's roll: look at what it would change, then do exactly that, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from ballot_server.domain.exemption import Grant, MemberId
from ballot_server.domain.member import Exemption, ExemptionBook, Member
from ballot_server.errors import BallotServerError
from ballot_server.services.author import Author
from ballot_server.services.change_unit_roll import store_left, write_history
from ballot_server.services.import_roll import read_roll_table
from ballot_server.services.plain_text import fold_card_number, show_text
from ballot_server.services.roll_columns import RollColumn
from ballot_server.services.roll_comparison import ADDED, FieldChange, MemberChange, RollComparison, compare_roll
from ballot_server.services.roll_problem import RollError
from ballot_server.services.roll_words import write_exemption
from ballot_server.services.unit_roll import list_exemptions
from ballot_server.storage.engine import Database
from ballot_server.storage.register_records import RollUpload
from ballot_server.storage.repositories import ExemptionRepository, UnitRollRepository
from ballot_server.storage.session import Session


class UploadMissingError(BallotServerError):
    """The file that was looked through is gone: another one was sent since, or it was imported already."""


class RollChangedMeanwhileError(BallotServerError):
    """The roll was changed after the file was compared with it."""


@dataclass(frozen=True)
class ImportPreview:
    """What a file would change; `digest` and `version` say which file and which roll were compared."""

    file: str
    digest: str
    version: int
    comparison: RollComparison


def preview_import(database: Database, *, name: str, data: bytes, by: str, on: date) -> ImportPreview:
    """Keep a file and return what importing it on a date would change. Raises: RollError; then nothing is kept."""
    table = read_roll_table((name, data))
    shown = show_text(name)
    with database.write() as session:
        repository = UnitRollRepository(session)
        comparison = compare_roll(repository.list_all(), list_exemptions(session, on), table, on)
        if comparison.problems:
            raise RollError(comparison.problems)
        digest = sha256(data).digest()
        repository.keep_upload(RollUpload(by, digest, name, data))
        return ImportPreview(shown, digest.hex(), repository.count_changes(), comparison)


def apply_import(
    database: Database, *, digest: str, version: int, author: Author, on: date, missing_left: bool
) -> RollComparison:
    """Import the file that its author looked through, whole or not at all; return what changed.

    missing_left: whether those whom the file lacks belong elsewhere from this date on.
    Raises: UploadMissingError, RollChangedMeanwhileError, RollError.
    """
    with database.write() as session:
        repository = UnitRollRepository(session)
        upload = repository.find_upload(author.by)
        if upload is None or upload.digest.hex() != digest:
            raise UploadMissingError
        if repository.count_changes() != version:
            raise RollChangedMeanwhileError
        table = read_roll_table((upload.name, upload.data))
        comparison = compare_roll(repository.list_all(), list_exemptions(session, on), table, on)
        if comparison.problems:
            raise RollError(comparison.problems)
        source = show_text(upload.name)
        for change in comparison.changed:
            _store_change(session, change, author, source)
        _store_added(session, comparison.added, author, source)
        if missing_left:
            for gone in comparison.missing:
                store_left(session, gone, on, author, source)
        repository.forget_upload(author.by)
    return comparison


def _store_change(session: Session, change: MemberChange, author: Author, source: str) -> None:
    after = change.after
    UnitRollRepository(session).update(after, fold_card_number(after.member.card_number))
    if change.exemption is not None:
        ExemptionRepository(session).add(after.id, _write_grant(change.exemption))
    write_history(session, after.id, change.fields, author, source)


def _store_added(session: Session, added: tuple[Member, ...], author: Author, source: str) -> None:
    keyed = [(member, fold_card_number(member.card_number)) for member in added]
    for number, member in zip(UnitRollRepository(session).add_all(keyed), added, strict=True):
        write_history(session, number, _describe_added(session, number, member), author, source)


def _describe_added(session: Session, number: MemberId, member: Member) -> list[FieldChange]:
    changes = [FieldChange(ADDED, "", member.name)]
    if member.exemption is not None:
        ExemptionRepository(session).add(number, _write_grant(member.exemption))
        changes.append(FieldChange(RollColumn.EXEMPTION.value, "", write_exemption(member)))
    return changes


def _write_grant(exemption: Exemption) -> Grant:
    """Return what a book says of an exemption from a file: decided, and the rest still to be filled in."""
    is_first = exemption.book is ExemptionBook.AGE_HEALTH
    return Grant(
        book=exemption.book,
        starts=exemption.starts,
        ends=exemption.ends,
        resolution_number=exemption.resolution if is_first else "",
        decision_number="" if is_first else exemption.resolution,
    )
