"""Count the slips that were drawn, brought back and lost: how many, never which and never by whom."""

from __future__ import annotations

from dataclasses import replace

from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import ElectionRepository, SeriesRepository


class SlipsFrozenError(BallotServerError):
    """An election of the series is open: until it closes no slip is handed out; fields: series, election."""


class TooFewSlipsError(BallotServerError):
    """More slips handed out than printed; fields: series, printed, handed_out."""


class SlipsReturnedError(BallotServerError):
    """More slips brought back and lost than handed out; fields: series, handed_out, brought_back, lost."""


def count_handed_out(
    database: Database, *, meeting: str, series: str, handed_out: int, lost: int | None = None
) -> None:
    """Record how many slips of a series have been drawn so far; the rest is left over.

    lost: how many nobody finds, or were brought back unreadable; as before unless given. Those brought back are counted
    where they are voided, because a slip that is not void can still vote.
    Raises: SeriesUnknownError; SlipsFrozenError; TooFewSlipsError; SlipsReturnedError.
    """
    with database.write() as session:
        repository = SeriesRepository(session)
        # The lock of `void_slip`, which counts in the same row.
        elections = ElectionRepository(session).lock_all(meeting)
        record = repository.get(meeting, series)
        for election in elections:
            if election.state is ElectionState.OPEN and series in election.series:
                raise SlipsFrozenError(series=series, election=election.id)
        if not 0 <= handed_out <= record.printed:
            raise TooFewSlipsError(series=series, printed=record.printed, handed_out=handed_out)
        missing = record.lost if lost is None else lost
        if missing < 0 or record.brought_back + missing > handed_out:
            brought_back = record.brought_back
            raise SlipsReturnedError(series=series, handed_out=handed_out, brought_back=brought_back, lost=missing)
        counted = replace(record, handed_out=handed_out, left_over=record.printed - handed_out)
        repository.update(replace(counted, lost=missing))
