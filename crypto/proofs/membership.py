"""Disjunctive proofs that a ciphertext encrypts one of a few values, without showing which.

Example: an option's ciphertext encrypts 0 or 1. A branch is one value with its commitments (A, B), challenge c and
response z; all branches but the true one are simulated with challenges of the prover's choice, and only the sum of
the challenges is fixed by the hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from crypto.elgamal import Ciphertext
from crypto.errors import EncodingError, InvalidProofError
from crypto.group import (
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
    subtract,
)
from crypto.transcript import derive_nonce, encode_u32, hash_to_scalar

SUM_POSITION = b"sum"


@dataclass(frozen=True, slots=True)
class MembershipStatement:
    """That a ciphertext under `key` encrypts one of `values`.

    digest: of the whole ballot's ciphertexts; position: from `encode_option_position`, or SUM_POSITION; values:
    ascending, at least one.
    """

    digest: bytes
    contest: int
    position: bytes
    key: Element
    ciphertext: Ciphertext
    values: tuple[int, ...]

    @property
    def where(self) -> str:
        """Return the statement's place, for example ``contest 2, option 0``."""
        if self.position == SUM_POSITION:
            return f"contest {self.contest}, sum"
        return f"contest {self.contest}, option {int.from_bytes(self.position[-4:], 'big')}"


@dataclass(frozen=True, slots=True)
class MembershipProof:
    """A decoded proof: a pair of commitments and a response a branch, and the challenges of all but the first."""

    commitments: tuple[tuple[Element, Element], ...]
    challenges: tuple[Scalar, ...]
    responses: tuple[Scalar, ...]


def encode_option_position(option: int) -> bytes:
    """Return the position of an option's proof; the blank option's index is the number of options."""
    return b"option" + encode_u32(option)


def membership_proof_size(branches: int) -> int:
    """Return the bytes of a proof about `branches` values."""
    return 32 * (4 * branches - 1)


def prove_membership(statement: MembershipStatement, value: int, r: Scalar, random_bytes: RandomBytes) -> bytes:
    """Return the proof for a ciphertext made with scalar r from `value`, one of the statement's values.

    The prover knows r, so a branch needs one multiplication by the key: with w = z − c·r, A = w·G and
    B = w·Y + c·(v − value)·G, where the true branch has v = value.

    Raises: InvalidProofError if the value is not among the statement's.
    Spec: "prove_membership, verify_membership".
    """
    if value not in statement.values:
        raise InvalidProofError(statement.where)
    true_branch = statement.values.index(value)
    prefix = statement.digest + encode_u32(statement.contest) + statement.position
    masks, challenges, commitments = [], [], []
    for branch, candidate in enumerate(statement.values):
        index = encode_u32(branch)
        mask = derive_nonce(r, prefix + b"response" + index, random_bytes)
        challenge = derive_nonce(r, prefix + b"challenge" + index, random_bytes)
        offset = multiply_base(Scalar(challenge * (candidate - value) % ORDER))
        commitments.append((multiply_base(mask), add(multiply(mask, statement.key), offset)))
        masks.append(mask)
        challenges.append(challenge)
    others = sum(challenges) - challenges[true_branch]
    challenges[true_branch] = Scalar((_challenge(statement, tuple(commitments)) - others) % ORDER)
    responses = [Scalar((w + c * r) % ORDER) for w, c in zip(masks, challenges, strict=True)]
    return b"".join(
        (
            *(left + right for left, right in commitments),
            *map(encode_scalar, challenges[1:]),
            *map(encode_scalar, responses),
        )
    )


def decode_membership_proof(data: bytes, branches: int) -> MembershipProof:
    """Return the proof that untrusted bytes encode.

    Raises: EncodingError for another length; InvalidElementError; InvalidScalarError.
    """
    size = membership_proof_size(branches)
    if len(data) != size:
        raise EncodingError("membership proof", f"{len(data)} bytes instead of {size}")
    parts = [data[start : start + 32] for start in range(0, size, 32)]
    elements = [decode_element(part) for part in parts[: 2 * branches]]
    scalars = [decode_scalar(part) for part in parts[2 * branches :]]
    return MembershipProof(
        tuple(zip(elements[::2], elements[1::2], strict=True)),
        tuple(scalars[: branches - 1]),
        tuple(scalars[branches - 1 :]),
    )


def verify_membership(statement: MembershipStatement, proof: bytes) -> None:
    """Check a proof as it was sent.

    Raises: EncodingError or a subclass for bytes that are no proof; InvalidProofError naming the place otherwise.
    Spec: "prove_membership, verify_membership".
    """
    check_membership(statement, decode_membership_proof(proof, len(statement.values)))


def check_membership(statement: MembershipStatement, proof: MembershipProof) -> None:
    """Check a decoded proof. Raises: InvalidProofError naming the place."""
    challenge = _challenge(statement, proof.commitments)
    challenges = (Scalar((challenge - sum(proof.challenges)) % ORDER), *proof.challenges)
    alpha, beta = statement.ciphertext.alpha, statement.ciphertext.beta
    for value, (a, b), c, z in zip(statement.values, proof.commitments, challenges, proof.responses, strict=True):
        message = beta if value == 0 else subtract(beta, _multiple_of_generator(value))
        if (
            subtract(multiply_base(z), multiply(c, alpha)) != a
            or subtract(multiply(z, statement.key), multiply(c, message)) != b
        ):
            raise InvalidProofError(statement.where)


def _challenge(statement: MembershipStatement, commitments: tuple[tuple[Element, Element], ...]) -> Scalar:
    joined = b"".join(left + right for left, right in commitments)
    return hash_to_scalar("membership", statement.digest, encode_u32(statement.contest), statement.position, joined)


@lru_cache(maxsize=1024)
def _multiple_of_generator(value: int) -> Element:
    return multiply_base(Scalar(value))
