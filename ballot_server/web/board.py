"""The public boards, to read and to carry away."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from ballot_server.services.voter_view import list_meetings, read_public_board
from ballot_server.web.access import Audience, allow
from ballot_server.web.compression import compress
from ballot_server.web.context import get_context

blueprint = Blueprint("board", __name__)


@blueprint.get("/board")
@allow(Audience.ROOM)
def show_boards() -> str:
    """Show which meetings have a board."""
    return render_template("voter/board.html", meetings=list_meetings(get_context().installation.database))


@blueprint.get("/verify")
@allow(Audience.ROOM)
def show_verify() -> Response:
    """Show the page that verifies an archive in the browser: nothing of it is sent here."""
    return compress(Response(render_template("voter/verify.html")))


@blueprint.get("/board/<meeting>.jsonl")
@allow(Audience.ROOM)
def download_board(meeting: str) -> Response:
    """Return a meeting's board so far, one canonical entry a line."""
    response = Response(read_public_board(get_context().installation.database, meeting), mimetype="application/jsonl")
    response.headers.set("Content-Disposition", "attachment", filename=f"board-{meeting}.jsonl")
    return response
