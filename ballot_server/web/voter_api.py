"""What a voter's phone asks for: the meeting's state, the key ceremony, a manifest, and to cast."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from ballot_server.services.cast_ballot import ElectionUnknownError, cast_ballot
from ballot_server.services.slip_status import (
    QUESTION_BYTES,
    list_closed_ballots,
    list_credentials,
    read_slip_status,
)
from ballot_server.services.tested_ballots import TRACKER_CHARACTERS, publish_test, read_test, read_test_size
from ballot_server.services.voter_view import (
    describe_meeting,
    read_ballot_size,
    read_booth,
    read_ceremony,
    read_manifest,
)
from ballot_server.web.access import Audience, allow
from ballot_server.web.compression import compress
from ballot_server.web.context import get_context
from ballot_server.web.errors import BodyTooLargeError, BodyTooShortError, BodyTypeError, LengthMissingError
from ballot_server.web.payloads import format_booth, format_state

blueprint = Blueprint("voter_api", __name__, url_prefix="/api")

_JSON = "application/json"
_BALLOT = "application/octet-stream"


@blueprint.get("/meetings/<meeting>")
@allow(Audience.ROOM)
def get_state(meeting: str) -> Response:
    """Return a meeting's state; a phone that has it already gets an empty answer."""
    body = format_state(describe_meeting(get_context().installation.database, meeting))
    response = Response(body, mimetype=_JSON)
    response.set_etag(hashlib.sha256(body).hexdigest()[:16])
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


@blueprint.get("/meetings/<meeting>/booth")
@allow(Audience.ROOM)
def get_booth(meeting: str) -> Response:
    """Return in one answer all that a phone needs to begin."""
    return compress(Response(format_booth(read_booth(get_context().installation.database, meeting)), mimetype=_JSON))


@blueprint.get("/meetings/<meeting>/ceremony")
@allow(Audience.ROOM)
def get_ceremony(meeting: str) -> Response:
    """Return the key ceremony as it stands on the board."""
    return Response(read_ceremony(get_context().installation.database, meeting), mimetype=_JSON)


@blueprint.get("/elections/<election>/manifest")
@allow(Audience.ROOM)
def get_manifest(election: str) -> Response:
    """Return an election's manifest in its canonical form."""
    return Response(read_manifest(get_context().installation.database, parse_election_hash(election)), mimetype=_JSON)


@blueprint.get("/elections/<election>/closed")
@allow(Audience.ROOM)
def get_closed(election: str) -> Response:
    """Return which ballots a closed election holds, and under which credentials."""
    return Response(
        list_closed_ballots(get_context().installation.database, parse_election_hash(election)), mimetype=_JSON
    )


@blueprint.get("/elections/<election>/credentials")
@allow(Audience.ROOM)
def get_credentials(election: str) -> Response:
    """Return which credentials may vote in an election."""
    return Response(
        list_credentials(get_context().installation.database, parse_election_hash(election)), mimetype=_JSON
    )


@blueprint.post("/elections/<election>/status")
@allow(Audience.ROOM)
def post_status(election: str) -> Response:
    """Tell a slip, which proves that it is one, whether it has voted."""
    context = get_context()
    database = context.installation.database
    election_hash = parse_election_hash(election)
    question = _read_body(QUESTION_BYTES)
    return Response(context.run_blocking(lambda: read_slip_status(database, election_hash, question)), mimetype=_JSON)


@blueprint.post("/elections/<election>/ballots")
@allow(Audience.ROOM)
def post_ballot(election: str) -> Response:
    """Take one ballot and return its signed confirmation."""
    context = get_context()
    installation = context.installation
    election_hash = parse_election_hash(election)
    data = _read_body(read_ballot_size(installation.database, election_hash))
    confirmation = context.run_blocking(
        lambda: cast_ballot(installation.database, installation.seed, election_hash, data)
    )
    return Response(confirmation, mimetype=_JSON)


@blueprint.post("/elections/<election>/tests")
@allow(Audience.ROOM)
def post_test(election: str) -> Response:
    """Publish a ballot that its voter tests, with its opening."""
    context = get_context()
    database = context.installation.database
    election_hash = parse_election_hash(election)
    body = _read_body(read_test_size(database, election_hash))
    return Response(context.run_blocking(lambda: publish_test(database, election_hash, body)), mimetype=_JSON)


@blueprint.post("/elections/<election>/tested")
@allow(Audience.ROOM)
def post_tracker(election: str) -> Response:
    """Return a tested ballot with its opening to whoever knows its tracker."""
    election_hash = parse_election_hash(election)
    tracker = _read_body(TRACKER_CHARACTERS)
    return Response(read_test(get_context().installation.database, election_hash, tracker), mimetype=_JSON)


def parse_election_hash(text: str) -> bytes:
    """Return the 32 bytes of an election's name in an address. Raises: ElectionUnknownError for any other text."""
    if len(text) != 64 or any(character not in "0123456789abcdef" for character in text):
        raise ElectionUnknownError
    return bytes.fromhex(text)


def _read_body(expected: int) -> bytes:
    """Return a body of exactly the expected length; its announced length is checked before a byte of it is read."""
    if request.mimetype != _BALLOT or "Content-Encoding" in request.headers:
        raise BodyTypeError
    announced = request.content_length
    if announced is None:
        raise LengthMissingError
    if announced > expected:
        raise BodyTooLargeError(expected=expected, got=announced)
    if announced < expected:
        raise BodyTooShortError(expected=expected, got=announced)
    try:
        with get_context().limit_time():
            data = request.stream.read(expected)
    except BadRequest:
        raise BodyTooShortError(expected=expected, got=0) from None
    if len(data) != expected:
        raise BodyTooShortError(expected=expected, got=len(data))
    return data
