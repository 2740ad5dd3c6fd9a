"""Decryption proofs: made with the share, bound to everything they speak of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import pytest

from crypto.elgamal import Ciphertext
from crypto.errors import InvalidProofError
from crypto.group import (
    GENERATOR,
    IDENTITY,
    ORDER,
    Element,
    Scalar,
    add,
    encode_scalar,
    multiply,
    multiply_base,
    random_scalar,
    subtract,
)
from crypto.proofs.equality import PROOF_BYTES, DecryptionStatement, prove_decryption, verify_decryption
from crypto.transcript import hash_to_scalar
from tests.support.crypto_samples import SeededRandom, load_vectors, repeat_byte

SHARE = random_scalar(SeededRandom(71))
CIPHERTEXT = Ciphertext(multiply_base(random_scalar(SeededRandom(72))), multiply_base(random_scalar(SeededRandom(73))))
STATEMENT = DecryptionStatement(
    ceremony_hash=bytes(range(32)),
    trustee=2,
    public_share=multiply_base(SHARE),
    context=b"context",
    ciphertext=CIPHERTEXT,
    decryption=multiply(SHARE, CIPHERTEXT.alpha),
)
OTHER = multiply_base(Scalar(12345))
Forgery: TypeAlias = tuple[DecryptionStatement, tuple[Element, Element], Scalar]
ITEMS = ("ceremony", "trustee", "share", "context", "alpha", "beta", "decryption", "A", "B")


def test_verify_passes_for_a_proof_by_the_share() -> None:
    verify_decryption(STATEMENT, prove_decryption(STATEMENT, SHARE, SeededRandom(1)))


def test_verify_passes_for_an_identity_alpha() -> None:
    statement = replace(STATEMENT, ciphertext=Ciphertext(IDENTITY, OTHER), decryption=IDENTITY)
    verify_decryption(statement, prove_decryption(statement, SHARE, SeededRandom(1)))


@pytest.mark.parametrize(
    "change",
    [
        lambda s: replace(s, ceremony_hash=bytes(32)),
        lambda s: replace(s, trustee=3),
        lambda s: replace(s, public_share=OTHER),
        lambda s: replace(s, context=b"contex"),
        lambda s: replace(s, ciphertext=replace(s.ciphertext, alpha=OTHER)),
        lambda s: replace(s, ciphertext=replace(s.ciphertext, beta=OTHER)),
        lambda s: replace(s, decryption=OTHER),
    ],
    ids=ITEMS[:-2],
)
def test_verify_refuses_a_proof_for_another_statement(
    change: Callable[[DecryptionStatement], DecryptionStatement],
) -> None:
    proof = prove_decryption(STATEMENT, SHARE, SeededRandom(1))
    with pytest.raises(InvalidProofError):
        verify_decryption(change(STATEMENT), proof)


def test_verify_refuses_a_proof_by_another_secret() -> None:
    with pytest.raises(InvalidProofError, match="trustee 2"):
        verify_decryption(STATEMENT, prove_decryption(STATEMENT, Scalar(SHARE + 1), SeededRandom(1)))


def test_verify_refuses_every_flipped_byte() -> None:
    proof = prove_decryption(STATEMENT, SHARE, SeededRandom(1))
    for place in range(PROOF_BYTES):
        changed = bytearray(proof)
        changed[place] ^= 1
        with pytest.raises(InvalidProofError):
            verify_decryption(STATEMENT, bytes(changed))


def test_verify_refuses_a_response_above_the_order() -> None:
    proof = prove_decryption(STATEMENT, SHARE, SeededRandom(1))
    response = int.from_bytes(proof[64:], "little") + ORDER
    with pytest.raises(InvalidProofError):
        verify_decryption(STATEMENT, proof[:64] + response.to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 95, 97])
def test_verify_refuses_another_length(length: int) -> None:
    proof = prove_decryption(STATEMENT, SHARE, SeededRandom(1)) + b"\0"
    with pytest.raises(InvalidProofError):
        verify_decryption(STATEMENT, proof[:length])


def test_nonce_differs_between_statements_when_the_random_source_is_stuck() -> None:
    first = prove_decryption(STATEMENT, SHARE, repeat_byte(7))
    second = prove_decryption(replace(STATEMENT, context=b"other"), SHARE, repeat_byte(7))
    assert first[:32] != second[:32]


def _challenge(statement: DecryptionStatement, commitments: tuple[Element, Element], omitted: str) -> Scalar:
    """Return the challenge of a weak verifier that leaves one item of the transcript out."""
    items = dict(zip(ITEMS, (*statement.encode_items(), *commitments), strict=True))
    return hash_to_scalar("decryption", *(value for name, value in items.items() if name != omitted))


def _holds(forgery: Forgery, challenge: Scalar) -> bool:
    """Return whether both equations hold for a challenge computed elsewhere."""
    statement, (left, right), response = forgery
    return multiply_base(response) == add(left, multiply(challenge, statement.public_share)) and multiply(
        response, statement.ciphertext.alpha
    ) == add(right, multiply(challenge, statement.decryption))


def _replay(omitted: str) -> Forgery:
    """Present an honest proof again for something that the weak challenge does not cover."""
    nonce = Scalar(4711)
    commitments = multiply_base(nonce), multiply(nonce, CIPHERTEXT.alpha)
    response = Scalar((nonce + _challenge(STATEMENT, commitments, omitted) * SHARE) % ORDER)
    changed = {
        "ceremony": replace(STATEMENT, ceremony_hash=bytes(32)),
        "trustee": replace(STATEMENT, trustee=1),
        "context": replace(STATEMENT, context=b"another sum"),
        "beta": replace(STATEMENT, ciphertext=Ciphertext(CIPHERTEXT.alpha, OTHER)),
    }
    return changed[omitted], commitments, response


def _shift_decryption() -> Forgery:
    """Choose D after the challenge so that it is not the share's."""
    nonce = Scalar(4711)
    commitments = multiply_base(nonce), multiply(Scalar(4712), CIPHERTEXT.alpha)
    challenge = _challenge(STATEMENT, commitments, "decryption")
    response = Scalar((nonce + challenge * SHARE) % ORDER)
    difference = subtract(multiply(response, CIPHERTEXT.alpha), commitments[1])
    return replace(STATEMENT, decryption=multiply(_invert(challenge), difference)), commitments, response


def _choose_share() -> Forgery:
    """Choose the public share after the challenge, for a decryption with a factor of one's own."""
    nonce, factor = Scalar(98765), Scalar(55)
    statement = replace(STATEMENT, decryption=multiply(factor, CIPHERTEXT.alpha))
    commitments = GENERATOR, multiply(nonce, CIPHERTEXT.alpha)
    challenge = _challenge(statement, commitments, "share")
    response = Scalar((nonce + challenge * factor) % ORDER)
    share = multiply(_invert(challenge), subtract(multiply_base(response), GENERATOR))
    return replace(statement, public_share=share), commitments, response


def _choose_alpha() -> Forgery:
    """Choose α after the challenge, for any D."""
    nonce = Scalar(4711)
    statement = replace(STATEMENT, decryption=OTHER)
    commitments = multiply_base(nonce), OTHER
    challenge = _challenge(statement, commitments, "alpha")
    response = Scalar((nonce + challenge * SHARE) % ORDER)
    alpha = multiply(_invert(response), add(OTHER, multiply(challenge, OTHER)))
    return replace(statement, ciphertext=Ciphertext(alpha, CIPHERTEXT.beta)), commitments, response


def _choose_base_commitment() -> Forgery:
    """Choose A after the challenge, for a decryption with a factor of one's own."""
    nonce, factor = Scalar(4711), Scalar(9)
    statement = replace(STATEMENT, decryption=multiply(factor, CIPHERTEXT.alpha))
    alpha_commitment = multiply(nonce, CIPHERTEXT.alpha)
    challenge = _challenge(statement, (IDENTITY, alpha_commitment), "A")
    response = Scalar((nonce + challenge * factor) % ORDER)
    left = subtract(multiply_base(response), multiply(challenge, STATEMENT.public_share))
    return statement, (left, alpha_commitment), response


def _choose_alpha_commitment() -> Forgery:
    """Choose B after the challenge, for any D."""
    nonce = Scalar(4711)
    statement = replace(STATEMENT, decryption=OTHER)
    challenge = _challenge(statement, (multiply_base(nonce), IDENTITY), "B")
    response = Scalar((nonce + challenge * SHARE) % ORDER)
    right = subtract(multiply(response, CIPHERTEXT.alpha), multiply(challenge, OTHER))
    return statement, (multiply_base(nonce), right), response


FORGERS: dict[str, Callable[[], Forgery]] = {
    "decryption": _shift_decryption,
    "share": _choose_share,
    "alpha": _choose_alpha,
    "A": _choose_base_commitment,
    "B": _choose_alpha_commitment,
}


def _forge(omitted: str) -> Forgery:
    """Return a statement of the attacker's choice and what convinces the verifier that leaves one item out."""
    return FORGERS[omitted]() if omitted in FORGERS else _replay(omitted)


def _invert(scalar: Scalar) -> Scalar:
    return Scalar(pow(scalar, -1, ORDER))


@pytest.mark.parametrize("omitted", ITEMS)
def test_forgery_with_an_item_left_out_of_the_challenge_convinces_a_weak_verifier(omitted: str) -> None:
    forgery = _forge(omitted)
    statement, commitments, _ = forgery
    assert _holds(forgery, _challenge(statement, commitments, omitted))


@pytest.mark.parametrize("omitted", ITEMS)
def test_verify_refuses_a_forgery_that_chooses_an_item_after_the_challenge(omitted: str) -> None:
    statement, commitments, response = _forge(omitted)
    with pytest.raises(InvalidProofError):
        verify_decryption(statement, b"".join(commitments) + encode_scalar(response))


def test_equality_vectors_hold() -> None:
    for case in load_vectors("equality")["proved"]:
        statement = _read_statement(case)
        share = Scalar(int.from_bytes(bytes.fromhex(case["secret"]), "little"))
        random_bytes = repeat_byte(bytes.fromhex(case["random"])[0])
        assert prove_decryption(statement, share, random_bytes).hex() == case["proof"]


def test_equality_vectors_refuse() -> None:
    for case in load_vectors("equality")["refused"]:
        with pytest.raises(InvalidProofError):
            verify_decryption(_read_statement(case), bytes.fromhex(case["proof"]))


def _read_statement(case: dict[str, str | int]) -> DecryptionStatement:
    fields = {name: bytes.fromhex(value) for name, value in case.items() if isinstance(value, str) and name != "why"}
    return DecryptionStatement(
        ceremony_hash=fields["ceremony_hash"],
        trustee=int(case["trustee"]),
        public_share=Element(fields["public_share"]),
        context=fields["context"],
        ciphertext=Ciphertext(Element(fields["alpha"]), Element(fields["beta"])),
        decryption=Element(fields["decryption"]),
    )
