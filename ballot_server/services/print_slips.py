"""Print one series of slips: make the secrets, publish only what is derived from them, and keep nothing else.

The codes live in memory while the sheet is laid out; no file, table, log or return value holds one. What is stored are
24 lists of public credentials, each sorted by its bytes, so that neither the order of printing nor the rows of two
slots can be matched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ballot_server.errors import BallotServerError
from ballot_server.minutes.slips import Slip, SlipSheet
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import CredentialRepository, MeetingRepository, SeriesRepository
from crypto.bodies import EntryKind
from crypto.credential import SLOTS, derive_credential, encode_credential_list
from crypto.encoding import encode_base64
from crypto.group import Element, RandomBytes
from crypto.slip import MeetingCode, SlipCode, format_slip_code, format_slip_url, generate_slip_code

MOST_SLIPS = 5000

SlipPrinter = Callable[[SlipSheet], bytes]
"""Lays out a sheet and returns the printable file; `ballot_server.minutes.slips.render_slips` is the real one."""


class SlipsPrintedAlreadyError(BallotServerError):
    """The series has its slips: a second printing would put more voters on the list; field: series."""


class SlipCountError(BallotServerError):
    """The number of slips is not from 1 to the most that one printing makes; fields: count, most."""


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

    title: what the evening is about, printed on every slip; address: scheme, host and port of the voters' application;
    fingerprint, key_words: of the key, None and empty before the ceremony.

    Raises: SlipsPrintedAlreadyError; SlipCountError; MeetingUnknownError; SeriesUnknownError; EncodingError for an
    address too long for the QR code.
    """
    if not 1 <= count <= MOST_SLIPS:
        raise SlipCountError(count=count, most=MOST_SLIPS)
    with database.read() as session:
        record = MeetingRepository(session).get(meeting)
        stored = SeriesRepository(session).get(meeting, series)
    if stored.printed:
        raise SlipsPrintedAlreadyError(series=series)
    codes = _generate_codes(count, random_bytes)
    sheet = SlipSheet(
        unit=record.unit,
        meeting=title,
        date=record.held_on,
        series=series,
        colour=stored.colour,
        address=address,
        key_words=tuple(key_words),
        slips=tuple(
            Slip(url=format_slip_url(address, meeting, code, fingerprint), code=format_slip_code(code))
            for code in codes
        ),
    )
    printed = print_sheet(sheet)
    lists = [_derive_list(codes, meeting, slot) for slot in range(SLOTS)]
    with database.write() as session:
        current = SeriesRepository(session).get(meeting, series)
        if current.printed:
            raise SlipsPrintedAlreadyError(series=series)
        SeriesRepository(session).update(replace(current, printed=count, left_over=count))
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
    return printed


def _generate_codes(count: int, random_bytes: RandomBytes) -> tuple[SlipCode, ...]:
    # Drawn independently, so their order on the sheet says nothing about any of them.
    codes: dict[SlipCode, None] = {}
    while len(codes) < count:
        codes[generate_slip_code(random_bytes)] = None
    return tuple(codes)


def _derive_list(codes: Sequence[SlipCode], meeting: MeetingCode, slot: int) -> tuple[Element, ...]:
    return tuple(sorted(derive_credential(code, meeting, slot).public for code in codes))
