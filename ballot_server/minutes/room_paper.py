"""The frame that papers printed for the room have in common: unit, title, day, pages, the mark of a rehearsal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ballot_server.i18n import Language, translate
from ballot_server.minutes.numbers_in_words import LARGEST_NUMBER, read_number
from ballot_server.minutes.typesetting import Json, make_data_printable, typeset


@dataclass(frozen=True)
class RoomPaper:
    """Who meets and when; every paper of the room says so."""

    unit: str
    superior: str
    place: str
    date: date
    rehearsal: bool = False


@dataclass(frozen=True)
class Signature:
    """A place to sign: in what role, and the name if it is known."""

    role: str
    name: str = ""

    def to_json(self) -> Json:
        """Return what the template reads."""
        return {"role": self.role, "name": self.name}


def typeset_paper(
    template: str,
    paper: RoomPaper,
    data: Mapping[str, Json],
    *,
    title: str,
    subtitles: Sequence[str] = (),
    language: Language,
) -> bytes:
    """Return a paper as PDF/A-2b, with its frame under the key `frame`. Raises: TypesettingError."""
    day = paper.date.strftime("%d/%m/%Y")
    frame: Json = {
        "title": title,
        "subtitles": list(subtitles),
        "unit": paper.unit,
        "superior": paper.superior,
        "day": _say("place_and_day", language, place=paper.place, date=day),
        "footer": _say("footer", language, title=title, unit=paper.unit, date=day),
        "page_label": _say("page", language),
        "watermark": _say("rehearsal_mark", language) if paper.rehearsal else "",
        "rehearsal_line": _say("rehearsal_line", language) if paper.rehearsal else "",
        "sign_here": _say("sign_here", language),
    }
    printable = make_data_printable({**data, "frame": frame, "language": language.value})
    return typeset(template, printable, dated=paper.date)


def write_in_words(number: int, language: Language) -> str:
    """Return a number in words as it is printed behind the figures; empty where the language has no such custom."""
    return read_number(number) if language is Language.VIETNAMESE and number <= LARGEST_NUMBER else ""


def _say(key: str, language: Language, /, **fields: object) -> str:
    return translate(f"room_paper.{key}", language, **fields)
