"""Charts as the projector's page holds them: letters so large that a room can read them on a screen of its shape."""

from __future__ import annotations

from enum import Enum

from ballot_server.i18n import Language
from ballot_server.minutes.document import Chart
from ballot_server.minutes.printable_values import encode_printable
from ballot_server.minutes.typesetting import Json, typeset_picture

TEMPLATE = "screen_chart.typ"
_PPI = 144


class ScreenShape(Enum):
    """The shape of a screen; the value is part of the picture's address."""

    WIDE = "wide"
    """16:9 or so."""

    NARROW = "narrow"
    """4:3 or so, and everything narrower."""


_WIDTH_MILLIMETRES = {ScreenShape.WIDE: 176, ScreenShape.NARROW: 132}
"""Pictures have letters of 12 pt: shown as wide as the page's text is, these are 4 % of the screen's height."""


def render_screen_chart(chart: Chart, shape: ScreenShape, language: Language) -> bytes:
    """Return a chart without its title as SVG, the same bytes for the same chart.

    Raises: TypesettingError if it cannot be drawn.
    """
    data: dict[str, Json] = {
        "chart": encode_printable(chart),
        "width": _WIDTH_MILLIMETRES[shape],
        "language": language.value,
    }
    return typeset_picture(TEMPLATE, data, suffix="svg", ppi=_PPI)
