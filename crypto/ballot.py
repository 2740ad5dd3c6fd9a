"""A voter's ballot: encryption on the voter's side, decoding and the one verification path on every other side.

Layout and hashes are the specification's "Ballot". An option's ciphertext encrypts 1 where it is marked, else 0; the
last ciphertext of a contest is the blank one. Example: with 3 options and 1 mark the selection (1,) encrypts
0, 1, 0, 0 and the selection () encrypts 0, 0, 0, 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from crypto.credential import Credential
from crypto.elgamal import (
    CIPHERTEXT_BYTES,
    Ciphertext,
    add_ciphertexts,
    decode_ciphertext,
    encode_ciphertext,
    encrypt,
    scale_ciphertext,
)
from crypto.errors import EncodingError, InvalidBallotError, InvalidElementError
from crypto.group import (
    IDENTITY,
    ORDER,
    Element,
    RandomBytes,
    Scalar,
    decode_element,
    decode_public_element,
    decode_scalar,
)
from crypto.proofs.membership import (
    SUM_POSITION,
    MembershipProof,
    MembershipStatement,
    check_membership,
    decode_membership_proof,
    encode_option_position,
    membership_proof_size,
    prove_membership,
)
from crypto.proofs.schnorr import SCHNORR_BYTES, sign_as_credential, verify_credential_signature
from crypto.transcript import derive_nonce, encode_u32, hash_items

HASH_BYTES = 32
_HEADER_BYTES = 64
_MARK_VALUES = (0, 1)

BallotLabel: TypeAlias = Literal["cast", "test"]
"""What a ballot's signature says of it: that it is to count, or that it is opened and never counts."""

Selection: TypeAlias = tuple[int, ...]
"""Ascending indexes of the marked options of one contest; empty for a blank vote."""


@dataclass(frozen=True, slots=True)
class ContestShape:
    """How many options a contest has, without the blank one, and how many of them may be marked at most."""

    options: int
    marks: int

    def __post_init__(self) -> None:
        if not 1 <= self.marks <= self.options:
            raise InvalidBallotError("contest shape", expected="1 ≤ marks ≤ options", got=(self.options, self.marks))

    @property
    def sum_values(self) -> tuple[int, ...]:
        """Return the values that the sum of a contest may have."""
        return tuple(range(1, self.marks + 1))


@dataclass(frozen=True, slots=True)
class ElectionContext:
    """What every ballot of an election is bound to."""

    election_hash: bytes
    key: Element
    shape: tuple[ContestShape, ...]

    def __post_init__(self) -> None:
        # Under the identity as a key, β is m·G: everybody could read every vote.
        if self.key == IDENTITY:
            raise InvalidElementError("election key", "the identity is not allowed here")
        if len(self.election_hash) != HASH_BYTES:
            raise EncodingError("election hash", f"{len(self.election_hash)} bytes instead of {HASH_BYTES}")


class SealedBallot:
    """A ballot that is encrypted and not signed yet: its hash is shown before the voter casts it or tests it.

    unsigned, scalars: its bytes, and the encryption scalars per contest and option, which are published only when it is
    tested; sign: makes the credential's signature of it under a label.
    """

    def __init__(
        self, unsigned: bytes, scalars: tuple[tuple[Scalar, ...], ...], sign: Callable[[BallotLabel], bytes]
    ) -> None:
        self.unsigned = unsigned
        self.ballot_hash = hashlib.sha256(unsigned).digest()
        self.scalars = scalars
        self._sign = sign
        self._signed: dict[BallotLabel, bytes] = {}

    @property
    def data(self) -> bytes:
        """The ballot as it is cast."""
        return self.cast()

    def cast(self) -> bytes:
        """Return the ballot as it is cast, the same bytes each time. Raises: InvalidBallotError once it was tested."""
        return self._decide("cast")

    def test(self) -> bytes:
        """Return the ballot as it is tested, the same bytes each time. Raises: InvalidBallotError once it was cast."""
        return self._decide("test")

    def _decide(self, label: BallotLabel) -> bytes:
        if self._signed and label not in self._signed:
            raise InvalidBallotError("cast or tested, never both", expected=next(iter(self._signed)), got=label)
        if label not in self._signed:
            self._signed[label] = self.unsigned + self._sign(label)
        return self._signed[label]


@dataclass(frozen=True, slots=True)
class Ballot:
    """A decoded ballot; `proofs` has the options' proofs of a contest in order, blank included, then the sum's."""

    data: bytes = field(repr=False)
    ballot_hash: bytes
    credential: Element
    ciphertexts: tuple[tuple[Ciphertext, ...], ...] = field(repr=False)
    proofs: tuple[tuple[MembershipProof, ...], ...] = field(repr=False)

    @property
    def unsigned(self) -> bytes:
        """Return the bytes that are hashed and signed."""
        return self.data[:-SCHNORR_BYTES]

    @property
    def signature(self) -> bytes:
        """Return the credential's signature."""
        return self.data[-SCHNORR_BYTES:]


def ballot_size(shape: tuple[ContestShape, ...]) -> int:
    """Return the bytes of every ballot of an election of this shape."""
    option_bytes = CIPHERTEXT_BYTES + membership_proof_size(len(_MARK_VALUES))
    contests = sum((s.options + 1) * option_bytes + membership_proof_size(s.marks) for s in shape)
    return _HEADER_BYTES + contests + SCHNORR_BYTES


def count_proofs(shape: tuple[ContestShape, ...]) -> int:
    """Return how many membership proofs a ballot of this shape carries."""
    return sum(contest.options + 2 for contest in shape)


def count_ciphertexts(shape: tuple[ContestShape, ...]) -> int:
    """Return how many ciphertexts a ballot of this shape, or the sum of such ballots, has: blank ones included."""
    return sum(contest.options + 1 for contest in shape)


def encrypt_ballot(
    context: ElectionContext, credential: Credential, selections: tuple[Selection, ...], random_bytes: RandomBytes
) -> SealedBallot:
    """Return the sealed ballot of a credential, which is then cast or tested.

    Raises: InvalidBallotError if the selections do not fit the contests.
    Spec: "encrypt_ballot".
    """
    values = _expand_selections(context.shape, selections)
    scalars = _derive_scalars(context, credential, values, random_bytes)
    ciphertexts = tuple(
        tuple(encrypt(context.key, m, r) for m, r in zip(ms, rs, strict=True))
        for ms, rs in zip(values, scalars, strict=True)
    )
    parts = [context.election_hash, credential.public]
    for index, statements in enumerate(_list_statements(context, credential.public, ciphertexts)):
        k = context.shape[index].marks
        ms, rs = values[index], scalars[index]
        openings = [*zip(ms, rs, strict=True), (_weigh(ms, k), Scalar(_weigh(rs, k) % ORDER))]
        for statement, (m, r) in zip(statements, openings, strict=True):
            if statement.position != SUM_POSITION:
                parts.append(encode_ciphertext(statement.ciphertext))
            parts.append(prove_membership(statement, m, r, random_bytes))
    unsigned = b"".join(parts)

    def sign(label: BallotLabel) -> bytes:
        return sign_as_credential(label, context.election_hash, credential, unsigned, random_bytes)

    return SealedBallot(unsigned, scalars, sign)


def hash_ballot(data: bytes) -> bytes:
    """Return the ballot hash of a signed ballot's bytes. Spec: "encrypt_ballot"."""
    return hashlib.sha256(data[:-SCHNORR_BYTES]).digest()


def decode_ballot(data: bytes, context: ElectionContext) -> Ballot:
    """Return the ballot that untrusted bytes encode; nothing is proved yet.

    Raises: InvalidBallotError for another length or another election; EncodingError or a subclass for a member that
    is no canonical element or scalar.
    Spec: "decode_ballot, verify_ballot".
    """
    size = ballot_size(context.shape)
    if len(data) != size:
        raise InvalidBallotError("length", expected=size, got=len(data))
    if data[:HASH_BYTES] != context.election_hash:
        raise InvalidBallotError("election", expected=context.election_hash.hex(), got=data[:HASH_BYTES].hex())
    credential = decode_public_element(data[HASH_BYTES:_HEADER_BYTES])
    ciphertexts, proofs = [], []
    offset = _HEADER_BYTES
    for contest in context.shape:
        contest_ciphertexts, contest_proofs, offset = _decode_contest(data, offset, contest)
        ciphertexts.append(contest_ciphertexts)
        proofs.append(contest_proofs)
    decode_element(data[-64:-32])
    decode_scalar(data[-32:])
    return Ballot(data, hash_ballot(data), credential, tuple(ciphertexts), tuple(proofs))


def verify_ballot(ballot: Ballot, context: ElectionContext, *, label: BallotLabel = "cast") -> None:
    """Check the signature and every proof of a decoded ballot.

    label: "cast" for every ballot that is to count.
    Raises: InvalidSignatureError; InvalidBallotError if two ciphertexts share their α; InvalidProofError naming
    contest and option of the first proof that does not hold.
    Spec: "decode_ballot, verify_ballot".
    """
    verify_credential_signature(label, context.election_hash, ballot.credential, ballot.unsigned, ballot.signature)
    alphas = [ciphertext.alpha for contest in ballot.ciphertexts for ciphertext in contest]
    if len(set(alphas)) != len(alphas):
        raise InvalidBallotError("repeated ciphertext", expected=len(alphas), got=len(set(alphas)))
    contests = _list_statements(context, ballot.credential, ballot.ciphertexts)
    for statements, proofs in zip(contests, ballot.proofs, strict=True):
        for statement, proof in zip(statements, proofs, strict=True):
            check_membership(statement, proof)


def _expand_selections(
    shape: tuple[ContestShape, ...], selections: tuple[Selection, ...]
) -> tuple[tuple[int, ...], ...]:
    """Return the plaintexts of every contest, blank last."""
    if len(selections) != len(shape):
        raise InvalidBallotError("number of selections", expected=len(shape), got=len(selections))
    # The offending selection stays out of the error: it is the vote.
    for index, (contest, selection) in enumerate(zip(shape, selections, strict=True)):
        if len(selection) > contest.marks:
            raise InvalidBallotError(f"too many marks in contest {index}", expected=contest.marks)
        if list(selection) != sorted(set(selection)) or not set(selection) <= set(range(contest.options)):
            raise InvalidBallotError(f"selection of contest {index}", expected="ascending indexes of options")
    return tuple(
        (*(int(option in selection) for option in range(contest.options)), int(not selection))
        for contest, selection in zip(shape, selections, strict=True)
    )


def _derive_scalars(
    context: ElectionContext, credential: Credential, values: tuple[tuple[int, ...], ...], random_bytes: RandomBytes
) -> tuple[tuple[Scalar, ...], ...]:
    """Return the encryption scalars, bound to the whole vote.

    So a random source that repeats itself does not give a tested ballot and the one cast after it the same scalars.
    """
    prefix = context.election_hash + bytes(value for contest in values for value in contest)
    return tuple(
        tuple(
            derive_nonce(credential.secret, prefix + encode_u32(contest) + encode_u32(option), random_bytes)
            for option in range(len(plaintexts))
        )
        for contest, plaintexts in enumerate(values)
    )


def _list_statements(
    context: ElectionContext, credential: Element, ciphertexts: tuple[tuple[Ciphertext, ...], ...]
) -> Iterator[tuple[MembershipStatement, ...]]:
    """Yield what a ballot proves, contest by contest: each option, blank included, then the sum."""
    joined = b"".join(encode_ciphertext(ciphertext) for contest in ciphertexts for ciphertext in contest)
    digest = hash_items("ballot", context.election_hash, context.key, credential, joined)
    for index, (contest, members) in enumerate(zip(context.shape, ciphertexts, strict=True)):
        *marks, blank = members
        total = add_ciphertexts((*marks, scale_ciphertext(contest.marks, blank)))
        yield (
            *(
                MembershipStatement(digest, index, encode_option_position(option), context.key, member, _MARK_VALUES)
                for option, member in enumerate(members)
            ),
            MembershipStatement(digest, index, SUM_POSITION, context.key, total, contest.sum_values),
        )


def _weigh(values: tuple[int, ...], marks: int) -> int:
    """Return the sum of a contest's values, the last (blank) one times the largest number of marks."""
    return sum(values[:-1]) + marks * values[-1]


def _decode_contest(
    data: bytes, offset: int, contest: ContestShape
) -> tuple[tuple[Ciphertext, ...], tuple[MembershipProof, ...], int]:
    """Return a contest's ciphertexts, its proofs and the offset of what follows."""
    size = membership_proof_size(len(_MARK_VALUES))
    ciphertexts, proofs = [], []
    for _ in range(contest.options + 1):
        middle = offset + CIPHERTEXT_BYTES
        ciphertexts.append(decode_ciphertext(data[offset:middle]))
        offset = middle + size
        proofs.append(decode_membership_proof(data[middle:offset], len(_MARK_VALUES)))
    end = offset + membership_proof_size(contest.marks)
    proofs.append(decode_membership_proof(data[offset:end], contest.marks))
    return tuple(ciphertexts), tuple(proofs), end
