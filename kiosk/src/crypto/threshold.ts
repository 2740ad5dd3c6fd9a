/** The public side of the shared key: from every trustee's commitments to the joint key and each public share. */

import { CeremonyError } from "./errors";
import { add, IDENTITY, multiplyPublic, sumElements, toScalar, type Element } from "./group";

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
