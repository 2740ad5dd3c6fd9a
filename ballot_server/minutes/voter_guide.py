"""The voters' guide on one page, to be handed out or hung up: from the slip to “the ballot is recorded”.

It is the same for everybody, names nobody, and says nothing that differs between slips.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ballot_server.i18n import Language, translate
from ballot_server.minutes.typesetting import Json, make_data_printable, typeset

TEMPLATE = "voter_guide.typ"
STEPS = ("draw", "network", "scan", "vote", "recorded", "check")
TROUBLES = ("waiting", "page", "phone", "slip")


@dataclass(frozen=True)
class VoterGuide:
    """What the guide says of one meeting; `address` and `wifi` may be empty."""

    unit: str
    date: date
    address: str = ""
    wifi: str = ""
    rehearsal: bool = False


def render_voter_guide(guide: VoterGuide, language: Language = Language.VIETNAMESE) -> bytes:
    """Return the guide as one page of PDF/A-2b. Raises: TypesettingError."""
    shown: dict[str, Json] = {
        "network": guide.wifi,
        "scan": f"{guide.address}/v" if guide.address else "",
        "check": f"{guide.address}/check" if guide.address else "",
    }
    heading = _say("document_title", language, unit=guide.unit)
    data: dict[str, Json] = {
        "language": language.value,
        "document_title": heading,
        "unit": guide.unit,
        "day": _say("day", language, date=guide.date.strftime("%d/%m/%Y")),
        "rehearsal": _say("rehearsal", language) if guide.rehearsal else "",
        "title": _say("title", language),
        "steps": [
            {
                "drawing": step,
                "heading": _say(f"step.{step}", language),
                "text": _say(f"step.{step}_{'text' if shown.get(step, '-') else 'bare'}", language),
                "shown": shown.get(step, ""),
            }
            for step in STEPS
        ],
        "trouble": _say("trouble.heading", language),
        "troubles": [
            {"when": _say(f"trouble.{name}", language), "then": _say(f"trouble.{name}_then", language)}
            for name in TROUBLES
        ],
        "secrecy": _say("secrecy.heading", language),
        "secrecy_text": _say("secrecy.text", language),
    }
    return typeset(TEMPLATE, make_data_printable(data), dated=guide.date)


def _say(key: str, language: Language, /, **fields: object) -> str:
    return translate(f"voter_guide.{key}", language, **fields)
