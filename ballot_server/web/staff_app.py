"""The staff's application. Until its pages come with HTTPS, it answers the serving laptop itself and nobody else."""

from __future__ import annotations

from flask import Flask

from ballot_server.web import screen
from ballot_server.web.access import Audience
from ballot_server.web.application import build_application
from ballot_server.web.context import WebContext
from ballot_server.web.health import build_health


def create_staff_app(context: WebContext) -> Flask:
    """Return the application. Raises: RouteRuleError."""
    return build_application("staff", Audience.LAPTOP, [screen.blueprint, build_health(Audience.LAPTOP)], context)
