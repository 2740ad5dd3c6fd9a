"""The page that the secretary opens each month, and prints."""

from __future__ import annotations

from flask import Blueprint, render_template

from ballot_server.services.follow_ups import list_follow_ups
from ballot_server.web.access import Audience, allow
from ballot_server.web.context import get_context
from ballot_server.web.roll import today

blueprint = Blueprint("follow_ups", __name__)


@blueprint.get("/chair/follow-ups")
@allow(Audience.DESK)
def show_follow_ups() -> str:
    """Show what is to be followed up, from published elections and the exemption books."""
    return render_template("staff/follow_ups.html", view=list_follow_ups(get_context().installation.database, today()))
