"""The JSON between a kiosk and the server when a slip is voided; what the kiosk sends is read strictly."""

from __future__ import annotations

import json
from dataclasses import dataclass

import msgspec

from ballot_server.errors import BallotServerError
from ballot_server.services.void_slip import VoidClaim, Voiding, VoidTerms, Witnesses

LARGEST_REQUEST = 16_000


class KioskPayloadError(BallotServerError):
    """A kiosk sent JSON of another form; field: problem."""


class _Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    slot: int
    credential: str
    signature: str


class _Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    open_slots: list[int]
    clerk: bool
    teller: bool
    claims: list[_Claim]


@dataclass(frozen=True)
class VoidRequest:
    """What a kiosk asks: the slip's claims, the terms it signed under, and who stands there."""

    terms: VoidTerms
    claims: tuple[VoidClaim, ...]
    witnesses: Witnesses


def decode_void_request(data: bytes) -> VoidRequest:
    """Return what a kiosk sent. Raises: KioskPayloadError."""
    try:
        read = msgspec.json.decode(data, type=_Request, strict=True)
        claims = tuple(
            VoidClaim(claim.slot, bytes.fromhex(claim.credential), bytes.fromhex(claim.signature))
            for claim in read.claims
        )
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise KioskPayloadError(problem=str(error)[:200]) from None
    return VoidRequest(
        terms=VoidTerms(tuple(claim.slot for claim in claims), tuple(read.open_slots)),
        claims=claims,
        witnesses=Witnesses(clerk=read.clerk, teller=read.teller),
    )


def format_pulse(meeting: str) -> bytes:
    """Return the code of the meeting that is on, empty if there is none or more than one."""
    return json.dumps({"meeting": meeting}).encode()


def format_terms(terms: VoidTerms) -> bytes:
    """Return what a slip has to sign now."""
    return json.dumps({"slots": terms.slots, "open_slots": terms.open_slots}).encode()


def format_voiding(voiding: Voiding) -> bytes:
    """Return what became of a slip."""
    return json.dumps({"voiding": voiding.value}).encode()
