"""Who makes the present request: the staff's session cookie, and the mark that every form of theirs carries.

The cookie holds a random secret and nothing else. Over TLS its name begins with `__Host-`, so that no page served
without TLS, such as the voters', can set or read it; at the laptop itself it has another name.
"""

from __future__ import annotations

import hashlib
import secrets

from flask import Flask, Response, g, request
from markupsafe import Markup

from ballot_server.domain.staff import ABSOLUTE_LIMIT, StaffMember
from ballot_server.errors import BallotServerError
from ballot_server.services.staff_sessions import (
    SECRET_BYTES,
    SessionSecret,
    StaffSession,
    confirm_passphrase,
    find_session,
)
from ballot_server.web.context import get_context

FORM_FIELD = "form_mark"
FORM_HEADER = "X-Form-Mark"
PASSPHRASE_FIELD = "passphrase"  # noqa: S105 - the name of a field.
SECOND_PASSPHRASE_FIELD = "second_passphrase"  # noqa: S105 - the name of a field.
_TLS_COOKIE = "__Host-phieukin"
_LAPTOP_COOKIE = "phieukin-laptop"


class SignInNeededError(BallotServerError):
    """Nobody is signed in at this browser, or the sign-in is over."""


class FormMarkWrongError(BallotServerError):
    """A form came without the mark that our own pages put into it, or with an old one."""


class PassphraseNeededError(BallotServerError):
    """What was asked for needs the passphrase again."""


def current_staff() -> StaffMember:
    """Return who makes the request. Raises: SignInNeededError."""
    return current_session().member


def current_session() -> StaffSession:
    """Return the session of the request. Raises: SignInNeededError."""
    session = find_current_session()
    if session is None:
        raise SignInNeededError
    return session


def find_current_session() -> StaffSession | None:
    """Return the session of the request, or None; looked up once a request."""
    if "staff_session" not in g:
        g.staff_session = _look_up()
    session = g.staff_session
    return session if isinstance(session, StaffSession) else None


def read_secret() -> SessionSecret | None:
    """Return the secret in the request's cookie, or None if there is none of the right form."""
    text = request.cookies.get(_name_cookie(), "")
    if len(text) != 2 * SECRET_BYTES or any(letter not in "0123456789abcdef" for letter in text):
        return None
    return SessionSecret(bytes.fromhex(text))


def give_secret(response: Response, secret: bytes) -> None:
    """Make the browser keep a secret for this server alone, out of reach of scripts and of other sites' requests."""
    response.set_cookie(
        _name_cookie(),
        secret.hex(),
        max_age=int(ABSOLUTE_LIMIT.total_seconds()),
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )


def take_secret(response: Response) -> None:
    """Make the browser forget its secret."""
    response.delete_cookie(_name_cookie(), secure=request.is_secure, httponly=True, samesite="Strict")


def require_recent_passphrase() -> None:
    """Let an act go on only if the passphrase was given within five minutes, or comes with this very form.

    Otherwise the answer is a page that asks for it and sends the same form again: call this before anything is changed.
    Raises: SignInNeededError, PassphraseNeededError, PassphraseWrongError, TooManyTriesError.
    """
    context = get_context()
    session = current_session()
    secret = read_secret()
    if session.times.has_recent_passphrase(context.door.clock()):
        return
    if secret is None or PASSPHRASE_FIELD not in request.form:
        raise PassphraseNeededError
    database, source = context.installation.database, request.remote_addr or ""
    passphrase = request.form[PASSPHRASE_FIELD]

    def confirm() -> bytes:
        confirm_passphrase(database, context.door, secret, passphrase=passphrase, source=source)
        return b""

    context.run_blocking(confirm)


def csrf_field() -> Markup:
    """Return the hidden field that every form of a page carries; without it the form is refused."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FORM_FIELD, find_form_mark())


def find_form_mark() -> str:
    """Return the mark of forms in this browser: the session's own, else one bound to a cookie given for the purpose."""
    session = find_current_session()
    if session is not None:
        return _derive_mark(session.form_secret)
    secret = read_secret()
    if secret is None:
        if "new_secret" not in g:
            g.new_secret = SessionSecret(get_context().door.random_bytes(SECRET_BYTES))
        secret = g.new_secret
    return _derive_mark(secret)


def check_form_mark() -> None:
    """Check the mark of a form, or of a request that a script of ours sends. Raises: FormMarkWrongError."""
    session = find_current_session()
    expected = read_secret() if session is None else session.form_secret
    given = request.headers.get(FORM_HEADER) or request.form.get(FORM_FIELD, "")
    if expected is None or not secrets.compare_digest(_derive_mark(expected).encode(), given.encode()):
        raise FormMarkWrongError


def keep_sessions(app: Flask) -> None:
    """Give templates `csrf_field`, `find_form_mark` and `find_staff`, and answers the cookies that forms need."""
    app.jinja_env.globals.update(csrf_field=csrf_field, find_form_mark=find_form_mark, find_staff=_find_staff)

    def hand_out(response: Response) -> Response:
        if "new_secret" in g and not response.headers.getlist("Set-Cookie"):
            give_secret(response, g.new_secret)
        return response

    app.after_request(hand_out)


def _find_staff() -> StaffMember | None:
    session = find_current_session()
    return None if session is None else session.member


def _look_up() -> StaffSession | None:
    secret = read_secret()
    if secret is None:
        return None
    context = get_context()
    return find_session(
        context.installation.database,
        context.door,
        secret,
        browser=request.headers.get("User-Agent", ""),
        # Pages ask the programs' addresses by themselves, so those say nothing about anybody being there.
        is_use=not request.path.startswith("/api/"),
    )


def _derive_mark(secret: bytes) -> str:
    return hashlib.sha256(b"phieukin form mark\x00" + secret).hexdigest()


def _name_cookie() -> str:
    return _TLS_COOKIE if request.is_secure else _LAPTOP_COOKIE
