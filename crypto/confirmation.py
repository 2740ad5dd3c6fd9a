"""What the server answers once a ballot is stored: its signed word, which a voter can hold against the archive."""

from __future__ import annotations

from dataclasses import dataclass

from crypto.encoding import JsonObject, JsonValue, decode_canonical, encode_canonical
from crypto.fields import Fields
from crypto.signing import SIGNATURE_BYTES, SigningSeed, VerificationKey, sign_message, verify_message

_CONFIRMATION_KEYS = frozenset({"ballot_hash", "election_hash", "signature"})


@dataclass(frozen=True)
class Confirmation:
    """The server's signature that it stored a ballot. Spec: "sign_confirmation, verify_confirmation"."""

    ballot_hash: bytes
    election_hash: bytes
    signature: bytes

    def to_object(self) -> JsonObject:
        """Return the confirmation as it travels."""
        return {**_build_message(self.ballot_hash, self.election_hash), "signature": self.signature.hex()}

    @classmethod
    def from_object(cls, value: JsonValue) -> Confirmation:
        """Return the confirmation of an untrusted object; its signature is not checked. Raises: EncodingError."""
        fields = Fields(value, "confirmation", _CONFIRMATION_KEYS)
        return cls(
            ballot_hash=fields.digest("ballot_hash"),
            election_hash=fields.digest("election_hash"),
            signature=fields.digest("signature", length=SIGNATURE_BYTES),
        )

    def encode(self) -> bytes:
        """Return the canonical bytes, which a voter keeps as a file."""
        return encode_canonical(self.to_object())

    @classmethod
    def decode(cls, data: bytes) -> Confirmation:
        """Return the confirmation of an untrusted file; one line feed at its end is forgiven. Raises: EncodingError."""
        return cls.from_object(decode_canonical(data.removesuffix(b"\n")))


def sign_confirmation(ballot_hash: bytes, election_hash: bytes, seed: SigningSeed) -> Confirmation:
    """Return the server's confirmation of a stored ballot."""
    signature = sign_message("confirmation", _build_message(ballot_hash, election_hash), seed)
    return Confirmation(ballot_hash, election_hash, signature)


def verify_confirmation(confirmation: Confirmation, server_key: VerificationKey) -> None:
    """Check the server's signature of a confirmation. Raises: InvalidSignatureError."""
    message = _build_message(confirmation.ballot_hash, confirmation.election_hash)
    verify_message("confirmation", message, server_key, confirmation.signature)


def _build_message(ballot_hash: bytes, election_hash: bytes) -> JsonObject:
    return {"ballot_hash": ballot_hash.hex(), "election_hash": election_hash.hex()}
