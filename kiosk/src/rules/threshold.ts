/**
 * How many votes a part of a base asks for, in whole numbers only.
 *
 * > 1/2 of N is ⌊N/2⌋ + 1, ≥ 1/2 is ⌈N/2⌉, ≥ 2/3 is ⌈2N/3⌉, > 2/3 is ⌊2N/3⌋ + 1. Of base 0 nothing passes.
 */

import type { JsonObject } from "../crypto/encoding";

/** A fraction of the base in lowest terms, and whether the fraction itself passes or only more than it. */
export interface Threshold {
  readonly comparator: "at_least" | "more_than";
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Return a threshold with its fraction in lowest terms; both numbers are above 0. */
export function makeThreshold(comparator: Threshold["comparator"], numerator: bigint, denominator: bigint): Threshold {
  let [larger, smaller] = [denominator, numerator];
  while (smaller !== 0n) {
    [larger, smaller] = [smaller, larger % smaller];
  }
  return { comparator, numerator: numerator / larger, denominator: denominator / larger };
}

/** Tell whether two options of one base that holds all their votes can never both pass. */
export function isMajority({ comparator, numerator, denominator }: Threshold): boolean {
  const doubled = 2n * numerator;
  return doubled > denominator || (doubled === denominator && comparator === "more_than");
}

/** Return the smallest number of votes that passes, of a base from 0 on; of base 0 it is 1, and does not pass. */
export function countNeeded({ comparator, numerator, denominator }: Threshold, base: bigint): bigint {
  const share = numerator * base;
  const least = comparator === "at_least" ? (share + denominator - 1n) / denominator : share / denominator + 1n;
  return least < 1n ? 1n : least;
}

/** Tell whether so many votes pass. */
export function passes(threshold: Threshold, base: bigint, votes: bigint): boolean {
  return base > 0n && votes >= countNeeded(threshold, base);
}

/** Return a threshold as results write it, for example {"at_least": [2, 3]}. */
export function writeThreshold({ comparator, numerator, denominator }: Threshold): JsonObject {
  return { [comparator]: [Number(numerator), Number(denominator)] };
}
