"""Slides and charts of what the chair has published: to keep, and on the projector's page."""

from __future__ import annotations

import re

from flask import Blueprint, Response

from ballot_server.services.show_slides import (
    PictureFormat,
    ScreenShape,
    draw_contest,
    draw_on_screen,
    print_result_slides,
)
from ballot_server.web.access import Audience, allow
from ballot_server.web.acts import send_file
from ballot_server.web.context import get_context
from ballot_server.web.errors import PageMissingError
from ballot_server.web.language import choose_language

blueprint = Blueprint("slides", __name__)

_PICTURE = re.compile("([1-9][0-9]{0,3})[.](png|svg)")
_PIECE = re.compile("([1-9][0-9]{0,3})-([1-9][0-9]{0,3})-(wide|narrow)[.]svg")
_TYPES = {PictureFormat.PNG: "image/png", PictureFormat.SVG: "image/svg+xml"}


@blueprint.get("/chair/<meeting>/slides.pdf")
@allow(Audience.CHAIR)
def download_slides(meeting: str) -> Response:
    """Return the slides of all that is published of a meeting."""
    context, language = get_context(), choose_language()
    database = context.installation.database
    pdf = context.run_blocking(lambda: print_result_slides(database, meeting, language))
    return send_file(pdf, name=f"ket-qua-{meeting}.pdf", mimetype="application/pdf")


@blueprint.get("/chair/<meeting>/elections/<election>/charts/<name>")
@allow(Audience.CHAIR)
def download_chart(meeting: str, election: str, name: str) -> Response:
    """Return a contest's chart; the name is the contest's number from 1 and the format, as `3.png`."""
    found = _PICTURE.fullmatch(name)
    if found is None:
        raise PageMissingError
    context, language = get_context(), choose_language()
    database, number, picture = context.installation.database, int(found[1]), PictureFormat(found[2])
    drawn = context.run_blocking(
        lambda: draw_contest(
            database, meeting=meeting, election=election, number=number, picture=picture, language=language
        )
    )
    return send_file(drawn, name=f"bieu-do-{meeting}-{election}-{name}", mimetype=_TYPES[picture])


@blueprint.get("/screen/<meeting>/<election>/charts/<name>")
@allow(Audience.SCREEN)
def show_chart(meeting: str, election: str, name: str) -> Response:
    """Return a piece of a contest's chart for the projector; the name as `3-1-wide.svg`: contest, piece, shape."""
    found = _PIECE.fullmatch(name)
    if found is None:
        raise PageMissingError
    context, language = get_context(), choose_language()
    database, number, piece, shape = context.installation.database, int(found[1]), int(found[2]), ScreenShape(found[3])
    drawn = context.run_blocking(
        lambda: draw_on_screen(
            database,
            meeting=meeting,
            election=election,
            number=number,
            piece=piece,
            shape=shape,
            language=language,
        )
    )
    return Response(drawn, mimetype="image/svg+xml")
