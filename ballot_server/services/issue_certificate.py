"""The staff application's certificate, issued by the installation's own authority and renewed when it must be."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ballot_server.errors import BallotServerError
from ballot_server.services.authority import (
    AUTHORITY_FILE,
    CLOCK_TOLERANCE,
    Authority,
    ServerName,
    build_key_usage,
    encode_key,
    format_fingerprint,
    load_authority,
    parse_address,
    read_authority_certificate,
)
from ballot_server.services.durable_file import write_durably

CERTIFICATE_FILE = "staff.pem"
CERTIFICATE_KEY_FILE = "staff.key"
# Devices refuse certificates of more than 398 days from public authorities, and some from private ones too.
LIFETIME = timedelta(days=396)
RENEWAL = timedelta(days=60)
_ALWAYS: tuple[ServerName, ...] = ("localhost", "127.0.0.1", "::1")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class NameNotPermittedError(BallotServerError):
    """The authority was made for other names than the one the server is to have; field: name."""

    def __init__(self, name: ServerName) -> None:
        super().__init__(name=name)


@dataclass(frozen=True)
class StaffCertificate:
    """Where the certificate, its key and its authority lie, and the fingerprints that people compare."""

    certificate: Path
    key: Path
    authority: Path
    fingerprint: str
    authority_fingerprint: str
    is_new: bool


@dataclass(frozen=True)
class AuthorityView:
    """What a staff device installs; `der` is the certificate's file, `common_name` what the device will list."""

    der: bytes
    fingerprint: str
    common_name: str


def issue_certificate(
    folder: Path, *, host: ServerName | None, hostname: str, addresses: Sequence[str], now: datetime
) -> StaffCertificate:
    """Return the certificate of a data folder, issuing it when names changed or its end is near.

    host: the name or address that the server was told to have, if any; hostname: the machine's name for itself.
    Raises: NameNotPermittedError, AuthorityDamagedError, AuthorityExpiredError.
    """
    label = hostname.split(".")[0].lower()
    own = [f"{label}.local", label] if _LABEL.fullmatch(label) else []
    authority = load_authority(folder, tuple(name for name in [host, *own, *addresses] if name), now)
    if host is not None and not authority.permits(host):
        raise NameNotPermittedError(host)
    wanted = {*_ALWAYS, *([host] if host else []), *own, *addresses}
    names = sorted(name for name in wanted if authority.permits(name))
    current = _read_current(folder)
    is_new = current is None or not _is_usable(current, authority, names, now)
    if current is None or is_new:
        current = _issue(folder, authority, names, now)
    return StaffCertificate(
        certificate=folder / CERTIFICATE_FILE,
        key=folder / CERTIFICATE_KEY_FILE,
        authority=folder / AUTHORITY_FILE,
        fingerprint=format_fingerprint(current),
        authority_fingerprint=authority.fingerprint,
        is_new=is_new,
    )


def view_authority(folder: Path) -> AuthorityView:
    """Return what staff devices install. Raises: AuthorityMissingError, AuthorityDamagedError."""
    certificate = read_authority_certificate(folder)
    common_name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    return AuthorityView(
        der=certificate.public_bytes(serialization.Encoding.DER),
        fingerprint=format_fingerprint(certificate),
        common_name=str(common_name),
    )


def read_fingerprint(folder: Path) -> str | None:
    """Return the fingerprint of the server's own certificate, which a phone's warning names; None if there is none."""
    certificate = _read_current(folder)
    return None if certificate is None else format_fingerprint(certificate)


def _read_current(folder: Path) -> x509.Certificate | None:
    try:
        key = serialization.load_pem_private_key((folder / CERTIFICATE_KEY_FILE).read_bytes(), password=None)
        certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE_FILE).read_bytes())
    except (FileNotFoundError, ValueError):
        # Nothing is lost with a damaged one: another is issued.
        return None
    return certificate if certificate.public_key() == key.public_key() else None


def _is_usable(certificate: x509.Certificate, authority: Authority, names: Sequence[ServerName], now: datetime) -> bool:
    alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    found = sorted(str(general.value) for general in alternatives)
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except (InvalidSignature, ValueError):
        return False
    is_lasting = certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEWAL
    return found == sorted(_write_name(name) for name in names) and is_lasting


def _issue(folder: Path, authority: Authority, names: Sequence[ServerName], now: datetime) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    identifier = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "phieukin")]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_TOLERANCE)
        .not_valid_after(min(now - CLOCK_TOLERANCE + LIFETIME, authority.certificate.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(build_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    )
    certificate = builder.sign(authority.key, hashes.SHA256())
    write_durably(folder / CERTIFICATE_KEY_FILE, encode_key(key), mode=0o600)
    write_durably(folder / CERTIFICATE_FILE, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return certificate


def _name(name: ServerName) -> x509.GeneralName:
    address = parse_address(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


def _write_name(name: ServerName) -> str:
    address = parse_address(name)
    return name if address is None else str(ipaddress.ip_address(name))
