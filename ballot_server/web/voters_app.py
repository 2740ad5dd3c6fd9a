"""The voters' application: state, slip page, cast and boards; it holds no staff route at all."""

from __future__ import annotations

from flask import Flask

from ballot_server.web import authority, board, voter, voter_api
from ballot_server.web.access import ROOM_AUDIENCES, Audience
from ballot_server.web.application import build_application
from ballot_server.web.assets import build_assets, load_bundles
from ballot_server.web.context import WebContext
from ballot_server.web.health import build_health

BOOTH_BUNDLES = ("booth.js", "booth.css", "check.js", "check.css", "verify.js", "verify.css")


def create_voters_app(context: WebContext) -> Flask:
    """Return the application. Raises: RouteRuleError; BundleMissingError."""
    bundles = load_bundles(BOOTH_BUNDLES)
    pages = [
        voter.blueprint,
        voter_api.blueprint,
        board.blueprint,
        authority.blueprint,
        build_assets(bundles),
        build_health(Audience.ROOM),
    ]
    styles = [bundles[name].content for name in BOOTH_BUNDLES if name.endswith(".css")]
    return build_application("voters", ROOM_AUDIENCES, pages, context, styles=styles)
