"""What a teller's device asks for: its seat, what is asked of it, the others' messages, and the board to review.

Every request carries `Authorization: Bearer CODE` and `Phieukin-Device`, 32 random bytes in hexadecimal that the device
made itself. The first request to join binds the two, so that the code alone opens nothing afterwards.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable

from flask import Blueprint, Response, request

from ballot_server.services.issue_certificate import view_authority
from ballot_server.services.trustee_messages import Post
from ballot_server.services.trustee_proceedings import Occasion
from ballot_server.services.trustee_relay import begin_again, describe_for_device, post_message, read_round
from ballot_server.services.trustee_seats import DEVICE_BYTES, Seat, identify, is_known_code, join
from ballot_server.services.voter_view import read_board
from ballot_server.web.access import Audience, allow, current_trustee
from ballot_server.web.context import get_context, open_board
from ballot_server.web.errors import BodyTooLargeError, LengthMissingError
from ballot_server.web.trustee_payloads import (
    LARGEST_REQUEST,
    AttemptPayload,
    JoinPayload,
    MessagePayload,
    TrusteePayloadError,
    decode_payload,
    format_done,
    format_room,
    format_round,
)

blueprint = Blueprint("trustee_api", __name__, url_prefix="/api/trustee")
authority_blueprint = Blueprint("trustee_authority", __name__)

DEVICE_HEADER = "Phieukin-Device"
_JSON = "application/json"


def find_trustee(code: str) -> str | None:
    """Return a join code that opens a seat, for the access rules, or None."""
    return code if is_known_code(get_context().installation.database, code) else None


@authority_blueprint.get("/authority.pem")
@allow(Audience.ANYBODY_STAFF_APP)
def get_authority() -> Response:
    """Return the authority's certificate, which a device compares with the fingerprint in its joining address."""
    authority = view_authority(get_context().installation.folder)
    return Response(ssl.DER_cert_to_PEM_cert(authority.der), mimetype="application/x-pem-file")


@blueprint.post("/join")
@allow(Audience.TRUSTEE)
def post_join() -> Response:
    """Take the seat of a code for the asking device, and say what it needs to know."""
    decode_payload(_read_body(), JoinPayload)
    database = get_context().installation.database
    seat = join(database, code=str(current_trustee()), device=_read_device())
    return _answer(format_room(describe_for_device(database, seat)))


@blueprint.get("/room")
@allow(Audience.TRUSTEE)
def get_room() -> Response:
    """Return what is asked of the tellers now, and who has done what."""
    return _answer(format_room(describe_for_device(get_context().installation.database, _find_seat())))


@blueprint.get("/round")
@allow(Audience.TRUSTEE)
def get_round() -> Response:
    """Return one round's messages once all are in; `?occasion=…&attempt=…&round=…`."""
    seat = _find_seat()
    attempt = request.args.get("attempt", type=int, default=0)
    occasion = Occasion.parse(request.args.get("occasion", ""))
    database = get_context().installation.database
    view = read_round(database, seat, occasion, attempt=attempt, round_name=request.args.get("round", ""))
    return _answer(format_round(view))


@blueprint.post("/messages")
@allow(Audience.TRUSTEE)
def post_to_round() -> Response:
    """Append a message of this device."""
    seat = _find_seat()
    payload = decode_payload(_read_body(), MessagePayload)
    post = Post(payload.attempt, payload.round, payload.body.encode(), payload.receiver)
    installation = get_context().installation
    board = open_board(seat.meeting)
    return _run(lambda: post_message(installation.database, board, seat, Occasion.parse(payload.occasion), post))


@blueprint.post("/attempts")
@allow(Audience.TRUSTEE)
def post_attempt() -> Response:
    """Begin an exchange of words afresh, because this device was restarted in the middle of it."""
    seat = _find_seat()
    payload = decode_payload(_read_body(), AttemptPayload)
    occasion = Occasion.parse(payload.occasion)
    database = get_context().installation.database
    return _run(lambda: begin_again(database, seat, occasion, attempt=payload.attempt))


@blueprint.get("/board")
@allow(Audience.TRUSTEE)
def get_board() -> Response:
    """Return the meeting's board so far, for the device to verify."""
    seat = _find_seat()
    return Response(read_board(get_context().installation.database, seat.meeting), mimetype="application/jsonl")


def _find_seat() -> Seat:
    return identify(get_context().installation.database, code=str(current_trustee()), device=_read_device())


def _read_device() -> bytes:
    text = request.headers.get(DEVICE_HEADER, "")
    if len(text) != 2 * DEVICE_BYTES or any(character not in "0123456789abcdef" for character in text):
        raise TrusteePayloadError(problem=f"{DEVICE_HEADER} is not {2 * DEVICE_BYTES} hexadecimal digits")
    return bytes.fromhex(text)


def _read_body() -> bytes:
    announced = request.content_length
    if announced is None:
        raise LengthMissingError
    if announced > LARGEST_REQUEST:
        raise BodyTooLargeError(expected=LARGEST_REQUEST, got=announced)
    with get_context().limit_time():
        return request.get_data(cache=False)


def _run(function: Callable[[], None]) -> Response:
    def work() -> bytes:
        function()
        return format_done()

    return _answer(get_context().run_blocking(work))


def _answer(body: bytes) -> Response:
    return Response(body, mimetype=_JSON)
