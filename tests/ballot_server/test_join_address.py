"""The address that a teller's device joins by."""

from __future__ import annotations

from hashlib import sha256

import pytest

from ballot_server.services.join_address import (
    JoinAddress,
    JoinAddressError,
    JoinAddressPlainError,
    fingerprint_authority,
    format_join_address,
    parse_join_address,
)

CODE = "0123456789ABCDEF"
MARK = "GHJKMNPQRSTVWXYZ"


def test_parse_join_address_returns_its_parts() -> None:
    found = parse_join_address(f"https://192.168.1.5:8443/trustee#{CODE}.{MARK}")
    assert found == JoinAddress("https", "192.168.1.5", 8443, CODE, MARK)


def test_parse_join_address_takes_an_address_with_a_public_certificate() -> None:
    assert parse_join_address(f"https://phieu.example/trustee#{CODE}") == JoinAddress(
        "https", "phieu.example", 443, CODE, None
    )


def test_parse_join_address_takes_small_letters_and_spaces_around() -> None:
    assert parse_join_address(f" https://a.local/trustee#{CODE.lower()}.{MARK.lower()}\n").fingerprint == MARK


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_parse_join_address_takes_plain_http_on_the_laptop_itself(host: str) -> None:
    assert parse_join_address(f"http://{host}:8444/trustee#{CODE}").port == 8444


@pytest.mark.parametrize("host", ["192.168.1.5", "phieu.example", "127.0.0.1.evil.example"])
def test_parse_join_address_refuses_plain_http_to_another_machine(host: str) -> None:
    with pytest.raises(JoinAddressPlainError):
        parse_join_address(f"http://{host}:8444/trustee#{CODE}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "trustee",
        f"https://h/other#{CODE}",
        "https://h/trustee",
        "https://h/trustee#",
        f"https://h/trustee#{CODE[1:]}",
        f"https://h/trustee#{CODE}.",
        f"https://h/trustee#{CODE}.{MARK[1:]}",
        f"https://h/trustee#{CODE[1:]}U",
        f"https://h/trustee?x=1#{CODE}",
        f"https://u@h/trustee#{CODE}",
        f"https://h:x/trustee#{CODE}",
        f"ftp://h/trustee#{CODE}",
        f"https:///trustee#{CODE}",
    ],
)
def test_parse_join_address_refuses_anything_else(text: str) -> None:
    with pytest.raises(JoinAddressError):
        parse_join_address(text)


def test_format_join_address_is_read_back() -> None:
    text = format_join_address("https://h.local:8443/", CODE, b"certificate")
    assert parse_join_address(text) == JoinAddress(
        "https", "h.local", 8443, CODE, fingerprint_authority(b"certificate")
    )


def test_format_join_address_on_the_laptop_has_no_fingerprint() -> None:
    assert format_join_address("http://127.0.0.1:8444", CODE) == f"http://127.0.0.1:8444/trustee#{CODE}"


def test_fingerprint_authority_is_80_bits_of_the_digest() -> None:
    value = int.from_bytes(sha256(b"certificate").digest()[:10], "big")
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    expected = "".join(digits[value >> (5 * place) & 31] for place in reversed(range(16)))
    assert fingerprint_authority(b"certificate") == expected
