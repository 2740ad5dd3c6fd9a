"""Partial decryptions: any t combine, t − 1 do not, a wrong one is named and skipped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from crypto.aggregate import Aggregate, decode_aggregate
from crypto.ballot import ContestShape
from crypto.ceremony import Ceremony
from crypto.closed import ClosedElection
from crypto.decryption import (
    PartialDecryption,
    ProvenDecryption,
    combine_partial_decryptions,
    partially_decrypt,
    verify_partial_decryption,
)
from crypto.elgamal import Ciphertext
from crypto.encoding import JsonValue, decode_base64, decode_canonical, encode_base64, encode_canonical
from crypto.errors import CryptoError, EncodingError, InvalidElementError, InvalidProofError, NotEnoughSharesError
from crypto.group import GENERATOR, IDENTITY, Element, Scalar, encode_scalar, multiply_base, subtract
from tests.support.crypto_samples import ELECTION_HASH, OTHER_ELECTION_HASH, SeededRandom, load_vectors
from tests.support.trustees import (
    SERVER_KEY,
    HeldCeremony,
    decrypt_closed,
    hold_ceremony,
    sample_closed,
)


@pytest.fixture(scope="module")
def held() -> HeldCeremony:
    return hold_ceremony()


@pytest.fixture(scope="module")
def closed(held: HeldCeremony) -> ClosedElection:
    return sample_closed(held)


@pytest.fixture(scope="module")
def partials(held: HeldCeremony, closed: ClosedElection) -> list[PartialDecryption]:
    return decrypt_closed(held.trustees, closed)


def shift(partial: PartialDecryption, place: int = 0) -> PartialDecryption:
    """Return a partial decryption that would add one to a count."""
    rows = list(partial.decryptions)
    rows[place] = replace(rows[place], element=subtract(rows[place].element, GENERATOR))
    return replace(partial, decryptions=tuple(rows))


def open_sums(aggregate: Aggregate, elements: tuple[tuple[Element, ...], ...]) -> list[list[Element]]:
    return [
        [subtract(ciphertext.beta, element) for ciphertext, element in zip(*row, strict=True)]
        for row in zip(aggregate.ciphertexts, elements, strict=True)
    ]


@pytest.mark.parametrize(("count", "threshold"), [(3, 2), (5, 3)])
def test_every_subset_of_t_decrypts(count: int, threshold: int) -> None:
    held = hold_ceremony(count, threshold)
    closed = sample_closed(held, ((2, 1),))
    partials = decrypt_closed(held.trustees, closed)
    for chosen in combinations(partials, threshold):
        combination = combine_partial_decryptions(held.ceremony, ELECTION_HASH, closed.aggregate, chosen)
        sums = open_sums(closed.aggregate, combination.elements)
        assert sums == [[multiply_base(Scalar(2)), multiply_base(Scalar(1))]]


@pytest.mark.parametrize(("count", "threshold"), [(3, 2), (5, 3)])
def test_no_subset_of_t_less_one_decrypts(count: int, threshold: int) -> None:
    held = hold_ceremony(count, threshold)
    closed = sample_closed(held, ((2, 1),))
    for chosen in combinations(decrypt_closed(held.trustees, closed), threshold - 1):
        with pytest.raises(NotEnoughSharesError) as caught:
            combine_partial_decryptions(held.ceremony, ELECTION_HASH, closed.aggregate, chosen)
        assert (caught.value.threshold, caught.value.valid) == (threshold, threshold - 1)


def test_one_share_given_twice_does_not_decrypt(
    held: HeldCeremony, closed: ClosedElection, partials: list[PartialDecryption]
) -> None:
    with pytest.raises(NotEnoughSharesError):
        combine_partial_decryptions(held.ceremony, ELECTION_HASH, closed.aggregate, [partials[0], partials[0]])


def test_lost_phone_stops_nothing(held: HeldCeremony) -> None:
    closed = sample_closed(held, election="lost-phone")
    present = (held.trustees[0], held.trustees[2])
    partials = decrypt_closed(present, closed, missing=frozenset({2}))
    assert combine_partial_decryptions(held.ceremony, ELECTION_HASH, closed.aggregate, partials).trustees == (1, 3)


def test_combination_takes_the_lowest_valid_trustees(
    held: HeldCeremony, closed: ClosedElection, partials: list[PartialDecryption]
) -> None:
    combination = combine_partial_decryptions(held.ceremony, ELECTION_HASH, closed.aggregate, list(reversed(partials)))
    assert combination.trustees == (1, 2)


@pytest.mark.parametrize("place", range(5))
def test_shifted_partial_decryption_is_rejected_and_its_trustee_named(
    held: HeldCeremony, closed: ClosedElection, partials: list[PartialDecryption], place: int
) -> None:
    wrong = [partials[0], shift(partials[1], place), partials[2]]
    combination = combine_partial_decryptions(held.ceremony, ELECTION_HASH, closed.aggregate, wrong)
    assert (combination.trustees, combination.rejected) == ((1, 3), (2,))


def test_shifted_partial_decryption_names_trustee_contest_and_option(
    held: HeldCeremony, closed: ClosedElection, partials: list[PartialDecryption]
) -> None:
    with pytest.raises(InvalidProofError, match="trustee 2: contest 1, option 0"):
        verify_partial_decryption(held.ceremony, ELECTION_HASH, closed.aggregate, shift(partials[1], 3))


def test_too_many_shifted_partial_decryptions_are_all_named(
    held: HeldCeremony, closed: ClosedElection, partials: list[PartialDecryption]
) -> None:
    wrong = [shift(partials[0]), partials[1], shift(partials[2])]
    with pytest.raises(NotEnoughSharesError) as caught:
        combine_partial_decryptions(held.ceremony, ELECTION_HASH, closed.aggregate, wrong)
    assert caught.value.rejected == (1, 3)


@pytest.mark.parametrize(
    "change",
    [
        lambda p: replace(p, trustee=2),
        lambda p: replace(p, trustee=4),
        lambda p: replace(p, aggregate_hash=bytes(32)),
        lambda p: replace(p, decryptions=p.decryptions[:-1]),
        lambda p: replace(p, decryptions=(*p.decryptions, p.decryptions[0])),
        lambda p: replace(p, decryptions=()),
        lambda p: replace(p, decryptions=(p.decryptions[1], p.decryptions[0], *p.decryptions[2:])),
        lambda p: replace(p, decryptions=(ProvenDecryption(IDENTITY, p.decryptions[0].proof), *p.decryptions[1:])),
    ],
    ids=["other trustee", "no trustee", "other aggregate", "one less", "one more", "none", "swapped", "identity"],
)
def test_changed_partial_decryption_is_refused(
    held: HeldCeremony,
    closed: ClosedElection,
    partials: list[PartialDecryption],
    change: Callable[[PartialDecryption], PartialDecryption],
) -> None:
    with pytest.raises(InvalidProofError):
        verify_partial_decryption(held.ceremony, ELECTION_HASH, closed.aggregate, change(partials[0]))


def test_partial_decryption_is_refused_for_another_election(
    held: HeldCeremony, closed: ClosedElection, partials: list[PartialDecryption]
) -> None:
    with pytest.raises(InvalidProofError):
        verify_partial_decryption(held.ceremony, OTHER_ELECTION_HASH, closed.aggregate, partials[0])


def test_partial_decryption_of_another_ceremony_is_refused(
    closed: ClosedElection, partials: list[PartialDecryption]
) -> None:
    other = hold_ceremony(ceremony=bytes(16)).ceremony
    with pytest.raises(InvalidProofError):
        verify_partial_decryption(other, ELECTION_HASH, closed.aggregate, partials[0])


def test_partial_decryption_of_an_identity_sum_holds(held: HeldCeremony) -> None:
    aggregate = Aggregate(3, ((Ciphertext(IDENTITY, multiply_base(Scalar(3))),),))
    holding = held.trustees[0]._held
    partial = partially_decrypt(
        held.ceremony,
        "e",
        ELECTION_HASH,
        aggregate,
        trustee=1,
        share=holding.share,
        random_bytes=SeededRandom(1),
    )
    verify_partial_decryption(held.ceremony, ELECTION_HASH, aggregate, partial)


def test_partial_decryption_body_is_read_back(partials: list[PartialDecryption]) -> None:
    body = decode_canonical(encode_canonical(partials[0].to_body()))
    assert PartialDecryption.from_body(body) == partials[0]


def test_partial_decryption_body_names_no_secret(held: HeldCeremony, partials: list[PartialDecryption]) -> None:
    share = encode_scalar(held.trustees[0]._held.share)
    assert share not in b"".join(decryption.encode() for decryption in partials[0].decryptions)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("trustee", 0),
        ("trustee", True),
        ("trustee", "1"),
        ("aggregate_hash", "00"),
        ("decryptions", "AAAA"),
        ("decryptions", ["AAAA"]),
        ("election", 7),
        ("more", 1),
    ],
)
def test_partial_decryption_body_is_refused_for_another_form(
    partials: list[PartialDecryption], key: str, value: JsonValue
) -> None:
    with pytest.raises(EncodingError):
        PartialDecryption.from_body({**partials[0].to_body(), key: value})


def test_partial_decryption_body_is_refused_for_what_is_no_element(partials: list[PartialDecryption]) -> None:
    with pytest.raises(InvalidElementError):
        PartialDecryption.from_body({**partials[0].to_body(), "decryptions": encode_base64(b"\xff" * 128)})


def test_decryption_vectors_hold() -> None:
    vectors, ceremony, aggregate = _load()
    partials = [PartialDecryption.from_body(body) for body in vectors["partial_decryptions"]]
    for case in vectors["combined"]:
        chosen = [partials[index - 1] for index in case["trustees"]]
        combination = combine_partial_decryptions(ceremony, ELECTION_HASH, aggregate, chosen)
        assert [[element.hex() for element in row] for row in combination.elements] == case["elements"]


def test_decryption_vectors_refuse() -> None:
    vectors, ceremony, aggregate = _load()
    for case in vectors["refused"]:
        with pytest.raises(CryptoError):
            verify_partial_decryption(ceremony, ELECTION_HASH, aggregate, PartialDecryption.from_body(case["body"]))


def _load() -> tuple[Any, Ceremony, Aggregate]:
    vectors = load_vectors("decryption")
    body = load_vectors("ceremony")["held"][0]["body"]
    shape = tuple(ContestShape(options=count, marks=1) for count in vectors["options"])
    aggregate = decode_aggregate(decode_base64(vectors["aggregate"]), shape, vectors["ballots"])
    return vectors, Ceremony.from_body(body, SERVER_KEY, rehearsal=False), aggregate
