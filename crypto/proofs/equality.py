"""Proof that a partial decryption was made with the trustee's share: log_G Xᵢ = log_α D (Chaum and Pedersen).

The challenge covers everything the statement is about, α, β and D included. Leaving out D lets a trustee shift it after
the challenge is known; leaving out α or β lets a proof be moved to another ciphertext.
"""

from __future__ import annotations

from dataclasses import dataclass

from crypto.elgamal import Ciphertext
from crypto.errors import CryptoError, InvalidProofError
from crypto.group import (
    ELEMENT_BYTES,
    ORDER,
    Element,
    RandomBytes,
    Scalar,
    add,
    decode_element,
    decode_scalar,
    encode_scalar,
    multiply,
    multiply_base,
)
from crypto.transcript import derive_nonce, encode_u32, hash_to_scalar

PROOF_BYTES = 2 * ELEMENT_BYTES + 32


@dataclass(frozen=True)
class DecryptionStatement:
    """What a decryption proof is about.

    context: election_hash ‖ aggregate_hash ‖ u32(contest) ‖ u32(option), or the trial's; decryption: D = xᵢ·α.
    """

    ceremony_hash: bytes
    trustee: int
    public_share: Element
    context: bytes
    ciphertext: Ciphertext
    decryption: Element

    def encode_items(self) -> tuple[bytes, ...]:
        """Return the items of the challenge that come before the two commitments."""
        return (
            self.ceremony_hash,
            encode_u32(self.trustee),
            self.public_share,
            self.context,
            self.ciphertext.alpha,
            self.ciphertext.beta,
            self.decryption,
        )


def prove_decryption(statement: DecryptionStatement, share: Scalar, random_bytes: RandomBytes) -> bytes:
    """Return the 96-byte proof that `share` made the statement's decryption.

    share: xᵢ with Xᵢ = xᵢ·G. Spec: "prove_decryption, verify_decryption".
    """
    items = statement.encode_items()
    nonce = derive_nonce(share, b"".join(items), random_bytes)
    commitments = multiply_base(nonce), multiply(nonce, statement.ciphertext.alpha)
    challenge = hash_to_scalar("decryption", *items, *commitments)
    response = Scalar((nonce + challenge * share) % ORDER)
    return commitments[0] + commitments[1] + encode_scalar(response)


def verify_decryption(statement: DecryptionStatement, proof: bytes) -> None:
    """Check a decryption proof.

    Raises: InvalidProofError naming the trustee, for any proof that does not hold or is not canonical.
    Spec: "prove_decryption, verify_decryption".
    """
    where = f"decryption by trustee {statement.trustee}"
    if len(proof) != PROOF_BYTES:
        raise InvalidProofError(where)
    try:
        base_commitment = decode_element(proof[:32])
        alpha_commitment = decode_element(proof[32:64])
        response = decode_scalar(proof[64:])
        challenge = hash_to_scalar("decryption", *statement.encode_items(), base_commitment, alpha_commitment)
        right_base = add(base_commitment, multiply(challenge, statement.public_share))
        right_alpha = add(alpha_commitment, multiply(challenge, statement.decryption))
        holds = multiply_base(response) == right_base and multiply(response, statement.ciphertext.alpha) == right_alpha
    except CryptoError:
        raise InvalidProofError(where) from None
    if not holds:
        raise InvalidProofError(where)
