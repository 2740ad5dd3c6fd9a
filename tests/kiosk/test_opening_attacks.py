"""Forged openings and terms: a phone refuses them as a terminal does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest

from crypto.ceremony import Opening, build_opening, commit_opening
from crypto.encoding import JsonObject, encode_canonical
from crypto.errors import CeremonyError
from crypto.group import IDENTITY, Scalar, multiply_base, subtract
from crypto.participant import CeremonyStep
from crypto.proofs.schnorr import prove_possession
from crypto.signing import derive_verification_key, generate_signing_seed
from crypto.threshold import commit_polynomial, generate_polynomial
from crypto.transcript import encode_u32
from crypto.trustee import Trustee
from crypto.trustee_storage import MemoryTrusteeStorage
from tests.support.browser_trustees import TrusteeSide, find_outcome, seat_browser
from tests.support.crypto_samples import SeededRandom
from tests.support.trustees import advance, create_trustees, sample_terms

FIELD = 2**255 - 19
# 0, 1, the two points of order eight, p − 1, and the same written with p added; then one that is merely not canonical.
SMALL_ORDER = [
    *((0).to_bytes(32, "little"), (1).to_bytes(32, "little"), (FIELD - 1).to_bytes(32, "little")),
    *(FIELD.to_bytes(32, "little"), (FIELD + 1).to_bytes(32, "little")),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
]
UNUSUAL = [(FIELD + 9).to_bytes(32, "little"), (9 + 2**255).to_bytes(32, "little")]


def make_opening(name: str, *, encryption_key: bytes | None = None, nonce: bytes | None = None) -> Opening:
    """Return an opening by a third trustee, who proves possession of what it publishes."""
    random_bytes = SeededRandom(77)
    polynomial = generate_polynomial({"short": 1, "long": 3}.get(name, 2), random_bytes)
    return build_opening(
        sample_terms(ceremony=bytes(16)) if name == "another ceremony" else sample_terms(),
        3,
        encryption_key=encryption_key or random_bytes(32),
        signing_key=derive_verification_key(generate_signing_seed(random_bytes)),
        constant=polynomial[0],
        commitments=commit_polynomial(polynomial),
        random_bytes=random_bytes if nonce is None else (lambda _count: nonce),
    )


def forge_opening(name: str, first: Opening, second: Opening, constant: Scalar) -> Opening:
    """Return what a third trustee publishes who knows the others' openings and the first one's secret."""
    opening = make_opening(name)
    last = opening.commitments[-1]
    match name:
        case "encryption key":
            return make_opening(name, encryption_key=first.encryption_key)
        case "nonce":
            return make_opening(name, nonce=first.nonce)
        case "rogue key":
            rogue = subtract(subtract(multiply_base(Scalar(42)), first.commitments[0]), second.commitments[0])
            return replace(opening, commitments=(rogue, last))
        case "another's possession":
            return replace(opening, possession=first.possession)
        case "another's opening":
            return replace(first, trustee=3)
        case "signing key":
            return prove_again(
                replace(opening, signing_key=first.signing_key), generate_polynomial(2, SeededRandom(77))[0]
            )
        case "first commitment":
            return prove_again(replace(opening, commitments=first.commitments), constant)
        case "identity first":
            return replace(opening, commitments=(IDENTITY, last))
        case "identity last":
            return replace(opening, commitments=(opening.commitments[0], IDENTITY))
    return opening


def prove_again(opening: Opening, constant: Scalar) -> Opening:
    """Return a changed opening with a possession proof that holds."""
    items = (opening.ceremony, encode_u32(3), opening.encryption_key, opening.signing_key)
    proof = prove_possession("possession", items, constant, opening.commitments[0], SeededRandom(1))
    return replace(opening, possession=proof)


def exchange_commitments(devices: Sequence[Trustee], third: Opening) -> list[bytes]:
    """Let two devices and the attacker commit; return the three openings."""
    message: JsonObject = {
        "ceremony": sample_terms().ceremony.hex(),
        "trustee": 3,
        "commitment": commit_opening(third).hex(),
    }
    commitments = [*(device.make_commitment() for device in devices), encode_canonical(message)]
    for device in devices:
        device.receive_commitments(commitments)
    return [*(device.make_opening() for device in devices), encode_canonical(third.to_object())]


FORGERIES = {
    "rogue key": "the possession proof does not hold",
    "another's possession": "the possession proof does not hold",
    "another's opening": "the possession proof does not hold",
    "short": "1 polynomial commitments instead of 2",
    "long": "3 polynomial commitments instead of 2",
    "another ceremony": "the opening belongs to another ceremony",
    "encryption key": "a nonce, key or commitment is used twice",
    "signing key": "a nonce, key or commitment is used twice",
    "nonce": "a nonce, key or commitment is used twice",
    "first commitment": "a nonce, key or commitment is used twice",
    "identity first": "opening.commitments: the identity is not allowed here",
    "identity last": "opening.commitments: the identity is not allowed here",
}


@pytest.mark.parametrize(("name", "problem"), FORGERIES.items())
def test_phone_refuses_a_forged_opening_as_a_terminal_does(trustee_side: TrusteeSide, name: str, problem: str) -> None:
    twins = create_trustees(sample_terms())[:2]
    for twin in twins:
        twin.make_commitment()
    first, second = (twin._own for twin in twins)
    forged = forge_opening(name, first.opening, second.opening, first.polynomial[0])
    with seat_browser(trustee_side, (2,)):
        devices = create_trustees(sample_terms())[:2]
    openings = exchange_commitments(devices, forged)
    outcomes = [find_outcome(partial(device.receive_openings, openings)) for device in devices]
    assert outcomes[0] == outcomes[1]
    assert outcomes[1] is not None
    assert problem in outcomes[1][1]
    assert "identity" in name or "(trustee 3)" in outcomes[1][1]


@pytest.mark.parametrize("key", [*SMALL_ORDER, *UNUSUAL], ids=bytes.hex)
def test_phone_treats_an_unusual_encryption_key_as_a_terminal_does(trustee_side: TrusteeSide, key: bytes) -> None:
    with seat_browser(trustee_side, (2,)):
        devices = create_trustees(sample_terms())[:2]
    openings = exchange_commitments(devices, make_opening("", encryption_key=key))
    for device in devices:
        device.receive_openings(openings)
        device.confirm_words()
    expected = ("CeremonyError", "ceremony: the encryption key is unusable (trustee 3)") if key in SMALL_ORDER else None
    assert [find_outcome(device.make_shares) for device in devices] == [expected, expected]


def test_phone_told_of_a_rehearsal_shows_other_words_than_a_terminal_told_of_a_vote(trustee_side: TrusteeSide) -> None:
    with seat_browser(trustee_side, (1,)):
        phone = create_trustees(sample_terms(rehearsal=True))[0]
        others = create_trustees(sample_terms())[1:]
        advance(devices := (phone, *others), CeremonyStep.WORDS_SHOWN)
    assert len({device.words for device in devices}) == 2


@pytest.mark.parametrize(("count", "threshold"), [(2, 2), (4, 2), (1, 1), (3, 3), (256, 200)])
def test_phone_refuses_a_table_that_is_not_allowed(trustee_side: TrusteeSide, count: int, threshold: int) -> None:
    terms = {"ceremony": "00" * 16, "server_key": "00" * 32, "count": count, "threshold": threshold, "rehearsal": False}
    with pytest.raises(CeremonyError):
        trustee_side.ask("open", device=-1, index=1, terms=terms, seed=1)


def test_phone_takes_no_seat_that_the_table_has_not(trustee_side: TrusteeSide) -> None:
    with pytest.raises(CeremonyError, match="no such trustee"):
        trustee_side.open_device(4, sample_terms(), SeededRandom(1), MemoryTrusteeStorage())
