/** Counts from an aggregate and its partial decryptions: the discrete logarithms 0 … N, found in one shared table. */

import { listPositions, type Aggregate } from "./aggregate";
import type { CeremonyResult } from "./ceremony";
import { combinePartialDecryptions, type PartialDecryption } from "./decryption";
import { TallyError } from "./errors";
import { add, GENERATOR, IDENTITY, subtract, type Element } from "./group";
import { finish, type Steps } from "./steps";

/**
 * The counts of every contest, blank last.
 *
 * trustees: those combined, ascending; rejected: those whose partial decryption was wrong, ascending.
 */
export interface Tally {
  readonly trustees: readonly number[];
  readonly counts: readonly (readonly number[])[];
  readonly rejected: readonly number[];
}

/** The logarithms of 0·G … N·G, by the element in hexadecimal. */
export type LogarithmTable = ReadonlyMap<string, number>;

/** Return the logarithms of 0·G … ballots·G, for every sum of an election. */
export function* buildLogarithmTable(ballots: number): Steps<LogarithmTable> {
  const table = new Map<string, number>();
  let element = IDENTITY;
  for (let count = 0; count <= ballots; count++) {
    table.set(element.toHex(), count);
    element = add(element, GENERATOR);
    yield;
  }
  return table;
}

/**
 * Return the count m with m·G = element, within the table's 0 … N.
 *
 * Raises: TallyError naming contest and option if there is none. Spec: "find_logarithm".
 */
export function findLogarithm(element: Element, table: LogarithmTable, contest: number, option: number): number {
  const count = table.get(element.toHex());
  if (count === undefined) {
    throw new TallyError(`no count from 0 to ${table.size - 1} fits`, contest, option);
  }
  return count;
}

/**
 * Return the counts that the valid partial decryptions give; for no ballots all counts are 0, by no trustees.
 *
 * Raises: NotEnoughSharesError; TallyError for a sum that is no count of these ballots. Spec: "compute_tally".
 */
export function computeTally(
  ceremony: CeremonyResult,
  electionHash: Uint8Array,
  aggregate: Aggregate,
  partials: Iterable<PartialDecryption>,
): Tally {
  return finish(computeTallyInSteps(ceremony, electionHash, aggregate, partials));
}

/** Do as `computeTally` does, in many short steps. */
export function* computeTallyInSteps(
  ceremony: CeremonyResult,
  electionHash: Uint8Array,
  aggregate: Aggregate,
  partials: Iterable<PartialDecryption>,
): Steps<Tally> {
  if (aggregate.ballots === 0) {
    return { trustees: [], counts: aggregate.ciphertexts.map((members) => members.map(() => 0)), rejected: [] };
  }
  const combination = combinePartialDecryptions(ceremony, electionHash, aggregate, partials);
  const table = yield* buildLogarithmTable(aggregate.ballots);
  const counts: number[][] = aggregate.ciphertexts.map(() => []);
  for (const { contest, option, ciphertext } of listPositions(aggregate)) {
    const element = combination.elements[contest]?.[option];
    if (element === undefined) {
      throw new TallyError("no partial decryption", contest, option);
    }
    counts[contest]?.push(findLogarithm(subtract(ciphertext.beta, element), table, contest, option));
    yield;
  }
  return { trustees: combination.trustees, counts, rejected: combination.rejected };
}
