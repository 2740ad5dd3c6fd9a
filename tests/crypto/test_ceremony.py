"""The key ceremony between real devices, and each attack on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from crypto.ceremony import (
    Ceremony,
    CeremonyResult,
    Opening,
    build_opening,
    check_opening,
    commit_opening,
    compute_ceremony_hash,
)
from crypto.encoding import JsonObject, decode_canonical, decode_canonical_object, encode_base64, encode_canonical
from crypto.errors import CeremonyError, CryptoError
from crypto.group import GENERATOR, IDENTITY, Scalar, add, decode_scalar, encode_scalar, multiply_base, subtract
from crypto.holding import Holding
from crypto.participant import CeremonyStep
from crypto.proofs.schnorr import prove_possession
from crypto.shares import ShareMessage, decrypt_share, encrypt_share
from crypto.signing import SigningSeed, VerificationKey, derive_verification_key, sign_message
from crypto.threshold import commit_polynomial, evaluate_polynomial, generate_polynomial
from crypto.transcript import encode_u32
from crypto.trial import check_trial, decrypt_trial, derive_trial_ciphertext, list_trial_sets
from crypto.trustee import Trustee
from crypto.words import encode_words
from tests.support.crypto_samples import SeededRandom, load_vectors
from tests.support.trustees import (
    SERVER_KEY,
    HeldCeremony,
    advance,
    create_trustees,
    hold_ceremony,
    sample_terms,
)

OTHER_CEREMONY = bytes(range(16, 32))


@pytest.fixture(scope="module")
def held() -> HeldCeremony:
    return hold_ceremony()


def build_sample_opening(trustee: int = 1, threshold: int = 2, *, ceremony: bytes = bytes(range(16))) -> Opening:
    """Return an honest opening of a polynomial with `threshold` coefficients."""
    random_bytes = SeededRandom(300 + trustee)
    polynomial = generate_polynomial(threshold, random_bytes)
    return build_opening(
        sample_terms(ceremony=ceremony),
        trustee,
        encryption_key=random_bytes(32),
        signing_key=derive_verification_key(SigningSeed(random_bytes(32))),
        constant=polynomial[0],
        commitments=commit_polynomial(polynomial),
        random_bytes=random_bytes,
    )


def refuse_openings(trustee: Trustee, openings: list[bytes]) -> CeremonyError:
    with pytest.raises(CeremonyError) as caught:
        trustee.receive_openings(openings)
    return caught.value


def test_ceremony_gives_every_device_the_same_words(held: HeldCeremony) -> None:
    assert len({trustee.words for trustee in held.trustees}) == 1
    assert len(held.trustees[0].words) == 4


@pytest.mark.parametrize(("count", "threshold"), [(3, 2), (4, 3), (5, 3)])
def test_ceremony_body_is_read_back_by_a_verifier(count: int, threshold: int) -> None:
    ceremony = hold_ceremony(count, threshold).ceremony
    body = decode_canonical_object(encode_canonical(ceremony.to_body()))
    assert Ceremony.from_body(body, SERVER_KEY, rehearsal=False) == ceremony


def test_ceremony_of_one_is_read_back_in_a_rehearsal() -> None:
    ceremony = hold_ceremony(1, 1, rehearsal=True).ceremony
    assert Ceremony.from_body(ceremony.to_body(), SERVER_KEY, rehearsal=True) == ceremony


def test_ceremony_of_one_is_refused_in_a_real_meeting() -> None:
    body = hold_ceremony(1, 1, rehearsal=True).ceremony.to_body()
    with pytest.raises(CeremonyError):
        Ceremony.from_body(body, SERVER_KEY, rehearsal=False)


def test_ceremony_is_refused_for_another_server_key(held: HeldCeremony) -> None:
    other = derive_verification_key(SigningSeed(bytes(32)))
    with pytest.raises(CeremonyError):
        Ceremony.from_body(held.ceremony.to_body(), other, rehearsal=False)


def test_ceremony_body_names_no_secret(held: HeldCeremony) -> None:
    body = encode_canonical(held.ceremony.to_body()).decode()
    for trustee in held.trustees:
        holding = trustee._held
        assert encode_scalar(holding.share).hex() not in body
        assert holding.seed.hex() not in body


def test_holding_shows_no_secret_when_printed(held: HeldCeremony) -> None:
    holding = held.trustees[0]._held
    assert str(int(holding.share)) not in repr(holding)
    assert repr(holding.seed) not in repr(holding)


@pytest.mark.parametrize("length", [15, 17])
def test_terms_are_refused_for_a_ceremony_id_of_another_length(length: int) -> None:
    with pytest.raises(CeremonyError):
        sample_terms(ceremony=bytes(length))


def test_rogue_key_is_refused_without_possession() -> None:
    victim, honest = build_sample_opening(1), build_sample_opening(2)
    target = multiply_base(Scalar(42))
    rogue = subtract(subtract(target, victim.commitments[0]), honest.commitments[0])
    forged = replace(build_sample_opening(3), commitments=(rogue, GENERATOR))
    with pytest.raises(CeremonyError, match="possession") as caught:
        CeremonyResult.from_openings(sample_terms(), [victim, honest, forged])
    assert caught.value.trustee == 3


def test_rogue_key_is_refused_with_the_possession_of_another_trustee() -> None:
    copied = replace(build_sample_opening(1), trustee=2)
    with pytest.raises(CeremonyError, match="possession") as caught:
        check_opening(sample_terms(), copied)
    assert caught.value.trustee == 2


def test_rushing_last_trustee_is_refused_when_it_chooses_after_the_others() -> None:
    trustees = create_trustees(sample_terms())
    advance(trustees, CeremonyStep.COMMITMENTS_IN)
    openings = [trustee.make_opening() for trustee in trustees]
    # It knows its new polynomial, so that possession is no obstacle: only the commitment stands in the way.
    chosen = encode_canonical(build_sample_opening(3).to_object())
    assert refuse_openings(trustees[0], [openings[0], openings[1], chosen]).trustee == 3


def test_rushing_last_trustee_is_refused_when_it_repeats_another_commitment() -> None:
    trustees = create_trustees(sample_terms())
    commitments = [trustee.make_commitment() for trustee in trustees]
    copied = encode_canonical({**decode_canonical_object(commitments[0]), "trustee": 3})
    for trustee in trustees[:2]:
        trustee.receive_commitments([commitments[0], commitments[1], copied])
    openings = [trustee.make_opening() for trustee in trustees[:2]]
    openings.append(encode_canonical({**decode_canonical_object(openings[0]), "trustee": 3}))
    error = refuse_openings(trustees[0], openings)
    assert (error.trustee, error.problem) == (3, "the opening differs from what was committed to")


@pytest.mark.parametrize("coefficients", [1, 3, 4])
def test_polynomial_of_another_degree_is_refused(coefficients: int) -> None:
    with pytest.raises(CeremonyError, match="polynomial commitments") as caught:
        check_opening(sample_terms(), build_sample_opening(2, coefficients))
    assert caught.value.trustee == 2


def test_opening_of_the_last_meeting_is_refused() -> None:
    with pytest.raises(CeremonyError, match="another ceremony") as caught:
        check_opening(sample_terms(), build_sample_opening(2, ceremony=OTHER_CEREMONY))
    assert caught.value.trustee == 2


def test_commitment_of_the_last_meeting_is_refused() -> None:
    old = create_trustees(sample_terms(ceremony=OTHER_CEREMONY))[1].make_commitment()
    trustees = create_trustees(sample_terms())
    commitments = [trustee.make_commitment() for trustee in trustees]
    with pytest.raises(CeremonyError, match="another ceremony") as caught:
        trustees[0].receive_commitments([commitments[0], old, commitments[2]])
    assert caught.value.trustee == 2


@pytest.mark.parametrize("field", ["nonce", "encryption_key", "signing_key"])
def test_value_used_by_two_trustees_is_refused(field: str) -> None:
    first = build_sample_opening(1)
    values = {"nonce": first.nonce, "encryption_key": first.encryption_key, "signing_key": first.signing_key}
    polynomial = generate_polynomial(2, SeededRandom(9))
    second = build_opening(
        sample_terms(),
        2,
        encryption_key=values["encryption_key"] if field == "encryption_key" else bytes(31) + b"\7",
        signing_key=VerificationKey(values["signing_key"] if field == "signing_key" else bytes(31) + b"\1"),
        constant=polynomial[0],
        commitments=commit_polynomial(polynomial),
        random_bytes=(lambda _count: first.nonce) if field == "nonce" else SeededRandom(10),
    )
    with pytest.raises(CeremonyError, match="used twice") as caught:
        CeremonyResult.from_openings(sample_terms(), [first, second, build_sample_opening(3)])
    assert caught.value.trustee == 2


def test_first_commitment_used_by_two_trustees_is_refused() -> None:
    first = build_sample_opening(1)
    constant = generate_polynomial(2, SeededRandom(301))[0]
    second = build_sample_opening(2)
    items = (bytes(range(16)), encode_u32(2), second.encryption_key, second.signing_key)
    possession = prove_possession("possession", items, constant, first.commitments[0], SeededRandom(1))
    copied = replace(second, commitments=first.commitments, possession=possession)
    with pytest.raises(CeremonyError, match="used twice") as caught:
        CeremonyResult.from_openings(sample_terms(), [first, copied, build_sample_opening(3)])
    assert caught.value.trustee == 2


@pytest.mark.parametrize("place", [0, 1])
def test_identity_commitment_is_refused(place: int) -> None:
    value = build_sample_opening().to_object()
    commitments = [GENERATOR.hex(), GENERATOR.hex()]
    commitments[place] = IDENTITY.hex()
    with pytest.raises(CryptoError):
        Opening.from_object({**value, "commitments": commitments})


@pytest.mark.parametrize("trustee", [0, 4, True, "1", -1])
def test_opening_of_no_trustee_is_refused(trustee: int | str) -> None:
    with pytest.raises(CryptoError):
        check_opening(sample_terms(), Opening.from_object({**build_sample_opening().to_object(), "trustee": trustee}))


def test_two_trustees_shown_different_openings_see_different_words() -> None:
    """A server that swaps one trustee's round 1 for its own, for one device only, is found by comparing words."""
    trustees = create_trustees(sample_terms())
    impostor = create_trustees(sample_terms(), seed=99)[2]
    commitments = [trustee.make_commitment() for trustee in trustees]
    other = impostor.make_commitment()
    trustees[0].receive_commitments(commitments)
    trustees[1].receive_commitments([commitments[0], commitments[1], other])
    trustees[2].receive_commitments(commitments)
    impostor.receive_commitments([commitments[0], commitments[1], other])
    openings = [trustee.make_opening() for trustee in trustees]
    trustees[0].receive_openings(openings)
    trustees[1].receive_openings([openings[0], openings[1], impostor.make_opening()])
    assert trustees[0].words != trustees[1].words


@pytest.mark.parametrize(
    "change",
    [
        lambda t: replace(t, server_key=derive_verification_key(SigningSeed(bytes(32)))),
        lambda t: replace(t, ceremony=OTHER_CEREMONY),
        lambda t: replace(t, count=4, threshold=3),
        lambda t: replace(t, count=5, threshold=3),
    ],
)
def test_ceremony_hash_differs_for_other_terms(held: HeldCeremony, change: Callable[..., object]) -> None:
    terms = change(held.ceremony.terms)
    assert isinstance(terms, type(held.ceremony.terms))
    assert compute_ceremony_hash(terms, held.ceremony.openings) != held.ceremony.ceremony_hash


def test_own_commitment_come_back_changed_is_refused() -> None:
    trustees = create_trustees(sample_terms())
    commitments = [trustee.make_commitment() for trustee in trustees]
    other = create_trustees(sample_terms(), seed=99)[0].make_commitment()
    with pytest.raises(CeremonyError, match="own commitment"):
        trustees[0].receive_commitments([other, commitments[1], commitments[2]])


def test_missing_commitment_is_refused_and_its_trustee_named() -> None:
    trustees = create_trustees(sample_terms())
    commitments = [trustee.make_commitment() for trustee in trustees]
    with pytest.raises(CeremonyError, match="missing") as caught:
        trustees[0].receive_commitments(commitments[:2])
    assert caught.value.trustee == 3


def test_doubled_commitment_is_refused_and_its_trustee_named() -> None:
    trustees = create_trustees(sample_terms())
    commitments = [trustee.make_commitment() for trustee in trustees]
    with pytest.raises(CeremonyError, match="two messages") as caught:
        trustees[0].receive_commitments([*commitments, commitments[1]])
    assert caught.value.trustee == 2


def test_shares_do_not_leave_before_the_words_are_confirmed() -> None:
    trustees = create_trustees(sample_terms())
    advance(trustees, CeremonyStep.WORDS_SHOWN)
    with pytest.raises(CeremonyError, match="out of order"):
        trustees[0].make_shares()


def make_shares(
    ceremony: bytes = bytes(range(16)),
) -> tuple[tuple[Trustee, ...], dict[int, tuple[bytes, ...]]]:
    """Return devices that have made their shares, and the shares per maker."""
    trustees = create_trustees(sample_terms(ceremony=ceremony))
    advance(trustees, CeremonyStep.WORDS_CONFIRMED)
    return trustees, {trustee.index: trustee.make_shares() for trustee in trustees}


def make_false_share(trustee: Trustee, receiver: int) -> bytes:
    """Return a well-signed share that does not fit its maker's polynomial."""
    own = trustee._own
    share = Scalar(evaluate_polynomial(own.polynomial, receiver) + 1)
    return encrypt_share(
        trustee.result,
        maker=trustee.index,
        receiver=receiver,
        share=share,
        seed=own.seed,
        random_bytes=SeededRandom(8),
    )


def refuse_share(trustee: Trustee, message: bytes) -> CeremonyError:
    with pytest.raises(CeremonyError) as caught:
        trustee.receive_share(message)
    return caught.value


def test_bad_share_names_its_maker() -> None:
    trustees, _ = make_shares()
    error = refuse_share(trustees[0], make_false_share(trustees[1], 1))
    assert error.trustee == 2
    assert "commitments" in error.problem


def test_bad_share_ends_the_ceremony_for_its_receiver() -> None:
    trustees, shares = make_shares()
    refuse_share(trustees[0], make_false_share(trustees[1], 1))
    with pytest.raises(CeremonyError, match="out of order"):
        trustees[0].receive_share(shares[3][0])


def test_share_of_the_last_meeting_is_refused() -> None:
    _, old = make_shares(OTHER_CEREMONY)
    trustees, _ = make_shares()
    assert refuse_share(trustees[0], old[2][0]).trustee == 2


def test_share_for_another_trustee_is_refused() -> None:
    trustees, shares = make_shares()
    assert "another trustee" in refuse_share(trustees[0], shares[2][1]).problem


def test_share_re_addressed_by_the_server_is_refused() -> None:
    trustees, shares = make_shares()
    moved = replace(ShareMessage.decode(shares[2][1]), receiver=1)
    assert "signature" in refuse_share(trustees[0], moved.encode()).problem


def test_share_under_another_makers_name_is_refused() -> None:
    trustees, shares = make_shares()
    moved = replace(ShareMessage.decode(shares[2][0]), maker=3)
    assert refuse_share(trustees[0], moved.encode()).trustee == 3


def test_share_encrypted_by_the_server_is_refused() -> None:
    trustees, shares = make_shares()
    message = replace(ShareMessage.decode(shares[2][0]), ciphertext=bytes(48))
    signature = sign_message("share", message.to_unsigned_object(), SigningSeed(bytes(32)))
    assert refuse_share(trustees[0], replace(message, signature=signature).encode()).trustee == 2


@pytest.mark.parametrize(
    "change",
    [lambda m: replace(m, ciphertext=bytes(48)), lambda m: replace(m, ephemeral_key=bytes(32))],
    ids=["ciphertext", "ephemeral key"],
)
def test_share_with_a_right_signature_over_rubbish_names_its_maker(
    change: Callable[[ShareMessage], ShareMessage],
) -> None:
    trustees, shares = make_shares()
    message = change(ShareMessage.decode(shares[2][0]))
    signature = sign_message("share", message.to_unsigned_object(), trustees[1]._own.seed)
    error = refuse_share(trustees[0], replace(message, signature=signature).encode())
    assert (error.trustee, error.problem) == (2, "the share cannot be decrypted")


def test_share_is_not_made_for_an_unusable_encryption_key(held: HeldCeremony) -> None:
    first, second, third = held.ceremony.openings
    result = replace(held.ceremony, openings=(first, replace(second, encryption_key=bytes(32)), third))
    with pytest.raises(CeremonyError, match="unusable") as caught:
        encrypt_share(
            result, maker=1, receiver=2, share=Scalar(5), seed=SigningSeed(bytes(32)), random_bytes=SeededRandom(1)
        )
    assert caught.value.trustee == 2


def test_share_sent_again_changes_nothing() -> None:
    trustees, shares = make_shares()
    trustees[0].receive_share(shares[2][0])
    trustees[0].receive_share(shares[2][0])
    trustees[0].receive_share(shares[3][0])
    assert trustees[0].step is CeremonyStep.SHARES_IN


def test_second_different_share_of_a_maker_is_refused() -> None:
    trustees, shares = make_shares()
    trustees[0].receive_share(shares[2][0])
    own = trustees[1]._own
    again = encrypt_share(
        trustees[1].result,
        maker=2,
        receiver=1,
        share=evaluate_polynomial(own.polynomial, 1),
        seed=own.seed,
        random_bytes=SeededRandom(8),
    )
    assert refuse_share(trustees[0], again).trustee == 2


def test_shares_hold_no_plain_share_on_their_way() -> None:
    trustees = create_trustees(sample_terms())
    advance(trustees, CeremonyStep.WORDS_CONFIRMED)
    plain = encode_scalar(evaluate_polynomial(trustees[0]._own.polynomial, 2))
    sent = trustees[0].make_shares()[0]
    assert plain.hex().encode() not in sent
    assert encode_base64(plain).encode() not in sent


def test_trial_happens_only_once() -> None:
    trustees = create_trustees(sample_terms())
    advance(trustees, CeremonyStep.SHARES_IN)
    trustees[0].make_trial_decryptions()
    with pytest.raises(CeremonyError, match="out of order"):
        trustees[0].make_trial_decryptions()


def test_trial_is_refused_after_the_ceremony(held: HeldCeremony) -> None:
    with pytest.raises(CeremonyError, match="out of order"):
        held.trustees[0].make_trial_decryptions()


def test_wrong_trial_decryption_names_its_trustee() -> None:
    trustees = create_trustees(sample_terms())
    advance(trustees, CeremonyStep.SHARES_IN)
    trials = [trustee.make_trial_decryptions() for trustee in trustees]
    first, second = decode_canonical_object(trials[0]), decode_canonical_object(trials[2])
    forged = encode_canonical({**second, "decryptions": _swap_decryption(second, first)})
    with pytest.raises(CeremonyError, match="trial") as caught:
        trustees[0].receive_trial_decryptions([trials[0], trials[1], forged])
    assert caught.value.trustee == 3


def _swap_decryption(message: JsonObject, other: JsonObject) -> list[JsonObject]:
    rows, others = message["decryptions"], other["decryptions"]
    assert isinstance(rows, list)
    assert isinstance(others, list)
    return [{**rows[0], "decryption": others[0]["decryption"]}]


def test_trial_decryption_of_the_last_meeting_is_refused() -> None:
    old, trustees = (create_trustees(sample_terms(ceremony=i)) for i in (OTHER_CEREMONY, bytes(range(16))))
    advance(old, CeremonyStep.SHARES_IN)
    advance(trustees, CeremonyStep.SHARES_IN)
    trials = [trustee.make_trial_decryptions() for trustee in trustees]
    with pytest.raises(CeremonyError, match="another ceremony") as caught:
        trustees[0].receive_trial_decryptions([trials[0], old[1].make_trial_decryptions(), trials[2]])
    assert caught.value.trustee == 2


def test_trial_is_refused_when_the_shares_do_not_fit_the_key(held: HeldCeremony) -> None:
    result = replace(held.ceremony, key=GENERATOR)
    messages = {
        trustee.index: decrypt_trial(result, trustee.index, trustee._held.share, SeededRandom(trustee.index))
        for trustee in held.trustees
    }
    with pytest.raises(CeremonyError, match="does not decrypt"):
        check_trial(result, messages)


@pytest.mark.parametrize(("count", "threshold"), [(3, 2), (4, 3), (5, 3), (5, 4), (1, 1)])
def test_trial_sets_include_every_trustee(count: int, threshold: int) -> None:
    sets = list_trial_sets(count, threshold)
    assert set().union(*sets) == set(range(1, count + 1))


def test_confirmation_of_another_result_is_refused(held: HeldCeremony) -> None:
    other = hold_ceremony(ceremony=OTHER_CEREMONY)
    confirmations = [trustee.make_confirmation() for trustee in held.trustees]
    wrong = other.trustees[1].make_confirmation()
    with pytest.raises(CeremonyError) as caught:
        held.trustees[0].receive_confirmations([confirmations[0], wrong, confirmations[2]])
    assert caught.value.trustee == 2


@pytest.mark.parametrize(
    "call",
    [
        lambda t: t.receive_commitments([]),
        lambda t: t.make_opening(),
        lambda t: t.receive_openings([]),
        lambda t: t.confirm_words(),
        lambda t: t.make_shares(),
        lambda t: t.receive_share(b"{}"),
        lambda t: t.make_trial_decryptions(),
        lambda t: t.receive_trial_decryptions([]),
        lambda t: t.make_confirmation(),
        lambda t: t.receive_confirmations([]),
        lambda t: t.sign_counts("e", 0, {}),
        lambda t: t.make_whole_commitment(),
        lambda t: t.make_partial_decryption(),
        lambda t: t.destroy(),
    ],
)
def test_new_device_refuses_a_step_out_of_order(call: Callable[[Trustee], object]) -> None:
    with pytest.raises(CeremonyError, match="out of order"):
        call(create_trustees(sample_terms())[0])


@pytest.mark.parametrize("message", [b"", b"[]", b"{}", b"\xff", b'{"a":1.5}', b"[" * 100])
def test_rubbish_ends_the_ceremony_with_its_own_error(message: bytes) -> None:
    trustee = create_trustees(sample_terms())[0]
    trustee.make_commitment()
    with pytest.raises(CeremonyError):
        trustee.receive_commitments([message])


def test_holding_is_refused_when_the_stored_share_was_damaged(held: HeldCeremony) -> None:
    stored = decode_canonical_object(held.trustees[0]._held.encode())
    with pytest.raises(CeremonyError, match="public share"):
        Holding.decode(encode_canonical({**stored, "share": encode_scalar(Scalar(5)).hex()}))


def test_ceremony_vectors_are_read() -> None:
    for case in load_vectors("ceremony")["held"]:
        key = VerificationKey(bytes.fromhex(case["server_key"]))
        ceremony = Ceremony.from_body(case["body"], key, rehearsal=case["rehearsal"])
        assert ceremony.to_body() == case["body"]
        assert list(encode_words(ceremony.ceremony_hash, 4)) == case["words"]


def test_ceremony_vectors_refuse_naming_the_trustee() -> None:
    for case in load_vectors("ceremony")["refused"]:
        with pytest.raises(CryptoError) as caught:
            Ceremony.from_body(case["body"], SERVER_KEY, rehearsal=False)
        assert getattr(caught.value, "trustee", None) == case["trustee"], case["why"]


def test_ceremony_vectors_commit_openings() -> None:
    for case in load_vectors("ceremony")["held"]:
        for commitment, opening in zip(case["commitment_messages"], case["opening_messages"], strict=True):
            found = commit_opening(Opening.from_object(decode_canonical(opening.encode())))
            assert found.hex() == decode_canonical_object(commitment.encode())["commitment"]


def test_ceremony_vectors_decrypt_shares() -> None:
    for case in load_vectors("ceremony")["held"]:
        result = Ceremony.from_body(case["body"], SERVER_KEY, rehearsal=case["rehearsal"])
        for message in map(ShareMessage.decode, (text.encode() for text in case["share_messages"])):
            private_key = bytes.fromhex(case["secrets"][message.receiver - 1]["encryption_key"])
            share = decrypt_share(result, message, message.receiver, private_key)
            assert multiply_base(share) != IDENTITY


def test_ceremony_vector_encrypts_a_share() -> None:
    vectors = load_vectors("ceremony")
    case, held_case = vectors["encrypted_share"], vectors["held"][0]
    ephemeral = bytes.fromhex(case["ephemeral_secret"])
    message = encrypt_share(
        Ceremony.from_body(held_case["body"], SERVER_KEY, rehearsal=False),
        maker=case["maker"],
        receiver=case["receiver"],
        share=decode_scalar(bytes.fromhex(case["share"])),
        seed=SigningSeed(bytes.fromhex(held_case["secrets"][0]["seed"])),
        random_bytes=lambda _count: ephemeral,
    )
    assert message.decode() == case["message"]


def test_ceremony_vectors_derive_trials() -> None:
    for case in load_vectors("ceremony")["held"]:
        result = Ceremony.from_body(case["body"], SERVER_KEY, rehearsal=case["rehearsal"])
        for trial in case["trial"]:
            ciphertext = derive_trial_ciphertext(result, tuple(trial["trustees"]))
            assert (ciphertext.alpha.hex(), ciphertext.beta.hex()) == (trial["alpha"], trial["beta"])


def test_joint_key_is_the_sum_of_the_first_commitments(held: HeldCeremony) -> None:
    first, second, third = (opening.commitments[0] for opening in held.ceremony.openings)
    assert held.ceremony.key == add(add(first, second), third)
