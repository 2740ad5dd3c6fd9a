"""Who may ask for what: every route declares its audience, or the application refuses to be built.

Rules are held before the view runs; what no rule allows is refused. Requests that change something must come from the
server's own pages. On the staff's application a browser proves that by its origin and by the mark in the form; a
teller's program is no browser, carries its code in a header and is trusted for that alone.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection
from enum import Enum
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request

from ballot_server.domain.staff import Role
from ballot_server.errors import BallotServerError
from ballot_server.web.sessions import check_form_mark, current_staff

_Parameters = ParamSpec("_Parameters")
_Answer = TypeVar("_Answer")
_MARK = "phieukin_audience"
_TRUSTEES = "phieukin_trustees"
_LARGEST = "phieukin_largest_form"
_SAFE_METHODS = {"GET", "HEAD"}


class Audience(Enum):
    """Whom a route is for."""

    ROOM = "room"
    """Anybody who reaches the voters' application: voters, observers, their phones."""

    LAPTOP = "laptop"
    """Whoever sits at the serving laptop itself, signed in or not."""

    ANYBODY_STAFF_APP = "anybody_staff_app"
    """Anybody who reaches the staff's application: for signing in."""

    SCREEN = "screen"
    """Everybody signed in but kiosks, the projector's device too."""

    KIOSK = "kiosk"
    """A kiosk: the device on which voters vote, whoever stands before it."""

    DESK = "desk"
    """The chair and the clerks."""

    CHAIR = "chair"
    """The chair."""

    TRUSTEE = "trustee"
    """A teller's device, which shows its join code: `Authorization: Bearer CODE`."""


ROOM_AUDIENCES = frozenset({Audience.ROOM})
STAFF_AUDIENCES = frozenset(Audience) - ROOM_AUDIENCES

_ROLES = {
    Audience.SCREEN: frozenset(Role) - {Role.KIOSK},
    Audience.KIOSK: frozenset({Role.KIOSK}),
    Audience.DESK: frozenset({Role.CHAIR, Role.CLERK}),
    Audience.CHAIR: frozenset({Role.CHAIR}),
}


class RouteRuleError(BallotServerError):
    """A route has no access rule, or one that its application does not serve; field: endpoint."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint=endpoint)


class CrossSiteRequestError(BallotServerError):
    """A page of another origin asked for a change."""


class LaptopOnlyError(BallotServerError):
    """A page for the serving laptop was asked for from elsewhere, or under another name than the laptop's own."""


class RoleForbiddenError(BallotServerError):
    """Somebody signed in asked for what another role does."""


class JoinCodeWrongError(BallotServerError):
    """A teller's device shows no join code, or one that is not valid now."""


class JsonTypeError(BallotServerError):
    """A program sent something else than application/json."""


def allow(audience: Audience) -> Callable[[Callable[_Parameters, _Answer]], Callable[_Parameters, _Answer]]:
    """Declare whom a view is for; stands directly above the function, below `route`."""

    def mark(view: Callable[_Parameters, _Answer]) -> Callable[_Parameters, _Answer]:
        setattr(view, _MARK, audience)
        return view

    return mark


def take_large_forms(
    most_bytes: int,
) -> Callable[[Callable[_Parameters, _Answer]], Callable[_Parameters, _Answer]]:
    """Let a view take a larger form than others do, from those it is for; stands above `allow`."""

    def mark(view: Callable[_Parameters, _Answer]) -> Callable[_Parameters, _Answer]:
        setattr(view, _LARGEST, most_bytes)
        return view

    return mark


def find_audience(app: Flask, endpoint: str) -> Audience | None:
    """Return whom an endpoint is for, or None if it does not say."""
    audience = getattr(app.view_functions[endpoint], _MARK, None)
    return audience if isinstance(audience, Audience) else None


def guard_routes(app: Flask, audiences: Collection[Audience], *, is_laptop: bool = False) -> None:
    """Check that every route is for one of these audiences, and enforce its rule on each request.

    is_laptop: the whole application answers the serving laptop only.
    Raises: RouteRuleError for a route without a rule, or with another application's.
    """
    for rule in app.url_map.iter_rules():
        if find_audience(app, rule.endpoint) not in audiences:
            raise RouteRuleError(rule.endpoint)
    if is_laptop:
        app.before_request(_check_laptop)
    app.before_request(_check_rule)


def recognise_trustees(app: Flask, find_trustee: Callable[[str], object | None]) -> None:
    """Say how an application knows a teller by a join code; without this no code is valid.

    find_trustee: returns whose code it is, for `current_trustee`, or None.
    """
    app.extensions[_TRUSTEES] = find_trustee


def current_trustee() -> object:
    """Return whose join code the request shows, as `find_trustee` gave it. Raises: JoinCodeWrongError."""
    if "trustee" not in g:
        raise JoinCodeWrongError
    trustee: object = g.trustee
    return trustee


def _check_rule() -> None:
    if request.endpoint is None:
        # No route: the error page for a missing address or method follows.
        return
    audience = find_audience(current_app, request.endpoint)
    match audience:
        case Audience.ROOM:
            _check_site()
        case Audience.TRUSTEE:
            _check_site()
            _check_trustee()
            _check_json()
        case Audience.ANYBODY_STAFF_APP:
            _check_staff_form()
        case Audience.LAPTOP:
            _check_laptop()
            _check_staff_form()
        case Audience.SCREEN | Audience.DESK | Audience.CHAIR:
            if current_staff().role not in _ROLES[audience]:
                raise RoleForbiddenError
            most = getattr(current_app.view_functions[request.endpoint], _LARGEST, None)
            if most is not None:
                request.max_content_length = most
            _check_staff_form()
        case Audience.KIOSK:
            if current_staff().role not in _ROLES[audience]:
                raise RoleForbiddenError
            _check_kiosk_request()
        case None:
            raise RouteRuleError(request.endpoint)


def _check_staff_form() -> None:
    if request.method in _SAFE_METHODS:
        return
    _check_origin()
    _check_json()
    check_form_mark()


def _check_kiosk_request() -> None:
    # As a form of the staff's, but a ballot is bytes and no JSON.
    if request.method in _SAFE_METHODS:
        return
    _check_origin()
    check_form_mark()


def _check_origin() -> None:
    if request.headers.get("Origin") is None:
        raise CrossSiteRequestError
    _check_site()


def _check_json() -> None:
    if (
        request.method not in _SAFE_METHODS
        and request.path.startswith("/api/")
        and request.mimetype != "application/json"
    ):
        raise JsonTypeError


def _check_trustee() -> None:
    scheme, _, code = request.headers.get("Authorization", "").partition(" ")
    find_trustee = current_app.extensions.get(_TRUSTEES)
    found = find_trustee(code.strip()) if find_trustee is not None and scheme.lower() == "bearer" else None
    if found is None:
        raise JoinCodeWrongError
    g.trustee = found


def _check_laptop() -> None:
    # The name is checked beside the address: a foreign page may point a name of its own at 127.0.0.1.
    if not _is_loopback(request.remote_addr) or not _is_loopback(urlsplit(f"//{request.host}").hostname):
        raise LaptopOnlyError


def _check_site() -> None:
    if request.method in _SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise CrossSiteRequestError
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise CrossSiteRequestError


def _is_loopback(name: str | None) -> bool:
    if name == "localhost":
        return True
    try:
        return name is not None and ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
