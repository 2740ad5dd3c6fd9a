"""Counts from an aggregate: bounded, and failing by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.aggregate import Aggregate, aggregate_ballots, decode_aggregate
from crypto.ballot import ContestShape, ElectionContext, decode_ballot, encrypt_ballot
from crypto.ceremony import Ceremony
from crypto.decryption import PartialDecryption
from crypto.elgamal import Ciphertext
from crypto.encoding import decode_base64
from crypto.errors import NotEnoughSharesError, TallyError
from crypto.group import GENERATOR, ORDER, Scalar, add, multiply_base
from crypto.tally import Tally, build_logarithm_table, compute_tally, find_logarithm
from tests.support.crypto_samples import ELECTION_HASH, SHAPE, SeededRandom, load_vectors, sample_credential
from tests.support.trustees import SERVER_KEY, HeldCeremony, decrypt_closed, hold_ceremony, sample_closed


@pytest.fixture(scope="module")
def held() -> HeldCeremony:
    return hold_ceremony()


def tally(held: HeldCeremony, aggregate: Aggregate, election: str) -> Tally:
    closed = replace(sample_closed(held, election=election), ballots=aggregate.ballots, aggregate=aggregate)
    return compute_tally(held.ceremony, ELECTION_HASH, aggregate, decrypt_closed(held.trustees, closed))


def test_tally_counts_real_ballots(held: HeldCeremony) -> None:
    context = ElectionContext(ELECTION_HASH, held.ceremony.key, SHAPE)
    marks = (((0,), (1, 3)), ((0,), ()), ((2,), (3,)), ((), (0,)))
    ballots = [
        decode_ballot(encrypt_ballot(context, sample_credential(voter), chosen, SeededRandom(voter)).data, context)
        for voter, chosen in enumerate(marks)
    ]
    found = tally(held, aggregate_ballots(ballots, SHAPE), "real")
    assert found == Tally((1, 2), ((2, 0, 1, 1), (1, 1, 0, 2, 1)), ())


def test_tally_finds_zero_and_all(held: HeldCeremony) -> None:
    closed = sample_closed(held, ((4, 0, 0),), election="unanimous")
    assert tally(held, closed.aggregate, "unanimous").counts == ((4, 0, 0),)


def test_tally_of_no_ballots_is_zero_by_no_trustees(held: HeldCeremony) -> None:
    aggregate = aggregate_ballots([], SHAPE)
    assert compute_tally(held.ceremony, ELECTION_HASH, aggregate, []) == Tally((), ((0,) * 4, (0,) * 5), ())


def test_tally_fails_when_too_few_trustees_answered(held: HeldCeremony) -> None:
    with pytest.raises(NotEnoughSharesError):
        compute_tally(held.ceremony, ELECTION_HASH, sample_closed(held).aggregate, [])


@pytest.mark.parametrize("added", [6, -1, 1_000_000, ORDER // 2])
def test_poisoned_aggregate_fails_and_names_contest_and_option(held: HeldCeremony, added: int) -> None:
    closed = sample_closed(held, ((0, 5), (0, 5)))
    poison = multiply_base(Scalar(added % ORDER))
    first, (member, blank) = closed.aggregate.ciphertexts
    poisoned = Aggregate(5, (first, (Ciphertext(member.alpha, add(member.beta, poison)), blank)))
    with pytest.raises(TallyError) as caught:
        tally(held, poisoned, f"poisoned-{added % 97}")
    assert (caught.value.contest, caught.value.option) == (1, 0)


def test_find_logarithm_takes_every_count_up_to_the_ballots() -> None:
    table = build_logarithm_table(20)
    found = [find_logarithm(multiply_base(Scalar(m)), table, contest=0, option=0) for m in range(21)]
    assert found == list(range(21))


def test_find_logarithm_refuses_one_more_than_the_ballots() -> None:
    with pytest.raises(TallyError, match="from 0 to 20"):
        find_logarithm(multiply_base(Scalar(21)), build_logarithm_table(20), contest=0, option=0)


def test_find_logarithm_refuses_a_negative_count() -> None:
    with pytest.raises(TallyError):
        find_logarithm(multiply_base(Scalar(ORDER - 1)), build_logarithm_table(20), contest=0, option=0)


def test_logarithm_table_of_no_ballots_has_only_zero() -> None:
    with pytest.raises(TallyError):
        find_logarithm(GENERATOR, build_logarithm_table(0), contest=0, option=0)


def test_tally_vectors_hold() -> None:
    vectors = load_vectors("decryption")
    ceremony = Ceremony.from_body(load_vectors("ceremony")["held"][0]["body"], SERVER_KEY, rehearsal=False)
    shape = tuple(ContestShape(options=count, marks=1) for count in vectors["options"])
    aggregate = decode_aggregate(decode_base64(vectors["aggregate"]), shape, vectors["ballots"])
    partials = [PartialDecryption.from_body(body) for body in vectors["partial_decryptions"]]
    found = compute_tally(ceremony, bytes.fromhex(vectors["election_hash"]), aggregate, partials)
    assert [list(row) for row in found.counts] == vectors["counts"]
