"""Make the slips of one series: the sheet to print, and the public lists; the codes live in memory alone.

Whoever prints keeps nothing. What may leave are the printable file and 24 lists of public credentials, each sorted by
its bytes, so that neither the order of printing nor the rows of two slots can be matched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from ballot_server.errors import BallotServerError
from ballot_server.minutes.slips import Slip, SlipSheet
from crypto.credential import SLOTS, derive_credential
from crypto.group import Element, RandomBytes
from crypto.slip import MeetingCode, SlipCode, format_slip_code, format_slip_url, generate_slip_code

MOST_SLIPS = 5000

SlotLists: TypeAlias = tuple[tuple[Element, ...], ...]
"""One list for each of the 24 slots, ascending by bytes."""


class SlipCountError(BallotServerError):
    """The number of slips is not from 1 to the most that one printing makes; fields: count, most."""


@dataclass(frozen=True)
class SlipDesign:
    """What the slips of a series have in common.

    title: what the evening is about; address: scheme, host and port of the voters' application; fingerprint, key_words:
    of the key, None and empty before the ceremony; wifi: the network's name, empty if none was given.
    """

    meeting: MeetingCode
    unit: str
    held_on: date
    series: str
    colour: str
    title: str
    address: str
    fingerprint: str | None = None
    key_words: tuple[str, ...] = ()
    wifi: str = ""


@dataclass(frozen=True, repr=False)
class MadeSlips:
    """A sheet that holds the secrets, to be printed and forgotten, and the lists that hold none."""

    sheet: SlipSheet
    lists: SlotLists


def make_slips(design: SlipDesign, count: int, random_bytes: RandomBytes) -> MadeSlips:
    """Make `count` slips. Raises: SlipCountError; EncodingError for an address too long for the QR code."""
    check_slip_count(count)
    codes = _generate_codes(count, random_bytes)
    sheet = SlipSheet(
        unit=design.unit,
        meeting=design.title,
        date=design.held_on,
        series=design.series,
        colour=design.colour,
        address=design.address,
        wifi=design.wifi,
        key_words=design.key_words,
        slips=tuple(_write_slip(design, code) for code in codes),
    )
    return MadeSlips(sheet, tuple(_derive_list(codes, design.meeting, slot) for slot in range(SLOTS)))


def check_slip_count(count: int) -> None:
    """Check how many slips are wanted. Raises: SlipCountError."""
    if not 1 <= count <= MOST_SLIPS:
        raise SlipCountError(count=count, most=MOST_SLIPS)


def _generate_codes(count: int, random_bytes: RandomBytes) -> tuple[SlipCode, ...]:
    # Drawn independently, so their order on the sheet says nothing about any of them.
    codes: dict[SlipCode, None] = {}
    while len(codes) < count:
        codes[generate_slip_code(random_bytes)] = None
    return tuple(codes)


def _write_slip(design: SlipDesign, code: SlipCode) -> Slip:
    url = format_slip_url(design.address, design.meeting, code, design.fingerprint)
    return Slip(url=url, code=format_slip_code(code))


def _derive_list(codes: Sequence[SlipCode], meeting: MeetingCode, slot: int) -> tuple[Element, ...]:
    return tuple(sorted(derive_credential(code, meeting, slot).public for code in codes))
