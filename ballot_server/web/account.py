"""The account page: who is signed in where, and, for the chair, who belongs to the staff."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request
from markupsafe import Markup

from ballot_server.domain.staff import Role
from ballot_server.services.draw_code import draw_code
from ballot_server.services.issue_certificate import view_authority
from ballot_server.services.staff_links import (
    LinkCode,
    RoleNotGivenError,
    format_code,
    list_people,
    make_link,
    remove_person,
    renew_link,
)
from ballot_server.services.staff_sessions import StaffSession, end_session, list_sessions
from ballot_server.web.access import Audience, allow
from ballot_server.web.browsers import describe_browser
from ballot_server.web.context import get_context
from ballot_server.web.language import link
from ballot_server.web.sessions import current_session, current_staff, require_recent_passphrase

blueprint = Blueprint("account", __name__)


@dataclass(frozen=True)
class SessionLine:
    """One session as the page lists it."""

    id: str
    name: str
    browser: str
    minutes: int
    is_this: bool


@blueprint.get("/account")
@allow(Audience.SCREEN)
def show_account() -> str:
    """Show where the viewer is signed in; the chair sees everybody."""
    context = get_context()
    database = context.installation.database
    sessions = list_sessions(database, context.door, current_staff())
    is_chair = current_staff().role is Role.CHAIR
    return render_template(
        "staff/account.html",
        sessions=[_describe(session) for session in sessions],
        people=list_people(database) if is_chair else (),
        is_chair=is_chair,
    )


@blueprint.post("/account/sessions/end")
@allow(Audience.SCREEN)
def post_session_end() -> Response:
    """End one session of the viewer's own, or any if the viewer is the chair."""
    end_session(get_context().installation.database, current_staff(), request.form.get("session", ""))
    return _go_back()


@blueprint.post("/account/people")
@allow(Audience.CHAIR)
def post_person() -> str:
    """Make a one-time link for a new clerk or screen and show it once."""
    require_recent_passphrase()
    context = get_context()
    name = request.form.get("name", "")
    code = make_link(context.installation.database, context.door, name=name, role=_read_role())
    return _show_link(name, code)


@blueprint.post("/account/people/renew")
@allow(Audience.CHAIR)
def post_person_renew() -> str:
    """Make a new one-time link for a clerk or screen and show it once."""
    require_recent_passphrase()
    context = get_context()
    name = request.form.get("name", "")
    return _show_link(name, renew_link(context.installation.database, context.door, name=name))


@blueprint.post("/account/people/remove")
@allow(Audience.CHAIR)
def post_person_remove() -> Response:
    """Remove a clerk or screen; whatever is open there stops at once."""
    require_recent_passphrase()
    remove_person(get_context().installation.database, name=request.form.get("name", ""))
    return _go_back()


def _show_link(name: str, code: LinkCode) -> str:
    context = get_context()
    base = context.staff_address or request.host_url.rstrip("/")
    address = f"{base}/welcome#{code}"
    return render_template(
        "staff/link.html",
        name=name,
        code=format_code(code),
        base=f"{base}/welcome",
        # The drawing is ours and holds digits only.
        drawing=Markup(draw_code(address)),  # noqa: S704 - our own drawing of a checked address.
        voters_address=context.voters_address,
        authority=view_authority(context.installation.folder) if context.voters_address else None,
    )


def _describe(session: StaffSession) -> SessionLine:
    idle = get_context().door.clock() - session.times.seen
    return SessionLine(
        id=session.id,
        name=session.member.name,
        browser=describe_browser(session.browser),
        minutes=max(0, int(idle.total_seconds()) // 60),
        is_this=session.id == current_session().id,
    )


def _read_role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise RoleNotGivenError from None


def _go_back() -> Response:
    response = redirect(link("account.show_account"), 303)
    if not isinstance(response, Response):
        raise TypeError("Flask redirects with its own response class")
    return response
