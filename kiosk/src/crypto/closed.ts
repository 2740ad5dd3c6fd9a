/** A closed election as a trustee's device sees it, and the rules by which the device lets it be decrypted. */

import { hashAggregate, type Aggregate } from "./aggregate";
import { DecryptionRefusedError } from "./errors";
import { LOWEST_FLOOR } from "./manifest";
import type { VerificationKey } from "./signing";
import { hashItems } from "./transcript";

export const WHOLE_BYTES = 32;

/**
 * What a device needs of a closed election.
 *
 * Only code that has run checks V1 to V8 over the whole board, on the trustee's own device, may build one; `aggregate`
 * is the one that it recomputed from the ballots, `ceremonyHash` and `serverKey` are those of the board it read.
 *
 * floor, rehearsal: from the manifest; ballots: how many were closed; closedEntryHash: of the `closed` entry;
 * paperBallots: how many came back on paper beside them, as far as the board says.
 */
export interface ClosedElection {
  readonly election: string;
  readonly electionHash: Uint8Array;
  readonly ceremonyHash: Uint8Array;
  readonly serverKey: VerificationKey;
  readonly closedEntryHash: Uint8Array;
  readonly ballots: number;
  readonly aggregate: Aggregate;
  readonly floor: number;
  readonly rehearsal: boolean;
  readonly annulled: boolean;
  readonly paperBallots: number;
}

/** Return the 32-byte h that a device answers once per election. Spec: "hash_whole". */
export function hashWhole(closedEntryHash: Uint8Array, aggregateHash: Uint8Array): Uint8Array {
  return hashItems("whole", closedEntryHash, aggregateHash).slice(0, WHOLE_BYTES);
}

/** Return h of a closed election, from the recomputed aggregate. */
export function hashClosedElection(closed: ClosedElection): Uint8Array {
  return hashWhole(closed.closedEntryHash, hashAggregate(closed.electionHash, closed.aggregate));
}

/**
 * Check that an election is one whose sums may be known: not annulled, at least the floor of ballots a channel.
 *
 * rehearsal: what the device's own ceremony was agreed to be; only if both are a rehearsal may the floor be below 3.
 * Raises: DecryptionRefusedError. Spec: "check_decryptable".
 */
export function checkDecryptable(closed: ClosedElection, { rehearsal }: { readonly rehearsal: boolean }): void {
  if (closed.annulled) {
    throw new DecryptionRefusedError("the election is annulled");
  }
  if (closed.ballots !== closed.aggregate.ballots) {
    throw new DecryptionRefusedError("the aggregate is not of the closed ballots");
  }
  if (!(closed.ballots > 0)) {
    throw new DecryptionRefusedError("there are no ballots to decrypt");
  }
  if (closed.rehearsal !== rehearsal) {
    throw new DecryptionRefusedError("the election and the ceremony differ in being a rehearsal");
  }
  if (!(closed.floor >= LOWEST_FLOOR) && !rehearsal) {
    throw new DecryptionRefusedError(`a floor below ${LOWEST_FLOOR} is for rehearsals only`);
  }
  if (!(closed.ballots >= closed.floor)) {
    throw new DecryptionRefusedError(`${closed.ballots} ballots are fewer than the floor of ${closed.floor}`);
  }
  if (closed.paperBallots !== 0 && !(closed.paperBallots >= closed.floor)) {
    throw new DecryptionRefusedError(`${closed.paperBallots} paper ballots are fewer than the floor of ${closed.floor}`);
  }
}
