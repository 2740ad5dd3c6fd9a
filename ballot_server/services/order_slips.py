"""Have slips printed on another machine: give an order, take the lists that come back, or withdraw the order.

The server that counts then never saw a slip's secret. A series is made in one way: ordered, or printed here.
"""

from __future__ import annotations

from collections.abc import Mapping

from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language
from ballot_server.minutes.slips import name_occasion
from ballot_server.services.make_slips import check_slip_count
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.print_series import find_fingerprint
from ballot_server.services.print_slips import SlipsPrintedAlreadyError, post_lists
from ballot_server.services.slip_order import OrderedSeries, SlipOrder, decode_lists
from ballot_server.storage.engine import Database
from ballot_server.storage.records import SlipOrderRecord
from ballot_server.storage.repositories import (
    CredentialRepository,
    ElectionRepository,
    MeetingRepository,
    SeriesRepository,
    SlipOrderRepository,
)
from ballot_server.storage.session import Session
from crypto.slip import MeetingCode


class NothingOrderedError(BallotServerError):
    """An order names no series."""


class SlipsNotOrderedError(BallotServerError):
    """Lists came for a series that is not ordered; field: series."""


class SlipListsOtherMeetingError(BallotServerError):
    """Lists came that belong to another meeting; field: meeting."""


class SlipListsCountError(BallotServerError):
    """A series has another number of slips than ordered; fields: series, ordered, found."""


class SlipListsRepeatedError(BallotServerError):
    """A credential stands in another list of the meeting already; field: series."""


def order_slips(database: Database, *, meeting: str, counts: Mapping[str, int], address: str) -> bytes:
    """Order slips of some series and return the file for the machine that prints; a second order replaces the first.

    counts: by letter, 1 to 5,000 each; address: scheme, host and port of the voters' application.

    Raises: NothingOrderedError; SlipCountError; MeetingUnknownError; SeriesUnknownError; SlipsPrintedAlreadyError. Then
    nothing is ordered.
    """
    if not counts:
        raise NothingOrderedError
    for count in counts.values():
        check_slip_count(count)
    with database.write() as session:
        record = MeetingRepository(session).get(meeting)
        series = tuple(_order(session, meeting, letter, counts[letter]) for letter in sorted(counts))
        order = SlipOrder(
            meeting=MeetingCode(meeting),
            unit=record.unit,
            held_on=record.held_on,
            address=address,
            key=find_fingerprint(session, meeting),
            series=series,
            wifi=record.wifi,
        )
    return order.encode()


def withdraw_order(database: Database, *, meeting: str, series: str) -> None:
    """Forget an order, so that the series may be printed here; slips printed by it will be worth nothing.

    Raises: SeriesUnknownError; SlipsPrintedAlreadyError once the lists are taken.
    """
    with database.write() as session:
        _check_unprinted(session, meeting, series)
        SlipOrderRepository(session).remove(meeting, series)


def take_slip_lists(database: Database, board: Noticeboard, *, meeting: str, data: bytes) -> tuple[str, ...]:
    """Take the lists that another machine made, put them on the board, and return the letters of their series.

    data: the untrusted file, all of it or nothing.

    Raises: SlipListsMalformedError; SlipListsOtherMeetingError; SlipsNotOrderedError; SlipsPrintedAlreadyError;
    SlipListsCountError; SlipListsRepeatedError; MeetingUnknownError; SeriesUnknownError.
    """
    named, series = decode_lists(data)
    if named != meeting:
        raise SlipListsOtherMeetingError(meeting=named)
    with database.write() as session:
        MeetingRepository(session).get(meeting)
        known = CredentialRepository(session).list_all(meeting)
        for each in series:
            _check_unprinted(session, meeting, each.series)
            _check_order(session, meeting, each.series, found=len(each.lists[0]))
            if any(not known.isdisjoint(members) for members in each.lists):
                raise SlipListsRepeatedError(series=each.series)
            post_lists(session, board, meeting=meeting, series=each.series, lists=each.lists)
            count = len(each.lists[0])
            SlipOrderRepository(session).save(SlipOrderRecord(meeting, each.series, count, is_filled=True))
    return tuple(each.series for each in series)


def _order(session: Session, meeting: str, letter: str, count: int) -> OrderedSeries:
    _check_unprinted(session, meeting, letter)
    SlipOrderRepository(session).save(SlipOrderRecord(meeting, letter, count))
    elections = [each for each in ElectionRepository(session).list_all(meeting) if letter in each.series]
    return OrderedSeries(
        series=letter,
        colour=SeriesRepository(session).get(meeting, letter).colour,
        count=count,
        title_vi=name_occasion([each.title_vi for each in elections], Language.VIETNAMESE),
        title_en=name_occasion([each.title_en for each in elections], Language.ENGLISH),
    )


def _check_unprinted(session: Session, meeting: str, letter: str) -> None:
    if SeriesRepository(session).get(meeting, letter).printed:
        raise SlipsPrintedAlreadyError(series=letter)


def _check_order(session: Session, meeting: str, letter: str, *, found: int) -> None:
    order = SlipOrderRepository(session).find(meeting, letter)
    if order is None:
        raise SlipsNotOrderedError(series=letter)
    if order.count != found:
        raise SlipListsCountError(series=letter, ordered=order.count, found=found)
