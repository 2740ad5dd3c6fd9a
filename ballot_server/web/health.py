"""Whether the process can serve: the address that the supervisor, a proxy or the clerk asks."""

from __future__ import annotations

from flask import Blueprint, Response

from ballot_server.services.voter_view import check_database
from ballot_server.web.access import Audience, allow
from ballot_server.web.context import get_context
from ballot_server.web.payloads import format_health


def build_health(audience: Audience) -> Blueprint:
    """Return the health page for the audience of one application."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    @allow(audience)
    def show_health() -> Response:
        check_database(get_context().installation.database)
        return Response(format_health(), mimetype="application/json")

    return blueprint
