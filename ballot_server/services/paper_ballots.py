"""Count the paper ballots that are handed out at the desk, as slips are counted: how many, never to whom.

Beside phones, a voter without one gets a paper ballot instead of a slip, and a slip may be exchanged for one while the
election is open. Where a whole election is on paper, ballots are counted before the opening and then stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ballot_server.domain.election import ElectionState
from ballot_server.domain.paper import Channels, CheckInMissingError
from ballot_server.errors import BallotServerError
from ballot_server.services.board_view import list_entries
from ballot_server.services.sealed_election import read_sealed
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.repositories import (
    BallotRepository,
    ElectionRepository,
    PaperBallotsRepository,
    PaperExchangeRepository,
)
from ballot_server.storage.session import Session
from crypto.bodies import EntryKind


class PaperFrozenError(BallotServerError):
    """The number of paper ballots can no longer be changed; field: election."""


class PaperNumbersError(BallotServerError):
    """The numbers of paper ballots contradict each other; fields: printed, handed_out, brought_back, lost."""


class PaperCountsMissingError(BallotServerError):
    """Paper ballots were handed out, and what they say is not on the board yet; fields: election, issued."""


@dataclass(frozen=True)
class PaperNumbers:
    """What the desk counts; beside phones only `handed_out` is asked, and paper is printed as it is needed."""

    printed: int
    handed_out: int
    brought_back: int = 0
    lost: int = 0


def count_paper_ballots(database: Database, *, meeting: str, election: str, numbers: PaperNumbers) -> None:
    """Record how many paper ballots of an election are out.

    Before the opening people still come and go, and the preview says whether the numbers can be true.
    Raises: ElectionMissingError; PaperFrozenError; PaperNumbersError; in an open election CheckInMissingError if more
    ballots would be out than people were checked in. Then nothing is stored.
    """
    with database.write() as session:
        # The lock of the desk and the kiosk: a slip may be exchanged at the same moment.
        ElectionRepository(session).lock_all(meeting)
        record = ElectionRepository(session).get(meeting, election)
        _check_changeable(record)
        if not 0 <= numbers.brought_back + numbers.lost <= numbers.handed_out <= numbers.printed:
            raise PaperNumbersError(**vars(numbers))
        if record.state is ElectionState.OPEN:
            _check_room(session, record, numbers)
        stored = PaperBallotsRepository(session).find(meeting, election)
        PaperBallotsRepository(session).save(replace(stored, **vars(numbers)))


def check_paper_counted(session: Session, meeting: str, election: str) -> None:
    """Check that whatever was handed out on paper is counted on the board. Raises: PaperCountsMissingError."""
    issued = PaperBallotsRepository(session).find(meeting, election).issued
    used = issued or PaperExchangeRepository(session).count(meeting, election)
    entries = list_entries(session, meeting, EntryKind.PAPER_COUNTS)
    if used and all(entry.body["election"] != election for entry in entries):
        title = ElectionRepository(session).get(meeting, election).title_vi
        raise PaperCountsMissingError(election=title, issued=issued)


def collect_channels(session: Session, record: ElectionRecord, *, phones: int, paper_ballots: int) -> Channels:
    """Return the numbers of a sealed election's channels. Raises: ElectionNotSealedError."""
    counts = read_sealed(session, record.meeting, record.id).counts
    if record.is_on_paper:
        return Channels(0, 0, counts.lost, 0, counts.issued, paper_ballots, counts.present)
    return Channels(
        slips=counts.issued,
        exchanged=PaperExchangeRepository(session).count(record.meeting, record.id),
        lost=counts.lost,
        phones=phones,
        paper_issued=PaperBallotsRepository(session).find(record.meeting, record.id).issued,
        paper_ballots=paper_ballots,
        present=counts.present,
    )


def _check_changeable(record: ElectionRecord) -> None:
    """Check that ballots may still be handed out: on paper alone before the opening, beside phones until the close."""
    open_states = {ElectionState.DRAFT, ElectionState.READY}
    if not record.is_on_paper:
        open_states.add(ElectionState.OPEN)
    if record.state not in open_states:
        raise PaperFrozenError(election=record.title_vi)


def _check_room(session: Session, record: ElectionRecord, numbers: PaperNumbers) -> None:
    phones = 0 if record.election_hash is None else BallotRepository(session).count(record.election_hash)
    channels = collect_channels(session, record, phones=phones, paper_ballots=0)
    # A slip that counts as lost may have voted all the same.
    slips = max(channels.slips - channels.exchanged - channels.lost, phones)
    out = slips + numbers.handed_out - numbers.brought_back
    if out > channels.present:
        raise CheckInMissingError(found=out, present=channels.present, extra=out - channels.present)
