"""The words of combined reports in one language: labels, dates and shares as tables write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ballot_server.domain.combined_report import Period
from ballot_server.domain.contest import Wording
from ballot_server.i18n import Language, load_catalogue, translate
from ballot_server.minutes.sheet import Share
from ballot_server.minutes.wording import write_hundredths


@dataclass(frozen=True)
class CombinedWording:
    """Says labels and values in `language`."""

    language: Language

    def say(self, key: str, /, **fields: object) -> str:
        """Return the label `combined.<key>` with its placeholders filled."""
        return translate(f"combined.{key}", self.language, **fields)

    def read(self, text: Wording) -> str:
        """Return a unit's text in this language."""
        return text.in_language(self.language.value)

    def write_day(self, day: date) -> str:
        """Return a day as tables write it."""
        return f"{day.day:02}/{day.month:02}/{day.year:04}"

    def write_period(self, period: Period) -> str:
        """Return the days that count."""
        match period.first, period.last:
            case None, None:
                return self.say("period.all")
            case first, None if first is not None:
                return self.say("period.since", first=self.write_day(first))
            case None, last if last is not None:
                return self.say("period.until", last=self.write_day(last))
            case first, last if first is not None and last is not None:
                return self.say("period.both", first=self.write_day(first), last=self.write_day(last))
        raise TypeError("a period has two ends")

    def write_share(self, share: Share) -> str:
        """Return a share as print has it: 66,67% or 66.67%."""
        return write_hundredths(share.hundredths, self.language)

    def name_base(self, kind: str) -> str:
        """Return what a base counts, in the words of the minutes; a kind without words as it is called."""
        return load_catalogue(self.language).get(f"record.base.{kind}", kind)


def read_share(text: str) -> Share | None:
    """Return a summary's share, "66.67", as hundredths; None where the base is 0."""
    return Share(int(Decimal(text).scaleb(2))) if text else None
