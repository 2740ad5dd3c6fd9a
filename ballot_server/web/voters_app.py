"""The voters' application: state, slip page, cast and boards; it holds no staff route at all."""

from __future__ import annotations

from flask import Flask

from ballot_server.web import board, voter, voter_api
from ballot_server.web.access import ROOM_AUDIENCES, Audience
from ballot_server.web.application import build_application
from ballot_server.web.context import WebContext
from ballot_server.web.health import build_health


def create_voters_app(context: WebContext) -> Flask:
    """Return the application. Raises: RouteRuleError."""
    pages = [voter.blueprint, voter_api.blueprint, board.blueprint, build_health(Audience.ROOM)]
    return build_application("voters", ROOM_AUDIENCES, pages, context)
