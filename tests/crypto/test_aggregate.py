"""Sums of ballots, their bytes and their hash."""

from __future__ import annotations

import pytest

from crypto.aggregate import (
    Aggregate,
    aggregate_ballots,
    aggregate_stored_ballots,
    decode_aggregate,
    encode_aggregate,
    hash_aggregate,
)
from crypto.ballot import Ballot, ContestShape, ElectionContext, decode_ballot, encrypt_ballot
from crypto.elgamal import IDENTITY_CIPHERTEXT, Ciphertext
from crypto.encoding import decode_base64
from crypto.errors import EncodingError, InvalidBallotError, InvalidElementError
from crypto.group import GENERATOR, IDENTITY, ORDER, Element, Scalar, multiply, multiply_base, subtract
from tests.support.crypto_samples import (
    ELECTION_HASH,
    ELECTION_SECRET,
    OTHER_ELECTION_HASH,
    SHAPE,
    SMALL_SHAPE,
    SeededRandom,
    load_vectors,
    sample_context,
    sample_credential,
)

SELECTIONS = (((0,), (1, 3)), ((0,), ()), ((2,), (3,)))


def make_ballots() -> list[Ballot]:
    """Return three ballots of the sample election."""
    context = sample_context()
    return [
        decode_ballot(encrypt_ballot(context, sample_credential(voter), marks, SeededRandom(voter)).data, context)
        for voter, marks in enumerate(SELECTIONS)
    ]


def open_sum(ciphertext: Ciphertext) -> Element:
    return subtract(ciphertext.beta, multiply(ELECTION_SECRET, ciphertext.alpha))


def test_aggregate_encrypts_the_counts_of_all_ballots() -> None:
    aggregate = aggregate_ballots(make_ballots(), SHAPE)
    found = [[open_sum(ciphertext) for ciphertext in contest] for contest in aggregate.ciphertexts]
    expected = ((2, 0, 1, 0), (0, 1, 0, 2, 1))
    assert found == [[multiply_base(Scalar(count)) for count in contest] for contest in expected]


def test_aggregate_does_not_depend_on_the_order_of_ballots() -> None:
    ballots = make_ballots()
    assert aggregate_ballots(ballots, SHAPE) == aggregate_ballots(reversed(ballots), SHAPE)


def test_aggregate_of_no_ballots_is_the_identities() -> None:
    assert aggregate_ballots([], SMALL_SHAPE) == Aggregate(0, ((IDENTITY_CIPHERTEXT,) * 2,))


def test_stored_ballots_have_the_sum_of_the_same_ballots_read_whole() -> None:
    ballots = make_ballots()
    assert aggregate_stored_ballots((ballot.data for ballot in ballots), SHAPE) == aggregate_ballots(ballots, SHAPE)
    assert aggregate_stored_ballots([], SMALL_SHAPE) == aggregate_ballots([], SMALL_SHAPE)


def test_stored_ballot_of_another_length_is_refused() -> None:
    (ballot, *_) = make_ballots()
    with pytest.raises(InvalidBallotError):
        aggregate_stored_ballots([ballot.data[:-1]], SHAPE)


@pytest.mark.parametrize("broken", [b"\xff" * 32, bytes(31) + b"\x80"])
def test_stored_ballot_with_a_ciphertext_that_is_none_is_refused(broken: bytes) -> None:
    (ballot, *_) = make_ballots()
    with pytest.raises(InvalidElementError):
        aggregate_stored_ballots([ballot.data[:64] + broken + ballot.data[96:]], SHAPE)


def test_aggregate_of_ballots_that_cancel_is_legal() -> None:
    (ballot, *_) = make_ballots()
    opposite = tuple(
        tuple(
            Ciphertext(multiply(Scalar(ORDER - 1), member.alpha), multiply(Scalar(ORDER - 1), member.beta))
            for member in contest
        )
        for contest in ballot.ciphertexts
    )
    other = Ballot(ballot.data, ballot.ballot_hash, ballot.credential, opposite, ballot.proofs)
    aggregate = aggregate_ballots([ballot, other], SHAPE)
    assert decode_aggregate(encode_aggregate(aggregate), SHAPE, 2).ciphertexts[0][0] == IDENTITY_CIPHERTEXT


def test_aggregate_is_refused_for_ballots_of_another_shape() -> None:
    with pytest.raises(InvalidBallotError):
        aggregate_ballots(make_ballots(), SMALL_SHAPE)


def test_decode_gives_back_the_encoded_aggregate() -> None:
    aggregate = aggregate_ballots(make_ballots(), SHAPE)
    assert decode_aggregate(encode_aggregate(aggregate), SHAPE, 3) == aggregate


@pytest.mark.parametrize("length", [0, 64, 127, 129, 192])
def test_decode_refuses_another_length(length: int) -> None:
    with pytest.raises(EncodingError):
        decode_aggregate(bytes(length), SMALL_SHAPE, 1)


def test_decode_refuses_what_is_no_element() -> None:
    with pytest.raises(InvalidElementError):
        decode_aggregate(bytes(96) + b"\xff" * 32, SMALL_SHAPE, 1)


def test_hash_differs_for_another_election() -> None:
    aggregate = aggregate_ballots(make_ballots(), SHAPE)
    assert hash_aggregate(ELECTION_HASH, aggregate) != hash_aggregate(OTHER_ELECTION_HASH, aggregate)


def test_hash_differs_for_another_number_of_ballots() -> None:
    members = ((Ciphertext(GENERATOR, IDENTITY),),)
    assert hash_aggregate(ELECTION_HASH, Aggregate(3, members)) != hash_aggregate(ELECTION_HASH, Aggregate(4, members))


def test_hash_differs_when_one_ballot_is_missing() -> None:
    ballots = make_ballots()
    whole, part = aggregate_ballots(ballots, SHAPE), aggregate_ballots(ballots[1:], SHAPE)
    assert hash_aggregate(ELECTION_HASH, whole) != hash_aggregate(ELECTION_HASH, part)


def test_aggregate_vectors_hold() -> None:
    vectors = load_vectors("aggregate")
    shape = tuple(ContestShape(**contest) for contest in vectors["shape"])
    election_hash = bytes.fromhex(vectors["election_hash"])
    context = ElectionContext(election_hash, Element(bytes.fromhex(vectors["key"])), shape)
    for case in vectors["cases"]:
        ballots = [decode_ballot(bytes.fromhex(data), context) for data in case["ballots"]]
        aggregate = aggregate_ballots(ballots, shape)
        assert encode_aggregate(aggregate) == decode_base64(case["aggregate"])
        assert hash_aggregate(election_hash, aggregate).hex() == case["aggregate_hash"]
