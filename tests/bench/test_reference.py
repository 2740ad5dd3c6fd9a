"""The floor of the measurements counts what the specification asks for."""

import pytest

from bench.reference import Operation, count_operations
from crypto import group
from crypto.ballot import ContestShape, decode_ballot, encrypt_ballot, verify_ballot
from crypto.group import IDENTITY, ZERO, Scalar, multiply, multiply_base
from tests.support.crypto_samples import ELECTION_KEY, SeededRandom, sample_context, sample_credential

OPTIONS = 3


def expect_encryption(contests: int) -> dict[Operation, int]:
    """Return the operations of a ballot with one mark a contest, as "encrypt" and "prove_membership" have them."""
    ciphertexts, branches = contests * (OPTIONS + 1), contests * (2 * (OPTIONS + 1) + 1)
    sums = 2 * ciphertexts
    return {
        # r·Y of each ciphertext and w·Y of each branch.
        Operation.MULTIPLY: ciphertexts + branches,
        # r·G, and m·G where it is marked; w·G, and c·(v − m)·G where the branch is simulated; R of the signature.
        Operation.MULTIPLY_BASE: ciphertexts + contests + branches + ciphertexts + 1,
        Operation.ADD: ciphertexts + branches + sums,
    }


@pytest.mark.parametrize("contests", [1, 10])
def test_counting_finds_the_operations_of_an_encryption(contests: int) -> None:
    context = sample_context((ContestShape(OPTIONS, 1),) * contests)
    selections = ((0,),) * contests
    counts = count_operations(lambda: encrypt_ballot(context, sample_credential(), selections, SeededRandom(1)).cast())
    # The sample's credential costs one multiplication of the base itself.
    expected = expect_encryption(contests)
    expected[Operation.MULTIPLY_BASE] += 1
    assert counts == expected


def test_counting_finds_the_decoded_elements_of_a_ballot() -> None:
    context = sample_context((ContestShape(OPTIONS, 1),))
    data = encrypt_ballot(context, sample_credential(), ((0,),), SeededRandom(1)).data
    counts = count_operations(lambda: decode_ballot(data, context))
    # X and R, two a ciphertext, two a branch.
    assert counts == {Operation.DECODE: 2 + 2 * 4 + 2 * 9}


def test_counting_finds_the_operations_of_a_verification() -> None:
    context = sample_context((ContestShape(OPTIONS, 1),))
    ballot = decode_ballot(encrypt_ballot(context, sample_credential(), ((0,),), SeededRandom(1)).data, context)
    counts = count_operations(lambda: verify_ballot(ballot, context))
    # A branch is z·G, c·α, z·Y, c·(β − v·G) and two subtractions; β − v·G is one more where v is 1. The signature is
    # s·G, c·X and a subtraction, and its R is decoded again.
    assert counts == {
        Operation.MULTIPLY: 3 * 9 + 1,
        Operation.MULTIPLY_BASE: 9 + 1,
        Operation.ADD: 2 * 9 + 5 + 2 * 4 + 1,
        Operation.DECODE: 1,
    }


def test_counting_leaves_out_what_needs_no_operation() -> None:
    counts = count_operations(
        lambda: (multiply(ZERO, ELECTION_KEY), multiply(Scalar(2), IDENTITY), multiply_base(ZERO))
    )
    assert counts == {}


def test_counting_leaves_the_group_as_it_was() -> None:
    before = dict(vars(group))
    count_operations(lambda: multiply_base(Scalar(2)))
    assert vars(group) == before
