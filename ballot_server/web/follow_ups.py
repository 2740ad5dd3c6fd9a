"""The page that the secretary opens each month, and prints."""

from __future__ import annotations

from flask import Blueprint, render_template

from ballot_server.services.follow_ups import list_follow_ups
from ballot_server.services.keep_archive import ArchiveState, list_archives
from ballot_server.web.access import Audience, allow
from ballot_server.web.context import get_context
from ballot_server.web.roll import today

blueprint = Blueprint("follow_ups", __name__)

_TO_DECIDE = frozenset({ArchiveState.DUE, ArchiveState.SOON})


@blueprint.get("/chair/follow-ups")
@allow(Audience.DESK)
def show_follow_ups() -> str:
    """Show what is to be followed up, from published elections, the exemption books and archives in keeping."""
    database, on = get_context().installation.database, today()
    archives = [archive for archive in list_archives(database, on) if archive.state in _TO_DECIDE]
    return render_template("staff/follow_ups.html", view=list_follow_ups(database, on), archives=archives)
