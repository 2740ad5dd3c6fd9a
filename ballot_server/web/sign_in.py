"""Signing in and out, and what a one-time link opens."""

from __future__ import annotations

from http import HTTPStatus
from importlib import resources

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from ballot_server.domain.staff import Role, normalise_passphrase
from ballot_server.errors import BallotServerError
from ballot_server.i18n import translate_error
from ballot_server.services.passphrase import generate_passphrase
from ballot_server.services.sign_in_throttle import TooManyTriesError
from ballot_server.services.staff_links import LinkInvalidError, read_link, use_link
from ballot_server.services.staff_sessions import PassphraseWrongError, SessionOverError, sign_in, sign_out
from ballot_server.web.access import Audience, allow
from ballot_server.web.context import get_context
from ballot_server.web.errors import answer_refusal, find_status
from ballot_server.web.language import choose_language, link
from ballot_server.web.sessions import (
    FORM_FIELD,
    PASSPHRASE_FIELD,
    SECOND_PASSPHRASE_FIELD,
    PassphraseNeededError,
    SignInNeededError,
    find_current_session,
    give_secret,
    read_secret,
    take_secret,
)

blueprint = Blueprint("sign_in", __name__)


class PassphrasesDifferError(BallotServerError):
    """A new passphrase was not typed the same way twice."""


@blueprint.get("/sign-in")
@allow(Audience.ANYBODY_STAFF_APP)
def show_sign_in() -> str | Response:
    """Show the sign-in page, or go on if somebody is signed in."""
    session = find_current_session()
    if session is not None:
        return _go_on(session.member.role)
    return render_template("staff/sign_in.html", error=None, name="", onward=request.args.get("next", ""))


@blueprint.post("/sign-in")
@allow(Audience.ANYBODY_STAFF_APP)
def post_sign_in() -> Response:
    """Sign somebody in under a new secret, whatever secret the browser had before."""
    context = get_context()
    name, passphrase = request.form.get("name", ""), request.form.get(PASSPHRASE_FIELD, "")
    source, browser = request.remote_addr or "", request.headers.get("User-Agent", "")
    database = context.installation.database

    def enter() -> bytes:
        return sign_in(database, context.door, name=name, passphrase=passphrase, source=source, browser=browser)

    try:
        secret = context.run_blocking(enter)
    except BallotServerError as error:
        return _show_again(error, "staff/sign_in.html", name=name, onward=request.form.get("next", ""))
    _forget_old_secret()
    response = _go_on(None)
    give_secret(response, secret)
    return response


@blueprint.post("/sign-out")
@allow(Audience.ANYBODY_STAFF_APP)
def post_sign_out() -> Response:
    """End the session and forget its cookie; without a session the answer is the same."""
    _forget_old_secret()
    response = _redirect(link("sign_in.show_sign_in"))
    take_secret(response)
    return response


@blueprint.get("/welcome")
@allow(Audience.ANYBODY_STAFF_APP)
def show_welcome() -> str:
    """Ask for a link's code; a script of ours takes it from the address's fragment, which never leaves the browser."""
    return render_template("staff/welcome.html", error=None)


@blueprint.get("/welcome.js")
@allow(Audience.ANYBODY_STAFF_APP)
def show_welcome_script() -> Response:
    """Return the script of the welcome page."""
    script = resources.files("ballot_server") / "web" / "scripts" / "welcome.js"
    return Response(script.read_bytes(), mimetype="text/javascript")


@blueprint.post("/welcome")
@allow(Audience.ANYBODY_STAFF_APP)
def post_welcome() -> Response:
    """Show what a link is for and ask for what is missing: a name, a passphrase, or nothing for a screen."""
    context = get_context()
    code = request.form.get("code", "")
    try:
        found = read_link(context.installation.database, context.door, code)
    except LinkInvalidError as error:
        return _show_again(error, "staff/welcome.html")
    offered = generate_passphrase(context.door.random_bytes)
    return Response(
        render_template("staff/choose.html", error=None, code=code, link_for=found, offered=offered, name="")
    )


@blueprint.post("/welcome/finish")
@allow(Audience.ANYBODY_STAFF_APP)
def post_welcome_finish() -> Response:
    """Use a link up and sign in."""
    context = get_context()
    code, name = request.form.get("code", ""), request.form.get("name", "")
    passphrase, browser = request.form.get(PASSPHRASE_FIELD, ""), request.headers.get("User-Agent", "")
    database = context.installation.database

    def enter() -> bytes:
        return use_link(database, context.door, code, name=name, passphrase=passphrase, browser=browser)

    try:
        found = read_link(database, context.door, code)
    except LinkInvalidError as error:
        return _show_again(error, "staff/welcome.html")
    try:
        if normalise_passphrase(passphrase) != normalise_passphrase(request.form.get("passphrase_again", "")):
            raise PassphrasesDifferError
        secret = context.run_blocking(enter)
    except LinkInvalidError as error:
        return _show_again(error, "staff/welcome.html")
    except BallotServerError as error:
        offered = request.form.get("offered", "")
        return _show_again(error, "staff/choose.html", code=code, link_for=found, offered=offered, name=name)
    _forget_old_secret()
    response = _go_on(found.role)
    give_secret(response, secret)
    return response


def handle_sign_in(app: Flask) -> None:
    """Make an application lead to the sign-in page, and ask for a passphrase where an act needs one."""
    app.register_error_handler(SignInNeededError, _lead_to_sign_in)
    app.register_error_handler(SessionOverError, _lead_to_sign_in)
    app.register_error_handler(PassphraseNeededError, _ask_for_passphrase)
    app.register_error_handler(PassphraseWrongError, _ask_for_passphrase)
    app.register_error_handler(TooManyTriesError, _ask_for_passphrase)


def _lead_to_sign_in(error: BallotServerError) -> Response:
    if request.path.startswith("/api/"):
        return answer_refusal(error)
    if request.method in ("GET", "HEAD"):
        onward = None if request.path == "/" else request.path
        lang = choose_language().value if "lang" in request.args else None
        return _redirect(url_for("sign_in.show_sign_in", next=onward, lang=lang))
    # What was sent is not done later by itself: the page says so and leads to the sign-in.
    return _show_again(error, "staff/sign_in.html", name="", onward=request.path)


def _ask_for_passphrase(error: BallotServerError) -> Response:
    """Return a page that asks for the passphrase and sends the form once more with it."""
    if request.path.startswith("/api/"):
        return answer_refusal(error)
    secret = (FORM_FIELD, PASSPHRASE_FIELD, SECOND_PASSPHRASE_FIELD)
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in secret]
    shown = None if isinstance(error, PassphraseNeededError) else error
    return _show_again(shown, "staff/confirm.html", status=find_status(error), kept=kept)


def _show_again(
    error: BallotServerError | None, template: str, *, status: HTTPStatus | None = None, **fields: object
) -> Response:
    sentence = None if error is None else translate_error(error, choose_language())
    found = None if error is None else find_status(error)
    if error is not None and found is None:
        raise error
    return Response(render_template(template, error=sentence, **fields), status or found)


def _forget_old_secret() -> None:
    secret = read_secret()
    if secret is not None:
        sign_out(get_context().installation.database, secret)


def _go_on(role: Role | None) -> Response:
    """Lead to the page that was asked for before the sign-in, if it is one of ours, else to the role's first page."""
    asked = request.form.get("next", "") or request.args.get("next", "")
    if _is_page(asked):
        return _redirect(asked)
    first = {Role.SCREEN: "screen.show_screen", Role.KIOSK: "kiosk.show_kiosk"}
    return _redirect(link("screen.show_home" if role is None else first.get(role, "screen.show_home")))


def _is_page(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return False
    # Browsers read more than one spelling of "//" as the start of a foreign address.
    return path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()


def _redirect(address: str) -> Response:
    response = redirect(address, HTTPStatus.SEE_OTHER)
    if not isinstance(response, Response):
        raise TypeError("Flask redirects with its own response class")
    return response
