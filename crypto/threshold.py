"""Sharing of the key among n trustees so that any t, and no fewer, can use it.

Each trustee i draws a polynomial fᵢ of degree t − 1 and publishes Aᵢₖ = aᵢₖ·G. The joint secret is Σ fᵢ(0), trustee
j holds xⱼ = Σᵢ fᵢ(j), and everybody can compute Xⱼ = xⱼ·G from the Aᵢₖ. Nobody ever holds the joint secret.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NewType

from crypto.errors import CeremonyError
from crypto.group import (
    IDENTITY,
    ORDER,
    Element,
    RandomBytes,
    Scalar,
    add,
    multiply,
    multiply_base,
    random_scalar,
    sum_elements,
)

Polynomial = NewType("Polynomial", tuple[Scalar, ...])


def check_threshold(count: int, threshold: int, *, rehearsal: bool) -> None:
    """Check that t of n is allowed: t < n and 2t > n, or 1 of 1 in a rehearsal.

    t < n so that one lost phone stops nothing; 2t > n so that two sets able to decrypt always share a trustee, who
    refuses a second answer. Raises: CeremonyError. Spec: "Ceremony".
    """
    if rehearsal and count == threshold == 1:
        return
    if not 1 <= threshold < count < 2 * threshold:
        raise CeremonyError(f"a threshold of {threshold} of {count} is not allowed")


def generate_polynomial(threshold: int, random_bytes: RandomBytes) -> Polynomial:
    """Return the `threshold` secret coefficients of a fresh polynomial, constant term first."""
    return Polynomial(tuple(random_scalar(random_bytes) for _ in range(threshold)))


def commit_polynomial(polynomial: Polynomial) -> tuple[Element, ...]:
    """Return the public commitment aₖ·G to each coefficient."""
    return tuple(multiply_base(coefficient) for coefficient in polynomial)


def evaluate_polynomial(polynomial: Polynomial, index: int) -> Scalar:
    """Return f(index), the share of trustee `index` ≥ 1."""
    total = 0
    for coefficient in reversed(polynomial):
        total = (total * index + coefficient) % ORDER
    return Scalar(total)


def evaluate_commitments(commitments: Sequence[Element], index: int) -> Element:
    """Return Σ indexᵏ·Aₖ = f(index)·G."""
    total = IDENTITY
    for commitment in reversed(commitments):
        total = add(multiply(Scalar(index), total), commitment)
    return total


def compute_joint_key(commitments: Sequence[Sequence[Element]]) -> Element:
    """Return Y, the sum of every trustee's first commitment.

    Raises: CeremonyError if it is the identity. Spec: "compute_joint_key, compute_public_share".
    """
    key = sum_elements(row[0] for row in commitments)
    if key == IDENTITY:
        raise CeremonyError("the joint key is the identity")
    return key


def compute_public_share(commitments: Sequence[Sequence[Element]], index: int) -> Element:
    """Return Xⱼ of trustee `index` from every trustee's commitments.

    Raises: CeremonyError if it is the identity. Spec: "compute_joint_key, compute_public_share".
    """
    share = sum_elements(evaluate_commitments(row, index) for row in commitments)
    if share == IDENTITY:
        raise CeremonyError(f"public share {index} is the identity")
    return share


def compute_public_shares(commitments: Sequence[Sequence[Element]]) -> tuple[Element, ...]:
    """Return X₁ … Xₙ from the commitments of n trustees, each of the same length.

    The polynomials are added before they are evaluated: one at a time, 255 trustees would keep a verifier busy for
    a quarter of an hour. Raises: CeremonyError if one is the identity. Spec: "compute_joint_key, compute_public_share".
    """
    joint = tuple(sum_elements(column) for column in zip(*commitments, strict=True))
    return tuple(compute_public_share([joint], index) for index in range(1, len(commitments) + 1))


def compute_lagrange_coefficient(index: int, indexes: Collection[int]) -> Scalar:
    """Return λ of `index` for interpolation at zero over the distinct `indexes` ≥ 1, which contain it."""
    numerator, denominator = 1, 1
    for other in indexes:
        if other != index:
            numerator = numerator * other % ORDER
            denominator = denominator * (other - index) % ORDER
    return Scalar(numerator * pow(denominator, -1, ORDER) % ORDER)


def interpolate_at_zero(values: Mapping[int, Element]) -> Element:
    """Return Σ λᵢ·values[i]: from any t or more values f(i)·P, the element f(0)·P."""
    return sum_elements(multiply(compute_lagrange_coefficient(index, values), value) for index, value in values.items())
