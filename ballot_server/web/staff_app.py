"""The staff's application: HTTPS for their devices, and the same pages for the serving laptop itself."""

from __future__ import annotations

from flask import Flask

from ballot_server.resources import find_templates
from ballot_server.web import (
    account,
    archives,
    chair,
    chair_election,
    count,
    desk,
    draft,
    exemptions,
    follow_ups,
    kiosk,
    paper,
    reports,
    roll,
    screen,
    sign_in,
    slides,
    slip_orders,
    trustee,
    trustee_api,
)
from ballot_server.web.access import STAFF_AUDIENCES, Audience, recognise_trustees
from ballot_server.web.application import build_application
from ballot_server.web.assets import build_assets, load_bundles
from ballot_server.web.context import WebContext
from ballot_server.web.health import build_health
from ballot_server.web.kiosk import KIOSK_BUNDLES
from ballot_server.web.room_papers import build_room_papers
from ballot_server.web.sessions import keep_sessions
from ballot_server.web.sign_in import handle_sign_in
from ballot_server.web.voters_app import BOOTH_BUNDLES

STAFF_BUNDLES = ("trustee.js", "trustee.css", *KIOSK_BUNDLES)


def create_staff_app(context: WebContext, *, is_laptop: bool = False) -> Flask:
    """Return the application; is_laptop: it answers the serving laptop only, without TLS.

    Raises: RouteRuleError; BundleMissingError.
    """
    bundles = load_bundles(STAFF_BUNDLES)
    pages = [
        sign_in.blueprint,
        account.blueprint,
        screen.blueprint,
        slides.blueprint,
        chair.blueprint,
        archives.blueprint,
        chair_election.blueprint,
        paper.blueprint,
        count.blueprint,
        draft.blueprint,
        desk.blueprint,
        build_room_papers(load_bundles(BOOTH_BUNDLES)),
        kiosk.blueprint,
        slip_orders.blueprint,
        roll.blueprint,
        exemptions.blueprint,
        follow_ups.blueprint,
        reports.blueprint,
        trustee.blueprint,
        trustee_api.blueprint,
        trustee_api.authority_blueprint,
        build_assets(bundles, Audience.ANYBODY_STAFF_APP),
        build_health(Audience.ANYBODY_STAFF_APP),
    ]
    # A template ends without its last line feed.
    styles = [(find_templates() / "staff" / "staff.css").read_bytes().removesuffix(b"\n")]
    styles += [bundle.content for name, bundle in bundles.items() if name.endswith(".css")]
    app = build_application("staff", STAFF_AUDIENCES, pages, context, is_laptop=is_laptop, styles=styles)
    keep_sessions(app)
    recognise_trustees(app, trustee_api.find_trustee)
    handle_sign_in(app)
    return app
