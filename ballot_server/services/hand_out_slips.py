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
    database: Database, *, meeting: str, series: str, handed_out: int, brought_back: int = 0, lost: int = 0
) -> None:
    """Record how many slips of a series have been drawn so far; the rest is left over.

    brought_back: of those drawn, how many came back unused and were crossed out; lost: how many nobody finds.
    Raises: SeriesUnknownError; SlipsFrozenError; TooFewSlipsError; SlipsReturnedError.
    """
    with database.write() as session:
        repository = SeriesRepository(session)
        record = repository.get(meeting, series)
        for election in ElectionRepository(session).list_all(meeting):
            if election.state is ElectionState.OPEN and series in election.series:
                raise SlipsFrozenError(series=series, election=election.id)
        if not 0 <= handed_out <= record.printed:
            raise TooFewSlipsError(series=series, printed=record.printed, handed_out=handed_out)
        if brought_back < 0 or lost < 0 or brought_back + lost > handed_out:
            raise SlipsReturnedError(series=series, handed_out=handed_out, brought_back=brought_back, lost=lost)
        counted = replace(record, handed_out=handed_out, left_over=record.printed - handed_out)
        repository.update(replace(counted, brought_back=brought_back, lost=lost))
