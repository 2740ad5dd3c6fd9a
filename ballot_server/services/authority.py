"""The installation's own certificate authority: made once, kept in the data folder, and good for this server only.

Staff devices that trust it trust nothing else by it: its name constraints permit the loopback, the private ranges of
IPv4, `.local` and the names and addresses that this server has when it is made; it certifies servers alone.

Source: RFC 5280, section 4.2.1.10 (name constraints); RFC 1918, section 3.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ballot_server.errors import BallotServerError
from ballot_server.services.durable_file import write_durably

AUTHORITY_KEY_FILE = "authority.key"
AUTHORITY_FILE = "authority.pem"
CLOCK_TOLERANCE = timedelta(days=1)
_LIFETIME = timedelta(days=3650)
_NETWORKS = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
_DOMAINS = ("localhost", "local")

ServerName: TypeAlias = str
"""A DNS name or an IP address, as a browser's address bar has it, without brackets."""


class AuthorityDamagedError(BallotServerError):
    """The authority's files are not a key and its certificate; field: path."""

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))


class AuthorityExpiredError(BallotServerError):
    """The authority's certificate is not valid now; field: path."""

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))


class AuthorityMissingError(BallotServerError):
    """This data folder has no authority: the staff's application was never served from it."""


@dataclass(frozen=True)
class Authority:
    """A certificate authority with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """The certificate's fingerprint for people."""
        return format_fingerprint(self.certificate)

    def permits(self, name: ServerName) -> bool:
        """Tell whether the authority may certify a name."""
        constraints = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        return any(_covers(permitted, name) for permitted in constraints.permitted_subtrees or ())


def load_authority(folder: Path, names: tuple[ServerName, ...], now: datetime) -> Authority:
    """Return the authority of a data folder, making it at the first call with these names beside the private ones.

    Raises: AuthorityDamagedError, AuthorityExpiredError.
    """
    key = _load_key(folder / AUTHORITY_KEY_FILE)
    path = folder / AUTHORITY_FILE
    if not path.exists():
        write_durably(path, _sign_itself(key, names, now).public_bytes(serialization.Encoding.PEM), mode=0o644)
    certificate = _parse_certificate(path)
    if certificate.public_key() != key.public_key():
        raise AuthorityDamagedError(path)
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
        raise AuthorityExpiredError(path)
    return Authority(certificate, key)


def read_authority_certificate(folder: Path) -> x509.Certificate:
    """Return the authority's certificate without its key. Raises: AuthorityMissingError, AuthorityDamagedError."""
    path = folder / AUTHORITY_FILE
    if not path.exists():
        raise AuthorityMissingError
    return _parse_certificate(path)


def format_fingerprint(certificate: x509.Certificate) -> str:
    """Return a certificate's SHA-256 fingerprint as sixteen groups of four hexadecimal digits."""
    text = sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest().upper()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def parse_address(name: ServerName) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return a name that is an IP address, or None."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def encode_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a private key as its file holds it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(path, encode_key(ec.generate_private_key(ec.SECP256R1())), mode=0o600)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        raise AuthorityDamagedError(path) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise AuthorityDamagedError(path)
    return key


def _parse_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError:
        raise AuthorityDamagedError(path) from None


def _sign_itself(key: ec.EllipticCurvePrivateKey, names: tuple[ServerName, ...], now: datetime) -> x509.Certificate:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    title = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "phieukin"),
            # Two servers in one building have two authorities: their names must differ in a device's list.
            x509.NameAttribute(NameOID.COMMON_NAME, f"phieukin {identifier.digest.hex()[:8]}"),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(title)
        .issuer_name(title)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_TOLERANCE)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(build_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .add_extension(x509.NameConstraints(_permit(names), excluded_subtrees=None), critical=True)
    )
    return builder.sign(key, hashes.SHA256())


def build_key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """Return the usage of the authority's key, or of a server's."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _permit(names: tuple[ServerName, ...]) -> list[x509.GeneralName]:
    permitted: list[x509.GeneralName] = [x509.DNSName(domain) for domain in _DOMAINS]
    permitted += [x509.IPAddress(ipaddress.ip_network(network)) for network in _NETWORKS]
    for name in names:
        if not any(_covers(known, name) for known in permitted):
            address = parse_address(name)
            permitted.append(
                x509.DNSName(name) if address is None else x509.IPAddress(ipaddress.ip_network(str(address)))
            )
    return permitted


def _covers(permitted: x509.GeneralName, name: ServerName) -> bool:
    address = parse_address(name)
    if isinstance(permitted, x509.DNSName):
        return address is None and f".{name.lower()}".endswith(f".{permitted.value.lower()}")
    network = permitted.value
    if isinstance(network, ipaddress.IPv4Network | ipaddress.IPv6Network) and address is not None:
        return address in network
    return False
