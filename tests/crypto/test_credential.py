"""Credentials, their lists, and the key's fingerprint."""

import hashlib
import hmac
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.credential import (
    SLOTS,
    compute_key_fingerprint,
    decode_credential_list,
    derive_credential,
    encode_credential_list,
    format_key_fingerprint,
    hash_credentials,
)
from crypto.errors import EncodingError, InvalidElementError
from crypto.group import IDENTITY, ORDER, Element, Scalar, decode_scalar, multiply_base
from crypto.slip import MeetingCode, SlipCode
from crypto.words import encode_words
from tests.support.crypto_samples import ELECTION_KEY, MEETING, load_vectors, sample_credential, sample_slip_code

VECTORS = load_vectors("credential")
CODE = sample_slip_code()
MEMBERS = tuple(sorted(sample_credential(voter).public for voter in range(4)))


@pytest.mark.parametrize("case", load_vectors("rfc5869")["cases"])
def test_library_derives_keys_as_rfc_5869(case: dict[str, str]) -> None:
    salt, info = bytes.fromhex(case["salt"]), bytes.fromhex(case["info"])
    kdf = HKDF(algorithm=SHA256(), length=int(case["length"]), salt=salt, info=info)
    assert kdf.derive(bytes.fromhex(case["ikm"])).hex() == case["okm"]


@pytest.mark.parametrize("case", VECTORS["derived"])
def test_derive_credential_matches_the_vectors(case: dict[str, str]) -> None:
    credential = derive_credential(SlipCode(case["code"]), MeetingCode(case["meeting"]), int(case["slot"]))
    assert credential.secret == decode_scalar(bytes.fromhex(case["secret"]))
    assert credential.public.hex() == case["public"]


@given(st.integers(0, SLOTS - 1))
def test_derive_credential_follows_rfc_5869_with_sha_512(slot: int) -> None:
    extracted = hmac.digest(MEETING.encode(), CODE[:19].encode(), hashlib.sha512)
    expanded = hmac.digest(extracted, b"credential" + slot.to_bytes(4, "big") + b"\x01", hashlib.sha512)
    assert derive_credential(CODE, MEETING, slot).secret == int.from_bytes(expanded, "little") % ORDER


def test_derive_credential_differs_for_every_slot() -> None:
    assert len({derive_credential(CODE, MEETING, slot).public for slot in range(SLOTS)}) == SLOTS


def test_derive_credential_differs_for_another_meeting() -> None:
    assert derive_credential(CODE, MeetingCode("00000000"), 0) != derive_credential(CODE, MEETING, 0)


def test_derive_credential_differs_for_another_slip() -> None:
    assert sample_credential(0) != sample_credential(1)


@pytest.mark.parametrize("slot", [-1, SLOTS])
def test_derive_credential_refuses_a_slot_outside_the_range(slot: int) -> None:
    with pytest.raises(EncodingError):
        derive_credential(CODE, MEETING, slot)


def test_repr_of_a_credential_hides_the_secret() -> None:
    assert str(sample_credential().secret) not in repr(sample_credential())


@pytest.mark.parametrize("case", VECTORS["lists"])
def test_encode_credential_list_matches_the_vectors(case: dict[str, Any]) -> None:
    members = [Element(bytes.fromhex(member)) for member in case["members"]]
    assert encode_credential_list(members).hex() == case["list"]
    assert hash_credentials([members]).hex() == case["hash"]


@pytest.mark.parametrize("case", VECTORS["lists_refused"], ids=lambda case: case["why"])
def test_decode_credential_list_refuses_as_the_vectors(case: dict[str, str]) -> None:
    with pytest.raises(EncodingError):
        decode_credential_list(bytes.fromhex(case["list"]))


def test_decode_credential_list_refuses_the_identity() -> None:
    with pytest.raises(InvalidElementError):
        decode_credential_list(IDENTITY + MEMBERS[0])


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(1, 1000), max_size=8))
def test_decode_credential_list_returns_the_members_ascending(secrets: set[int]) -> None:
    members = [multiply_base(Scalar(secret)) for secret in secrets]
    assert decode_credential_list(encode_credential_list(members)) == tuple(sorted(members))


def test_encode_credential_list_refuses_a_duplicate() -> None:
    with pytest.raises(EncodingError):
        encode_credential_list([MEMBERS[0], MEMBERS[1], MEMBERS[0]])


def test_encode_credential_list_forgets_the_order_of_slips() -> None:
    assert encode_credential_list(MEMBERS) == encode_credential_list(reversed(MEMBERS))


def test_hash_credentials_does_not_depend_on_how_series_are_cut() -> None:
    assert hash_credentials([MEMBERS[:1], MEMBERS[1:]]) == hash_credentials([MEMBERS[2:], MEMBERS[:2]])


def test_hash_credentials_refuses_a_credential_in_two_series() -> None:
    with pytest.raises(EncodingError):
        hash_credentials([MEMBERS[:2], MEMBERS[1:]])


@pytest.mark.parametrize("case", VECTORS["fingerprints"])
def test_compute_key_fingerprint_matches_the_vectors(case: dict[str, Any]) -> None:
    fingerprint = compute_key_fingerprint(bytes.fromhex(case["ceremony_hash"]), Element(bytes.fromhex(case["key"])))
    assert fingerprint.hex() == case["fingerprint"]
    assert format_key_fingerprint(fingerprint) == case["printed"]
    assert list(encode_words(fingerprint, 8)) == case["words"]


def test_compute_key_fingerprint_differs_for_a_swapped_key() -> None:
    honest, swapped = (compute_key_fingerprint(bytes(32), key) for key in (ELECTION_KEY, MEMBERS[0]))
    assert format_key_fingerprint(honest) != format_key_fingerprint(swapped)


def test_compute_key_fingerprint_differs_for_another_ceremony() -> None:
    first, second = (compute_key_fingerprint(bytes([number]) * 32, ELECTION_KEY) for number in (0, 1))
    assert format_key_fingerprint(first) != format_key_fingerprint(second)
