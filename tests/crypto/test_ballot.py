"""Ballots: encryption, decoding, verification, and attempts to cast what may not count."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.ballot import (
    Ballot,
    ContestShape,
    ElectionContext,
    Selection,
    ballot_size,
    count_proofs,
    decode_ballot,
    encrypt_ballot,
    verify_ballot,
)
from crypto.credential import Credential, derive_credential
from crypto.elgamal import Ciphertext, encode_ciphertext
from crypto.encoding import decode_base64
from crypto.errors import (
    CryptoError,
    EncodingError,
    InvalidBallotError,
    InvalidElementError,
    InvalidProofError,
    InvalidScalarError,
    InvalidSignatureError,
)
from crypto.group import (
    GENERATOR,
    IDENTITY,
    ORDER,
    Element,
    Scalar,
    add,
    decode_scalar,
    encode_scalar,
    multiply,
    multiply_base,
    subtract,
)
from crypto.proofs.membership import encode_option_position, membership_proof_size
from crypto.proofs.schnorr import sign_as_credential
from crypto.slip import MeetingCode
from crypto.tracker import format_tracker
from crypto.transcript import encode_u32, hash_items, hash_to_scalar
from tests.support.crypto_samples import (
    ELECTION_KEY,
    ELECTION_SECRET,
    MEETING,
    OTHER_ELECTION_HASH,
    SHAPE,
    SMALL_SHAPE,
    SeededRandom,
    cast_plaintexts,
    load_vectors,
    repeat_byte,
    sample_context,
    sample_credential,
    sample_slip_code,
    sign_unsigned,
)

VECTORS = load_vectors("ballot")
INVALID_ELEMENTS = [bytes.fromhex(case["encoding"]) for case in load_vectors("rfc9496")["invalid"]]
CREDENTIAL = sample_credential()
CONTEXT = sample_context()
SMALL = sample_context(SMALL_SHAPE)
ONE_OF_TWO = sample_context((ContestShape(options=2, marks=1),))
TWO_OF_THREE = sample_context((ContestShape(options=3, marks=2),))
OPTION_BYTES = 64 + 224
SMALL_DATA = encrypt_ballot(SMALL, CREDENTIAL, ((0,),), SeededRandom(1)).data
DATA = encrypt_ballot(CONTEXT, CREDENTIAL, ((1,), (0, 3)), SeededRandom(1)).data
# Offsets of the small ballot's parts: two options of α, β and seven proof parts, the sum's three, the signature.
ELEMENT_OFFSETS = [32, *(64 + OPTION_BYTES * o + 32 * p for o in (0, 1) for p in range(6)), 640, 672, 736]
SCALAR_OFFSETS = [*(64 + OPTION_BYTES * o + 32 * p for o in (0, 1) for p in range(6, 9)), 704, 768]


def check(data: bytes, context: ElectionContext) -> Ballot:
    """Decode and verify a ballot, as every receiver does."""
    ballot = decode_ballot(data, context)
    verify_ballot(ballot, context)
    return ballot


def put(data: bytes, offset: int, part: bytes) -> bytes:
    """Return the data with some bytes replaced."""
    return data[:offset] + part + data[offset + len(part) :]


def resign(data: bytes, credential: Credential = CREDENTIAL) -> bytes:
    """Return a changed ballot with a good signature of its own voter, so that only the proofs can stop it."""
    return sign_unsigned(data[:32], credential, data[:-64])


def unpack(case: dict[str, Any]) -> tuple[ElectionContext, bytes]:
    shape = tuple(ContestShape(**contest) for contest in case["shape"])
    key = Element(bytes.fromhex(case["key"]))
    return ElectionContext(bytes.fromhex(case["election_hash"]), key, shape), decode_base64(case["ballot"])


def compute_option_challenge(ballot: Ballot) -> Scalar:
    """Return the hash that the first proof of a small ballot answers."""
    joined = b"".join(encode_ciphertext(ciphertext) for ciphertext in ballot.ciphertexts[0])
    digest = hash_items("ballot", SMALL.election_hash, ELECTION_KEY, ballot.credential, joined)
    commitments = b"".join(left + right for left, right in ballot.proofs[0][0].commitments)
    return hash_to_scalar("membership", digest, encode_u32(0), encode_option_position(0), commitments)


def decrypt(ciphertext: Ciphertext) -> int:
    """Return the small message of a ciphertext."""
    point = subtract(ciphertext.beta, multiply(ELECTION_SECRET, ciphertext.alpha))
    return [multiply_base(Scalar(number)) for number in range(10)].index(point)


@st.composite
def elections(draw: st.DrawFn) -> tuple[ElectionContext, tuple[Selection, ...]]:
    """Draw an election and a vote that fits it."""
    shapes, selections = [], []
    for _ in range(draw(st.integers(1, 2))):
        options = draw(st.integers(1, 4))
        marks = draw(st.integers(1, options))
        shapes.append(ContestShape(options, marks))
        selections.append(tuple(sorted(draw(st.sets(st.integers(0, options - 1), max_size=marks)))))
    return sample_context(tuple(shapes)), tuple(selections)


# Round trips and vectors.


@settings(max_examples=20, deadline=None)
@given(elections(), st.integers(0, 2**32))
def test_verify_ballot_accepts_what_encrypt_ballot_sealed(
    election: tuple[ElectionContext, tuple[Selection, ...]], seed: int
) -> None:
    context, selections = election
    sealed = encrypt_ballot(context, CREDENTIAL, selections, SeededRandom(seed))
    ballot = check(sealed.data, context)
    assert (len(sealed.data), ballot.ballot_hash) == (ballot_size(context.shape), sealed.ballot_hash)
    for contest, selection, ciphertexts in zip(context.shape, selections, ballot.ciphertexts, strict=True):
        marks = [int(option in selection) for option in range(contest.options)]
        assert [decrypt(ciphertext) for ciphertext in ciphertexts] == [*marks, int(not selection)]


@pytest.mark.parametrize("case", VECTORS["accepted"], ids=lambda case: str(case["selections"]))
def test_encrypt_ballot_matches_the_vectors(case: dict[str, Any]) -> None:
    context, data = unpack(case)
    credential = Credential(decode_scalar(bytes.fromhex(case["secret"])), Element(bytes.fromhex(case["public"])))
    selections = tuple(tuple(selection) for selection in case["selections"])
    sealed = encrypt_ballot(context, credential, selections, repeat_byte(int(case["random"][:2], 16)))
    assert sealed.data == data
    assert [[encode_scalar(r).hex() for r in contest] for contest in sealed.scalars] == case["scalars"]


@pytest.mark.parametrize("case", VECTORS["accepted"], ids=lambda case: str(case["selections"]))
def test_verify_ballot_accepts_the_vectors(case: dict[str, Any]) -> None:
    context, data = unpack(case)
    ballot = check(data, context)
    assert (ballot.ballot_hash.hex(), format_tracker(ballot.ballot_hash)) == (case["ballot_hash"], case["tracker"])


@pytest.mark.parametrize("case", VECTORS["accepted"], ids=lambda case: str(case["selections"]))
def test_ballot_size_and_count_proofs_match_the_vectors(case: dict[str, Any]) -> None:
    context, _ = unpack(case)
    assert (ballot_size(context.shape), count_proofs(context.shape)) == (case["size"], case["proofs"])


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["why"])
def test_verify_ballot_refuses_as_the_vectors(case: dict[str, Any]) -> None:
    context, data = unpack(case)
    with pytest.raises((InvalidBallotError, EncodingError, InvalidProofError, InvalidSignatureError)):
        check(data, context)


def test_count_proofs_counts_what_a_ballot_carries() -> None:
    ballot = decode_ballot(DATA, CONTEXT)
    assert count_proofs(SHAPE) == sum(len(contest) for contest in ballot.proofs)


def test_ballots_are_equally_long_whatever_they_say() -> None:
    votes = [((), ()), ((0,), ()), ((), (1, 2)), ((2,), (3,))]
    assert len({len(encrypt_ballot(CONTEXT, CREDENTIAL, vote, SeededRandom(2)).data) for vote in votes}) == 1


def test_repr_of_a_sealed_ballot_hides_the_scalars() -> None:
    sealed = encrypt_ballot(SMALL, CREDENTIAL, ((0,),), SeededRandom(1))
    assert str(sealed.scalars[0][0]) not in repr(sealed)


# What a caller may not ask for.


@pytest.mark.parametrize(("options", "marks"), [(0, 0), (0, 1), (1, 0), (2, 3), (2, -1)])
def test_contest_shape_refuses_marks_that_do_not_fit(options: int, marks: int) -> None:
    with pytest.raises(InvalidBallotError):
        ContestShape(options, marks)


def test_election_context_refuses_the_identity_as_key() -> None:
    with pytest.raises(InvalidElementError):
        replace(CONTEXT, key=IDENTITY)


def test_election_context_refuses_a_short_hash() -> None:
    with pytest.raises(EncodingError):
        replace(CONTEXT, election_hash=bytes(31))


@pytest.mark.parametrize(
    "selections", [(), ((0,),), ((0,), (1,), ()), ((0, 1), ()), ((3,), ()), ((-1,), ()), ((), (1, 0)), ((), (1, 1))]
)
def test_encrypt_ballot_refuses_selections_that_do_not_fit(selections: tuple[Selection, ...]) -> None:
    with pytest.raises(InvalidBallotError):
        encrypt_ballot(CONTEXT, CREDENTIAL, selections, SeededRandom(1))


def test_error_of_a_selection_does_not_tell_the_vote() -> None:
    with pytest.raises(InvalidBallotError) as caught:
        encrypt_ballot(CONTEXT, CREDENTIAL, ((1, 2), ()), SeededRandom(1))
    assert caught.value.got is None


# Sums: every plaintext vector that may not count, with the best proofs a cheat can make.


@pytest.mark.parametrize(
    ("context", "plaintexts", "where"),
    [
        (ONE_OF_TWO, (1, 1, 0), "contest 0, sum"),
        (ONE_OF_TWO, (2, -1, 0), "contest 0, option 0"),
        (ONE_OF_TWO, (0, 0, 0), "contest 0, sum"),
        (ONE_OF_TWO, (1, 0, 1), "contest 0, sum"),
        (ONE_OF_TWO, (0, 0, 2), "contest 0, option 2"),
        (ONE_OF_TWO, (1, 1, -1), "contest 0, option 2"),
        (TWO_OF_THREE, (1, 1, 1, 0), "contest 0, sum"),
        (TWO_OF_THREE, (1, 0, 0, 1), "contest 0, sum"),
        (TWO_OF_THREE, (0, 0, 0, 0), "contest 0, sum"),
        (TWO_OF_THREE, (2, 0, 0, 0), "contest 0, option 0"),
        (TWO_OF_THREE, (0, 1, -1, 1), "contest 0, option 2"),
    ],
)
def test_verify_ballot_refuses_plaintexts_that_are_no_vote(
    context: ElectionContext, plaintexts: tuple[int, ...], where: str
) -> None:
    data = cast_plaintexts(context, CREDENTIAL, (plaintexts,), SeededRandom(3))
    with pytest.raises(InvalidProofError) as caught:
        check(data, context)
    assert caught.value.where == where


@pytest.mark.parametrize("plaintexts", [(1, 0, 0), (0, 1, 0), (0, 0, 1)])
def test_verify_ballot_accepts_the_cheats_ballot_when_it_is_a_vote(plaintexts: tuple[int, ...]) -> None:
    check(cast_plaintexts(ONE_OF_TWO, CREDENTIAL, (plaintexts,), SeededRandom(3)), ONE_OF_TWO)


def test_verify_ballot_names_the_contest_that_fails() -> None:
    data = cast_plaintexts(CONTEXT, CREDENTIAL, ((1, 0, 0, 0), (1, 1, 1, 0, 0)), SeededRandom(3))
    with pytest.raises(InvalidProofError) as caught:
        check(data, CONTEXT)
    assert caught.value.where == "contest 1, sum"


# Moving parts about: position, copying, other elections.


def test_verify_ballot_refuses_two_options_swapped_with_their_proofs() -> None:
    first, second = DATA[64 : 64 + OPTION_BYTES], DATA[64 + OPTION_BYTES : 64 + 2 * OPTION_BYTES]
    with pytest.raises(InvalidProofError):
        check(resign(put(DATA, 64, second + first)), CONTEXT)


def test_verify_ballot_refuses_two_contests_swapped() -> None:
    context = sample_context(SMALL_SHAPE * 2)
    data = encrypt_ballot(context, CREDENTIAL, ((0,), ()), SeededRandom(1)).data
    size = 2 * OPTION_BYTES + membership_proof_size(1)
    with pytest.raises(InvalidProofError):
        check(resign(put(data, 64, data[64 + size : 64 + 2 * size] + data[64 : 64 + size])), context)


@pytest.mark.parametrize("option", [1, 2, 3])
def test_verify_ballot_refuses_the_proof_of_another_option(option: int) -> None:
    other = DATA[64 + 64 : 64 + OPTION_BYTES]
    with pytest.raises(InvalidProofError) as caught:
        check(resign(put(DATA, 64 + OPTION_BYTES * option + 64, other)), CONTEXT)
    assert caught.value.where == f"contest 0, option {option}"


def test_verify_ballot_refuses_a_proof_of_another_ballot_of_the_same_voter() -> None:
    other = encrypt_ballot(CONTEXT, CREDENTIAL, ((1,), (0, 3)), SeededRandom(2)).data
    with pytest.raises(InvalidProofError):
        check(resign(put(DATA, 128, other[128 : 128 + 224])), CONTEXT)


def test_verify_ballot_refuses_a_copy_under_another_credential() -> None:
    copier = sample_credential(1)
    with pytest.raises(InvalidProofError) as caught:
        check(resign(put(DATA, 32, copier.public), copier), CONTEXT)
    assert caught.value.where == "contest 0, option 0"


def test_verify_ballot_refuses_a_copy_with_the_old_signature() -> None:
    with pytest.raises(InvalidSignatureError):
        check(put(DATA, 32, sample_credential(1).public), CONTEXT)


def test_verify_ballot_refuses_a_rerandomised_copy() -> None:
    # α, β and the responses are moved by one δ: every equation still holds, only the hash tells the copy apart.
    delta, copier = Scalar(4242), sample_credential(1)
    original = decode_ballot(SMALL_DATA, SMALL)
    proof, ciphertext = original.proofs[0][0], original.ciphertexts[0][0]
    c0 = Scalar((compute_option_challenge(original) - proof.challenges[0]) % ORDER)
    moved = [Scalar((z + c * delta) % ORDER) for z, c in zip(proof.responses, (c0, *proof.challenges), strict=True)]
    alpha = add(ciphertext.alpha, multiply_base(delta))
    beta = add(ciphertext.beta, multiply(delta, ELECTION_KEY))
    assert multiply_base(moved[0]) == add(proof.commitments[0][0], multiply(c0, alpha))
    assert multiply(moved[0], ELECTION_KEY) == add(proof.commitments[0][1], multiply(c0, beta))
    data = put(put(SMALL_DATA, 32, copier.public), 64, alpha + beta)
    data = put(data, 64 + 64 + 160, b"".join(map(encode_scalar, moved)))
    with pytest.raises(InvalidProofError) as caught:
        check(resign(data, copier), SMALL)
    assert caught.value.where == "contest 0, option 0"


def test_verify_ballot_refuses_one_ciphertext_twice() -> None:
    # Same scalar for both options: whoever sees the ballot could tell that one is the other plus one generator.
    data = put(SMALL_DATA, 64 + OPTION_BYTES, SMALL_DATA[64:96])
    with pytest.raises(InvalidBallotError) as caught:
        check(resign(data), SMALL)
    assert caught.value.problem == "repeated ciphertext"


def test_decode_ballot_refuses_another_election() -> None:
    with pytest.raises(InvalidBallotError) as caught:
        decode_ballot(DATA, sample_context(election_hash=OTHER_ELECTION_HASH))
    assert caught.value.problem == "election"


def test_verify_ballot_refuses_a_ballot_of_a_cancelled_election_under_the_resealed_manifest() -> None:
    context = sample_context(election_hash=OTHER_ELECTION_HASH)
    with pytest.raises(InvalidProofError):
        check(resign(put(DATA, 0, OTHER_ELECTION_HASH)), context)


def test_verify_ballot_refuses_another_key() -> None:
    with pytest.raises(InvalidProofError):
        check(DATA, replace(CONTEXT, key=GENERATOR))


def test_decode_ballot_refuses_another_shape() -> None:
    with pytest.raises(InvalidBallotError):
        decode_ballot(DATA, sample_context(SHAPE[:1]))


@pytest.mark.parametrize("other", ["slot", "meeting"])
def test_verify_ballot_refuses_the_signature_of_another_slots_or_meetings_credential(other: str) -> None:
    meeting, slot = (MEETING, 1) if other == "slot" else (MeetingCode("00000000"), 0)
    signer = derive_credential(sample_slip_code(), meeting, slot)
    with pytest.raises(InvalidSignatureError):
        check(sign_unsigned(CONTEXT.election_hash, replace(signer, public=CREDENTIAL.public), DATA[:-64]), CONTEXT)


def test_verify_ballot_refuses_a_tested_ballots_signature() -> None:
    signature = sign_as_credential("test", CONTEXT.election_hash, CREDENTIAL, DATA[:-64], SeededRandom(1))
    with pytest.raises(InvalidSignatureError):
        check(DATA[:-64] + signature, CONTEXT)


# Stuck random sources.


def test_two_phones_with_one_random_seed_get_different_trackers() -> None:
    sealed = [encrypt_ballot(CONTEXT, sample_credential(v), ((1,), ()), repeat_byte(0)) for v in range(2)]
    assert format_tracker(sealed[0].ballot_hash) != format_tracker(sealed[1].ballot_hash)


def test_two_phones_with_one_random_seed_share_no_scalar() -> None:
    sealed = [encrypt_ballot(CONTEXT, sample_credential(v), ((1,), ()), repeat_byte(0)) for v in range(2)]
    scalars = [r for ballot in sealed for contest in ballot.scalars for r in contest]
    assert len(set(scalars)) == len(scalars)


def test_scalars_of_a_tested_ballot_do_not_open_the_one_cast_after_it_when_the_random_source_is_stuck() -> None:
    tested, cast = (encrypt_ballot(CONTEXT, CREDENTIAL, vote, repeat_byte(0)) for vote in (((0,), ()), ((1,), ())))
    published = {r for contest in tested.scalars for r in contest}
    assert published.isdisjoint(r for contest in cast.scalars for r in contest)


def test_slots_share_no_scalar_when_the_random_source_is_stuck() -> None:
    ballots = [encrypt_ballot(CONTEXT, sample_credential(0, slot), ((), ()), repeat_byte(0)) for slot in range(2)]
    assert ballots[0].scalars[0][0] != ballots[1].scalars[0][0]


# Every inbound byte.


@pytest.mark.parametrize("bit", [0, 7])
def test_every_byte_of_a_ballot_changed_is_refused(bit: int) -> None:
    for position in range(len(SMALL_DATA)):
        changed = put(SMALL_DATA, position, bytes([SMALL_DATA[position] ^ 1 << bit]))
        with pytest.raises(CryptoError):
            check(changed, SMALL)


def test_every_byte_of_a_ballot_changed_and_signed_again_by_its_voter_is_refused() -> None:
    for position in range(32, len(SMALL_DATA) - 64):
        changed = put(SMALL_DATA, position, bytes([SMALL_DATA[position] ^ 1]))
        with pytest.raises(CryptoError):
            check(resign(changed), SMALL)


@pytest.mark.parametrize("length", [0, 1, len(SMALL_DATA) - 1, len(SMALL_DATA) + 1, 2 * len(SMALL_DATA)])
def test_decode_ballot_refuses_another_length(length: int) -> None:
    with pytest.raises(InvalidBallotError) as caught:
        decode_ballot((SMALL_DATA * 2)[:length], SMALL)
    assert (caught.value.expected, caught.value.got) == (len(SMALL_DATA), length)


def test_offsets_of_the_tests_cover_the_whole_small_ballot() -> None:
    assert sorted([0, *ELEMENT_OFFSETS, *SCALAR_OFFSETS]) == list(range(0, len(SMALL_DATA), 32))


@pytest.mark.parametrize("offset", ELEMENT_OFFSETS)
def test_decode_ballot_refuses_bad_encodings_in_every_element(offset: int) -> None:
    for encoding in INVALID_ELEMENTS:
        with pytest.raises(InvalidElementError):
            decode_ballot(put(SMALL_DATA, offset, encoding), SMALL)


@pytest.mark.parametrize("offset", SCALAR_OFFSETS)
def test_decode_ballot_refuses_the_order_added_to_every_scalar(offset: int) -> None:
    shifted = int.from_bytes(SMALL_DATA[offset : offset + 32], "little") + ORDER
    with pytest.raises(InvalidScalarError):
        decode_ballot(put(SMALL_DATA, offset, shifted.to_bytes(32, "little")), SMALL)


@pytest.mark.parametrize("offset", [32, 64, 64 + OPTION_BYTES])
def test_decode_ballot_refuses_the_identity_as_credential_or_alpha(offset: int) -> None:
    with pytest.raises(InvalidElementError):
        decode_ballot(put(SMALL_DATA, offset, IDENTITY), SMALL)


@pytest.mark.parametrize("offset", [offset for offset in ELEMENT_OFFSETS if offset not in (32, 64, 64 + OPTION_BYTES)])
def test_decode_ballot_accepts_the_identity_elsewhere_and_verify_ballot_refuses_it(offset: int) -> None:
    changed = put(SMALL_DATA, offset, IDENTITY)
    ballot = decode_ballot(changed if offset == 736 else resign(changed), SMALL)
    with pytest.raises((InvalidProofError, InvalidSignatureError)):
        verify_ballot(ballot, SMALL)


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=len(SMALL_DATA) - 32, max_size=len(SMALL_DATA) - 32))
def test_decode_ballot_of_random_bytes_raises_a_crypto_error(data: bytes) -> None:
    with pytest.raises(CryptoError):
        check(SMALL.election_hash + data, SMALL)
