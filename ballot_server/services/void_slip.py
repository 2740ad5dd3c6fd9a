"""Void a slip: it is brought back between two elections, or exchanged for paper while one is open.

The slip itself signs for each slot that it may still vote in; whoever only knows its public credentials voids nothing.
It happens under the lock that cast and close take, so a slip that is cast and voided at one moment does one of the two.

A slot in which the slip may have voted already is never asked about: together with later slots it would tell the server
which ballot of a closed election came from the person who stands at the kiosk. For the same reason a slip that has
voted in the open election is refused whole, and waits until that election is closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.services.cast_ballot import CredentialUnknownError, TurnoutExceededError, count_places
from ballot_server.services.hand_out_slips import SlipsReturnedError
from ballot_server.storage.engine import Database
from ballot_server.storage.errors import CredentialSpentError
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.repositories import (
    BallotRepository,
    CredentialRepository,
    ElectionRepository,
    MeetingRepository,
    PaperExchangeRepository,
    SeriesRepository,
)
from ballot_server.storage.session import Session
from crypto.credential import SLOTS
from crypto.errors import CryptoError
from crypto.slip import MeetingCode
from crypto.void import verify_void


class Voiding(Enum):
    """What became of a slip; the value travels."""

    BROUGHT_BACK = "brought_back"
    EXCHANGED = "exchanged"


class VoidRefusedError(BallotServerError):
    """A request to void does not hold: a signature, a slot twice, credentials of two series."""


class VoidOutdatedError(BallotServerError):
    """An election was opened or closed meanwhile: the slip has to sign for other slots."""


class SlipVoidAlreadyError(BallotServerError):
    """The slip was voided before."""


class VoidUnattendedError(BallotServerError):
    """A clerk and a teller must both be there.

    Source: what replaces or voids a slip is of high value and takes two people.
    """


@dataclass(frozen=True)
class VoidTerms:
    """Which slots a slip signs for now, and which of them belong to open elections; both ascending."""

    slots: tuple[int, ...]
    open_slots: tuple[int, ...]


@dataclass(frozen=True)
class Witnesses:
    """Who stands at the kiosk, by their own word."""

    clerk: bool
    teller: bool


@dataclass(frozen=True)
class VoidClaim:
    """A slip's own word for one slot: 32 and 64 untrusted bytes."""

    slot: int
    credential: bytes
    signature: bytes


def read_void_terms(database: Database, meeting: str) -> VoidTerms:
    """Return what a slip has to sign now. Raises: MeetingUnknownError."""
    with database.read() as session:
        MeetingRepository(session).get(meeting)
        return _find_terms(ElectionRepository(session).list_all(meeting))


def void_slip(
    database: Database, *, meeting: str, terms: VoidTerms, claims: Sequence[VoidClaim], witnesses: Witnesses
) -> Voiding:
    """Void one slip and count it; return whether it was brought back or exchanged for paper.

    terms: those that the slip signed under, which must still hold; claims: one for each of their slots, ascending.

    Raises: VoidUnattendedError; MeetingUnknownError; VoidRefusedError; VoidOutdatedError; CredentialUnknownError for a
    slip that is not listed; CredentialSpentError for one that voted in the open election; SlipVoidAlreadyError;
    TurnoutExceededError if so many voted by phone that a paper ballot would be one too many, and nothing could count;
    SlipsReturnedError if the desk has not counted so many slips as handed out. Then nothing is stored.
    """
    if not (witnesses.clerk and witnesses.teller):
        raise VoidUnattendedError
    code = MeetingCode(meeting)
    if tuple(claim.slot for claim in claims) != terms.slots or not claims:
        raise VoidRefusedError
    for claim in claims:
        try:
            verify_void(claim.credential, code, claim.slot, claim.signature)
        except CryptoError:
            raise VoidRefusedError from None
    with database.write() as session:
        MeetingRepository(session).get(meeting)
        elections = ElectionRepository(session).lock_all(meeting)
        if _find_terms(elections) != terms:
            raise VoidOutdatedError
        series = _find_series(session, meeting, claims)
        opened = [each for each in elections if each.state is ElectionState.OPEN and series in each.series]
        _check_exchangeable(session, opened, claims)
        _store(session, meeting, series, claims)
        _count(session, meeting, series, opened)
    return Voiding.EXCHANGED if opened else Voiding.BROUGHT_BACK


def _find_terms(elections: Sequence[ElectionRecord]) -> VoidTerms:
    past = {
        each.slot
        for each in elections
        if each.manifest is not None and each.state is not ElectionState.OPEN and each.slot is not None
    }
    opened = {each.slot for each in elections if each.state is ElectionState.OPEN and each.slot is not None}
    return VoidTerms(tuple(slot for slot in range(SLOTS) if slot not in past), tuple(sorted(opened)))


def _find_series(session: Session, meeting: str, claims: Sequence[VoidClaim]) -> str:
    """Return the one series in whose lists all of the credentials stand."""
    credentials = CredentialRepository(session)
    letters = [series.letter for series in SeriesRepository(session).list_all(meeting)]
    first = claims[0]
    found = next(
        (each for each in letters if credentials.is_listed(meeting, (each,), first.slot, first.credential)), None
    )
    if found is None:
        raise CredentialUnknownError
    # Two halves of two slips would leave two slips that can vote once more each, counted as one.
    if not all(credentials.is_listed(meeting, (found,), claim.slot, claim.credential) for claim in claims):
        raise VoidRefusedError
    return found


def _check_exchangeable(session: Session, opened: Sequence[ElectionRecord], claims: Sequence[VoidClaim]) -> None:
    ballots = BallotRepository(session)
    credentials = {claim.slot: claim.credential for claim in claims}
    for election in opened:
        if election.election_hash is None or election.slot is None:
            raise RuntimeError("an open election is sealed")
        if ballots.find_by_credential(election.election_hash, credentials[election.slot]) is not None:
            raise CredentialSpentError
        stored, limit = ballots.count(election.election_hash), count_places(session, election, exchanging=1)
        if stored > limit:
            raise TurnoutExceededError(ballots=stored, limit=limit)


def _store(session: Session, meeting: str, series: str, claims: Sequence[VoidClaim]) -> None:
    credentials = CredentialRepository(session)
    if any(credentials.is_void(meeting, (series,), claim.slot, claim.credential) for claim in claims):
        raise SlipVoidAlreadyError
    for claim in claims:
        credentials.add_void(meeting, series, claim.slot, claim.credential, claim.signature)


def _count(session: Session, meeting: str, series: str, opened: Sequence[ElectionRecord]) -> None:
    """Count the slip as brought back; an open election's sealed numbers stay, so there it is an exchange."""
    repository = SeriesRepository(session)
    record = repository.get(meeting, series)
    counted = replace(record, brought_back=record.brought_back + 1)
    if counted.brought_back + counted.lost > counted.handed_out:
        raise SlipsReturnedError(
            series=series, handed_out=record.handed_out, brought_back=counted.brought_back, lost=record.lost
        )
    repository.update(counted)
    for election in opened:
        PaperExchangeRepository(session).add_one(meeting, election.id)
