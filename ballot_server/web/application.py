"""What both applications share: templates, languages, headers, errors and the access rules."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask

from ballot_server.resources import find_templates
from ballot_server.web.access import Audience, guard_routes
from ballot_server.web.context import WebContext, attach_context
from ballot_server.web.errors import handle_errors
from ballot_server.web.headers import add_headers
from ballot_server.web.language import set_languages


def build_application(name: str, audience: Audience, blueprints: Sequence[Blueprint], context: WebContext) -> Flask:
    """Return an application of these pages, all for one audience.

    Raises: RouteRuleError if a route has no access rule or another audience's.
    """
    app = Flask(name, template_folder=str(find_templates()), static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    # Ballots have their own, exact limit; no other address takes a body at all.
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    attach_context(app, context)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    # In the room the projector speaks Vietnamese, whatever the laptop's browser prefers.
    set_languages(app, follows_browser=audience is Audience.ROOM)
    add_headers(app)
    handle_errors(app)
    guard_routes(app, audience)
    return app
