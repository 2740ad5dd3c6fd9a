"""The devices' side of the tellers' work: what a device is asked for, what it sends, and what the others sent.

The relay appends and hands out; it decides nothing. Whoever runs it can delay messages, which everybody sees, and can
change none unseen: every message that matters is signed, or compared in words by the tellers themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.services.board_view import read_ceremony
from ballot_server.services.counted_elections import find_paper_counts
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.record_ceremony import record_ceremony
from ballot_server.services.trustee_answers import REFUSED, VALID, judge_answer, list_answered
from ballot_server.services.trustee_messages import MessageRefusedError, Post, check_message, check_turn
from ballot_server.services.trustee_proceedings import (
    CEREMONY,
    Occasion,
    OccasionKind,
    OccasionUnknownError,
    Proceeding,
    find_proceeding,
    get_proceeding,
    has_entry,
    read_meeting,
    read_terms,
)
from ballot_server.services.trustee_seats import Seat
from ballot_server.services.trustee_view import Report
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import ElectionRepository
from ballot_server.storage.repositories.trustees import TrusteeRepository
from ballot_server.storage.session import Session
from ballot_server.storage.trustee_records import MessageRecord
from crypto.bodies import EntryKind
from crypto.ceremony import Ceremony, CeremonyTerms
from crypto.encoding import JsonObject
from crypto.errors import BoardError

MOST_ATTEMPTS = 200
_READABLE = {
    OccasionKind.CEREMONY: {"commitment", "opening", "share", "trial", "confirmation"},
    OccasionKind.WHOLE: {"commitment", "reveal"},
}


class MessageConflictError(BallotServerError):
    """This device sent something else in this round before; field: round."""


class AttemptOverError(BallotServerError):
    """The others have begun afresh since, or it was never asked; field: attempt."""


class RoundUnreadableError(BallotServerError):
    """Messages of this round are not handed out; field: round."""


@dataclass(frozen=True)
class RoundView:
    """A round: who has sent, and once `is_complete` all messages, by sender; of shares, those for the reader."""

    is_complete: bool
    senders: tuple[int, ...]
    messages: tuple[bytes, ...]


@dataclass(frozen=True)
class RequestView:
    """One thing that is asked for now.

    senders: who has sent, by round; present: who takes part in the exchange of words, None while open; answered: whose
    partial decryption is in, from whatever attempt; reports: what devices said is wrong.
    """

    occasion: Occasion
    attempt: int
    subject: JsonObject
    senders: dict[str, tuple[int, ...]]
    present: tuple[int, ...] | None
    answered: tuple[int, ...]
    reports: tuple[Report, ...]


@dataclass(frozen=True)
class DeviceView:
    """What a device needs to know of its meeting; `has_key` once the ceremony is on the board."""

    meeting: str
    unit: str
    seat: int
    names: tuple[str, ...]
    joined: tuple[int, ...]
    terms: CeremonyTerms
    has_key: bool
    requests: tuple[RequestView, ...]


def describe_for_device(database: Database, seat: Seat) -> DeviceView:
    """Return what a device sees. Raises: CeremonyNotBegunError."""
    with database.read() as session:
        seats = TrusteeRepository(session).list_seats(seat.meeting)
        requests = TrusteeRepository(session).list_requests(seat.meeting)
        occasions = [Occasion.parse(request.occasion) for request in requests]
        return DeviceView(
            meeting=seat.meeting,
            unit=read_meeting(session, seat.meeting).unit,
            seat=seat.index,
            names=tuple(each.name for each in seats),
            joined=tuple(each.seat for each in seats if each.device_hash is not None),
            terms=read_terms(session, seat.meeting),
            has_key=has_entry(session, seat.meeting, EntryKind.CEREMONY),
            requests=tuple(
                _describe_request(session, seat.meeting, occasion)
                for occasion in occasions
                if _is_open(session, seat.meeting, occasion)
            ),
        )


def post_message(database: Database, board: Noticeboard, seat: Seat, occasion: Occasion, post: Post) -> None:
    """Append a device's message; the same one again changes nothing. The last confirmation posts the ceremony.

    Raises: OccasionUnknownError, AttemptOverError, RoundNotOpenError, MessageRefusedError, MessageConflictError.
    """
    with database.read() as session:
        proceeding = _find_current(session, seat, occasion, post.attempt)
        check_turn(proceeding, seat.index, post)
        check_message(proceeding, _find_ceremony(session, seat.meeting), seat.index, post)
        problem = None
        if occasion.kind is OccasionKind.WHOLE and post.round == VALID:
            problem = judge_answer(session, seat.meeting, occasion.election, post.body)
    message = MessageRecord(REFUSED if problem else post.round, seat.index, post.receiver, post.body)
    with database.write() as session:
        repository = TrusteeRepository(session)
        repository.find_request(seat.meeting, occasion.name, lock=True)
        proceeding = _find_current(session, seat, occasion, post.attempt)
        check_turn(proceeding, seat.index, post)
        is_kept = repository.add_message(proceeding.request, message)
    if problem:
        raise MessageRefusedError(seat=seat.index, problem=problem)
    if not is_kept:
        raise MessageConflictError(round=post.round)
    if occasion == CEREMONY:
        finish_ceremony(database, board, seat.meeting)


def read_round(database: Database, seat: Seat, occasion: Occasion, *, attempt: int, round_name: str) -> RoundView:
    """Return a round's messages once all are in.

    Raises: OccasionUnknownError, AttemptOverError, RoundUnreadableError.
    """
    if round_name not in _READABLE.get(occasion.kind, set()):
        raise RoundUnreadableError(round=round_name[:20])
    with database.read() as session:
        proceeding = _find_current(session, seat, occasion, attempt)
    receiver = seat.index if round_name == "share" else 0
    is_complete = proceeding.is_complete(round_name)
    return RoundView(
        is_complete=is_complete,
        senders=proceeding.list_senders(round_name),
        messages=proceeding.list_bodies(round_name, receiver=receiver) if is_complete else (),
    )


def begin_again(database: Database, seat: Seat, occasion: Occasion, *, attempt: int) -> None:
    """Begin the exchange of words afresh, for a device that was restarted in the middle and has lost its nonce.

    attempt: the one that the device gives up; if another one was begun since, nothing happens.
    Raises: OccasionUnknownError; AttemptOverError if the device has sent nothing in it, or after too many.
    """
    if occasion.kind is not OccasionKind.WHOLE:
        raise OccasionUnknownError
    with database.write() as session:
        repository = TrusteeRepository(session)
        request = repository.find_request(seat.meeting, occasion.name, lock=True)
        proceeding = get_proceeding(session, seat.meeting, occasion)
        if request is None or request.attempt > attempt:
            return
        if seat.index not in proceeding.list_senders("commitment") or attempt >= MOST_ATTEMPTS:
            raise AttemptOverError(attempt=attempt)
        repository.add_request(seat.meeting, occasion.name, request.subject)


def finish_ceremony(database: Database, board: Noticeboard, meeting: str) -> None:
    """Post the ceremony if all confirmations are in and it is not on the board yet. Raises: CeremonyError."""
    with database.read() as session:
        proceeding = find_proceeding(session, meeting, CEREMONY)
        if proceeding is None or not proceeding.is_complete("confirmation") or _find_ceremony(session, meeting):
            return
    ceremony = Ceremony.from_messages(
        proceeding.terms, proceeding.list_bodies("opening"), proceeding.list_bodies("confirmation")
    )
    try:
        record_ceremony(database, board, meeting=meeting, ceremony=ceremony)
    except BoardError:
        # Another process may have posted the same one a moment ago.
        with database.read() as session:
            if _find_ceremony(session, meeting) is None:
                raise


def _find_current(session: Session, seat: Seat, occasion: Occasion, attempt: int) -> Proceeding:
    proceeding = get_proceeding(session, seat.meeting, occasion)
    if proceeding.request.attempt != attempt or not _is_open(session, seat.meeting, occasion):
        raise AttemptOverError(attempt=attempt)
    return proceeding


def _find_ceremony(session: Session, meeting: str) -> Ceremony | None:
    return read_ceremony(session, meeting) if has_entry(session, meeting, EntryKind.CEREMONY) else None


def _is_open(session: Session, meeting: str, occasion: Occasion) -> bool:
    """Tell whether devices still have something to do; the ceremony's messages stay readable for latecomers."""
    match occasion.kind:
        case OccasionKind.CEREMONY:
            return True
        case OccasionKind.COUNTS:
            return ElectionRepository(session).get(meeting, occasion.election).state is ElectionState.READY
        case OccasionKind.PAPER:
            is_closed = ElectionRepository(session).get(meeting, occasion.election).state is ElectionState.CLOSED
            return is_closed and find_paper_counts(session, meeting, occasion.election) is None
        case OccasionKind.WHOLE:
            return ElectionRepository(session).get(meeting, occasion.election).state is ElectionState.CLOSED
        case OccasionKind.DESTROY:
            return not has_entry(session, meeting, EntryKind.FINAL)


def _describe_request(session: Session, meeting: str, occasion: Occasion) -> RequestView:
    proceeding = get_proceeding(session, meeting, occasion)
    rounds = {message.round for message in proceeding.messages} - {REFUSED}
    is_whole = occasion.kind is OccasionKind.WHOLE
    return RequestView(
        occasion=occasion,
        attempt=proceeding.request.attempt,
        subject=proceeding.subject,
        senders={name: proceeding.list_senders(name) for name in sorted(rounds)},
        present=proceeding.find_present() if is_whole else None,
        answered=list_answered(session, meeting, occasion.election) if is_whole else (),
        reports=proceeding.list_reports(),
    )
