"""Prepare a meeting: its details, its roll, its elections, and at last the meeting itself.

Until it is finalised nothing is sealed or printed and everything may be changed. Finalising is one transaction: either
the meeting stands with its roll, its series and its board, or the draft stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ballot_server.domain.election import ElectionState
from ballot_server.domain.member import Roll
from ballot_server.errors import BallotServerError
from ballot_server.services.create_meeting import fill_room, store_meeting
from ballot_server.services.draft_election import ElectionForm, plan_election, read_election
from ballot_server.services.import_roll import read_roll
from ballot_server.services.meeting_draft import DraftDetails, MeetingDraft, decode_draft, encode_draft
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.plain_text import show_text
from ballot_server.services.propose_failed import propose_failed
from ballot_server.services.unit_roll import take_roll
from ballot_server.storage.engine import Database
from ballot_server.storage.records import MeetingRecord
from ballot_server.storage.repositories import DraftRepository, ElectionRepository
from ballot_server.storage.session import Session
from crypto.group import RandomBytes
from crypto.signing import SigningSeed
from crypto.slip import MeetingCode, generate_meeting_code

REAL_FLOOR = 3
REHEARSAL_FLOOR = 1


class DraftUnknownError(BallotServerError):
    """No meeting in preparation has this code: it is created already, or was removed; field: meeting."""


class RollNeededError(BallotServerError):
    """The meeting has no roll yet."""


class ElectionsNeededError(BallotServerError):
    """The meeting has no election yet."""


class TellersNeededError(BallotServerError):
    """The meeting's tellers are not named yet."""


class ElectionFollowedInDraftError(BallotServerError):
    """An election that another one follows cannot be taken out; fields: election, following."""


class UnitRollEmptyError(BallotServerError):
    """The unit's roll has nobody on the meeting's date."""


class RollOutdatedError(BallotServerError):
    """The unit's roll has changed since the meeting took its own from it."""


class RollHasPeopleConcernedError(BallotServerError):
    """The new roll lacks a card number that an election's line names; field: card_number."""


@dataclass(frozen=True)
class Finalised:
    """What finalising made: the meeting's code, and the letters of series so small that secrecy suffers."""

    code: MeetingCode
    small_series: tuple[str, ...]


def begin_draft(database: Database, details: DraftDetails, random_bytes: RandomBytes) -> MeetingCode:
    """Store a new meeting in preparation and return its code, which the meeting keeps."""
    code = generate_meeting_code(random_bytes)
    with database.write() as session:
        DraftRepository(session).save(code, encode_draft(MeetingDraft(code, details)))
    return code


def get_draft(database: Database, code: str) -> MeetingDraft:
    """Return a meeting in preparation. Raises: DraftUnknownError."""
    with database.read() as session:
        return _get(session, code)


def list_drafts(database: Database) -> tuple[MeetingDraft, ...]:
    """Return all meetings in preparation, the latest date first."""
    with database.read() as session:
        drafts = [decode_draft(content) for content in DraftRepository(session).list_all()]
    return tuple(sorted(drafts, key=lambda draft: draft.details.held_on, reverse=True))


def change_details(database: Database, code: str, details: DraftDetails) -> None:
    """Store other details; a roll taken from the unit's is taken anew for another date.

    Raises: DraftUnknownError; UnitRollEmptyError, RollHasPeopleConcernedError of that roll.
    """
    with database.write() as session:
        draft = _get(session, code)
        is_moved = draft.details.held_on != details.held_on
        changed = replace(draft, details=details)
        _save(session, _take_unit_roll(session, changed) if is_moved and draft.roll_from_unit else changed)


def take_draft_roll(database: Database, code: str) -> int:
    """Give a draft the unit's roll as of its date, in place of the one before; return how many people it names.

    Raises: DraftUnknownError, UnitRollEmptyError, RollHasPeopleConcernedError.
    """
    with database.write() as session:
        draft = _take_unit_roll(session, _get(session, code))
        _save(session, draft)
    return len(draft.roll.entries)


def import_draft_roll(database: Database, code: str, *, name: str, data: bytes) -> int:
    """Store the roll of an uploaded file in place of the one before, all or nothing; return how many people it names.

    Raises: RollError with every place to mend; RollHasPeopleConcernedError; DraftUnknownError. Then nothing is stored.
    """
    roll = read_roll((name, data))
    with database.write() as session:
        draft = _get(session, code)
        _check_concerned(draft, roll)
        _save(session, replace(draft, roll=roll, roll_file=show_text(name), roll_from_unit=False))
    return len(roll.entries)


def add_election(database: Database, code: str, form: ElectionForm) -> None:
    """Add an election at the end. Raises: DraftUnknownError, and what `read_election` raises."""
    with database.write() as session:
        draft = _get(session, code)
        election = read_election(form, on=draft.details.held_on, roll=draft.roll, earlier=draft.elections)
        proposed = propose_failed(session, election)
        _save(session, replace(draft, elections=(*draft.elections, proposed)))


def remove_election(database: Database, code: str, election: str) -> None:
    """Take an election out; one that is out already changes nothing.

    Raises: DraftUnknownError, ElectionFollowedInDraftError.
    """
    with database.write() as session:
        draft = _get(session, code)
        following = next((other for other in draft.elections if other.follows == election), None)
        if following is not None:
            taken = next(other for other in draft.elections if other.id == election)
            raise ElectionFollowedInDraftError(election=taken.title.vi, following=following.title.vi)
        _save(session, replace(draft, elections=tuple(each for each in draft.elections if each.id != election)))


def remove_draft(database: Database, code: str) -> None:
    """Remove a meeting in preparation; one that is gone already changes nothing."""
    with database.write() as session:
        DraftRepository(session).remove(code)


def finalise_draft(database: Database, seed: SigningSeed, code: str) -> Finalised:
    """Create the meeting of a draft with all its elections ready, and remove the draft.

    Series of slips are planned as if everybody on the roll were in the room, because attendance comes later.
    Raises: DraftUnknownError, TellersNeededError, RollNeededError, ElectionsNeededError; RollOutdatedError if the
    unit's roll has changed since; what `create_meeting` raises.
    """
    with database.write() as session:
        draft = _get(session, code)
        if not draft.details.tellers:
            raise TellersNeededError
        if not draft.roll.entries:
            raise RollNeededError
        if not draft.elections:
            raise ElectionsNeededError
        if draft.roll_from_unit and take_roll(session, draft.details.held_on) != draft.roll:
            raise RollOutdatedError
        series = store_meeting(
            session,
            Noticeboard(draft.code, seed),
            _record(draft),
            draft.roll,
            [plan_election(election) for election in draft.elections],
            planning_roll=fill_room(draft.roll),
        )
        for election in draft.elections:
            ElectionRepository(session).change_state(draft.code, election.id, ElectionState.READY)
        DraftRepository(session).remove(code)
    return Finalised(MeetingCode(draft.code), tuple(each.letter for each in series if each.is_too_small))


def _record(draft: MeetingDraft) -> MeetingRecord:
    details = draft.details
    return MeetingRecord(
        code=draft.code,
        superior=details.superior,
        unit=details.unit,
        place=details.place,
        held_on=details.held_on,
        chair=details.chair,
        clerk=details.clerk,
        tellers=details.tellers,
        floor=REHEARSAL_FLOOR if details.rehearsal else REAL_FLOOR,
        rehearsal=details.rehearsal,
        mode=details.mode.value,
        wifi=details.wifi,
    )


def _take_unit_roll(session: Session, draft: MeetingDraft) -> MeetingDraft:
    roll = take_roll(session, draft.details.held_on)
    if not roll.entries:
        raise UnitRollEmptyError
    _check_concerned(draft, roll)
    return replace(draft, roll=roll, roll_file="", roll_from_unit=True)


def _check_concerned(draft: MeetingDraft, roll: Roll) -> None:
    listed = {entry.member.card_number for entry in roll.entries}
    for election in draft.elections:
        for contest in election.contests:
            if contest.member is not None and contest.member not in listed:
                raise RollHasPeopleConcernedError(card_number=contest.member)


def _get(session: Session, code: str) -> MeetingDraft:
    content = DraftRepository(session).find(code)
    if content is None:
        raise DraftUnknownError(meeting=show_text(code))
    return decode_draft(content)


def _save(session: Session, draft: MeetingDraft) -> None:
    DraftRepository(session).save(draft.code, encode_draft(draft))
