"""The staff's first page and the projector's: states and numbers of ballots, never options."""

from __future__ import annotations

from flask import Blueprint, render_template

from ballot_server.services.voter_view import list_meetings
from ballot_server.web.access import Audience, allow
from ballot_server.web.context import get_context

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
    """Show the projector's page: what is being voted, and how many have voted."""
    meetings = list_meetings(get_context().installation.database)
    current = next((meeting for meeting in meetings if meeting.current is not None), None)
    shown = current or (meetings[0] if meetings else None)
    return render_template("staff/screen.html", meeting=shown, reload_seconds=RELOAD_SECONDS)
