"""Until when an archive is kept at the least, and what is refused once it is destroyed.

Source: 190-QĐ/TW (10/10/2024), điều 35, as secondary sources quote it (mark S): the sealed ballots of an election are
kept six months and then destroyed by decision. For votes that elect nobody no such clause was found; that they are kept
as long is an inference (mark I). The six months run from the day of the meeting; a month without that day ends them on
its last day, and the day itself still belongs to them.
"""

from __future__ import annotations

from datetime import date

from ballot_server.errors import BallotServerError
from ballot_server.rules.decide import add_months
from ballot_server.storage.records import MeetingRecord
from ballot_server.storage.repositories import ArchiveRepository, BallotRepository
from ballot_server.storage.session import Session

MONTHS_KEPT = 6


class ArchiveDestroyedError(BallotServerError):
    """The meeting's ballots and board were destroyed by decision; fields: meeting, date, number (of the decision)."""


def compute_keep_until(held_on: date) -> date:
    """Return the last day on which the archive of a meeting held on a day must be kept."""
    return add_months(held_on, MONTHS_KEPT)


def find_keep_until(session: Session, meeting: MeetingRecord) -> date:
    """Return the last day on which a meeting's archive must be kept, as it stands written now."""
    longer = [keeping.keep_until for keeping in ArchiveRepository(session).list_keepings(meeting.code)]
    return max(compute_keep_until(meeting.held_on), *longer) if longer else compute_keep_until(meeting.held_on)


def check_kept(session: Session, meeting: str) -> None:
    """Check that a meeting's archive is still there, or not begun. Raises: ArchiveDestroyedError."""
    destruction = ArchiveRepository(session).find_destruction(meeting)
    if destruction is not None:
        raise ArchiveDestroyedError(
            meeting=meeting,
            date=destruction.destroyed_on.strftime("%d/%m/%Y"),
            number=destruction.decision_number,
        )


def find_destruction_day(session: Session, meeting: str) -> date | None:
    """Return on which day a meeting's archive was destroyed, None while it is kept."""
    destruction = ArchiveRepository(session).find_destruction(meeting)
    return None if destruction is None else destruction.destroyed_on


def count_ballots(session: Session, meeting: str, election: str, election_hash: bytes) -> int:
    """Return how many ballots came by phone in a sealed election, though they be destroyed."""
    # Phones ask often, and nearly always of an archive that is kept.
    stored = BallotRepository(session).count(election_hash)
    if stored:
        return stored
    kept = ArchiveRepository(session).find_result(meeting, election)
    return 0 if kept is None else kept.ballots
