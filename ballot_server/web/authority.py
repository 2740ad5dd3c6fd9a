"""How the staff's devices come to trust this server: its authority's certificate, and the fingerprint to compare.

The page stands in the voters' application, because a device that does not trust the server yet must reach it. Whoever
alters it on the way cannot alter what the server's own screen shows: so the fingerprint is compared.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from ballot_server.services.issue_certificate import view_authority
from ballot_server.web.access import Audience, allow
from ballot_server.web.context import get_context

blueprint = Blueprint("authority", __name__)


@blueprint.get("/authority")
@allow(Audience.ROOM)
def show_authority() -> str:
    """Show how to install the authority on a device of the staff."""
    context = get_context()
    authority = view_authority(context.installation.folder)
    return render_template("voter/authority.html", authority=authority, staff_address=context.staff_address)


@blueprint.get("/authority.crt")
@allow(Audience.ROOM)
def download_authority() -> Response:
    """Return the authority's certificate as devices install it."""
    authority = view_authority(get_context().installation.folder)
    response = Response(authority.der, mimetype="application/x-x509-ca-cert")
    response.headers.set("Content-Disposition", "attachment", filename="phieukin.crt")
    return response
