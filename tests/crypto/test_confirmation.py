"""The server's word that it stored a ballot."""

import pytest

from crypto.confirmation import Confirmation, sign_confirmation, verify_confirmation
from crypto.errors import EncodingError, InvalidSignatureError
from crypto.signing import SigningSeed, derive_verification_key
from tests.support.archives import SERVER_KEY, SERVER_SEED

CONFIRMATION = sign_confirmation(bytes(32), bytes([1]) * 32, SERVER_SEED)


def test_verify_accepts_what_the_server_signed() -> None:
    verify_confirmation(CONFIRMATION, SERVER_KEY)


def test_decode_returns_what_was_encoded_with_or_without_a_line_feed() -> None:
    assert Confirmation.decode(CONFIRMATION.encode()) == Confirmation.decode(CONFIRMATION.encode() + b"\n")


@pytest.mark.parametrize("field", ["ballot_hash", "election_hash"])
def test_verify_refuses_a_confirmation_moved_to_another_ballot_or_election(field: str) -> None:
    moved = Confirmation.from_object({**CONFIRMATION.to_object(), field: "22" * 32})
    with pytest.raises(InvalidSignatureError):
        verify_confirmation(moved, SERVER_KEY)


def test_verify_refuses_another_servers_key() -> None:
    with pytest.raises(InvalidSignatureError):
        verify_confirmation(CONFIRMATION, derive_verification_key(SigningSeed(bytes(32))))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b" " + CONFIRMATION.encode(), CONFIRMATION.encode()[:-1]])
def test_decode_refuses_what_is_not_a_canonical_confirmation(data: bytes) -> None:
    with pytest.raises(EncodingError):
        Confirmation.decode(data)
