"""What a room is shown of results that the chair has published: slides, and each contest's chart as a picture.

Everything is drawn from the records that the minutes are laid out from, and nothing of an election is drawn before
its chair has published it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language
from ballot_server.minutes.charts import PictureFormat, compose_chart, render_chart
from ballot_server.minutes.document import Chart
from ballot_server.minutes.record import ContestRecord, ElectionRecord
from ballot_server.minutes.result_slides import SlidesRecord, compose_chart_parts, render_result_slides
from ballot_server.minutes.screen_charts import ScreenShape, render_screen_chart
from ballot_server.minutes.wording import Wording
from ballot_server.services.board_view import list_entries
from ballot_server.services.compose_election_record import compose_election_record
from ballot_server.services.write_minutes import read_decided
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import ElectionRepository, MeetingRepository
from ballot_server.storage.session import Session
from crypto.board import Entry, board_head, encode_head
from crypto.bodies import EntryKind

__all__ = [
    "ContestMissingError",
    "NothingPublishedError",
    "PictureFormat",
    "PublishedElection",
    "ResultNotPublishedError",
    "ScreenShape",
    "describe_charts",
    "draw_contest",
    "draw_on_screen",
    "print_result_slides",
    "read_published",
    "read_slides_record",
]


class NothingPublishedError(BallotServerError):
    """The chair has published no election of the meeting yet; field: meeting."""


class ResultNotPublishedError(BallotServerError):
    """The chair has not published this election; fields: meeting, election."""


class ContestMissingError(BallotServerError):
    """The election has no contest of this number; fields: number, most."""


@dataclass(frozen=True)
class PublishedElection:
    """A published election: its id, and its part of the minutes."""

    id: str
    record: ElectionRecord


def print_result_slides(database: Database, meeting: str, language: Language) -> bytes:
    """Return the slides of all that was published of a meeting, as PDF.

    Raises: what `read_slides_record` does; TypesettingError.
    """
    return render_result_slides(read_slides_record(database, meeting, language), language)


def read_slides_record(database: Database, meeting: str, language: Language) -> SlidesRecord:
    """Return what the slides of a meeting say; of a destroyed archive they bear no code any more.

    Raises: MeetingUnknownError; NothingPublishedError.
    """
    with database.read() as session:
        held = MeetingRepository(session).get(meeting)
        published = _list_published(session, meeting, language)
        head = _find_printed_head(session, meeting)
    if not published:
        raise NothingPublishedError(meeting=meeting)
    return SlidesRecord(
        superior=held.superior,
        unit=held.unit,
        place=held.place,
        date=held.held_on,
        rehearsal=held.rehearsal,
        head=head,
        elections=tuple(each.record for each in published),
    )


def read_published(database: Database, meeting: str, election: str, language: Language) -> ElectionRecord:
    """Return a published election's part of the minutes.

    Raises: MeetingUnknownError, ElectionMissingError; ResultNotPublishedError.
    """
    with database.read() as session:
        MeetingRepository(session).get(meeting)
        if ElectionRepository(session).get(meeting, election).state is ElectionState.PUBLISHED:
            for each in _list_published(session, meeting, language):
                if each.id == election:
                    return each.record
    raise ResultNotPublishedError(meeting=meeting, election=election)


def draw_contest(
    database: Database, *, meeting: str, election: str, number: int, picture: PictureFormat, language: Language
) -> bytes:
    """Return the chart of a published election's contest as a picture; contests are numbered from 1.

    Raises: what `read_published` does; ContestMissingError; TypesettingError.
    """
    contest = _read_contest(database, meeting, election, number, language)
    return _draw(compose_chart(contest, Wording(language)), picture, language)


def draw_on_screen(
    database: Database, *, meeting: str, election: str, number: int, piece: int, shape: ScreenShape, language: Language
) -> bytes:
    """Return a piece of such a chart, from 1, for the projector's page, as SVG.

    Raises: what `draw_contest` does; ContestMissingError for a missing piece too.
    """
    contest = _read_contest(database, meeting, election, number, language)
    pieces = compose_chart_parts(contest, Wording(language))
    if not 1 <= piece <= len(pieces):
        raise ContestMissingError(number=piece, most=len(pieces))
    return _draw_on_screen(pieces[piece - 1], shape, language)


def describe_charts(result: ElectionRecord, language: Language) -> tuple[str, ...]:
    """Return what each contest's chart shows, in words, in the order of the contests."""
    return tuple(compose_chart(contest, Wording(language)).description for contest in result.contests)


def _read_contest(database: Database, meeting: str, election: str, number: int, language: Language) -> ContestRecord:
    contests = read_published(database, meeting, election, language).contests
    if not 1 <= number <= len(contests):
        raise ContestMissingError(number=number, most=len(contests))
    return contests[number - 1]


# Projectors and chairs ask for the same few drawings again and again.
@lru_cache(maxsize=64)
def _draw(chart: Chart, picture: PictureFormat, language: Language) -> bytes:
    return render_chart(chart, picture, language)


@lru_cache(maxsize=64)
def _draw_on_screen(chart: Chart, shape: ScreenShape, language: Language) -> bytes:
    return render_screen_chart(chart, shape, language)


def _list_published(session: Session, meeting: str, language: Language) -> tuple[PublishedElection, ...]:
    """Return the meeting's published elections in the order of their outcomes, as the minutes have them."""
    states = {each.id: each.state for each in ElectionRepository(session).list_all(meeting)}
    if ElectionState.PUBLISHED not in states.values():
        return ()
    return tuple(
        PublishedElection(each.manifest.election, compose_election_record(each, key_words=(), language=language))
        for each in read_decided(session, meeting)
        if states[each.manifest.election] is ElectionState.PUBLISHED
    )


def _find_printed_head(session: Session, meeting: str) -> str:
    """Return the head that stands on the meeting's minutes, empty while there are none."""
    if not list_entries(session, meeting, EntryKind.MINUTES):
        return ""
    headed = (*list_entries(session, meeting, EntryKind.OUTCOME), *list_entries(session, meeting, EntryKind.ANNULLED))
    head = board_head(sorted(headed, key=_read_number))
    return "" if head is None else encode_head(head)


def _read_number(entry: Entry) -> int:
    return entry.number
