/** V4: the lists of credentials. */

import { nameSlot } from "../board-state";
import { decodeCredentialList } from "../credential";
import { VerificationError } from "../errors";
import type { Element } from "../group";
import { Manifest } from "../manifest";
import type { Steps } from "../steps";
import { failing, requireEqual } from "./faults";
import type { BoardRecord, CheckResult, Progress } from "./model";

/** The credentials of each series and slot, ascending, by the name that `nameSlot` gives. */
export type CredentialLists = ReadonlyMap<string, readonly Element[]>;

/** The result of V4 with the lists. */
export interface CheckedLists {
  readonly result: CheckResult;
  readonly lists: CredentialLists;
}

/**
 * Check that every list is sorted, distinct, valid, as long as its series' other slots and as many as printed.
 *
 * No credential may stand in two lists. Raises: VerificationError.
 */
export function* checkLists(board: BoardRecord, onProgress: Progress): Steps<CheckedLists> {
  const lists = new Map<string, readonly Element[]>();
  const lengths = new Map<string, number>();
  const seen = new Set<string>();
  for (const { number, body } of board.lists) {
    const credentials = failing("V4", number, () => decodeCredentialList(body.credentials));
    const length = lengths.get(body.series) ?? credentials.length;
    lengths.set(body.series, length);
    const what = "the length of a series' lists";
    requireEqual("V4", number, what, { expected: length, found: credentials.length });
    for (const credential of credentials) {
      const hex = credential.toHex();
      if (seen.has(hex)) {
        throw new VerificationError("V4", "a credential stands in two lists", { entry: number, found: hex });
      }
      seen.add(hex);
    }
    lists.set(nameSlot(body.series, body.slot), credentials);
    onProgress("V4", lists.size, board.lists.length);
    yield;
  }
  for (const { sealed, number } of board.elections.values()) {
    if (sealed instanceof Manifest) {
      const found = sealed.content.series.reduce((sum, series) => sum + (lengths.get(series) ?? 0), 0);
      requireEqual("V4", number, "slips printed and listed", { expected: sealed.content.counts.printed, found });
    }
  }
  return { result: { name: "V4", counted: lists.size, proofs: 0, signatures: 0 }, lists };
}

/** Return the lists of the series that may vote in an election, in their order. */
export function selectLists({ content }: Manifest, lists: CredentialLists): readonly (readonly Element[])[] {
  const { series, slot } = content;
  return series.map((letter) => lists.get(nameSlot(letter, slot)) ?? []);
}
