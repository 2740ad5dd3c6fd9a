"""A ballot in Python: encryption as simulated voters do it, verification as the server and every verifier do it."""

from __future__ import annotations

from secrets import token_bytes

from bench.reference import measure_against_floor
from bench.table import Row, Section, compare_with_floor
from crypto.ballot import (
    ContestShape,
    ElectionContext,
    Selection,
    decode_ballot,
    encrypt_ballot,
    verify_ballot,
)
from crypto.credential import Credential, derive_credential
from crypto.group import multiply_base, random_scalar
from crypto.slip import generate_meeting_code, generate_slip_code

OPTIONS = 3
ROUNDS = 9


def measure_ballots() -> Section:
    """Measure ballots of 1, 10 and 30 contests."""
    rows = [row for contests in (1, 10, 30) for row in _measure_ballot(contests)]
    note = f"Medians of {ROUNDS}; one mark of {OPTIONS} options a contest. Verifying begins with the bytes as received."
    return Section("A ballot in Python", rows, note)


def create_context(contests: int) -> ElectionContext:
    """Return an election of contests of three options under a random key."""
    key = multiply_base(random_scalar(token_bytes))
    return ElectionContext(token_bytes(32), key, (ContestShape(OPTIONS, 1),) * contests)


def create_credential() -> Credential:
    """Return the credential of a random slip."""
    return derive_credential(generate_slip_code(token_bytes), generate_meeting_code(token_bytes), 0)


def mark_contests(contests: int) -> tuple[Selection, ...]:
    """Return the first option of every contest."""
    return ((0,),) * contests


def _measure_ballot(contests: int) -> list[Row]:
    context, credential = create_context(contests), create_credential()

    def encrypt() -> bytes:
        return encrypt_ballot(context, credential, mark_contests(contests), token_bytes).cast()

    data = encrypt()

    def verify() -> None:
        verify_ballot(decode_ballot(data, context), context)

    return [
        compare_with_floor(f"encrypt {contests} × {OPTIONS}", measure_against_floor(encrypt, ROUNDS)),
        compare_with_floor(f"verify {contests} × {OPTIONS}", measure_against_floor(verify, ROUNDS)),
    ]
