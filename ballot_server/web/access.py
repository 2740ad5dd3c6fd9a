"""Who may ask for what: every route declares its audience, or the application refuses to be built.

Rules are held before the view runs. Requests that change something must come from the server's own pages: browsers say
where a request comes from, and programs that are no browsers carry nobody's trust.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from enum import Enum
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, request

from ballot_server.errors import BallotServerError

_Parameters = ParamSpec("_Parameters")
_Answer = TypeVar("_Answer")
_MARK = "phieukin_audience"
_SAFE_METHODS = {"GET", "HEAD"}


class Audience(Enum):
    """Whom a route is for."""

    ROOM = "room"
    """Anybody who reaches the address: voters, observers, their phones."""

    LAPTOP = "laptop"
    """Whoever sits at the serving laptop itself."""


class RouteRuleError(BallotServerError):
    """A route has no access rule, or one that its application does not serve; field: endpoint."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint=endpoint)


class CrossSiteRequestError(BallotServerError):
    """A page of another origin asked for a change."""


class LaptopOnlyError(BallotServerError):
    """A page for the serving laptop was asked for from elsewhere, or under another name than the laptop's own."""


def allow(audience: Audience) -> Callable[[Callable[_Parameters, _Answer]], Callable[_Parameters, _Answer]]:
    """Declare whom a view is for; stands directly above the function, below `route`."""

    def mark(view: Callable[_Parameters, _Answer]) -> Callable[_Parameters, _Answer]:
        setattr(view, _MARK, audience)
        return view

    return mark


def guard_routes(app: Flask, audience: Audience) -> None:
    """Check that every route is for this audience, and enforce it on each request.

    Raises: RouteRuleError for a route without a rule, or with another audience's.
    """
    for rule in app.url_map.iter_rules():
        if getattr(app.view_functions[rule.endpoint], _MARK, None) is not audience:
            raise RouteRuleError(rule.endpoint)
    app.before_request(_check_laptop if audience is Audience.LAPTOP else _check_site)


def _check_laptop() -> None:
    # The name is checked beside the address: a foreign page may point a name of its own at 127.0.0.1.
    if not _is_loopback(request.remote_addr) or not _is_loopback(urlsplit(f"//{request.host}").hostname):
        raise LaptopOnlyError
    _check_site()


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
