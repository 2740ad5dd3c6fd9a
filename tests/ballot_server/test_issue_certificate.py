"""The installation's own authority: what TLS clients make of its certificates, and when another is issued."""

from __future__ import annotations

import re
import socket
import ssl
import stat
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ballot_server.clock import read_clock
from ballot_server.services.authority import (
    AUTHORITY_FILE,
    AUTHORITY_KEY_FILE,
    AuthorityDamagedError,
    AuthorityExpiredError,
    AuthorityMissingError,
    load_authority,
)
from ballot_server.services.issue_certificate import (
    NameNotPermittedError,
    StaffCertificate,
    issue_certificate,
    view_authority,
)

NOW = read_clock().replace(microsecond=0)


def issue(
    folder: Path, *, host: str | None = None, addresses: tuple[str, ...] = ("192.168.1.5",), now: datetime = NOW
) -> StaffCertificate:
    return issue_certificate(folder, host=host, hostname="may-chu.example", addresses=addresses, now=now)


def connect(certificate: Path, key: Path, authority: Path, name: str) -> None:
    """Shake hands over a pair of sockets; the client trusts the authority alone and expects a server of this name."""
    ours, theirs = socket.socketpair()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    client = ssl.create_default_context(cafile=authority)

    def answer() -> None:
        try:
            server.wrap_socket(theirs, server_side=True).close()
        except (ssl.SSLError, OSError):
            theirs.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        client.wrap_socket(ours, server_hostname=name).close()
    finally:
        ours.close()
        thread.join()


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.mark.parametrize(
    "name", ["localhost", "127.0.0.1", "::1", "192.168.1.5", "may-chu.local", "may-chu", "bauphieu.example.vn"]
)
def test_client_that_trusts_the_authority_accepts_the_servers_names(tmp_path: Path, name: str) -> None:
    issued = issue(tmp_path, host="bauphieu.example.vn")
    connect(issued.certificate, issued.key, issued.authority, name)


@pytest.mark.parametrize("name", ["192.168.1.6", "example.vn", "evil.example", "other.local"])
def test_client_refuses_another_name(tmp_path: Path, name: str) -> None:
    issued = issue(tmp_path, host="bauphieu.example.vn")
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(issued.certificate, issued.key, issued.authority, name)


def test_client_without_the_authority_refuses(tmp_path: Path) -> None:
    issued, other = issue(tmp_path / "one"), issue(tmp_path / "two")
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(issued.certificate, issued.key, other.authority, "localhost")


def forge(folder: Path, name: x509.GeneralName) -> tuple[Path, Path]:
    """Sign a certificate for a name with the stolen key of an authority."""
    authority = load_authority(folder, (), NOW)
    key = ec.generate_private_key(ec.SECP256R1())
    identifier = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([name]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    paths = folder / "forged.pem", folder / "forged.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@pytest.mark.parametrize("name", ["mail.google.com", "example.vn", "8.8.8.8", "evil-local", "2001:db8::1"])
def test_stolen_authority_certifies_no_server_elsewhere(tmp_path: Path, name: str) -> None:
    issued = issue(tmp_path, host="bauphieu.example.vn")
    try:
        general: x509.GeneralName = x509.IPAddress(ip_address(name))
    except ValueError:
        general = x509.DNSName(name)
    certificate, key = forge(tmp_path, general)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        connect(certificate, key, issued.authority, name)


def test_authority_signs_no_further_authority(tmp_path: Path) -> None:
    issued = issue(tmp_path)
    constraints = read(issued.authority).extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.path_length) == (True, 0)


def test_certificate_lives_no_longer_than_devices_allow(tmp_path: Path) -> None:
    certificate = read(issue(tmp_path).certificate)
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= timedelta(days=397)


@pytest.mark.parametrize("name", [AUTHORITY_KEY_FILE, "staff.key"])
def test_keys_are_readable_by_their_owner_alone(tmp_path: Path, name: str) -> None:
    issue(tmp_path)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_second_start_issues_nothing(tmp_path: Path) -> None:
    first = issue(tmp_path)
    second = issue(tmp_path, now=NOW + timedelta(hours=5))
    assert (second.is_new, second.fingerprint) == (False, first.fingerprint)


@pytest.mark.parametrize(
    "again",
    [
        lambda folder: issue(folder, addresses=("192.168.1.9",)),
        lambda folder: issue(folder, addresses=()),
        lambda folder: issue(folder, now=NOW + timedelta(days=380)),
    ],
    ids=["another address", "no address", "near its end"],
)
def test_certificate_is_issued_anew_under_the_same_authority(
    tmp_path: Path, again: Callable[[Path], StaffCertificate]
) -> None:
    first = issue(tmp_path)
    second = again(tmp_path)
    assert second.fingerprint != first.fingerprint
    assert second.authority_fingerprint == first.authority_fingerprint


@pytest.mark.parametrize("name", ["staff.pem", "staff.key"])
def test_damaged_certificate_is_replaced(tmp_path: Path, name: str) -> None:
    first = issue(tmp_path)
    (tmp_path / name).write_text("damaged")
    assert issue(tmp_path).fingerprint != first.fingerprint
    connect(first.certificate, first.key, first.authority, "localhost")


def test_host_that_the_authority_was_not_made_for_is_refused(tmp_path: Path) -> None:
    issue(tmp_path)
    with pytest.raises(NameNotPermittedError) as caught:
        issue(tmp_path, host="bauphieu.example.vn")
    assert caught.value.fields == {"name": "bauphieu.example.vn"}


def test_address_that_the_authority_was_not_made_for_is_left_out(tmp_path: Path) -> None:
    issue(tmp_path)
    issued = issue(tmp_path, addresses=("203.0.113.7", "10.0.0.7"))
    names = read(issued.certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    assert addresses == {"127.0.0.1", "::1", "10.0.0.7"}


def test_fingerprint_is_of_the_whole_certificate_in_groups_of_four(tmp_path: Path) -> None:
    issued = issue(tmp_path)
    view = view_authority(tmp_path)
    assert re.fullmatch(r"[0-9A-F]{4}( [0-9A-F]{4}){15}", view.fingerprint)
    assert view.fingerprint.replace(" ", "").lower() == sha256(view.der).hexdigest()
    assert view.fingerprint == issued.authority_fingerprint


def test_view_says_that_there_is_no_authority(tmp_path: Path) -> None:
    with pytest.raises(AuthorityMissingError):
        view_authority(tmp_path)


@pytest.mark.parametrize("name", [AUTHORITY_KEY_FILE, AUTHORITY_FILE])
def test_damaged_authority_is_never_replaced_silently(tmp_path: Path, name: str) -> None:
    issue(tmp_path)
    (tmp_path / name).write_text("damaged")
    with pytest.raises(AuthorityDamagedError):
        issue(tmp_path)


def test_authority_of_another_key_is_refused(tmp_path: Path) -> None:
    issue(tmp_path / "one")
    issue(tmp_path / "two")
    (tmp_path / "one" / AUTHORITY_FILE).write_bytes((tmp_path / "two" / AUTHORITY_FILE).read_bytes())
    with pytest.raises(AuthorityDamagedError):
        issue(tmp_path / "one")


@pytest.mark.parametrize("now", [NOW - timedelta(days=2), NOW + timedelta(days=4000)])
def test_authority_is_refused_outside_its_time(tmp_path: Path, now: datetime) -> None:
    issue(tmp_path)
    with pytest.raises(AuthorityExpiredError):
        issue(tmp_path, now=now)
