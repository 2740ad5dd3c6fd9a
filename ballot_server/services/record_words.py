"""The words of the minutes around numbers: bases and how they are made up, thresholds, quorums, dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ballot_server.domain.base import Base, BaseKind
from ballot_server.domain.quorum import QuorumResult
from ballot_server.domain.threshold import Comparator, Threshold
from ballot_server.i18n import Language, translate
from ballot_server.minutes.record import BaseRecord, SealedBaseRecord
from ballot_server.minutes.wording import date_fields

_PARTS_LEFT_OUT = ("not_incumbent", "exempt", "transferred_out", "suspended", "excused")


@dataclass(frozen=True)
class RecordWords:
    """Words of one language around the numbers."""

    language: Language

    def say(self, key: str, /, **fields: object) -> str:
        """Return a sentence of the record."""
        return translate(f"record.{key}", self.language, **fields)

    def name_base(self, name: str, value: int) -> BaseRecord:
        """Return a denominator by its name in words; `name` is a base's kind or one of the counts."""
        return BaseRecord(self.say(f"base.{name}"), value, self.say(f"base.{name}_short"))

    def describe_base(self, base: Base, value: int | None) -> SealedBaseRecord:
        """Return how a base is made up; `value` is None where it is not known, or each contest has its own."""
        named = None if value is None else self.name_base(base.kind.value, value)
        if not base.kind.is_known_before_the_count:
            if named is not None:
                return SealedBaseRecord(named, self.say("part.counted", label=named.label, count=named.value))
            key = "counted_after_each" if base.kind is BaseKind.VOTES_CAST else "counted_after"
            return SealedBaseRecord(None, self.say(f"part.{key}"))
        differs = base.bare_words is not None and base.bare_words != base.value
        return SealedBaseRecord(
            named,
            self._list_parts(base),
            base.bare_words if differs else None,
            self.say("base.bare_words_reading") if differs else "",
        )

    def _list_parts(self, base: Base) -> str:
        if base.kind is BaseKind.FIXED:
            return self.say("part.fixed", count=base.value, ground=base.ground)
        if not base.kind.is_of_classes:
            return self.say(f"part.{base.kind.value}", count=base.value)
        counts = base.parts.to_json()
        left_out = [self.say(f"part.{name}", count=counts[name]) for name in _PARTS_LEFT_OUT if counts.get(name)]
        official = self.say("part.official", count=base.parts.official)
        return f"{' − '.join([official, *left_out])} = {base.value}"

    def read_threshold(self, threshold: Threshold) -> str:
        """Return a threshold in words, as "từ hai phần ba trở lên"."""
        named = {
            (Comparator.AT_LEAST, Fraction(1, 2)): "half_or_more",
            (Comparator.AT_LEAST, Fraction(2, 3)): "two_thirds_or_more",
            (Comparator.MORE_THAN, Fraction(1, 2)): "more_than_half",
            (Comparator.MORE_THAN, Fraction(2, 3)): "more_than_two_thirds",
            (Comparator.MORE_THAN, Fraction(3, 10)): "more_than_thirty_per_cent",
        }.get((threshold.comparator, threshold.fraction))
        if named is not None:
            return self.say(named)
        fraction = threshold.fraction
        return self.say(threshold.comparator.value, numerator=fraction.numerator, denominator=fraction.denominator)

    def describe_version(self, effective_from: date | None) -> str:
        """Return since when a version of the rules is applied."""
        if effective_from is None:
            return self.say("version_undated")
        return self.say("version", effective_from=write_date(effective_from))

    def describe_quorum(self, quorum: QuorumResult) -> str:
        """Return a quorum as it was measured."""
        return self.say(
            "quorum_met" if quorum.met else "quorum_missed",
            threshold=self.read_threshold(quorum.rule.threshold),
            of=self.say(f"base.{quorum.rule.of.value}"),
            base=quorum.base,
            needed=quorum.needed,
            got=quorum.got,
        )


def write_date(day: date) -> str:
    """Return a date as Vietnamese papers write it: 03/02/2026, 26/5/2026."""
    fields = date_fields(day)
    return f"{fields['day']}/{fields['month']}/{fields['year']}"
