"""What a browser shows that opens a teller's address: the address is for the program, and how to give it to it."""

from __future__ import annotations

from flask import Blueprint, render_template

from ballot_server.web.access import Audience, allow

blueprint = Blueprint("trustee", __name__)


@blueprint.get("/trustee")
@allow(Audience.ANYBODY_STAFF_APP)
def show_trustee() -> str:
    """Say how to use the address; its code is in the fragment, which never comes here."""
    return render_template("staff/trustee.html")
