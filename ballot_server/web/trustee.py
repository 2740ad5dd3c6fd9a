"""The page for a teller's phone; all it does is in its own script, which talks to `trustee_api`."""

from __future__ import annotations

from flask import Blueprint, render_template

from ballot_server.web.access import Audience, allow

blueprint = Blueprint("trustee", __name__)


@blueprint.get("/trustee")
@allow(Audience.ANYBODY_STAFF_APP)
def show_trustee() -> str:
    """Show the page that a seat's QR code opens; the code is in the fragment, which never comes here."""
    return render_template("staff/trustee.html")
