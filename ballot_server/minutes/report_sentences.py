"""What is wrong with a report that is in no total, and what to do about it, in words for a clerk."""

from __future__ import annotations

from dataclasses import dataclass

from ballot_server.domain.combined_report import LeftOut
from ballot_server.i18n import Language, translate
from ballot_server.minutes.typesetting import make_printable


@dataclass(frozen=True)
class LeftOutSentence:
    """One sentence each, ready to be shown: why a file is left out, and what to do next."""

    cause: str
    next_step: str


def describe_left_out(left_out: LeftOut, language: Language) -> LeftOutSentence:
    """Return why a file is left out, and what to do; texts that come from files are made printable."""
    fields = {
        "unit": make_printable(left_out.unit),
        "other": make_printable(left_out.other),
        "check": left_out.check,
        "entry": "–" if left_out.entry is None else left_out.entry,
        "detail": make_printable(left_out.detail),
    }
    key = left_out.cause.value
    return LeftOutSentence(
        cause=translate(f"reports.cause.{key}", language, **fields),
        next_step=translate(f"reports.next_step.{key}", language, **fields),
    )
