/**
 * Sharing of the key among n trustees so that any t, and no fewer, can use it.
 *
 * Each trustee i draws a polynomial fᵢ of degree t − 1 and publishes Aᵢₖ = aᵢₖ·G. The joint secret is Σ fᵢ(0), trustee
 * j holds xⱼ = Σᵢ fᵢ(j), and everybody can compute Xⱼ = xⱼ·G from the Aᵢₖ. Nobody ever holds the joint secret.
 */

import { invert } from "@noble/curves/abstract/modular.js";

import { CeremonyError } from "./errors";
import {
  add,
  IDENTITY,
  multiplyBase,
  multiplyPublic,
  ORDER,
  randomScalar,
  sumElements,
  toScalar,
  type Element,
  type RandomBytes,
  type Scalar,
} from "./group";

/** The secret coefficients, constant term first. */
export type Polynomial = readonly Scalar[] & { readonly __brand: "Polynomial" };

/**
 * Check that t of n is allowed: t < n and 2t > n, or 1 of 1 in a rehearsal. Raises: CeremonyError. Spec: "Ceremony".
 */
export function checkThreshold(count: number, threshold: number, { rehearsal }: { readonly rehearsal: boolean }): void {
  if (rehearsal && count === 1 && threshold === 1) {
    return;
  }
  if (!(threshold >= 1 && threshold < count && count < 2 * threshold)) {
    throw new CeremonyError(`a threshold of ${threshold} of ${count} is not allowed`);
  }
}

/** Return the `threshold` secret coefficients of a fresh polynomial, constant term first. */
export function generatePolynomial(threshold: number, randomBytes: RandomBytes): Polynomial {
  return Array.from({ length: threshold }, () => randomScalar(randomBytes)) as readonly Scalar[] as Polynomial;
}

/** Return the public commitment aₖ·G to each coefficient. */
export function commitPolynomial(polynomial: Polynomial): readonly Element[] {
  return polynomial.map(multiplyBase);
}

/** Return f(index), the share of trustee `index` ≥ 1. */
export function evaluatePolynomial(polynomial: Polynomial, index: number): Scalar {
  const point = BigInt(index);
  return polynomial.reduceRight((total, coefficient) => toScalar(total * point + coefficient), toScalar(0n));
}

/** Return Σ indexᵏ·Aₖ = f(index)·G. */
export function evaluateCommitments(commitments: readonly Element[], index: number): Element {
  const scalar = toScalar(BigInt(index));
  return commitments.reduceRight((total, commitment) => add(multiplyPublic(scalar, total), commitment), IDENTITY);
}

/**
 * Return Y, the sum of every trustee's first commitment.
 *
 * Raises: CeremonyError if it is the identity. Spec: "compute_joint_key, compute_public_share".
 */
export function computeJointKey(commitments: readonly (readonly Element[])[]): Element {
  const key = sumElements(commitments.flatMap((row) => row.slice(0, 1)));
  if (key.isIdentity()) {
    throw new CeremonyError("the joint key is the identity");
  }
  return key;
}

/**
 * Return Xⱼ of trustee `index` from every trustee's commitments.
 *
 * Raises: CeremonyError if it is the identity. Spec: "compute_joint_key, compute_public_share".
 */
export function computePublicShare(commitments: readonly (readonly Element[])[], index: number): Element {
  const share = sumElements(commitments.map((row) => evaluateCommitments(row, index)));
  if (share.isIdentity()) {
    throw new CeremonyError(`public share ${index} is the identity`);
  }
  return share;
}

/**
 * Return X₁ … Xₙ from the commitments of n trustees, each of the same length.
 *
 * The polynomials are added before they are evaluated: one at a time, 255 trustees would keep a phone busy for minutes.
 * Raises: CeremonyError if one is the identity. Spec: "compute_joint_key, compute_public_share".
 */
export function computePublicShares(commitments: readonly (readonly Element[])[]): readonly Element[] {
  const joint = (commitments[0] ?? []).map((_, degree) => sumElements(commitments.flatMap((row) => row.slice(degree, degree + 1))));
  return commitments.map((_, place) => computePublicShare([joint], place + 1));
}

/**
 * Return λ of `index` for interpolation at zero over the distinct `indexes` ≥ 1, which contain it.
 *
 * Spec: "compute_lagrange_coefficient".
 */
export function computeLagrangeCoefficient(index: number, indexes: readonly number[]): Scalar {
  let [numerator, denominator] = [1n, 1n];
  for (const other of indexes) {
    if (other !== index) {
      numerator = (numerator * BigInt(other)) % ORDER;
      denominator = toScalar(denominator * BigInt(other - index));
    }
  }
  return toScalar(numerator * invert(denominator, ORDER));
}

/** Return Σ λᵢ·values[i]: from any t or more values f(i)·P, the element f(0)·P. */
export function interpolateAtZero(values: ReadonlyMap<number, Element>): Element {
  const indexes = [...values.keys()];
  return sumElements(
    Array.from(values, ([index, value]) => multiplyPublic(computeLagrangeCoefficient(index, indexes), value)),
  );
}
