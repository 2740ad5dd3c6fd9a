"""Membership proofs, and attempts to prove what is false."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.elgamal import Ciphertext, encrypt
from crypto.errors import CryptoError, EncodingError, InvalidElementError, InvalidProofError, InvalidScalarError
from crypto.group import (
    IDENTITY,
    ORDER,
    ZERO,
    Element,
    Scalar,
    add,
    decode_scalar,
    encode_scalar,
    multiply,
    multiply_base,
    random_scalar,
    subtract,
)
from crypto.proofs.membership import (
    SUM_POSITION,
    MembershipStatement,
    encode_option_position,
    membership_proof_size,
    prove_membership,
    verify_membership,
)
from crypto.transcript import encode_u32, hash_items, hash_to_scalar
from tests.support.crypto_samples import (
    ELECTION_HASH,
    ELECTION_KEY,
    SeededRandom,
    load_vectors,
    prove_with_choices,
    repeat_byte,
    sample_credential,
    sample_statement,
)

VECTORS = load_vectors("membership")
R = Scalar(987_654_321)
STATEMENT = sample_statement(encrypt(ELECTION_KEY, 0, R), (0, 1))
PROOF = prove_membership(STATEMENT, 0, R, SeededRandom(1))
SEEDS = range(1_000)


def unpack(case: dict[str, Any]) -> MembershipStatement:
    digest, position, key, alpha, beta = (
        bytes.fromhex(case[name]) for name in ("digest", "position", "key", "alpha", "beta")
    )
    ciphertext = Ciphertext(Element(alpha), Element(beta))
    return MembershipStatement(digest, case["contest"], position, Element(key), ciphertext, tuple(case["values"]))


@pytest.mark.parametrize("case", VECTORS["proved"])
def test_prove_membership_matches_the_vectors(case: dict[str, Any]) -> None:
    r, source = decode_scalar(bytes.fromhex(case["r"])), repeat_byte(int(case["random"][:2], 16))
    assert prove_membership(unpack(case), case["value"], r, source).hex() == case["proof"]


@pytest.mark.parametrize("case", VECTORS["proved"] + VECTORS["accepted"], ids=lambda case: case["why"])
def test_verify_membership_accepts_the_vectors(case: dict[str, Any]) -> None:
    verify_membership(unpack(case), bytes.fromhex(case["proof"]))


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["why"])
def test_verify_membership_refuses_as_the_vectors(case: dict[str, Any]) -> None:
    with pytest.raises((InvalidProofError, EncodingError)):
        verify_membership(unpack(case), bytes.fromhex(case["proof"]))


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, 9), min_size=1, max_size=4), st.data(), st.integers(1, ORDER - 1).map(Scalar))
def test_verify_membership_accepts_what_was_proved(numbers: set[int], data: st.DataObject, r: Scalar) -> None:
    values = tuple(sorted(numbers))
    value = data.draw(st.sampled_from(values))
    statement = sample_statement(encrypt(ELECTION_KEY, value, r), values)
    proof = prove_membership(statement, value, r, SeededRandom(2))
    assert len(proof) == membership_proof_size(len(values))
    verify_membership(statement, proof)


@settings(max_examples=25, deadline=None)
@given(st.integers(-3, 6).filter(lambda value: value not in (0, 1)), st.sampled_from([0, 1]))
def test_verify_membership_refuses_another_message(message: int, claim: int) -> None:
    statement = sample_statement(encrypt(ELECTION_KEY, message, R), (0, 1))
    with pytest.raises(InvalidProofError):
        verify_membership(statement, prove_membership(statement, claim, R, SeededRandom(2)))


def test_prove_membership_refuses_a_value_outside_the_statement() -> None:
    with pytest.raises(InvalidProofError):
        prove_membership(STATEMENT, 2, R, SeededRandom(2))


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        (replace(STATEMENT, contest=7), "contest 7, option 0"),
        (replace(STATEMENT, position=encode_option_position(1)), "contest 0, option 1"),
        (replace(STATEMENT, position=SUM_POSITION), "contest 0, sum"),
        (replace(STATEMENT, digest=bytes(64)), "contest 0, option 0"),
        (replace(STATEMENT, key=multiply_base(R)), "contest 0, option 0"),
        (replace(STATEMENT, values=(1, 2)), "contest 0, option 0"),
        (replace(STATEMENT, ciphertext=encrypt(ELECTION_KEY, 0, Scalar(5))), "contest 0, option 0"),
    ],
)
def test_verify_membership_refuses_and_names_another_statement(statement: MembershipStatement, where: str) -> None:
    with pytest.raises(InvalidProofError) as caught:
        verify_membership(statement, PROOF)
    assert caught.value.where == where


@pytest.mark.parametrize("position", range(0, len(PROOF), 5))
def test_verify_membership_refuses_a_changed_byte(position: int) -> None:
    proof = bytearray(PROOF)
    proof[position] ^= 1
    with pytest.raises((InvalidProofError, EncodingError)):
        verify_membership(STATEMENT, bytes(proof))


@pytest.mark.parametrize("part", [4, 5, 6])
def test_verify_membership_refuses_a_scalar_plus_the_order(part: int) -> None:
    start = 32 * part
    shifted = int.from_bytes(PROOF[start : start + 32], "little") + ORDER
    with pytest.raises(InvalidScalarError):
        verify_membership(STATEMENT, PROOF[:start] + shifted.to_bytes(32, "little") + PROOF[start + 32 :])


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("case", load_vectors("rfc9496")["invalid"], ids=lambda case: case["encoding"][:12])
def test_verify_membership_refuses_a_bad_commitment(part: int, case: dict[str, str]) -> None:
    proof = PROOF[: 32 * part] + bytes.fromhex(case["encoding"]) + PROOF[32 * part + 32 :]
    with pytest.raises(InvalidElementError):
        verify_membership(STATEMENT, proof)


@pytest.mark.parametrize("length", [0, 96, 223, 225])
def test_verify_membership_refuses_another_length(length: int) -> None:
    with pytest.raises(EncodingError):
        verify_membership(STATEMENT, bytes(length))


def test_verify_membership_refuses_a_proof_that_holds_for_beta_alone() -> None:
    # α = a·G and β = b·Y: a prover who answers with b satisfies every equation of β, and none of α.
    honest = encrypt(ELECTION_KEY, 0, R)
    statement = sample_statement(Ciphertext(multiply_base(Scalar(5)), honest.beta), (0, 1))
    with pytest.raises(InvalidProofError):
        verify_membership(statement, prove_membership(statement, 0, R, SeededRandom(2)))


def test_verify_membership_refuses_a_proof_that_holds_for_alpha_alone() -> None:
    honest = encrypt(ELECTION_KEY, 0, R)
    statement = sample_statement(Ciphertext(honest.alpha, multiply(Scalar(5), ELECTION_KEY)), (0, 1))
    with pytest.raises(InvalidProofError):
        verify_membership(statement, prove_membership(statement, 0, R, SeededRandom(2)))


def test_a_zero_challenge_is_legal() -> None:
    proof = prove_with_choices(STATEMENT, 0, R, (5, 6), (0, 0))
    assert proof[128:160] == bytes(32)
    verify_membership(STATEMENT, proof)


def test_identity_commitments_and_a_zero_response_are_legal() -> None:
    proof = prove_with_choices(STATEMENT, 0, R, (5, 0), (0, 0))
    assert (proof[64:128], proof[192:]) == (IDENTITY * 2, bytes(32))
    verify_membership(STATEMENT, proof)


def test_an_identity_alpha_of_a_sum_is_legal() -> None:
    statement = replace(sample_statement(Ciphertext(IDENTITY, multiply_base(Scalar(1))), (1,)), position=SUM_POSITION)
    verify_membership(statement, prove_membership(statement, 1, ZERO, SeededRandom(3)))


def test_prove_membership_is_fresh_each_time() -> None:
    source = SeededRandom(4)
    assert prove_membership(STATEMENT, 0, R, source) != prove_membership(STATEMENT, 0, R, source)


def test_proofs_share_no_commitment_when_the_random_source_is_stuck() -> None:
    stuck = repeat_byte(0)
    statements = (STATEMENT, replace(STATEMENT, contest=1), replace(STATEMENT, position=encode_option_position(1)))
    proofs = [prove_membership(statement, 0, R, stuck) for statement in statements]
    commitments = [proof[start : start + 32] for proof in proofs for start in range(0, 128, 32)]
    assert len(set(commitments)) == 12


def test_proofs_do_not_tell_the_true_branch_by_the_size_of_a_challenge() -> None:
    # Both branches' challenges must be spread alike over the scalars, whichever is true.
    source = SeededRandom(5)
    for value in (0, 1):
        statement = sample_statement(encrypt(ELECTION_KEY, value, R), (0, 1))
        challenges = [prove_membership(statement, value, R, source)[128:160] for _ in range(200)]
        upper = sum(int.from_bytes(challenge, "little") > ORDER // 2 for challenge in challenges)
        assert 70 < upper < 130


# Weak Fiat–Shamir. Each forger works against a verifier whose challenge leaves one item out: it chooses that item after
# the challenge, so that the equations hold for a message of neither value. The real verifier must refuse every one.


@dataclass
class Transcript:
    """What a challenge covers, and the branches of a proof about the values 0 and 1."""

    alpha: Element
    beta: Element
    key: Element
    a: list[Element]
    b: list[Element]
    challenges: list[Scalar]
    responses: list[Scalar]

    def compute_challenge(self, left_out: str) -> Scalar:
        """Return the challenge over everything but one item; "nothing" gives the protocol's own."""
        items = {
            "election_hash": ELECTION_HASH,
            "key": self.key,
            "credential": sample_credential().public,
            "alpha": self.alpha,
            "beta": self.beta,
        }
        parts = {f"{name}{branch}": getattr(self, name)[branch] for branch in (0, 1) for name in ("a", "b")}
        kept = {name: part for name, part in {**items, **parts}.items() if name != left_out}
        ciphertext = b"".join(kept.pop(name, b"") for name in ("alpha", "beta"))
        commitments = b"".join(kept.pop(name, b"") for name in parts)
        digest = hash_items("ballot", *kept.values(), ciphertext)
        return hash_to_scalar("membership", digest, encode_u32(0), encode_option_position(0), commitments)

    def answer(self, branch: int, mask: Scalar, secret: Scalar, left_out: str) -> None:
        """Fix the branch's challenge by the weak hash and its response as if alpha or beta had the given logarithm."""
        total = self.compute_challenge(left_out)
        self.challenges[branch] = Scalar((total - self.challenges[1 - branch]) % ORDER)
        self.responses[branch] = Scalar((mask + self.challenges[branch] * secret) % ORDER)

    def holds(self) -> bool:
        """Return whether both branches' equations hold for the transcript's own challenges."""
        return all(
            multiply_base(self.responses[v]) == add(self.a[v], multiply(self.challenges[v], self.alpha))
            and multiply(self.responses[v], self.key) == add(self.b[v], multiply(self.challenges[v], self.shifted(v)))
            for v in (0, 1)
        )

    def shifted(self, value: int) -> Element:
        """Return β − value·G."""
        return subtract(self.beta, multiply_base(Scalar(value)))

    def is_accepted(self) -> bool:
        """Return whether the real verifier takes the proof."""
        ciphertext = Ciphertext(self.alpha, self.beta)
        pairs = b"".join(left + right for left, right in zip(self.a, self.b, strict=True))
        proof = pairs + b"".join(map(encode_scalar, (self.challenges[1], *self.responses)))
        try:
            verify_membership(sample_statement(ciphertext, (0, 1), self.key), proof)
        except CryptoError:
            return False
        return True


def start_forgery(source: SeededRandom) -> tuple[Transcript, Scalar, Scalar, Scalar]:
    """Return a transcript whose α = a·G and β = b·Y differ in their logarithms, with a, b and a mask.

    Both branches hold with challenge and response zero, so that a forger has to work on one only.
    """
    a, b, mask = (random_scalar(source) for _ in range(3))
    alpha, beta = multiply_base(a), multiply(b, ELECTION_KEY)
    identities, zeros = [IDENTITY, IDENTITY], [ZERO, ZERO]
    return Transcript(alpha, beta, ELECTION_KEY, identities, list(identities), zeros, list(zeros)), a, b, mask


def forge(left_out: str, seed: int) -> Transcript:
    """Return a transcript that convinces a verifier whose challenge leaves an item out."""
    source = SeededRandom(seed)
    transcript, a, b, mask = start_forgery(source)
    branch = int(left_out[-1]) if left_out[-1].isdigit() else 0
    transcript.beta = add(transcript.beta, multiply_base(Scalar(branch)))
    transcript.a[branch], transcript.b[branch] = multiply_base(mask), multiply(mask, ELECTION_KEY)
    if left_out in ("a0", "a1", "alpha"):
        secret = b
    else:
        secret = a
        transcript.b[branch] = multiply_base(random_scalar(source))
    if left_out == "alpha":
        transcript.a[branch] = multiply_base(random_scalar(source))
    transcript.answer(branch, mask, secret, left_out)
    complete(transcript, branch, left_out)
    return transcript


def complete(transcript: Transcript, branch: int, left_out: str) -> None:
    """Choose the item that the weak challenge left out, so that the branch's equations hold."""
    challenge, response = transcript.challenges[branch], transcript.responses[branch]
    inverse = Scalar(pow(challenge, -1, ORDER))
    if left_out in ("a0", "a1"):
        transcript.a[branch] = subtract(multiply_base(response), multiply(challenge, transcript.alpha))
    elif left_out in ("b0", "b1"):
        moved = multiply(challenge, transcript.shifted(branch))
        transcript.b[branch] = subtract(multiply(response, transcript.key), moved)
    elif left_out == "alpha":
        transcript.alpha = multiply(inverse, subtract(multiply_base(response), transcript.a[branch]))
    elif left_out == "beta":
        transcript.beta = multiply(inverse, subtract(multiply(response, transcript.key), transcript.b[branch]))
    elif left_out == "key":
        committed = add(transcript.b[branch], multiply(challenge, transcript.beta))
        transcript.key = multiply(Scalar(pow(response, -1, ORDER)), committed)


@pytest.mark.parametrize("left_out", ["alpha", "beta", "key", "a0", "b0", "a1", "b1"])
def test_weak_fiat_shamir_forges_nothing_when_an_item_is_chosen_after_the_challenge(left_out: str) -> None:
    for seed in SEEDS:
        transcript = forge(left_out, seed)
        assert transcript.holds()
        assert not transcript.is_accepted()


def hash_named(name: bytes, *items: bytes) -> int:
    """Return a challenge under any name, with or without the protocol's version."""
    framed = b"".join(encode_u32(len(item)) + item for item in (name, *items))
    return int.from_bytes(hashlib.sha512(framed).digest(), "little") % ORDER


@pytest.mark.parametrize("left_out", ["label", "version", "election_hash", "key", "credential", "contest", "position"])
def test_weak_fiat_shamir_forges_nothing_when_a_bound_item_is_left_out(left_out: str) -> None:
    # These items are in no equation: leaving one out makes a good proof valid wherever the others agree.
    ciphertext = STATEMENT.ciphertext
    for seed in SEEDS:
        w0, w1, c1 = (random_scalar(SeededRandom(seed * 3 + number)) for number in range(3))
        commitments = (
            multiply_base(w0)
            + multiply(w0, ELECTION_KEY)
            + multiply_base(w1)
            + add(multiply(w1, ELECTION_KEY), multiply_base(c1))
        )
        bound = {"election_hash": ELECTION_HASH, "key": ELECTION_KEY, "credential": sample_credential().public}
        bound.pop(left_out, None)
        digest = hash_items("ballot", *bound.values(), ciphertext.alpha + ciphertext.beta)
        rest = {"version": b"phieukin/1/", "label": b"membership", "digest": digest}
        rest |= {"contest": encode_u32(0), "position": encode_option_position(0)}
        rest.pop(left_out, None)
        name = rest.pop("version", b"") + rest.pop("label", b"")
        total = hash_named(name, *rest.values(), commitments)
        responses = ((w0 + (total - c1) * R) % ORDER, (w1 + c1 * R) % ORDER)
        proof = commitments + b"".join(encode_scalar(Scalar(number)) for number in (c1, *responses))
        with pytest.raises(InvalidProofError):
            verify_membership(STATEMENT, proof)


def test_the_forgers_hash_is_the_protocols_when_nothing_is_left_out() -> None:
    assert hash_named(b"phieukin/1/membership", b"a", b"bc") == hash_to_scalar("membership", b"a", b"bc")


def test_the_forgers_own_honest_proof_is_accepted() -> None:
    # The machinery of the attacks above is sound: with nothing left out and a true statement it convinces.
    transcript, a, _, mask = start_forgery(SeededRandom(1))
    transcript.beta = multiply(a, ELECTION_KEY)
    transcript.a[0], transcript.b[0] = multiply_base(mask), multiply(mask, ELECTION_KEY)
    transcript.answer(0, mask, a, "nothing")
    assert transcript.holds()
    assert transcript.is_accepted()
