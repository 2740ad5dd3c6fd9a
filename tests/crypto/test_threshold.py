"""The shared key: which thresholds are allowed, and that any t shares give the joint secret."""

from __future__ import annotations

from itertools import combinations

import pytest

from crypto import threshold
from crypto.errors import CeremonyError
from crypto.group import GENERATOR, IDENTITY, ORDER, Element, Scalar, multiply, multiply_base, sum_elements
from crypto.threshold import (
    Polynomial,
    check_threshold,
    commit_polynomial,
    compute_joint_key,
    compute_lagrange_coefficient,
    compute_public_share,
    compute_public_shares,
    evaluate_commitments,
    evaluate_polynomial,
    generate_polynomial,
    interpolate_at_zero,
)
from tests.support.crypto_samples import SeededRandom, load_vectors


@pytest.mark.parametrize(("count", "threshold"), [(3, 2), (4, 3), (5, 3), (5, 4)])
def test_check_threshold_passes(count: int, threshold: int) -> None:
    check_threshold(count, threshold, rehearsal=False)


@pytest.mark.parametrize(
    ("count", "threshold"), [(0, 0), (1, 1), (2, 1), (2, 2), (3, 0), (3, 1), (3, 3), (4, 2), (5, 2), (5, 5), (3, -2)]
)
def test_check_threshold_refuses_all_or_half_of_the_trustees(count: int, threshold: int) -> None:
    with pytest.raises(CeremonyError):
        check_threshold(count, threshold, rehearsal=False)


def test_check_threshold_passes_one_of_one_in_a_rehearsal() -> None:
    check_threshold(1, 1, rehearsal=True)


def test_check_threshold_refuses_three_of_three_in_a_rehearsal() -> None:
    with pytest.raises(CeremonyError):
        check_threshold(3, 3, rehearsal=True)


@pytest.mark.parametrize(("count", "threshold"), [(3, 2), (5, 3)])
def test_interpolation_gives_the_joint_key_for_every_subset_of_t(count: int, threshold: int) -> None:
    polynomials = [generate_polynomial(threshold, SeededRandom(index)) for index in range(count)]
    rows = [commit_polynomial(polynomial) for polynomial in polynomials]
    shares = {index: compute_public_share(rows, index) for index in range(1, count + 1)}
    for chosen in combinations(shares, threshold):
        assert interpolate_at_zero({index: shares[index] for index in chosen}) == compute_joint_key(rows)


@pytest.mark.parametrize(("count", "threshold"), [(3, 2), (5, 3)])
def test_interpolation_misses_the_joint_key_for_every_subset_of_t_less_one(count: int, threshold: int) -> None:
    polynomials = [generate_polynomial(threshold, SeededRandom(index)) for index in range(count)]
    rows = [commit_polynomial(polynomial) for polynomial in polynomials]
    for chosen in combinations(range(1, count + 1), threshold - 1):
        values = {index: compute_public_share(rows, index) for index in chosen}
        assert interpolate_at_zero(values) != compute_joint_key(rows)


def test_public_share_is_the_sum_of_the_secret_shares() -> None:
    polynomials = [generate_polynomial(2, SeededRandom(index)) for index in range(3)]
    total = Scalar(sum(evaluate_polynomial(polynomial, 2) for polynomial in polynomials) % ORDER)
    assert compute_public_share([commit_polynomial(polynomial) for polynomial in polynomials], 2) == multiply_base(
        total
    )


def test_joint_key_is_refused_when_it_is_the_identity() -> None:
    opposite = multiply_base(Scalar(ORDER - 1))
    with pytest.raises(CeremonyError):
        compute_joint_key([(GENERATOR,), (opposite,)])


def test_public_share_is_refused_when_it_is_the_identity() -> None:
    rows = [commit_polynomial(Polynomial((Scalar(1), Scalar(ORDER - 1))))]
    with pytest.raises(CeremonyError, match="public share 1"):
        compute_public_share(rows, 1)


def test_commitments_evaluate_to_the_identity_where_the_polynomial_is_zero() -> None:
    assert evaluate_commitments(commit_polynomial(Polynomial((Scalar(ORDER - 2), Scalar(1)))), 2) == IDENTITY


def test_threshold_vectors_hold() -> None:
    for case in load_vectors("threshold")["cases"]:
        polynomial = Polynomial(tuple(Scalar(int.from_bytes(bytes.fromhex(c), "little")) for c in case["polynomial"]))
        commitments = commit_polynomial(polynomial)
        assert [element.hex() for element in commitments] == case["commitments"]
        for share in case["shares"]:
            scalar = evaluate_polynomial(polynomial, share["index"])
            assert scalar.to_bytes(32, "little").hex() == share["share"]
            assert evaluate_commitments(commitments, share["index"]).hex() == share["public"]


def test_lagrange_vectors_hold() -> None:
    for case in load_vectors("threshold")["lagrange"]:
        found = compute_lagrange_coefficient(case["index"], case["indexes"])
        assert found.to_bytes(32, "little").hex() == case["coefficient"]


def test_lagrange_coefficients_sum_to_one() -> None:
    indexes = (2, 3, 5)
    assert sum(compute_lagrange_coefficient(index, indexes) for index in indexes) % ORDER == 1


def test_interpolation_of_identities_is_the_identity() -> None:
    assert interpolate_at_zero({1: IDENTITY, 3: IDENTITY}) == sum_elements(list[Element]())


def test_public_shares_of_many_trustees_do_not_stall_a_verifier(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def count(scalar: Scalar, element: Element) -> Element:
        nonlocal calls
        calls += 1
        return multiply(scalar, element)

    monkeypatch.setattr(threshold, "multiply", count)
    rows = [commit_polynomial(generate_polynomial(6, SeededRandom(seed))) for seed in range(10)]
    compute_public_shares(rows)
    assert calls == 10 * 6
