"""Voided slips: only the slip itself voids, and only the slot and meeting that it names."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.credential import SLOTS
from crypto.errors import CryptoError, EncodingError, InvalidElementError, InvalidSignatureError
from crypto.group import IDENTITY, ORDER
from crypto.proofs.schnorr import sign_as_credential, verify_credential_signature
from crypto.slip import MeetingCode
from crypto.void import hash_void_context, sign_void, verify_void
from tests.support.crypto_samples import ELECTION_HASH, MEETING, SeededRandom, repeat_byte, sample_credential

CREDENTIAL = sample_credential(slot=3)
SIGNATURE = sign_void(CREDENTIAL, MEETING, 3, SeededRandom(1))
CODES = st.text(alphabet="0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=8, max_size=8).map(MeetingCode)


@given(meeting=CODES, slot=st.integers(0, SLOTS - 1), voter=st.integers(0, 3))
def test_verify_void_accepts_what_the_slip_signed(meeting: MeetingCode, slot: int, voter: int) -> None:
    credential = sample_credential(voter)
    verify_void(credential.public, meeting, slot, sign_void(credential, meeting, slot, SeededRandom(2)))


@given(meeting=CODES, slot=st.integers(0, SLOTS - 1))
def test_void_of_one_place_holds_for_no_other(meeting: MeetingCode, slot: int) -> None:
    if (meeting, slot) == (MEETING, 3):
        return
    with pytest.raises(InvalidSignatureError):
        verify_void(CREDENTIAL.public, meeting, slot, SIGNATURE)


@given(st.lists(st.tuples(CODES, st.integers(0, SLOTS - 1)), unique=True, max_size=20))
def test_contexts_of_different_places_differ(places: list[tuple[MeetingCode, int]]) -> None:
    assert len({hash_void_context(*place) for place in places}) == len(places)


def test_void_by_another_slip_is_refused() -> None:
    with pytest.raises(InvalidSignatureError):
        verify_void(sample_credential(1, 3).public, MEETING, 3, SIGNATURE)


def test_void_by_the_same_slips_credential_of_another_slot_is_refused() -> None:
    other = sign_void(sample_credential(slot=4), MEETING, 3, SeededRandom(1))
    with pytest.raises(InvalidSignatureError):
        verify_void(CREDENTIAL.public, MEETING, 3, other)


@pytest.mark.parametrize("label", ["cast", "status", "test"])
def test_signature_of_another_use_voids_nothing(label: Any) -> None:
    for context in (ELECTION_HASH, hash_void_context(MEETING, 3)):
        signature = sign_as_credential(label, context, CREDENTIAL, b"", SeededRandom(3))
        with pytest.raises(InvalidSignatureError):
            verify_void(CREDENTIAL.public, MEETING, 3, signature)


@pytest.mark.parametrize("label", ["cast", "status", "test"])
def test_void_is_no_signature_of_another_use(label: Any) -> None:
    with pytest.raises(InvalidSignatureError):
        verify_credential_signature(label, hash_void_context(MEETING, 3), CREDENTIAL.public, b"", SIGNATURE)


@pytest.mark.parametrize("position", range(64))
def test_void_with_a_changed_byte_is_refused(position: int) -> None:
    changed = bytearray(SIGNATURE)
    changed[position] ^= 1
    with pytest.raises(CryptoError):
        verify_void(CREDENTIAL.public, MEETING, 3, bytes(changed))


def test_void_with_a_response_plus_the_order_is_refused() -> None:
    response = int.from_bytes(SIGNATURE[32:], "little") + ORDER
    with pytest.raises(EncodingError):
        verify_void(CREDENTIAL.public, MEETING, 3, SIGNATURE[:32] + response.to_bytes(32, "little"))


def test_void_of_the_identity_is_refused_though_anybody_could_sign_it() -> None:
    with pytest.raises(InvalidElementError):
        verify_void(IDENTITY, MEETING, 3, bytes(64))


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_void_of_random_bytes_raises_an_error_of_the_protocol(public: bytes, signature: bytes) -> None:
    with pytest.raises(CryptoError):
        verify_void(public, MEETING, 3, signature)


def test_voids_of_two_slots_share_no_nonce_when_the_random_source_is_stuck() -> None:
    first, second = (sign_void(sample_credential(slot=slot), MEETING, slot, repeat_byte(0)) for slot in (3, 4))
    assert first[:32] != second[:32]


def test_void_and_ballot_share_no_nonce_when_the_random_source_is_stuck() -> None:
    cast = sign_as_credential("cast", ELECTION_HASH, CREDENTIAL, b"", repeat_byte(0))
    assert sign_void(CREDENTIAL, MEETING, 3, repeat_byte(0))[:32] != cast[:32]
