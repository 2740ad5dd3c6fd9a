"""The address that a teller's device joins by: `https://HOST:PORT/trustee#CODE.FINGERPRINT`.

Code and fingerprint stand in the fragment, which no browser sends. The fingerprint is 80 bits of the SHA-256 of the
installation's CA certificate: enough that nobody makes another certificate with the same one.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from ballot_server.errors import BallotServerError
from ballot_server.services.trustee_seats import is_join_code
from crypto.base32 import ALPHABET, encode_base32

FINGERPRINT_CHARACTERS = 16
_PATH = "/trustee"


class JoinAddressError(BallotServerError):
    """A text is not an address to join by."""


class JoinAddressPlainError(BallotServerError):
    """An address without TLS leads to another machine, where anybody in between could read and change everything."""


@dataclass(frozen=True)
class JoinAddress:
    """Where a device joins and with what; `fingerprint` is None where a public authority vouches for the server."""

    scheme: str
    host: str
    port: int
    code: str
    fingerprint: str | None


def format_join_address(server: str, code: str, authority: bytes | None = None) -> str:
    """Return the address for a seat's join code.

    server: scheme, host and port of the staff's application; authority: the CA certificate in DER, None on the laptop
    itself or with a public certificate.
    """
    fingerprint = "" if authority is None else f".{fingerprint_authority(authority)}"
    return f"{server.rstrip('/')}{_PATH}#{code}{fingerprint}"


def fingerprint_authority(certificate: bytes) -> str:
    """Return the 16 characters of a CA certificate in DER."""
    return encode_base32(sha256(certificate).digest(), FINGERPRINT_CHARACTERS)


def parse_join_address(text: str) -> JoinAddress:
    """Return what an address says. Raises: JoinAddressError, JoinAddressPlainError."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise JoinAddressError from None
    code, dot, fingerprint = parts.fragment.upper().partition(".")
    if parts.scheme not in ("http", "https") or host is None or parts.path != _PATH or parts.query or parts.username:
        raise JoinAddressError
    if not is_join_code(code) or (dot and not _is_fingerprint(fingerprint)):
        raise JoinAddressError
    if parts.scheme == "http" and not _is_loopback(host):
        raise JoinAddressPlainError
    standard = 443 if parts.scheme == "https" else 80
    return JoinAddress(parts.scheme, host, standard if port is None else port, code, fingerprint or None)


def _is_fingerprint(text: str) -> bool:
    return len(text) == FINGERPRINT_CHARACTERS and set(text) <= set(ALPHABET)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
