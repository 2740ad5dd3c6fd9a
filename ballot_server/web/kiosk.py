"""The kiosk: a shared device on which slips vote, and at which slips are brought back.

It is served to devices that the chair's one-time link made kiosks, and to nobody else; such a device opens this page,
what voters' phones may ask for under an address of its own, and nothing of the staff's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, render_template, request

from ballot_server.services.void_slip import read_void_terms, void_slip
from ballot_server.web import voter_api
from ballot_server.web.access import Audience, allow
from ballot_server.web.context import get_context
from ballot_server.web.errors import BodyTooLargeError, LengthMissingError
from ballot_server.web.headers import use_camera
from ballot_server.web.kiosk_payloads import (
    LARGEST_REQUEST,
    decode_void_request,
    format_pulse,
    format_terms,
    format_voiding,
)
from ballot_server.web.voter import find_current_meeting

blueprint = Blueprint("kiosk", __name__)

KIOSK_BUNDLES = ("kiosk.js", "kiosk.css", "zxing_reader.wasm")
_JSON = "application/json"
_API = "/api/kiosk"


@blueprint.get("/kiosk")
@allow(Audience.KIOSK)
def show_kiosk() -> str:
    """Show the page; everything on it is drawn by its script."""
    use_camera()
    check_address = f"{get_context().voters_address or ''}/check"
    return render_template("kiosk/kiosk.html", meeting=find_current_meeting(), check_address=check_address)


@blueprint.get(_API)
@allow(Audience.KIOSK)
def get_pulse() -> Response:
    """Tell a kiosk that the server is there, and which meeting is on."""
    return Response(format_pulse(find_current_meeting()), mimetype=_JSON)


@blueprint.get(f"{_API}/meetings/<meeting>/void")
@allow(Audience.KIOSK)
def get_void(meeting: str) -> Response:
    """Return what a slip has to sign to be voided now."""
    return Response(format_terms(read_void_terms(get_context().installation.database, meeting)), mimetype=_JSON)


@blueprint.post(f"{_API}/meetings/<meeting>/void")
@allow(Audience.KIOSK)
def post_void(meeting: str) -> Response:
    """Void a slip that is brought back or exchanged for paper."""
    context = get_context()
    database = context.installation.database
    asked = decode_void_request(_read_body())

    def void() -> bytes:
        voiding = void_slip(
            database, meeting=meeting, terms=asked.terms, claims=asked.claims, witnesses=asked.witnesses
        )
        return format_voiding(voiding)

    return Response(context.run_blocking(void), mimetype=_JSON)


def _read_body() -> bytes:
    announced = request.content_length
    if announced is None:
        raise LengthMissingError
    if announced > LARGEST_REQUEST:
        raise BodyTooLargeError(expected=LARGEST_REQUEST, got=announced)
    with get_context().limit_time():
        return request.stream.read(announced)


def _open_to_kiosks(view: Callable[..., Response]) -> Callable[..., Response]:
    """Return a view of the voters' application under the kiosk's rule."""

    @allow(Audience.KIOSK)
    @wraps(view)
    def shared(**arguments: str) -> Response:
        return view(**arguments)

    return shared


for _path, _method, _view in (
    ("meetings/<meeting>", "GET", voter_api.get_state),
    ("meetings/<meeting>/booth", "GET", voter_api.get_booth),
    ("elections/<election>/credentials", "GET", voter_api.get_credentials),
    ("elections/<election>/closed", "GET", voter_api.get_closed),
    ("elections/<election>/status", "POST", voter_api.post_status),
    ("elections/<election>/ballots", "POST", voter_api.post_ballot),
    ("elections/<election>/tests", "POST", voter_api.post_test),
):
    blueprint.add_url_rule(f"{_API}/{_path}", view_func=_open_to_kiosks(_view), methods=[_method])
