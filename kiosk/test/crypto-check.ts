/** Run every check in a browser, and measure there how long a ballot takes. */

import { decodeArchive } from "../src/crypto/archive";
import {
  ballotSize,
  ContestShape,
  decodeBallot,
  ElectionContext,
  encryptBallot,
  encryptBallotInSlices,
  verifyBallot,
} from "../src/crypto/ballot";
import { readBody } from "../src/crypto/body-form";
import { deriveCredential } from "../src/crypto/credential";
import { decodeBase64 } from "../src/crypto/encoding";
import { add, multiply, multiplyBase, precompute, randomScalar } from "../src/crypto/group";
import { createRandomBytes } from "../src/crypto/random";
import { generateMeetingCode, generateSlipCode } from "../src/crypto/slip";
import { createPause } from "../src/crypto/steps";
import { reviewClosedBoard } from "../src/crypto/verify/verification";
import { CHECKS } from "./checks/all";
import type { Check } from "./checks/check";
import { storageChecks } from "./checks/trustee_storage";

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

async function runChecks(checks: readonly Check[] = CHECKS): Promise<Outcome> {
  const failed: string[] = [];
  for (const { name, run } of checks) {
    try {
      await run();
    } catch (error) {
      failed.push(`${name}: ${String(error)}`);
    }
  }
  return { passed: checks.length - failed.length, failed };
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

/** What one operation takes in milliseconds; `table` is what is made once for the generator and once for the key. */
interface OperationTimes {
  readonly table: number;
  readonly multiply: number;
  readonly multiplyBase: number;
  readonly add: number;
  readonly encode: number;
}

function measureOperations(): OperationTimes {
  const randomBytes = createRandomBytes(globalThis.crypto);
  const scalars = Array.from({ length: 64 }, () => randomScalar(randomBytes));
  const bases = scalars.map(multiplyBase);
  const key = multiplyBase(randomScalar(randomBytes));
  const time = (act: () => void, count: number): number => {
    const start = performance.now();
    act();
    return (performance.now() - start) / count;
  };
  const each = (act: (scalar: (typeof scalars)[number]) => void): number =>
    time(() => scalars.forEach(act), scalars.length);
  return {
    table: time(() => precompute(key), 1),
    multiply: each((scalar) => multiply(scalar, key)),
    multiplyBase: each(multiplyBase),
    add: time(() => bases.forEach((base) => add(base, key)), bases.length),
    encode: time(() => bases.forEach((base) => base.toBytes()), bases.length),
  };
}

const runStorageChecks = (): Promise<Outcome> => runChecks(storageChecks);

/** What a trustee's phone takes for V1 to V8, and for parts of it alone, in milliseconds. */
interface ReviewTiming {
  readonly total: number;
  readonly ballots: number;
  readonly decoding: number;
  readonly oneByOne: number;
}

/** archive: of one closed election, in base64; sample: how many ballots to check one by one besides. */
function measureReview(archive: string, election: string, sample: number): ReviewTiming {
  const data = decodeBase64(archive);
  const randomBytes = createRandomBytes(globalThis.crypto);
  const time = (act: () => void): number => {
    const start = performance.now();
    act();
    return performance.now() - start;
  };
  let ballots = 0;
  const total = time(() => {
    ({ ballots } = reviewClosedBoard(data, election, { randomBytes }));
  });
  const { context, rows } = readBallots(data);
  const chosen = rows.slice(0, sample);
  const decoding = time(() => chosen.forEach((row) => decodeBallot(row, context))) * (ballots / sample);
  const oneByOne = time(() => chosen.forEach((row) => verifyBallot(decodeBallot(row, context), context)));
  return { total, ballots, decoding, oneByOne: oneByOne * (ballots / sample) };
}

function readBallots(data: Uint8Array): { readonly context: ElectionContext; readonly rows: readonly Uint8Array[] } {
  const bodies = decodeArchive(data).map((entry) => readBody(entry.kind, entry.body));
  const manifest = bodies.find((body) => body.kind === "manifest");
  const closed = bodies.find((body) => body.kind === "closed");
  if (manifest === undefined || closed === undefined) {
    throw new Error("the archive has no closed election");
  }
  const { context } = manifest.manifest;
  const size = ballotSize(context.shape);
  const rows = Array.from({ length: closed.ballots.length / size }, (_, index) =>
    closed.ballots.slice(index * size, (index + 1) * size),
  );
  return { context, rows };
}

Object.assign(globalThis, { runChecks, runStorageChecks, measureWhole, measureSlices, measureOperations, measureReview });
