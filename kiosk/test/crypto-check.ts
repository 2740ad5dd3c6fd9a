/** Run every check in a browser, and measure there how long a ballot takes. */

import { encryptBallot, encryptBallotInSlices, ContestShape, ElectionContext } from "../src/crypto/ballot";
import { deriveCredential } from "../src/crypto/credential";
import { multiplyBase, randomScalar } from "../src/crypto/group";
import { createRandomBytes } from "../src/crypto/random";
import { generateMeetingCode, generateSlipCode } from "../src/crypto/slip";
import { createPause } from "../src/crypto/steps";
import { CHECKS } from "./checks/all";

/** What a run found; the failures are names with their reasons. */
interface Outcome {
  readonly passed: number;
  readonly failed: readonly string[];
}

/** How long a ballot took, all in milliseconds: in all, and the longest time in which the page could do nothing. */
interface Timing {
  readonly total: number;
  readonly longestSlice: number;
}

async function runChecks(): Promise<Outcome> {
  const failed: string[] = [];
  for (const { name, run } of CHECKS) {
    try {
      await run();
    } catch (error) {
      failed.push(`${name}: ${String(error)}`);
    }
  }
  return { passed: CHECKS.length - failed.length, failed };
}

function prepare(contests: number, options: number, marks: number) {
  const randomBytes = createRandomBytes(globalThis.crypto);
  const shape = Array.from({ length: contests }, () => new ContestShape(options, marks));
  const context = new ElectionContext(randomBytes(32), multiplyBase(randomScalar(randomBytes)), shape);
  const credential = deriveCredential(generateSlipCode(randomBytes), generateMeetingCode(randomBytes), 0);
  const selections = shape.map(() => Array.from({ length: marks }, (_, option) => option));
  return { context, credential, selections, randomBytes };
}

function measureWhole(contests: number, options: number, marks: number): Timing {
  const { context, credential, selections, randomBytes } = prepare(contests, options, marks);
  const start = performance.now();
  encryptBallot(context, credential, selections, randomBytes);
  const total = performance.now() - start;
  return { total, longestSlice: total };
}

async function measureSlices(contests: number, options: number, marks: number): Promise<Timing> {
  const { context, credential, selections, randomBytes } = prepare(contests, options, marks);
  const now = (): number => performance.now();
  const start = now();
  let resumed = start;
  let longestSlice = 0;
  const rest = async (): Promise<void> => {
    longestSlice = Math.max(longestSlice, now() - resumed);
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    resumed = now();
  };
  await encryptBallotInSlices(context, credential, selections, randomBytes, createPause(now, rest, 16));
  return { total: now() - start, longestSlice: Math.max(longestSlice, now() - resumed) };
}

Object.assign(globalThis, { runChecks, measureWhole, measureSlices });
