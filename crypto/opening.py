"""What a tested ballot contains, recomputed by a device that did not make it.

With the encryption scalars anybody can repeat the encryption, so a phone that encrypted something else than it showed
can open its ballot to what it encrypted and to nothing else. The signature's nonce is never part of an opening: with it
anybody could compute the slip's secret.
"""

from __future__ import annotations

from crypto.ballot import ElectionContext, Selection, decode_ballot, verify_ballot
from crypto.elgamal import Ciphertext
from crypto.errors import OpeningError
from crypto.group import (
    GENERATOR,
    IDENTITY,
    SCALAR_BYTES,
    Element,
    Scalar,
    decode_scalar,
    encode_scalar,
    multiply,
    multiply_base,
    subtract,
)


def encode_opening(scalars: tuple[tuple[Scalar, ...], ...]) -> bytes:
    """Return all encryption scalars of a ballot, contest by contest and blank last. Spec: "encode_opening"."""
    return b"".join(encode_scalar(scalar) for contest in scalars for scalar in contest)


def open_tested_ballot(context: ElectionContext, tested_ballot: bytes, opening: bytes) -> tuple[Selection, ...]:
    """Return what a tested ballot marks: per contest the marked options, none for blank.

    tested_ballot, opening: untrusted bytes.

    Raises: what `decode_ballot` and `verify_ballot` raise for a ballot that is none or was not signed to be tested;
    InvalidScalarError; OpeningError if the opening has another length or does not give the ciphertexts back.
    Spec: "open_tested_ballot".
    """
    ballot = decode_ballot(tested_ballot, context)
    verify_ballot(ballot, context, label="test")
    expected = SCALAR_BYTES * sum(len(members) for members in ballot.ciphertexts)
    if len(opening) != expected:
        raise OpeningError(f"{len(opening)} bytes instead of {expected}")
    scalars = iter(decode_scalar(opening[start : start + SCALAR_BYTES]) for start in range(0, expected, SCALAR_BYTES))
    return tuple(
        _read_marks(
            contest,
            [
                _open_ciphertext(context.key, ciphertext, next(scalars), f"contest {contest}, option {option}")
                for option, ciphertext in enumerate(members)
            ],
        )
        for contest, members in enumerate(ballot.ciphertexts)
    )


def _open_ciphertext(key: Element, ciphertext: Ciphertext, scalar: Scalar, where: str) -> int:
    """Return the plaintext 0 or 1 of a ciphertext under its scalar."""
    if multiply_base(scalar) == ciphertext.alpha:
        message = subtract(ciphertext.beta, multiply(scalar, key))
        if message in (IDENTITY, GENERATOR):
            return int(message == GENERATOR)
    raise OpeningError(f"{where} is no encryption of 0 or 1 under its scalar")


def _read_marks(contest: int, marks: list[int]) -> Selection:
    """Return the marked options; the proofs have shown already that a contest is marked or blank and never both."""
    selection = tuple(option for option, mark in enumerate(marks[:-1]) if mark)
    if bool(selection) == bool(marks[-1]):
        raise OpeningError(f"contest {contest} is neither marked nor blank")
    return selection
