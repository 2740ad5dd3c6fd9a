"""Print one series of slips on this machine, publish its lists, and keep nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ballot_server.errors import BallotServerError
from ballot_server.minutes.slips import SlipSheet
from ballot_server.services.make_slips import (
    MOST_SLIPS,
    SlipCountError,
    SlipDesign,
    SlotLists,
    check_slip_count,
    make_slips,
)
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import (
    CredentialRepository,
    MeetingRepository,
    SeriesRepository,
    SlipOrderRepository,
)
from ballot_server.storage.session import Session
from crypto.bodies import EntryKind
from crypto.credential import encode_credential_list
from crypto.encoding import encode_base64
from crypto.group import RandomBytes
from crypto.slip import MeetingCode

__all__ = [
    "MOST_SLIPS",
    "SlipCountError",
    "SlipPrinter",
    "SlipsOrderedError",
    "SlipsPrintedAlreadyError",
    "check_unprinted",
    "list_printed_elsewhere",
    "post_lists",
    "print_slips",
]

SlipPrinter = Callable[[SlipSheet], bytes]
"""Lays out a sheet and returns the printable file; `ballot_server.minutes.slips.render_slips` is the real one."""


class SlipsPrintedAlreadyError(BallotServerError):
    """The series has its slips: a second printing would put more voters on the list; field: series."""


class SlipsOrderedError(BallotServerError):
    """The series is ordered from another machine, so it is not printed here; field: series."""


def print_slips(
    database: Database,
    board: Noticeboard,
    *,
    meeting: MeetingCode,
    series: str,
    title: str,
    count: int,
    address: str,
    fingerprint: str | None,
    key_words: Sequence[str],
    print_sheet: SlipPrinter,
    random_bytes: RandomBytes,
) -> bytes:
    """Make and lay out `count` slips of a series, publish its 24 lists, and return the file to print.

    title, address, fingerprint, key_words: as in `SlipDesign`.

    Raises: SlipsPrintedAlreadyError; SlipsOrderedError; SlipCountError; MeetingUnknownError; SeriesUnknownError;
    EncodingError for an address too long for the QR code.
    """
    check_slip_count(count)
    with database.read() as session:
        record = MeetingRepository(session).get(meeting)
        check_unprinted(session, meeting, series)
        colour = SeriesRepository(session).get(meeting, series).colour
    design = SlipDesign(
        meeting=meeting,
        unit=record.unit,
        held_on=record.held_on,
        series=series,
        colour=colour,
        title=title,
        address=address,
        fingerprint=fingerprint,
        key_words=tuple(key_words),
        wifi=record.wifi,
    )
    made = make_slips(design, count, random_bytes)
    printed = print_sheet(made.sheet)
    with database.write() as session:
        check_unprinted(session, meeting, series)
        post_lists(session, board, meeting=meeting, series=series, lists=made.lists)
    return printed


def check_unprinted(session: Session, meeting: str, series: str) -> None:
    """Check that a series may be printed here.

    Raises: SeriesUnknownError; SlipsPrintedAlreadyError; SlipsOrderedError.
    """
    if SeriesRepository(session).get(meeting, series).printed:
        raise SlipsPrintedAlreadyError(series=series)
    if SlipOrderRepository(session).find(meeting, series) is not None:
        raise SlipsOrderedError(series=series)


def list_printed_elsewhere(session: Session, meeting: str) -> tuple[str, ...]:
    """Return the letters of the series whose slips another machine printed."""
    return tuple(order.series for order in SlipOrderRepository(session).list_all(meeting) if order.is_filled)


def post_lists(session: Session, board: Noticeboard, *, meeting: str, series: str, lists: SlotLists) -> None:
    """Store a series' lists, put them on the board, and count its slips as printed."""
    count = len(lists[0])
    record = SeriesRepository(session).get(meeting, series)
    SeriesRepository(session).update(replace(record, printed=count, left_over=count))
    for slot, credentials in enumerate(lists):
        CredentialRepository(session).add_list(meeting, series, slot, credentials)
        board.append(
            session,
            EntryKind.LIST,
            {
                "series": series,
                "slot": slot,
                "credentials": encode_base64(encode_credential_list(credentials)),
            },
        )
