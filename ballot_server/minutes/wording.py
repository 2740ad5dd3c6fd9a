"""The words of the minutes in one language: labels from the catalogue; numbers, shares and dates as written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ballot_server.i18n import Language, translate
from ballot_server.minutes.numbers_in_words import read_number
from ballot_server.minutes.typesetting import Json, list_unprintable

GROUP_LENGTH = 4
NO_SHARE = "–"


@dataclass(frozen=True)
class Wording:
    """Says labels, numbers, shares and dates in `language`."""

    language: Language

    @property
    def has_number_words(self) -> bool:
        """Tell whether numbers are also written in words: in Vietnamese minutes they are."""
        return self.language is Language.VIETNAMESE

    def say(self, key: str, /, **fields: object) -> str:
        """Return the label `minutes.print.<key>` with its placeholders filled."""
        return translate(f"minutes.print.{key}", self.language, **fields)

    def describe_replaced(self, data: Json) -> str:
        """Return the note that lists the characters that a print cannot show, empty where it shows all."""
        codes = list_unprintable(data)
        return self.say("replaced", codes=codes) if codes else ""

    def read(self, number: int) -> str:
        """Return a number in words, or nothing where this language's minutes have figures only."""
        return read_number(number) if self.has_number_words else ""

    def write_number(self, number: int) -> str:
        """Return a number in figures, with its words in brackets where the language has them."""
        return f"{number} ({self.read(number)})" if self.has_number_words else str(number)

    def write_people(self, number: int) -> str:
        """Return a number of people, in figures and words."""
        return self.say("people", number=self.write_number(number))

    def write_date(self, day: date) -> str:
        """Return a date as minutes write it."""
        return self.say("date", **date_fields(day))

    def write_share(self, count: int, base: int) -> str:
        """Return count/base in per cent, two decimals, half up; a dash where the base is 0. No float is involved."""
        if base == 0:
            return NO_SHARE
        return write_hundredths((2 * count * 10_000 + base) // (2 * base), self.language)


def write_hundredths(hundredths: int, language: Language) -> str:
    """Return hundredths of a per cent as print has them: 66,67% or 66.67%."""
    mark = "," if language is Language.VIETNAMESE else "."
    return f"{hundredths // 100}{mark}{hundredths % 100:02}%"


def date_fields(day: date) -> dict[str, str]:
    """Return a date's parts: days below 10 and months below 3 get a leading zero, as on official papers."""
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return {"day": f"{day.day:02}", "month": month, "year": str(day.year)}


def group_characters(code: str) -> str:
    """Return a code in groups of four characters."""
    return " ".join(code[start : start + GROUP_LENGTH] for start in range(0, len(code), GROUP_LENGTH))
