/** V8 and V9: the aggregate recomputed, the partial decryptions combined, the counts found again. */

import { emptyAggregate, encodeAggregate, hashAggregate, type Aggregate } from "../aggregate";
import type { TallyBody } from "../bodies";
import type { Ceremony } from "../ceremony";
import { PartialDecryption } from "../decryption";
import { NotEnoughSharesError, VerificationError } from "../errors";
import { Manifest } from "../manifest";
import type { Steps } from "../steps";
import { computeTallyInSteps } from "../tally";
import type { RunOptions } from "./ballots";
import { failing, noting, requireEqual, toFailure, type Findings } from "./faults";
import { requireCeremony } from "./keys";
import type { CheckResult, ElectionRecord, Placed, VerifiedBallots } from "./model";

type Verified = ReadonlyMap<string, VerifiedBallots>;

/** Check every aggregate entry against the sum of the verified ballots. Raises: VerificationError, or notes a finding. */
export function* checkAggregates(
  elections: readonly ElectionRecord[],
  verified: Verified,
  findings: Findings,
): Steps<CheckResult> {
  let counted = 0;
  for (const election of elections) {
    const { aggregate: placed, sealed } = election;
    if (placed === undefined) {
      continue;
    }
    counted += 1;
    yield* noting(election, findings, function* () {
      const { number, body } = placed;
      const aggregate = findAggregate(verified, election.name, number, "V8");
      const expected = hashAggregate(sealed.electionHash, aggregate);
      requireEqual("V8", number, "the number of ballots", { expected: aggregate.ballots, found: body.ballots });
      requireEqual("V8", number, "the aggregate", { expected: encodeAggregate(aggregate), found: body.ciphertexts });
      requireEqual("V8", number, "the aggregate hash", { expected, found: body.aggregateHash });
      yield;
    });
  }
  return { name: "V8", counted, proofs: 0, signatures: 0 };
}

/**
 * Check every tally: the partial decryptions it names, their combination, the counts.
 *
 * A partial decryption that the tally does not name is not looked at: a wrong one is skipped, and stops nothing.
 *
 * Raises: VerificationError, or notes a finding.
 */
export function* checkTallies(
  elections: readonly ElectionRecord[],
  verified: Verified,
  ceremony: Ceremony | undefined,
  { findings, onProgress }: RunOptions,
): Steps<CheckResult> {
  const tallied = elections.filter(({ tally }) => tally !== undefined).length;
  let [counted, proofs] = [0, 0];
  for (const election of elections) {
    const { tally, sealed } = election;
    if (tally === undefined || !(sealed instanceof Manifest)) {
      continue;
    }
    counted += 1;
    proofs += tally.body.trustees.length * emptyAggregate(sealed.context.shape).ciphertexts.flat().length;
    yield* noting(election, findings, function* () {
      const aggregate = findAggregate(verified, election.name, tally.number, "V9");
      yield* checkTally(election, sealed, tally, aggregate, requireCeremony(ceremony));
    });
    onProgress("V9", counted, tallied);
  }
  return { name: "V9", counted, proofs, signatures: 0 };
}

function* checkTally(
  election: ElectionRecord,
  { electionHash }: Manifest,
  { number, body }: Placed<TallyBody>,
  aggregate: Aggregate,
  ceremony: Ceremony,
): Steps<void> {
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
