"""Reaching the server: TLS against the installation's own authority, which the joining address names.

The authority's certificate is fetched without trust and without any secret, compared with the address's fingerprint,
and only then everything else is asked over a connection that it must vouch for.
"""

from __future__ import annotations

import http.client
import ssl

from ballot_server.errors import BallotServerError
from ballot_server.services.join_address import JoinAddress, fingerprint_authority
from ballot_server.trustee.link import LinkLostError, Transport

AUTHORITY_PATH = "/authority.pem"
_TIMEOUT_SECONDS = 30
_LARGEST_CERTIFICATE = 20_000


class AuthorityDiffersError(BallotServerError):
    """The server's authority is not the one that the joining address names: somebody may stand in between."""


class CertificateRefusedError(BallotServerError):
    """The server's certificate does not hold; field: problem."""


def open_transport(address: JoinAddress) -> Transport:
    """Return how to reach the server of an address.

    Raises: LinkLostError, AuthorityDiffersError; the transport itself CertificateRefusedError.
    """
    if address.scheme == "http":
        return lambda *request: _exchange(
            http.client.HTTPConnection(_name(address), timeout=_TIMEOUT_SECONDS), *request
        )
    context = ssl.create_default_context() if address.fingerprint is None else _trust_authority(address)
    return lambda *request: _exchange(
        http.client.HTTPSConnection(_name(address), timeout=_TIMEOUT_SECONDS, context=context), *request
    )


def _trust_authority(address: JoinAddress) -> ssl.SSLContext:
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(_name(address), timeout=_TIMEOUT_SECONDS, context=unverified)
    try:
        status, certificate = _exchange(connection, "GET", AUTHORITY_PATH, None, {})
    except OSError:
        raise LinkLostError from None
    if status != http.client.OK:
        raise LinkLostError
    try:
        if len(certificate) > _LARGEST_CERTIFICATE:
            raise AuthorityDiffersError
        der = ssl.PEM_cert_to_DER_cert(certificate.decode("ascii"))
        if fingerprint_authority(der) != address.fingerprint:
            raise AuthorityDiffersError
        return ssl.create_default_context(cadata=ssl.DER_cert_to_PEM_cert(der))
    except (ValueError, ssl.SSLError):
        raise AuthorityDiffersError from None


def _exchange(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> tuple[int, bytes]:
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    except ssl.SSLCertVerificationError as error:
        raise CertificateRefusedError(problem=error.verify_message) from None
    except http.client.HTTPException:
        raise LinkLostError from None
    finally:
        connection.close()


def _name(address: JoinAddress) -> str:
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{host}:{address.port}"
