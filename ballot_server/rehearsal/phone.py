"""A simulated voter's phone: it knows what a slip's QR code says, and speaks to the server over HTTP like any other.

It does what a real phone does and nothing more: it checks the key against the slip's fingerprint, recomputes the
election's hash, encrypts, casts, sends the same bytes again when the answer is lost, and checks the confirmation.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import urlsplit

from ballot_server.errors import BallotServerError
from crypto.ballot import Selection, encrypt_ballot
from crypto.ceremony import Ceremony
from crypto.confirmation import Confirmation, verify_confirmation
from crypto.credential import compute_key_fingerprint, derive_credential, format_key_fingerprint
from crypto.encoding import decode_canonical_object
from crypto.group import RandomBytes
from crypto.manifest import Manifest
from crypto.slip import SlipFragment, parse_slip_fragment

TIMEOUT_SECONDS = 60
SENDINGS = 4
"""How often a phone asks before it gives up."""
PAUSE_SECONDS = 2
"""How long it waits before it asks again; a busy server asks for as much."""


class PhoneRefusedError(BallotServerError):
    """The server answered a phone with an error; fields: status, message (in the server's words)."""

    def __init__(self, *, status: int, message: str) -> None:
        super().__init__(status=status, message=message)


class PhoneUnansweredError(BallotServerError):
    """A phone got no answer, however often it asked; field: problem."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem=problem)


class PhoneDistrustsServerError(BallotServerError):
    """What the server said does not agree with the slip or with itself; field: problem."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem=problem)


@dataclass(frozen=True)
class CastBallot:
    """A ballot that the server has confirmed."""

    ballot_hash: bytes
    confirmation: Confirmation


class Phone:
    """One phone that has scanned one slip.

    slip_url: what the QR code says; random_bytes: the phone's random source; wait: sleeps for some seconds.
    """

    def __init__(self, slip_url: str, random_bytes: RandomBytes, *, wait: Callable[[float], None] = time.sleep) -> None:
        parts = urlsplit(slip_url)
        self._host = parts.netloc
        self._slip: SlipFragment = parse_slip_fragment(parts.fragment)
        self._random_bytes = random_bytes
        self._wait = wait

    def vote(self, election_hash: bytes, selections: Sequence[Selection]) -> CastBallot:
        """Encrypt the selections, one a contest, and cast them.

        Raises: PhoneRefusedError with the server's answer; PhoneUnansweredError; PhoneDistrustsServerError if the key,
        the manifest or the confirmation is not what it must be; CryptoError for selections that the contests do not
        allow.
        """
        manifest = self.fetch_manifest(election_hash)
        self._check_key(manifest)
        credential = derive_credential(self._slip.code, self._slip.meeting, manifest.slot)
        sealed = encrypt_ballot(manifest.context, credential, tuple(selections), self._random_bytes)
        return self.cast(manifest, sealed.data, sealed.ballot_hash)

    def cast(self, manifest: Manifest, data: bytes, ballot_hash: bytes) -> CastBallot:
        """Send one sealed ballot, again after a lost answer, and check the confirmation."""
        answer = self._ask("POST", f"/api/elections/{manifest.election_hash.hex()}/ballots", data)
        confirmation = Confirmation.decode(answer)
        verify_confirmation(confirmation, manifest.server_key)
        if (confirmation.election_hash, confirmation.ballot_hash) != (manifest.election_hash, ballot_hash):
            raise PhoneDistrustsServerError(problem="the confirmation is of another ballot")
        return CastBallot(ballot_hash=ballot_hash, confirmation=confirmation)

    def fetch_manifest(self, election_hash: bytes) -> Manifest:
        """Return the election's manifest, its hash recomputed."""
        data = self._ask("GET", f"/api/elections/{election_hash.hex()}/manifest")
        if sha256(data).digest() != election_hash:
            raise PhoneDistrustsServerError(problem="the manifest has another hash than the election")
        return Manifest.from_object(decode_canonical_object(data))

    def fetch_state(self) -> object:
        """Return the meeting's state as the server tells it to phones."""
        return json.loads(self._ask("GET", f"/api/meetings/{self._slip.meeting}"))

    def _check_key(self, manifest: Manifest) -> None:
        body = decode_canonical_object(self._ask("GET", f"/api/meetings/{self._slip.meeting}/ceremony"))
        ceremony = Ceremony.from_body(body, manifest.server_key, rehearsal=manifest.rehearsal)
        fingerprint = format_key_fingerprint(compute_key_fingerprint(ceremony.ceremony_hash, ceremony.key))
        if manifest.key != ceremony.key or manifest.ceremony_hash != ceremony.ceremony_hash:
            raise PhoneDistrustsServerError(problem="the manifest has another key than the ceremony")
        if self._slip.fingerprint is not None and fingerprint != self._slip.fingerprint:
            raise PhoneDistrustsServerError(problem="the key is not the one whose fingerprint the slip carries")

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Return the answer, asking again with the same bytes while the network fails or the server is busy."""
        for remaining in range(SENDINGS - 1, -1, -1):
            try:
                status, answer = self._request(method, path, body)
            except (OSError, http.client.HTTPException) as error:
                if remaining == 0:
                    raise PhoneUnansweredError(problem=str(error) or type(error).__name__) from None
            else:
                if status == HTTPStatus.OK:
                    return answer
                if status != HTTPStatus.SERVICE_UNAVAILABLE or remaining == 0:
                    raise PhoneRefusedError(status=status, message=_read_message(answer))
            self._wait(PAUSE_SECONDS)
        raise AssertionError("unreachable")

    def _request(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._host, timeout=TIMEOUT_SECONDS)
        try:
            headers = {"Content-Type": "application/octet-stream"} if body is not None else {}
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def _read_message(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["message"])
    except (ValueError, KeyError, TypeError):
        return answer[:200].decode("utf-8", "replace")
