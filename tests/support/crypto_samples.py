"""Samples for tests of the protocol: slips, keys, random sources, vectors, and a voter who does not play fair."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import crypto
from crypto.ballot import ContestShape, ElectionContext
from crypto.credential import Credential, derive_credential
from crypto.elgamal import Ciphertext, add_ciphertexts, encode_ciphertext, encrypt, scale_ciphertext
from crypto.group import ORDER, Element, RandomBytes, Scalar, add, encode_scalar, multiply, multiply_base, random_scalar
from crypto.proofs.membership import (
    SUM_POSITION,
    MembershipStatement,
    encode_option_position,
    prove_membership,
)
from crypto.proofs.schnorr import sign_as_credential
from crypto.slip import MeetingCode, SlipCode, generate_slip_code
from crypto.transcript import encode_u32, hash_items, hash_to_scalar

MEETING = MeetingCode("7QKX3M0Z")
ELECTION_HASH = hashlib.sha256(b"an election").digest()
OTHER_ELECTION_HASH = hashlib.sha256(b"another election").digest()
SHAPE = (ContestShape(options=3, marks=1), ContestShape(options=4, marks=2))
SMALL_SHAPE = (ContestShape(options=1, marks=1),)


@dataclass
class SeededRandom:
    """A repeatable stream of bytes, used as `random_bytes`."""

    seed: int
    counter: int = field(default=0, init=False)

    def __call__(self, count: int) -> bytes:
        """Return the next bytes of the stream."""
        self.counter += 1
        return hashlib.shake_256(f"{self.seed}/{self.counter}".encode()).digest(count)


def repeat_byte(value: int) -> RandomBytes:
    """Return a stuck random source."""
    return lambda count: bytes([value]) * count


ELECTION_SECRET = random_scalar(SeededRandom(1_000_001))
ELECTION_KEY = multiply_base(ELECTION_SECRET)


def load_vectors(name: str) -> Any:
    """Return the content of crypto/vectors/NAME.json."""
    return json.loads((Path(crypto.__file__).parent / "vectors" / f"{name}.json").read_text(encoding="utf-8"))


def sample_slip_code(voter: int = 0) -> SlipCode:
    """Return the slip code of a numbered voter."""
    return generate_slip_code(SeededRandom(2_000_000 + voter))


def sample_credential(voter: int = 0, slot: int = 0) -> Credential:
    """Return the credential of a numbered voter."""
    return derive_credential(sample_slip_code(voter), MEETING, slot)


def sample_context(shape: tuple[ContestShape, ...] = SHAPE, election_hash: bytes = ELECTION_HASH) -> ElectionContext:
    """Return an election whose secret key is ELECTION_SECRET."""
    return ElectionContext(election_hash, ELECTION_KEY, shape)


def sample_statement(
    ciphertext: Ciphertext, values: tuple[int, ...], key: Element = ELECTION_KEY
) -> MembershipStatement:
    """Return the statement that a lone ciphertext encrypts one of the values."""
    digest = hash_items("ballot", ELECTION_HASH, key, sample_credential().public, encode_ciphertext(ciphertext))
    return MembershipStatement(digest, 0, encode_option_position(0), key, ciphertext, values)


def cast_plaintexts(
    context: ElectionContext, credential: Credential, plaintexts: tuple[tuple[int, ...], ...], random_bytes: RandomBytes
) -> bytes:
    """Return a signed ballot of any plaintexts, blank last; false statements carry the proof of their first value."""
    scalars = tuple(tuple(random_scalar(random_bytes) for _ in contest) for contest in plaintexts)
    ciphertexts = [
        [encrypt(context.key, m, r) for m, r in zip(ms, rs, strict=True)]
        for ms, rs in zip(plaintexts, scalars, strict=True)
    ]
    joined = b"".join(encode_ciphertext(ciphertext) for contest in ciphertexts for ciphertext in contest)
    digest = hash_items("ballot", context.election_hash, context.key, credential.public, joined)
    parts = [context.election_hash, credential.public]
    for index, contest in enumerate(context.shape):
        ms, rs, members = plaintexts[index], scalars[index], ciphertexts[index]
        for option, (m, r, member) in enumerate(zip(ms, rs, members, strict=True)):
            position = encode_option_position(option)
            statement = MembershipStatement(digest, index, position, context.key, member, (0, 1))
            parts += [encode_ciphertext(member), prove_membership(statement, m if m in (0, 1) else 0, r, random_bytes)]
        total = add_ciphertexts((*members[:-1], scale_ciphertext(contest.marks, members[-1])))
        total_m = sum(ms[:-1]) + contest.marks * ms[-1]
        total_r = Scalar((sum(rs[:-1]) + contest.marks * rs[-1]) % ORDER)
        statement = MembershipStatement(digest, index, SUM_POSITION, context.key, total, contest.sum_values)
        claim = total_m if total_m in contest.sum_values else contest.sum_values[0]
        parts.append(prove_membership(statement, claim, total_r, random_bytes))
    return sign_unsigned(context.election_hash, credential, b"".join(parts))


def sign_unsigned(election_hash: bytes, credential: Credential, unsigned: bytes) -> bytes:
    """Return a ballot made of any unsigned bytes and a good signature of them."""
    return unsigned + sign_as_credential("cast", election_hash, credential, unsigned, SeededRandom(5))


def prove_with_choices(
    statement: MembershipStatement, value: int, r: Scalar, masks: tuple[int, ...], challenges: tuple[int, ...]
) -> bytes:
    """Return a right proof from masks and challenges of the caller's choice, but for the true branch's challenge."""
    true_branch = statement.values.index(value)
    commitments = b"".join(
        multiply_base(Scalar(w))
        + add(multiply(Scalar(w), statement.key), multiply_base(Scalar(c * (candidate - value) % ORDER)))
        for candidate, w, c in zip(statement.values, masks, challenges, strict=True)
    )
    items = (statement.digest, encode_u32(statement.contest), statement.position, commitments)
    chosen = list(challenges)
    chosen[true_branch] = 0
    chosen[true_branch] = (hash_to_scalar("membership", *items) - sum(chosen)) % ORDER
    responses = [(w + c * r) % ORDER for w, c in zip(masks, chosen, strict=True)]
    return commitments + b"".join(encode_scalar(Scalar(number)) for number in (*chosen[1:], *responses))
