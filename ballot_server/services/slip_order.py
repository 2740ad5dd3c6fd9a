"""The two files between the server and another machine that prints: the order, and the lists that come back.

Both are canonical JSON and hold no secret. The order says what stands on the slips; the lists are what will be public
on the board anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language
from ballot_server.minutes.slips import TINTS
from ballot_server.services.make_slips import MOST_SLIPS, SlipDesign, SlotLists
from crypto.credential import SLOTS, decode_credential_list, encode_credential_list, format_key_fingerprint
from crypto.encoding import decode_base64, decode_canonical_object, encode_base64, encode_canonical
from crypto.errors import CryptoError
from crypto.fields import Fields
from crypto.slip import MeetingCode, normalise_meeting_code
from crypto.transcript import PROTOCOL
from crypto.words import encode_words

ORDER_KIND, LISTS_KIND = "slip-order", "slip-lists"
FINGERPRINT_BYTES = 64
FINGERPRINT_WORDS = 8
LONGEST_WIFI = 32
LARGEST_ORDER = 100_000
LARGEST_LISTS = 8_000_000
"""Bytes of the lists of five thousand slips, and some."""

_ORDER_KEYS = frozenset({"kind", "protocol", "meeting", "unit", "date", "address", "key", "series", "wifi"})
_SERIES_KEYS = frozenset({"series", "colour", "count", "title_vi", "title_en"})
_LISTS_KEYS = frozenset({"kind", "protocol", "meeting", "series"})
_SLOT_LISTS_KEYS = frozenset({"series", "slots"})


class SlipOrderMalformedError(BallotServerError):
    """A file is no order for slips; field: problem."""


class SlipListsMalformedError(BallotServerError):
    """A file holds no lists of slips, or one that is not sorted, repeats itself or is no list; field: problem."""


@dataclass(frozen=True)
class OrderedSeries:
    """One series to print; the titles say what its slips are for."""

    series: str
    colour: str
    count: int
    title_vi: str
    title_en: str


@dataclass(frozen=True)
class SlipOrder:
    """What another machine prints; `key` is the digest of the key, None before the ceremony; `wifi` may be empty."""

    meeting: MeetingCode
    unit: str
    held_on: date
    address: str
    key: bytes | None
    series: tuple[OrderedSeries, ...]
    wifi: str = ""

    def encode(self) -> bytes:
        """Return the order's file."""
        return encode_canonical(
            {
                "kind": ORDER_KIND,
                "protocol": PROTOCOL,
                "meeting": self.meeting,
                "unit": self.unit,
                "date": self.held_on.isoformat(),
                "address": self.address,
                "key": None if self.key is None else self.key.hex(),
                "wifi": self.wifi or None,
                "series": [
                    {
                        "series": each.series,
                        "colour": each.colour,
                        "count": each.count,
                        "title_vi": each.title_vi,
                        "title_en": each.title_en,
                    }
                    for each in self.series
                ],
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> SlipOrder:
        """Return what an untrusted file orders. Raises: SlipOrderMalformedError."""
        try:
            fields = Fields(decode_canonical_object(data), ORDER_KIND, _ORDER_KEYS)
            _check_kind(fields, ORDER_KIND)
            series = tuple(_read_series(each) for each in fields.members("series", _SERIES_KEYS))
            if not series or len({each.series for each in series}) != len(series):
                raise fields.refuse("series", "none, or one twice")
            return cls(
                meeting=normalise_meeting_code(fields.text("meeting", longest=8)),
                unit=fields.text("unit"),
                held_on=date.fromisoformat(fields.text("date", longest=10)),
                address=fields.text("address", longest=60),
                key=None if fields.whole["key"] is None else fields.digest("key", length=FINGERPRINT_BYTES),
                series=series,
                wifi="" if fields.whole["wifi"] is None else fields.text("wifi", longest=LONGEST_WIFI),
            )
        except (CryptoError, ValueError) as error:
            raise SlipOrderMalformedError(problem=str(error)[:200]) from None

    def design(self, series: OrderedSeries, language: Language) -> SlipDesign:
        """Return what the slips of one series have in common."""
        return SlipDesign(
            meeting=self.meeting,
            unit=self.unit,
            held_on=self.held_on,
            series=series.series,
            colour=series.colour,
            title=series.title_vi if language is Language.VIETNAMESE else series.title_en,
            address=self.address,
            fingerprint=None if self.key is None else format_key_fingerprint(self.key),
            key_words=() if self.key is None else encode_words(self.key, FINGERPRINT_WORDS),
            wifi=self.wifi,
        )


@dataclass(frozen=True)
class SeriesLists:
    """The public lists of one series."""

    series: str
    lists: SlotLists


def encode_lists(meeting: MeetingCode, series: Sequence[SeriesLists]) -> bytes:
    """Return the file that goes to the server: for each series and slot the credentials, sorted by bytes."""
    return encode_canonical(
        {
            "kind": LISTS_KIND,
            "protocol": PROTOCOL,
            "meeting": meeting,
            "series": [
                {
                    "series": each.series,
                    "slots": [encode_base64(encode_credential_list(members)) for members in each.lists],
                }
                for each in series
            ],
        }
    )


def decode_lists(data: bytes) -> tuple[MeetingCode, tuple[SeriesLists, ...]]:
    """Return the meeting and the series of an untrusted file; every list sorted, without repetition, of valid elements.

    Raises: SlipListsMalformedError.
    """
    try:
        fields = Fields(decode_canonical_object(data), LISTS_KIND, _LISTS_KEYS)
        _check_kind(fields, LISTS_KIND)
        meeting = normalise_meeting_code(fields.text("meeting", longest=8))
        series = tuple(_read_lists(each) for each in fields.members("series", _SLOT_LISTS_KEYS))
    except CryptoError as error:
        raise SlipListsMalformedError(problem=str(error)[:200]) from None
    if not series or len({each.series for each in series}) != len(series):
        raise SlipListsMalformedError(problem="series: none, or one twice")
    seen: set[bytes] = set()
    for each in series:
        for members in each.lists:
            if not seen.isdisjoint(members):
                raise SlipListsMalformedError(problem=f"series {each.series}: a credential stands in two lists")
            seen.update(members)
    return meeting, series


def _check_kind(fields: Fields, kind: str) -> None:
    if fields.text("kind") != kind or fields.text("protocol") != PROTOCOL:
        raise fields.refuse("kind", f"not {kind} of {PROTOCOL}")


def _read_series(fields: Fields) -> OrderedSeries:
    colour = fields.text("colour", longest=40)
    if colour not in TINTS:
        raise fields.refuse("colour", "unknown")
    return OrderedSeries(
        series=_read_letter(fields),
        colour=colour,
        count=fields.integer("count", minimum=1, maximum=MOST_SLIPS),
        title_vi=fields.text("title_vi"),
        title_en=fields.text("title_en"),
    )


def _read_lists(fields: Fields) -> SeriesLists:
    lists = []
    for value in fields.values("slots"):
        if not isinstance(value, str):
            raise fields.refuse("slots", "not base64")
        lists.append(decode_credential_list(decode_base64(value)))
    if len(lists) != SLOTS or len({len(each) for each in lists}) != 1 or not lists[0]:
        raise fields.refuse("slots", f"not {SLOTS} lists of one length")
    return SeriesLists(_read_letter(fields), tuple(lists))


def _read_letter(fields: Fields) -> str:
    letter = fields.text("series", longest=1)
    if not "A" <= letter <= "Z":
        raise fields.refuse("series", "not a letter from A to Z")
    return letter
