/** V8 and V9: the aggregate recomputed, the partial decryptions combined, the counts found again. */

import { encodeAggregate, hashAggregate, listPositions, type Aggregate } from "../aggregate";
import type { TallyBody } from "../bodies";
import type { Ceremony } from "../ceremony";
import { PartialDecryption } from "../decryption";
import { NotEnoughSharesError, VerificationError } from "../errors";
import type { Steps } from "../steps";
import { computeTallyInSteps } from "../tally";
import { failing, requireEqual, toFailure } from "./faults";
import { requireCeremony } from "./keys";
import type { CheckResult, ElectionRecord, Placed, Progress, VerifiedBallots } from "./model";

type Verified = ReadonlyMap<string, VerifiedBallots>;

/** Check every aggregate entry against the sum of the verified ballots. Raises: VerificationError. */
export function checkAggregates(elections: readonly ElectionRecord[], verified: Verified): CheckResult {
  let counted = 0;
  for (const { aggregate: placed, manifest } of elections) {
    if (placed === undefined) {
      continue;
    }
    const { number, body } = placed;
    const aggregate = findAggregate(verified, body.election, number, "V8");
    const expected = hashAggregate(manifest.electionHash, aggregate);
    requireEqual("V8", number, "the number of ballots", { expected: aggregate.ballots, found: body.ballots });
    requireEqual("V8", number, "the aggregate", { expected: encodeAggregate(aggregate), found: body.ciphertexts });
    requireEqual("V8", number, "the aggregate hash", { expected, found: body.aggregateHash });
    counted += 1;
  }
  return { name: "V8", counted, proofs: 0, signatures: 0 };
}

/**
 * Check every tally: the partial decryptions it names, their combination, the counts.
 *
 * A partial decryption that the tally does not name is not looked at: a wrong one is skipped, and stops nothing.
 *
 * Raises: VerificationError.
 */
export function* checkTallies(
  elections: readonly ElectionRecord[],
  verified: Verified,
  ceremony: Ceremony | undefined,
  onProgress: Progress,
): Steps<CheckResult> {
  const tallied = elections.filter(({ tally }) => tally !== undefined).length;
  let [counted, proofs] = [0, 0];
  for (const election of elections) {
    const { tally } = election;
    if (tally === undefined) {
      continue;
    }
    const aggregate = findAggregate(verified, tally.body.election, tally.number, "V9");
    proofs += yield* checkTally(election, tally, aggregate, requireCeremony(ceremony));
    counted += 1;
    onProgress("V9", counted, tallied);
  }
  return { name: "V9", counted, proofs, signatures: 0 };
}

/** Check one tally; return the number of proofs verified. */
function* checkTally(
  election: ElectionRecord,
  { number, body }: Placed<TallyBody>,
  aggregate: Aggregate,
  ceremony: Ceremony,
): Steps<number> {
  const { electionHash } = election.manifest;
  const digest = hashAggregate(electionHash, aggregate);
  requireEqual("V9", number, "the aggregate hash", { expected: digest, found: body.aggregateHash });
  const needed = aggregate.ballots > 0 ? ceremony.terms.threshold : 0;
  const what = "the number of trustees combined";
  requireEqual("V9", number, what, { expected: needed, found: body.trustees.length });
  const partials = body.trustees.map((trustee) => readPartial(election, number, trustee));
  let counts: readonly (readonly number[])[];
  try {
    ({ counts } = yield* computeTallyInSteps(ceremony, electionHash, aggregate, partials));
  } catch (error) {
    throw nameCulprit(election, number, error);
  }
  const [expected, found] = [JSON.stringify(counts), JSON.stringify(body.counts)];
  requireEqual("V9", number, "the counts", { expected, found });
  return partials.length * listPositions(aggregate).length;
}

function readPartial(election: ElectionRecord, entry: number, trustee: number): PartialDecryption {
  const placed = election.partials.get(trustee);
  if (placed === undefined) {
    const problem = `the tally names trustee ${trustee}, who has no partial decryption`;
    throw new VerificationError("V9", problem, { entry });
  }
  return failing("V9", placed.number, () => PartialDecryption.fromBody(placed.body.record));
}

/** Return the failure at the entry of the first trustee whose partial decryption is wrong, if that is its cause. */
function nameCulprit(election: ElectionRecord, number: number, error: unknown): unknown {
  const trustee = error instanceof NotEnoughSharesError ? error.rejected[0] : undefined;
  if (trustee === undefined) {
    return toFailure("V9", number, error);
  }
  const problem = `the partial decryption of trustee ${trustee} does not hold`;
  return new VerificationError("V9", problem, { entry: election.partials.get(trustee)?.number });
}

function findAggregate(verified: Verified, election: string, entry: number, check: "V8" | "V9"): Aggregate {
  const found = verified.get(election);
  if (found === undefined) {
    throw new VerificationError(check, "the ballots of this election were not checked", { entry });
  }
  return found.aggregate;
}
