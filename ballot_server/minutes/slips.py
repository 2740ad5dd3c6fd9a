"""Slips to print, cut, fold and draw: eight on an A4 page, alike but for the secret that is folded inside.

A slip bears no serial number, and the caller gives the slips in no telling order. Secrets pass through memory only:
the PDF is returned as bytes, and nothing is written to disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language, translate
from ballot_server.minutes.qr_code import draw_qr_code
from ballot_server.minutes.typesetting import Json, make_data_printable, typeset

TEMPLATE = "slips.typ"
LONGEST_URL = 80
"""Longer addresses make modules too small for old phones."""

TINTS = {
    "white": "#ffffff",
    "yellow": "#fff3a3",
    "green": "#cdeccd",
    "blue": "#cfe3fa",
    "pink": "#fbd3df",
    "orange": "#ffdcb0",
}


class SlipSheetError(BallotServerError):
    """A sheet of slips cannot be printed; `problem` says why, and never quotes a secret."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem=problem)


@dataclass(frozen=True, repr=False)
class Slip:
    """A slip's secret: the address in its QR code, and the code to type, five groups of four with hyphens or spaces."""

    url: str
    code: str


@dataclass(frozen=True)
class SlipSheet:
    """Slips of one series.

    `meeting` is what they are for, as `name_occasion` has it; `colour` is one of `TINTS`; `address` is what is typed
    where no camera works; `key_words` are empty where slips are printed before the key is made; `wifi` is the network's
    name, empty if there is none to join.
    """

    unit: str
    meeting: str
    date: date
    series: str
    colour: str
    address: str
    slips: tuple[Slip, ...]
    wifi: str = ""
    key_words: tuple[str, ...] = ()


def name_occasion(titles: Sequence[str], language: Language = Language.VIETNAMESE) -> str:
    """Return what slips say they are for: the one election's title, or how many times they serve."""
    return titles[0] if len(titles) == 1 else _say("several", language, count=len(titles))


def render_slips(sheet: SlipSheet, language: Language = Language.VIETNAMESE) -> bytes:
    """Return the slips as PDF/A-2b, eight on a page.

    Raises: SlipSheetError for a sheet without slips, an unknown colour or an address too long to scan;
    TypesettingError if the page cannot be set.
    """
    _check_sheet(sheet, language)
    labels: dict[str, Json] = {
        "title": _say("title", language),
        "document_title": _say("document_title", language, unit=sheet.unit),
        "colour": _say(f"colours.{sheet.colour}", language),
        "inside": _say("inside", language),
        "step_one": _say("step_one_wifi" if sheet.wifi else "step_one", language),
        "step_two": _say("step_two", language),
        "wifi": _say("wifi", language),
        "address": _say("address", language),
        "code": _say("code", language),
        "key_words": _say("key_words", language),
    }
    texts: dict[str, Json] = {
        "labels": labels,
        "language": language.value,
        "unit": sheet.unit,
        "meeting": sheet.meeting,
        "date": sheet.date.strftime("%d/%m/%Y"),
        "series": sheet.series,
        "wifi": sheet.wifi,
        "address": sheet.address,
        "key_words": " · ".join(sheet.key_words),
        "codes": [slip.code for slip in sheet.slips],
    }
    printable = make_data_printable(texts)
    printable["tint"] = TINTS[sheet.colour]
    printable["qr_codes"] = [draw_qr_code(slip.url) for slip in sheet.slips]
    return typeset(TEMPLATE, printable, dated=sheet.date)


def _check_sheet(sheet: SlipSheet, language: Language) -> None:
    if not sheet.slips:
        raise SlipSheetError(problem=_say("problem.empty", language))
    if sheet.colour not in TINTS:
        raise SlipSheetError(problem=_say("problem.colour", language, colour=sheet.colour, known=", ".join(TINTS)))
    longest = max(len(slip.url) for slip in sheet.slips)
    if longest > LONGEST_URL:
        raise SlipSheetError(problem=_say("problem.url", language, length=longest, most=LONGEST_URL))


def _say(key: str, language: Language, /, **fields: object) -> str:
    return translate(f"slip_sheet.{key}", language, **fields)
