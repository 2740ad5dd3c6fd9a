"""The JSON between the tellers' devices and the server: what devices send, read strictly, and what they are told."""

from __future__ import annotations

import json
from typing import TypeVar

import msgspec

from ballot_server.errors import BallotServerError
from ballot_server.services.trustee_messages import LARGEST_BODY
from ballot_server.services.trustee_relay import DeviceView, RequestView, RoundView

LARGEST_REQUEST = 2 * LARGEST_BODY
"""A message travels as a JSON string: its quotation marks take two bytes each."""


class TrusteePayloadError(BallotServerError):
    """A device sent JSON of another form; field: problem."""


class JoinPayload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a device sends to take its seat: nothing beside its headers."""


class MessagePayload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message of one round; `body` is canonical JSON text."""

    occasion: str
    attempt: int
    round: str
    body: str
    receiver: int = 0


class AttemptPayload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The attempt that a device gives up."""

    occasion: str
    attempt: int


_Payload = TypeVar("_Payload", JoinPayload, MessagePayload, AttemptPayload)


def decode_payload(data: bytes, kind: type[_Payload]) -> _Payload:
    """Return what a device sent. Raises: TrusteePayloadError."""
    try:
        return msgspec.json.decode(data, type=kind, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise TrusteePayloadError(problem=str(error)[:200]) from None


def format_room(view: DeviceView) -> bytes:
    """Return what a device needs to know of its meeting."""
    return _write(
        {
            "meeting": view.meeting,
            "unit": view.unit,
            "seat": view.seat,
            "names": view.names,
            "joined": view.joined,
            "ceremony": view.terms.ceremony.hex(),
            "server_key": view.terms.server_key.hex(),
            "count": view.terms.count,
            "threshold": view.terms.threshold,
            "rehearsal": view.terms.rehearsal,
            "has_key": view.has_key,
            "requests": [_describe_request(request) for request in view.requests],
        }
    )


def format_round(view: RoundView) -> bytes:
    """Return one round: who has sent, and the messages once it is complete."""
    messages = [message.decode() for message in view.messages]
    return _write({"complete": view.is_complete, "senders": view.senders, "messages": messages})


def format_done() -> bytes:
    """Return the answer to what was taken."""
    return _write({"status": "ok"})


def _describe_request(request: RequestView) -> dict[str, object]:
    return {
        "occasion": request.occasion.name,
        "attempt": request.attempt,
        "subject": request.subject,
        "senders": request.senders,
        "present": request.present,
        "answered": request.answered,
        "reports": [
            {"reporter": report.reporter, "at_fault": report.at_fault, "problem": report.problem}
            for report in request.reports
        ],
    }


def _write(value: dict[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
