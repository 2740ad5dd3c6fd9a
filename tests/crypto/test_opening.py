"""Tested ballots: what another device reads in them, and what a dishonest phone or server may try."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.ballot import (
    ContestShape,
    ElectionContext,
    SealedBallot,
    Selection,
    decode_ballot,
    encrypt_ballot,
    verify_ballot,
)
from crypto.errors import CryptoError, InvalidBallotError, InvalidScalarError, InvalidSignatureError, OpeningError
from crypto.group import ORDER, Scalar, encode_scalar, multiply_base
from crypto.opening import encode_opening, open_tested_ballot
from crypto.proofs.schnorr import sign_as_credential
from tests.support.crypto_samples import (
    ELECTION_HASH,
    OTHER_ELECTION_HASH,
    SeededRandom,
    cast_plaintexts,
    sample_context,
    sample_credential,
)

CONTEXT = sample_context()
CREDENTIAL = sample_credential()
VOTE: tuple[Selection, ...] = ((1,), (0, 3))


def seal(vote: tuple[Selection, ...] = VOTE, context: ElectionContext = CONTEXT, seed: int = 1) -> SealedBallot:
    return encrypt_ballot(context, CREDENTIAL, vote, SeededRandom(seed))


SEALED = seal()
TESTED = SEALED.test()
OPENING = encode_opening(SEALED.scalars)


@pytest.mark.parametrize("vote", [((1,), (0, 3)), ((), ()), ((0,), ()), ((), (1,)), ((2,), (2, 3))])
def test_open_tested_ballot_returns_what_was_marked(vote: tuple[Selection, ...]) -> None:
    sealed = seal(vote)
    assert open_tested_ballot(CONTEXT, sealed.test(), encode_opening(sealed.scalars)) == vote


@given(st.data())
def test_open_tested_ballot_returns_any_selection_of_any_shape(data: st.DataObject) -> None:
    options = data.draw(st.integers(1, 4))
    marks = data.draw(st.integers(1, options))
    vote = (tuple(sorted(data.draw(st.sets(st.integers(0, options - 1), max_size=marks)))),)
    context = sample_context((ContestShape(options, marks),))
    sealed = seal(vote, context)
    assert open_tested_ballot(context, sealed.test(), encode_opening(sealed.scalars)) == vote


def test_tested_ballot_has_the_hash_that_was_shown_before_the_choice() -> None:
    assert (
        decode_ballot(TESTED, CONTEXT).ballot_hash
        == SEALED.ballot_hash
        == decode_ballot(seal().cast(), CONTEXT).ballot_hash
    )


def test_tested_ballot_is_refused_as_a_cast_one() -> None:
    with pytest.raises(InvalidSignatureError):
        verify_ballot(decode_ballot(TESTED, CONTEXT), CONTEXT)


def test_cast_ballot_is_not_opened_as_a_tested_one() -> None:
    with pytest.raises(InvalidSignatureError):
        open_tested_ballot(CONTEXT, seal().cast(), OPENING)


def test_ballot_is_not_cast_once_it_was_tested() -> None:
    sealed = seal()
    sealed.test()
    with pytest.raises(InvalidBallotError):
        sealed.cast()


def test_ballot_is_not_tested_once_it_was_cast() -> None:
    sealed = seal()
    sealed.cast()
    with pytest.raises(InvalidBallotError):
        sealed.test()


def test_ballot_cast_again_is_the_same_bytes() -> None:
    sealed = seal()
    assert sealed.cast() == sealed.cast()


# A phone that encrypted something else than it showed, and a server that changes what it relays.


def change(place: int, scalar: int) -> bytes:
    return OPENING[: 32 * place] + encode_scalar(Scalar(scalar)) + OPENING[32 * (place + 1) :]


@pytest.mark.parametrize("place", range(9))
def test_phone_that_claims_another_scalar_is_found(place: int) -> None:
    with pytest.raises(OpeningError):
        open_tested_ballot(CONTEXT, TESTED, change(place, 5))


def test_phone_that_claims_the_zero_scalar_is_found() -> None:
    with pytest.raises(OpeningError):
        open_tested_ballot(CONTEXT, TESTED, change(0, 0))


def test_phone_that_claims_the_scalars_of_another_ballot_is_found() -> None:
    other = seal(((0,), (0, 3)), seed=2)
    with pytest.raises(OpeningError):
        open_tested_ballot(CONTEXT, TESTED, encode_opening(other.scalars))


def test_phone_that_swaps_two_options_scalars_is_found() -> None:
    with pytest.raises(OpeningError):
        open_tested_ballot(CONTEXT, TESTED, OPENING[32:64] + OPENING[:32] + OPENING[64:])


def test_phone_that_sealed_another_choice_cannot_open_it_as_the_one_shown() -> None:
    context = sample_context((ContestShape(2, 1),))
    sealed = seal(((1,),), context)
    assert open_tested_ballot(context, sealed.test(), encode_opening(sealed.scalars)) != ((0,),)


def test_scalar_that_is_not_canonical_is_refused() -> None:
    first = int.from_bytes(OPENING[:32], "little")
    with pytest.raises(InvalidScalarError):
        open_tested_ballot(CONTEXT, TESTED, (first + ORDER).to_bytes(32, "little") + OPENING[32:])


@pytest.mark.parametrize("opening", [b"", OPENING[:-1], OPENING[:-32], OPENING + bytes(1), OPENING + bytes(32)])
def test_opening_of_another_length_is_refused(opening: bytes) -> None:
    with pytest.raises(OpeningError):
        open_tested_ballot(CONTEXT, TESTED, opening)


def test_tested_ballot_of_another_election_is_refused() -> None:
    with pytest.raises(InvalidBallotError):
        open_tested_ballot(replace(CONTEXT, election_hash=OTHER_ELECTION_HASH), TESTED, OPENING)


@pytest.mark.parametrize("plaintexts", [((1, 1, 0, 0),), ((0, 0, 0, 0),), ((1, 0, 0, 1),)])
def test_tested_ballot_that_is_no_vote_is_refused(plaintexts: tuple[tuple[int, ...], ...]) -> None:
    context = sample_context((ContestShape(3, 1),))
    unsigned = cast_plaintexts(context, CREDENTIAL, plaintexts, SeededRandom(3))[:-64]
    signed = unsigned + sign_as_credential("test", ELECTION_HASH, CREDENTIAL, unsigned, SeededRandom(4))
    with pytest.raises(CryptoError, match="proof does not hold"):
        open_tested_ballot(context, signed, bytes(128))


@pytest.mark.parametrize("label", ["cast", "status", "void"])
def test_signature_of_another_label_does_not_make_a_tested_ballot(label: str) -> None:
    sign: Callable[..., bytes] = sign_as_credential
    forged = SEALED.unsigned + sign(label, ELECTION_HASH, CREDENTIAL, SEALED.unsigned, SeededRandom(4))
    with pytest.raises(InvalidSignatureError):
        open_tested_ballot(CONTEXT, forged, OPENING)


def test_opening_holds_no_nonce_of_the_signature() -> None:
    published = {multiply_base(scalar) for contest in SEALED.scalars for scalar in contest}
    assert TESTED[-64:-32] not in published
