/** V6: the ballots against the paper counts that the tellers signed. */

import { encodeHex } from "../bytes";
import type { Ceremony } from "../ceremony";
import { VerificationError } from "../errors";
import { writeCounts, type Counts, type ManifestContent } from "../manifest";
import { failing, requireAtMost, requireEqual } from "./faults";
import { requireCeremony } from "./keys";
import type { BoardRecord, CheckResult, ElectionRecord } from "./model";

/**
 * Check each manifest's counts, their signatures, and the number of ballots where closed.
 *
 * Raises: VerificationError.
 */
export function checkPaper(
  board: BoardRecord,
  elections: readonly ElectionRecord[],
  ceremony: Ceremony | undefined,
): CheckResult {
  let signatures = 0;
  for (const { number, manifest, closed } of elections) {
    const { content } = manifest;
    checkCounts(content.counts, number);
    signatures += checkSignatures(number, content, requireCeremony(ceremony));
    if (closed !== undefined) {
      const found = board.state.elections.get(content.election)?.ballots ?? Infinity;
      requireAtMost("V6", closed.number, "ballots ≤ issued", { limit: countIssued(content.counts), found });
      requireAtMost("V6", closed.number, "ballots ≤ present", { limit: content.counts.present, found });
    }
  }
  return { name: "V6", counted: elections.length, proofs: 0, signatures };
}

function checkCounts(counts: Counts, entry: number): void {
  const issued = countIssued(counts);
  const { printed, handedOut, broughtBack, leftOver, lost, present } = counts;
  const what = "printed = handed out + left over";
  requireEqual("V6", entry, what, { expected: printed, found: handedOut + leftOver });
  requireAtMost("V6", entry, "brought back ≤ handed out", { limit: handedOut, found: broughtBack });
  requireAtMost("V6", entry, "lost ≤ issued", { limit: issued, found: lost });
  requireAtMost("V6", entry, "issued - lost ≤ present", { limit: present, found: issued - lost });
}

/** Return how many count signatures hold: all of them, and at least the threshold. */
function checkSignatures(entry: number, content: ManifestContent, ceremony: Ceremony): number {
  const { election, slot, counts, countSignatures } = content;
  const { threshold } = ceremony.terms;
  const found = countSignatures.length;
  if (found < threshold) {
    const details = { entry, expected: `at least ${threshold}`, found };
    throw new VerificationError("V6", "too few count signatures", details);
  }
  for (const { trustee, signature } of countSignatures) {
    const signed = { trustee, signature: encodeHex(signature) };
    failing("V6", entry, () => ceremony.verifyCountsSignature(election, slot, writeCounts(counts), signed));
  }
  return found;
}

function countIssued(counts: Counts): number {
  return counts.handedOut - counts.broughtBack;
}
