"""The device's line to the server: requests, answers, and what is still to be sent.

What the server says is read strictly where it matters, by `crypto`; here only its shape is held to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from ballot_server.errors import BallotServerError
from crypto.ceremony import CEREMONY_ID_BYTES, CeremonyTerms
from crypto.encoding import JsonObject, decode_hex, encode_canonical
from crypto.signing import KEY_BYTES, VerificationKey

Transport = Callable[[str, str, bytes | None, dict[str, str]], tuple[int, bytes]]
"""From method, path, body and headers: status and body of the answer. Raises: OSError, LinkLostError."""

_T = TypeVar("_T")


class LinkLostError(BallotServerError):
    """The server does not answer, or cannot now: try again later."""


class LinkRefusedError(BallotServerError):
    """The server refused; fields: code, message (its own sentence)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code=code, message=message)
        self.code = code


class Request(msgspec.Struct, frozen=True):
    """One thing that is asked for; see `ballot_server.services.trustee_relay.RequestView`."""

    occasion: str
    attempt: int
    subject: dict[str, Any]
    senders: dict[str, tuple[int, ...]]
    present: tuple[int, ...] | None
    answered: tuple[int, ...]

    @property
    def kind(self) -> str:
        """The occasion without its election."""
        return self.occasion.partition(":")[0]

    @property
    def election(self) -> str:
        """The election that it is about, or an empty text."""
        return self.occasion.partition(":")[2]

    def has_sent(self, seat: int, round_name: str) -> bool:
        """Tell whether a seat's message of a round is in."""
        return seat in self.senders.get(round_name, ())


class Room(msgspec.Struct, frozen=True):
    """What the server says of the meeting."""

    meeting: str
    unit: str
    seat: int
    names: tuple[str, ...]
    joined: tuple[int, ...]
    ceremony: str
    server_key: str
    count: int
    threshold: int
    rehearsal: bool
    has_key: bool
    requests: tuple[Request, ...]

    @property
    def terms(self) -> CeremonyTerms:
        """The terms of the ceremony. Raises: EncodingError, CeremonyError."""
        return CeremonyTerms(
            ceremony=decode_hex(self.ceremony, CEREMONY_ID_BYTES),
            server_key=VerificationKey(decode_hex(self.server_key, KEY_BYTES)),
            count=self.count,
            threshold=self.threshold,
            rehearsal=self.rehearsal,
        )

    def name(self, seats: tuple[int, ...]) -> str:
        """Return the names of seats, for reading."""
        known = dict(enumerate(self.names, start=1))
        return ", ".join(known.get(seat, f"#{seat}") for seat in seats)

    def list_requests(self, kind: str) -> list[Request]:
        """Return what is asked for of one kind."""
        return [request for request in self.requests if request.kind == kind]


class Round(msgspec.Struct, frozen=True):
    """One round's messages, empty until it is complete."""

    complete: bool
    senders: tuple[int, ...]
    messages: tuple[str, ...]


class _Refusal(msgspec.Struct, frozen=True):
    error: str
    message: str


@dataclass(frozen=True)
class _Letter:
    request: Request
    round_name: str
    receiver: int
    body: bytes


class RoomLink:
    """A device's requests; messages wait in order until the server has taken them."""

    def __init__(self, transport: Transport, *, code: str, device: bytes) -> None:
        self._transport = transport
        self._headers = {"Authorization": f"Bearer {code}", "Phieukin-Device": device.hex()}
        self._letters: list[_Letter] = []

    def join(self) -> Room:
        """Take the seat. Raises: LinkLostError, LinkRefusedError."""
        return self._read(self._ask("POST", "/join", {}), Room)

    def read_room(self) -> Room:
        """Return what is asked for now. Raises: LinkLostError, LinkRefusedError."""
        return self._read(self._ask("GET", "/room"), Room)

    def read_round(self, request: Request, round_name: str) -> list[bytes] | None:
        """Return a round's messages, None while it is incomplete. Raises: LinkLostError, LinkRefusedError."""
        query = urlencode({"occasion": request.occasion, "attempt": request.attempt, "round": round_name})
        found = self._read(self._ask("GET", f"/round?{query}"), Round)
        return [message.encode() for message in found.messages] if found.complete else None

    def read_board(self) -> bytes:
        """Return the board. Raises: LinkLostError, LinkRefusedError."""
        return self._ask("GET", "/board")

    def begin_again(self, request: Request) -> None:
        """Give up an attempt whose secrets this device has lost. Raises: LinkLostError, LinkRefusedError."""
        self._ask("POST", "/attempts", {"occasion": request.occasion, "attempt": request.attempt})

    def send(self, request: Request, round_name: str, body: bytes, *, receiver: int = 0) -> None:
        """Send a message, now or with a later `flush`. Raises: LinkLostError, LinkRefusedError."""
        self.put(request, round_name, body, receiver=receiver)
        self.flush()

    def put(self, request: Request, round_name: str, body: bytes, *, receiver: int = 0) -> None:
        """Keep a message for the next `flush`."""
        self._letters.append(_Letter(request, round_name, receiver, body))

    def report(self, request: Request, problem: str, trustee: int | None = None) -> None:
        """Tell everybody what is wrong, once an attempt. Raises: LinkLostError, LinkRefusedError."""
        value: JsonObject = {"problem": problem[:300], "trustee": trustee}
        self.send(request, "failure", encode_canonical(value))

    def flush(self) -> None:
        """Send what could not be sent before, in order; a letter that is refused is dropped.

        Raises: LinkLostError, LinkRefusedError.
        """
        while self._letters:
            letter = self._letters[0]
            payload = {
                "occasion": letter.request.occasion,
                "attempt": letter.request.attempt,
                "round": letter.round_name,
                "receiver": letter.receiver,
                "body": letter.body.decode(),
            }
            try:
                self._ask("POST", "/messages", payload)
            except LinkRefusedError:
                self._letters = [other for other in self._letters if other.request is not letter.request]
                raise
            self._letters.pop(0)

    def _ask(self, method: str, path: str, payload: dict[str, object] | None = None) -> bytes:
        body = None if payload is None else msgspec.json.encode(payload)
        headers = dict(self._headers) if body is None else {**self._headers, "Content-Type": "application/json"}
        try:
            status, answer = self._transport(method, f"/api/trustee{path}", body, headers)
        except OSError:
            raise LinkLostError from None
        if status == 200:
            return answer
        if status >= 500 or status == 429:
            raise LinkLostError
        try:
            refusal = msgspec.json.decode(answer, type=_Refusal)
        except msgspec.DecodeError:
            raise LinkLostError from None
        raise LinkRefusedError(refusal.error, refusal.message)

    def _read(self, data: bytes, kind: type[_T]) -> _T:
        try:
            return msgspec.json.decode(data, type=kind)
        except msgspec.DecodeError:
            raise LinkLostError from None
