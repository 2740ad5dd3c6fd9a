"""A meeting in preparation, as it is kept: who meets, the roll, and the elections one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

import msgspec

from ballot_server.domain.base_parts import FixedBase
from ballot_server.domain.contest import Wording
from ballot_server.domain.member import CardNumber, Roll
from ballot_server.domain.scenario import VoteMode
from ballot_server.errors import BallotServerError
from ballot_server.services.plain_text import find_hidden_character, normalise_text, show_text

LONGEST_TEXT = 200
LONGEST_WIFI_BYTES = 32
"""Source: IEEE 802.11-2020, 9.4.2.2: an SSID has 0 to 32 octets."""
FEWEST_TELLERS = 3
MOST_TELLERS = 9
_VIETNAMESE_DAY = re.compile(r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>(?:19|2[0-9])[0-9]{2})")
_ISO_DAY = re.compile(r"(?P<year>(?:19|2[0-9])[0-9]{2})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")


class DraftFieldError(BallotServerError):
    """A field of the form is not right; field: field, its name in the form."""


class FieldMissingError(DraftFieldError):
    """A field that must be filled in is empty; field: field."""


class FieldTooLongError(DraftFieldError):
    """A text is too long; fields: field, most (characters)."""


class FieldHiddenError(DraftFieldError):
    """A text holds a character that nobody sees; fields: field, character."""


class FieldDateError(DraftFieldError):
    """A date is not one; fields: field, value."""


class FieldWifiError(DraftFieldError):
    """A name is longer than a Wi-Fi network's can be; fields: field, most (bytes)."""


class FieldModeError(DraftFieldError):
    """The way to vote is none of those offered; field: field."""


class TellerCountError(BallotServerError):
    """Too few tellers for one to be missing, or more than a key has room for; fields: count, fewest, most."""


@dataclass(frozen=True)
class DraftDetails:
    """Who meets, where and when; `tellers` begin with their head.

    `mode` is how they vote. `wifi` is the name of the network that phones join. Its password is never asked for, so
    there is no QR code to join by either: what is not kept cannot be read from a backup, a page or a printed sheet.
    """

    unit: str
    superior: str
    place: str
    held_on: date
    chair: str
    clerk: str
    tellers: tuple[str, ...]
    rehearsal: bool = False
    mode: VoteMode = VoteMode.ELECTRONIC
    wifi: str = ""


@dataclass(frozen=True)
class DraftCandidate:
    """One who stands for election; `member` is the card number, if the line names one."""

    name: str
    member: CardNumber | None


@dataclass(frozen=True)
class DraftContest:
    """One line of an election; `member` is the card number of the person concerned, if the line names one.

    `seats` and `candidates` are given where candidates are elected, and only there; `other_place` where a confidence
    vote on this person is held too.
    """

    subject: str
    member: CardNumber | None
    holds_post: bool = False
    previous_failed: int = 0
    candidates: tuple[DraftCandidate, ...] = ()
    seats: int | None = None
    other_place: str = ""


@dataclass(frozen=True)
class DraftElection:
    """One election as entered; `rule_text` is the whole rule file, `follows` the id of an earlier election."""

    id: str
    title: Wording
    rule_text: str
    rule_origin: str
    contests: tuple[DraftContest, ...]
    follows: str | None
    member_concerned_votes: bool
    fixed: FixedBase | None = None


@dataclass(frozen=True)
class MeetingDraft:
    """A meeting in preparation; the roll is empty until it was taken from the unit's, or from a file of its own."""

    code: str
    details: DraftDetails
    roll: Roll = field(default_factory=lambda: Roll(()))
    roll_file: str = ""
    roll_from_unit: bool = False
    elections: tuple[DraftElection, ...] = ()


def encode_draft(draft: MeetingDraft) -> str:
    """Return a draft as JSON text."""
    return msgspec.json.encode(draft).decode()


def decode_draft(content: str) -> MeetingDraft:
    """Return the draft of a stored text."""
    return msgspec.json.decode(content, type=MeetingDraft)


def read_details(fields: dict[str, str], *, rehearsal: bool) -> DraftDetails:
    """Return the details that a form gives.

    fields: unit, superior, place, held_on (ISO or dd/mm/yyyy), chair, clerk, tellers (one a line), mode, wifi.
    Raises: FieldModeError, FieldWifiError, FieldMissingError, FieldTooLongError, FieldHiddenError, FieldDateError,
    TellerCountError.
    """
    tellers = tuple(
        read_line("tellers", line, needed=False) for line in fields.get("tellers", "").splitlines() if line.strip()
    )
    if tellers and not FEWEST_TELLERS <= len(tellers) <= MOST_TELLERS:
        raise TellerCountError(count=len(tellers), fewest=FEWEST_TELLERS, most=MOST_TELLERS)
    return DraftDetails(
        unit=read_line("unit", fields.get("unit", "")),
        superior=read_line("superior", fields.get("superior", "")),
        place=read_line("place", fields.get("place", "")),
        held_on=_read_date(fields.get("held_on", "")),
        chair=read_line("chair", fields.get("chair", ""), needed=False),
        clerk=read_line("clerk", fields.get("clerk", ""), needed=False),
        tellers=tellers,
        rehearsal=rehearsal,
        mode=_read_mode(fields.get("mode", "")),
        wifi=_read_wifi(fields.get("wifi", "")),
    )


def read_line(field: str, text: str, *, needed: bool = True) -> str:
    """Return one line of a form in NFC. Raises: FieldMissingError, FieldTooLongError, FieldHiddenError."""
    line = normalise_text(text)
    if needed and not line:
        raise FieldMissingError(field=field)
    if len(line) > LONGEST_TEXT:
        raise FieldTooLongError(field=field, most=LONGEST_TEXT)
    hidden = find_hidden_character(line)
    if hidden is not None:
        raise FieldHiddenError(field=field, character=hidden)
    return line


def is_network_name(text: str) -> bool:
    """Tell whether a text is short enough for a Wi-Fi network's name."""
    return len(text.encode()) <= LONGEST_WIFI_BYTES


def _read_wifi(text: str) -> str:
    name = read_line("wifi", text, needed=False)
    if not is_network_name(name):
        raise FieldWifiError(field="wifi", most=LONGEST_WIFI_BYTES)
    return name


def _read_mode(text: str) -> VoteMode:
    try:
        return VoteMode(text or VoteMode.ELECTRONIC.value)
    except ValueError:
        raise FieldModeError(field="mode") from None


def read_day(written: str) -> date:
    """Return a day as people write it: 15/1/2026, or 2026-01-15; never with two digits for the year.

    Raises: ValueError for anything else: 15/01/26 would be a day of the year 26, and every exemption wrong on it.
    """
    match = _VIETNAMESE_DAY.fullmatch(written) or _ISO_DAY.fullmatch(written)
    if match is None:
        raise ValueError(written)
    return date(int(match["year"]), int(match["month"]), int(match["day"]))


def _read_date(text: str) -> date:
    written = read_line("held_on", text)
    try:
        return read_day(written)
    except ValueError:
        raise FieldDateError(field="held_on", value=show_text(written)) from None
