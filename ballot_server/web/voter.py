"""The voters' pages: what is being voted, and what a slip's QR code opens."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, render_template

from ballot_server.domain.election import ElectionState
from ballot_server.services.voter_view import MeetingView, list_meetings
from ballot_server.web.access import Audience, allow
from ballot_server.web.compression import compress
from ballot_server.web.context import get_context

blueprint = Blueprint("voter", __name__)

_FINAL = {ElectionState.PUBLISHED, ElectionState.ANNULLED}


@blueprint.get("/")
@allow(Audience.ROOM)
def show_home() -> str:
    """Show the meetings, their elections, and how many have voted."""
    meetings = list_meetings(get_context().installation.database)
    return render_template("voter/home.html", meetings=meetings, reload_seconds=choose_reload(meetings))


@blueprint.get("/v")
@allow(Audience.ROOM)
def show_slip() -> Response:
    """Show the booth; the slip's secret stays in the address's fragment, which no browser sends."""
    return compress(Response(render_template("voter/booth.html", meeting=find_current_meeting())))


@blueprint.get("/check")
@allow(Audience.ROOM)
def show_check() -> Response:
    """Show the page that recomputes what a tested ballot contains, and whether a ballot or slip was counted."""
    meetings = list_meetings(get_context().installation.database)
    page = render_template(
        "voter/check.html", meetings=" ".join(meeting.code for meeting in meetings if not meeting.destroyed_on)
    )
    return compress(Response(page))


def find_current_meeting() -> str:
    """Return the code of the meeting that whoever types a slip's code means; empty unless exactly one is on."""
    meetings = list_meetings(get_context().installation.database)
    current = [meeting.code for meeting in meetings if meeting.current is not None]
    return current[0] if len(current) == 1 else ""


def choose_reload(meetings: tuple[MeetingView, ...]) -> int | None:
    """Return after how many seconds a page asks again, so that not all phones ask at once; None if all is decided."""
    is_moving = any(election.state not in _FINAL for meeting in meetings for election in meeting.elections)
    return 15 + secrets.randbelow(10) if is_moving or not meetings else None
