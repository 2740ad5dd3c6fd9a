"""Properties of the shared key, of its proofs and of sums: whatever the numbers, what is right verifies."""

from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crypto.aggregate import aggregate_ballots, decode_aggregate, encode_aggregate, hash_aggregate
from crypto.ballot import ContestShape, Selection, decode_ballot, encrypt_ballot
from crypto.elgamal import Ciphertext
from crypto.errors import InvalidProofError
from crypto.group import GENERATOR, IDENTITY, ORDER, Scalar, add, multiply, multiply_base, subtract
from crypto.proofs.equality import DecryptionStatement, prove_decryption, verify_decryption
from crypto.proofs.schnorr import prove_possession, verify_possession
from crypto.tally import build_logarithm_table, find_logarithm
from crypto.threshold import (
    commit_polynomial,
    compute_joint_key,
    compute_lagrange_coefficient,
    compute_public_share,
    compute_public_shares,
    evaluate_polynomial,
    generate_polynomial,
    interpolate_at_zero,
)
from tests.support.crypto_samples import ELECTION_HASH, ELECTION_SECRET, SeededRandom, sample_context, sample_credential

SCALARS = st.one_of(st.sampled_from([0, 1, 2, ORDER - 1]), st.integers(0, ORDER - 1)).map(Scalar)
SECRETS = SCALARS.filter(bool)
TABLES = st.sampled_from([(2, 3), (3, 4), (3, 5), (4, 5)])


def state_decryption(secret: Scalar, alpha: Scalar, context: bytes) -> DecryptionStatement:
    point = multiply_base(alpha)
    return DecryptionStatement(
        ELECTION_HASH, 1, multiply_base(secret), context, Ciphertext(point, GENERATOR), multiply(secret, point)
    )


@given(secret=SECRETS, alpha=SCALARS, context=st.binary(max_size=80))
def test_verify_decryption_accepts_whatever_the_share_decrypts(secret: Scalar, alpha: Scalar, context: bytes) -> None:
    statement = state_decryption(secret, alpha, context)
    verify_decryption(statement, prove_decryption(statement, secret, SeededRandom(1)))


@given(secret=SECRETS, alpha=SECRETS, shift=SECRETS)
def test_verify_decryption_refuses_whatever_is_shifted(secret: Scalar, alpha: Scalar, shift: Scalar) -> None:
    statement = state_decryption(secret, alpha, b"")
    proof = prove_decryption(statement, secret, SeededRandom(1))
    shifted = add(statement.decryption, multiply_base(shift))
    forged = DecryptionStatement(ELECTION_HASH, 1, statement.public_share, b"", statement.ciphertext, shifted)
    with pytest.raises(InvalidProofError):
        verify_decryption(forged, proof)


@given(
    secret=SECRETS, label=st.sampled_from(["possession", "other"]), items=st.lists(st.binary(max_size=40), max_size=4)
)
def test_verify_possession_accepts_whatever_was_proved(secret: Scalar, label: str, items: list[bytes]) -> None:
    public = multiply_base(secret)
    verify_possession(
        label, tuple(items), public, prove_possession(label, tuple(items), secret, public, SeededRandom(2))
    )


@given(items=st.lists(st.binary(max_size=8), max_size=4), others=st.lists(st.binary(max_size=8), max_size=4))
def test_possession_holds_for_no_other_items(items: list[bytes], others: list[bytes]) -> None:
    assume(items != others)
    secret = Scalar(7)
    proof = prove_possession("possession", tuple(items), secret, multiply_base(secret), SeededRandom(2))
    with pytest.raises(InvalidProofError):
        verify_possession("possession", tuple(others), multiply_base(secret), proof)


@given(indexes=st.sets(st.integers(1, 255), min_size=1, max_size=8))
def test_lagrange_coefficients_of_any_set_add_up_to_one(indexes: set[int]) -> None:
    assert sum(compute_lagrange_coefficient(index, indexes) for index in indexes) % ORDER == 1


@settings(max_examples=20)
@given(table=TABLES, seed=st.integers(0, 1_000_000))
def test_any_t_shares_of_any_ceremony_make_the_joint_key(table: tuple[int, int], seed: int) -> None:
    threshold, count = table
    random_bytes = SeededRandom(seed)
    polynomials = [generate_polynomial(threshold, random_bytes) for _ in range(count)]
    commitments = [commit_polynomial(polynomial) for polynomial in polynomials]
    shares = compute_public_shares(commitments)
    for index in range(1, count + 1):
        secret = Scalar(sum(evaluate_polynomial(polynomial, index) for polynomial in polynomials) % ORDER)
        assert shares[index - 1] == multiply_base(secret) == compute_public_share(commitments, index)
    key = compute_joint_key(commitments)
    for chosen in combinations(range(1, count + 1), threshold):
        assert interpolate_at_zero({index: shares[index - 1] for index in chosen}) == key
    for chosen in combinations(range(1, count + 1), threshold - 1):
        assert interpolate_at_zero({index: shares[index - 1] for index in chosen}) != key


@settings(max_examples=15)
@given(data=st.data())
def test_sum_of_any_ballots_decrypts_to_their_counts_in_any_order(data: st.DataObject) -> None:
    options = data.draw(st.integers(1, 3))
    marks = data.draw(st.integers(1, options))
    shape = (ContestShape(options, marks),)
    choices = st.sets(st.integers(0, options - 1), max_size=marks)
    votes: list[tuple[Selection, ...]] = [(tuple(sorted(vote)),) for vote in data.draw(st.lists(choices, max_size=4))]
    context = sample_context(shape)
    ballots = [
        decode_ballot(encrypt_ballot(context, sample_credential(voter), vote, SeededRandom(voter)).data, context)
        for voter, vote in enumerate(votes)
    ]
    aggregate = aggregate_ballots(ballots, shape)
    assert hash_aggregate(ELECTION_HASH, aggregate) == hash_aggregate(
        ELECTION_HASH, aggregate_ballots(data.draw(st.permutations(ballots)), shape)
    )
    assert decode_aggregate(encode_aggregate(aggregate), shape, len(votes)) == aggregate
    table = build_logarithm_table(len(votes))
    counts = [
        find_logarithm(subtract(each.beta, multiply(ELECTION_SECRET, each.alpha)), table, contest=0, option=option)
        for option, each in enumerate(aggregate.ciphertexts[0])
    ]
    assert counts == [*(sum(option in vote for [vote] in votes) for option in range(options)), votes.count(((),))]


def test_sum_of_no_ballots_is_the_identity_everywhere() -> None:
    aggregate = aggregate_ballots((), (ContestShape(2, 1),))
    assert {part for each in aggregate.ciphertexts[0] for part in (each.alpha, each.beta)} == {IDENTITY}
