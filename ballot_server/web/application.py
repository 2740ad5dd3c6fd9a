"""What both applications share: templates, languages, headers, errors and the access rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import Blueprint, Flask

from ballot_server.resources import find_templates
from ballot_server.web.access import ROOM_AUDIENCES, Audience, guard_routes
from ballot_server.web.context import WebContext, attach_context
from ballot_server.web.errors import handle_errors
from ballot_server.web.headers import add_headers
from ballot_server.web.language import set_languages


def build_application(
    name: str,
    audiences: Collection[Audience],
    blueprints: Sequence[Blueprint],
    context: WebContext,
    *,
    is_laptop: bool = False,
    styles: Sequence[bytes] = (),
) -> Flask:
    """Return an application of these pages.

    is_laptop: it answers the serving laptop only; styles: sheets that pages hold besides the layout's.

    Raises: RouteRuleError if a route has no access rule or one for none of these audiences.
    """
    app = Flask(name, template_folder=str(find_templates()), static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    # Ballots have their own, exact limit; no other address takes a body at all.
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    attach_context(app, context)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    is_for_staff = audiences != ROOM_AUDIENCES
    # In the room the projector speaks Vietnamese, whatever the laptop's browser prefers.
    set_languages(app, follows_browser=not is_for_staff)
    add_headers(app, has_forms=is_for_staff, styles=styles)
    handle_errors(app)
    guard_routes(app, audiences, is_laptop=is_laptop)
    return app
