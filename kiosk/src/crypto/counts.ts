/** The six paper counts of an election, which tellers sign before it opens. */

import type { JsonObject } from "./encoding";
import type { Fields } from "./fields";

/** The paper counts of an election, signed by the tellers before it opens. */
export interface Counts {
  readonly printed: number;
  readonly handedOut: number;
  readonly broughtBack: number;
  readonly lost: number;
  readonly leftOver: number;
  readonly present: number;
}

/** Return the counts as they travel. */
export function writeCounts(counts: Counts): JsonObject {
  return {
    printed: counts.printed,
    handed_out: counts.handedOut,
    brought_back: counts.broughtBack,
    lost: counts.lost,
    left_over: counts.leftOver,
    present: counts.present,
  };
}

/** Return the six counts of an untrusted object. Raises: EncodingError. */
export function readCounts(fields: Fields): Counts {
  const keys = ["printed", "handed_out", "brought_back", "lost", "left_over", "present"];
  const member = fields.member("counts", keys);
  return {
    printed: member.integer("printed"),
    handedOut: member.integer("handed_out"),
    broughtBack: member.integer("brought_back"),
    lost: member.integer("lost"),
    leftOver: member.integer("left_over"),
    present: member.integer("present"),
  };
}

/** Return how many slips are in voters' hands, the lost ones included. */
export function countIssued(counts: Counts): number {
  return counts.handedOut - counts.broughtBack;
}
