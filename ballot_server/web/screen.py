"""The staff's first page and the projector's: states and numbers of ballots; options only once published."""

from __future__ import annotations

from importlib import resources

from flask import Blueprint, Response, render_template

from ballot_server.services.show_screen import show_screen as view_screen
from ballot_server.services.voter_view import list_meetings
from ballot_server.web.access import Audience, allow
from ballot_server.web.context import get_context
from ballot_server.web.language import choose_language

blueprint = Blueprint("screen", __name__)

RELOAD_SECONDS = 3


@blueprint.get("/")
@allow(Audience.SCREEN)
def show_home() -> str:
    """Show what the staff can do on this laptop."""
    installation = get_context().installation
    return render_template("staff/home.html", meetings=list_meetings(installation.database))


@blueprint.get("/screen")
@allow(Audience.SCREEN)
def show_screen() -> str:
    """Show the projector's page: what is being voted, how many have voted, and what was published."""
    return _render()


@blueprint.get("/api/screen")
@allow(Audience.SCREEN)
def get_screen() -> str:
    """Return the projector's page to the script that keeps it up to date."""
    return _render()


@blueprint.get("/screen.js")
@allow(Audience.SCREEN)
def show_script() -> Response:
    """Return the script that keeps the projector's page up to date."""
    script = resources.files("ballot_server") / "web" / "scripts" / "screen.js"
    return Response(script.read_bytes(), mimetype="text/javascript")


def _render() -> str:
    context = get_context()
    return render_template(
        "staff/screen.html",
        view=view_screen(context.installation.database, choose_language()),
        voters_address=context.voters_address,
        seconds=RELOAD_SECONDS,
    )
