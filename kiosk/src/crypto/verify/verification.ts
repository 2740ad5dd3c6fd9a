/**
 * The verification of a whole archive, and of a closed board by a trustee's phone: one path for both.
 *
 * Checks run in the order V1, V3, V4, V2, V5 … V9, V12: what manifests refer to comes before them. The first that fails
 * ends the run, and nothing else is reported.
 */

import type { Entry } from "../board";
import type { Ceremony } from "../ceremony";
import type { ClosedElection } from "../closed";
import { VerificationError } from "../errors";
import type { RandomBytes } from "../group";
import { Manifest } from "../manifest";
import { finish, type Steps } from "../steps";
import { checkBallots, checkTested, type RunOptions } from "./ballots";
import { checkEnd, checkHead, readBoard, summariseChain } from "./chain";
import { checkConfirmations } from "./confirmations";
import { checkPaper } from "./counts";
import { CHECKS, requireEqual, type Findings } from "./faults";
import { checkCeremony, requireCeremony } from "./keys";
import { checkLists, type CredentialLists } from "./lists";
import { checkManifests } from "./manifests";
import type {
  BoardRecord,
  CheckResult,
  ElectionRecord,
  ElectionReport,
  Progress,
  Report,
  VerifiedBallots,
} from "./model";
import { checkAggregates, checkTallies } from "./tallies";

/**
 * How a board is to be reviewed.
 *
 * randomBytes: weighs the equations that are checked together; must not be foreseeable.
 */
export interface ReviewOptions {
  readonly randomBytes: RandomBytes;
  readonly onProgress?: Progress;
}

/**
 * How an archive is to be verified.
 *
 * head: as the signed minutes print it; without it the archive is consistent, but may be another one than theirs;
 * confirmations: each as its voter kept it.
 */
export interface VerifyOptions extends ReviewOptions {
  readonly head?: string | undefined;
  readonly confirmations?: readonly Uint8Array[];
}

/**
 * Verify an untrusted archive by V1 to V9 and V12, and report what was checked.
 *
 * Raises: VerificationError, and no other of the protocol's errors, at the first failure; damage in an annulled election
 * is reported.
 * Spec: "Verification".
 */
export function verifyArchive(data: Uint8Array, options: VerifyOptions): Report {
  return finish(verifyArchiveInSteps(data, options));
}

/** Do as `verifyArchive` does, in many short steps. */
export function* verifyArchiveInSteps(data: Uint8Array, options: VerifyOptions): Steps<Report> {
  const { head, confirmations = [], onProgress = ignoreProgress } = options;
  const board = yield* readBoard(data, onProgress);
  checkEnd(board);
  if (head !== undefined) {
    checkHead(board, head);
  }
  const elections = [...board.elections.values()];
  const base = yield* checkBase(board, onProgress);
  const run = { randomBytes: options.randomBytes, onProgress, findings: new Map<string, VerificationError>() };
  const found = yield* checkElections(board, base, elections, run);
  const results = [
    ...base.results,
    ...found.results,
    yield* checkTallies(elections, found.ballots, base.ceremony, run),
    checkConfirmations(board, confirmations),
  ];
  checkCompleteness(board, elections, results, confirmations.length);
  return {
    checks: listChecks(results, confirmations.length > 0),
    totals: board.state.totals,
    head: board.state.head,
    headCompared: head !== undefined,
    meeting: board.meeting,
    elections: elections.map((election) => reportElection(election, board, run.findings)),
    minutes: board.minutes,
  };
}

/**
 * Verify a board up to a closed election, as a trustee's phone must before it decrypts.
 *
 * V1 without `final` and head, and V2 to V4, over the whole board; V5 to V8 for the one election. The aggregate is
 * recomputed from the ballots whether the board has an aggregate entry yet or not.
 *
 * source: an untrusted archive without its end, or untrusted entries.
 *
 * Raises: VerificationError, and no other of the protocol's errors, at the first failure or if the election is not
 * closed.
 * Spec: "Verification".
 */
export function reviewClosedBoard(
  source: Uint8Array | Iterable<Entry>,
  election: string,
  options: ReviewOptions,
): ClosedElection {
  return finish(reviewClosedBoardInSteps(source, election, options));
}

/** Do as `reviewClosedBoard` does, in many short steps. */
export function* reviewClosedBoardInSteps(
  source: Uint8Array | Iterable<Entry>,
  election: string,
  { randomBytes, onProgress = ignoreProgress }: ReviewOptions,
): Steps<ClosedElection> {
  const board = yield* readBoard(source, onProgress);
  const record = board.elections.get(election);
  if (record?.closed === undefined) {
    throw new VerificationError("V1", "the board has no closed election of this name", { found: election });
  }
  const base = yield* checkBase(board, onProgress);
  const { sealed: manifest } = record;
  if (!(manifest instanceof Manifest)) {
    throw new VerificationError("V1", "the election is held on paper", { found: election });
  }
  const findings = new Map<string, VerificationError>();
  const found = yield* checkElections(board, base, [record], { randomBytes, onProgress, findings });
  const verified = found.ballots.get(election);
  const finding = findings.get(election);
  if (finding !== undefined || verified === undefined) {
    throw finding ?? new VerificationError("V5", "the ballots were not checked", { entry: record.closed.number });
  }
  return {
    election,
    electionHash: manifest.electionHash,
    ceremonyHash: requireCeremony(base.ceremony).ceremonyHash,
    serverKey: board.meeting.serverKey,
    closedEntryHash: record.closed.entryHash,
    ballots: board.state.elections.get(election)?.ballots ?? 0,
    aggregate: verified.aggregate,
    floor: manifest.content.floor,
    rehearsal: manifest.content.rehearsal,
    annulled: record.annulled !== undefined,
    paperBallots: record.paper?.body.ballots ?? 0,
  };
}

/** What V1 to V4 leave for the later checks. */
interface Base {
  readonly results: readonly CheckResult[];
  readonly ceremony: Ceremony | undefined;
  readonly lists: CredentialLists;
}

/** What V5 to V8 leave for the later checks. */
interface Found {
  readonly results: readonly CheckResult[];
  readonly ballots: ReadonlyMap<string, VerifiedBallots>;
}

function* checkBase(board: BoardRecord, onProgress: Progress): Steps<Base> {
  const keys = checkCeremony(board);
  yield;
  const { result, lists } = yield* checkLists(board, onProgress);
  const manifests = checkManifests(board, lists);
  yield;
  return { results: [summariseChain(board), manifests, keys.result, result], ceremony: keys.ceremony, lists };
}

function* checkElections(
  board: BoardRecord,
  base: Base,
  elections: readonly ElectionRecord[],
  options: RunOptions,
): Steps<Found> {
  const { result, verified } = yield* checkBallots(board, base.lists, elections, options);
  const paper = yield* checkPaper(board, elections, base.ceremony, options.findings);
  const tested = yield* checkTested(elections, verified, options.findings);
  const aggregates = yield* checkAggregates(elections, verified, options.findings);
  return { results: [result, paper, tested, aggregates], ballots: verified };
}

/** Fail unless every check ran over all that the board holds: a check that is skipped must not look passed. */
function checkCompleteness(
  board: BoardRecord,
  elections: readonly ElectionRecord[],
  results: readonly CheckResult[],
  confirmations: number,
): void {
  const { totals, ceremony, lists, elections: opened } = board.state;
  const count = (key: "closed" | "paper" | "aggregate" | "tally"): number =>
    elections.filter((election) => election[key] !== undefined).length;
  const held: Readonly<Record<(typeof CHECKS)[number], number>> = {
    V1: totals.entries,
    V2: opened.size,
    V3: ceremony === undefined ? 0 : 1,
    V4: lists.size,
    V5: totals.ballots,
    V6: opened.size + count("paper"),
    V7: count("closed"),
    V8: count("aggregate"),
    V9: count("tally"),
    V12: confirmations,
  };
  for (const check of CHECKS) {
    const found = results.find(({ name }) => name === check)?.counted ?? -1;
    requireEqual(check, undefined, "the number of objects checked", { expected: held[check], found });
  }
  const sum = (key: "proofs" | "signatures"): number => results.reduce((total, result) => total + result[key], 0);
  requireEqual("V1", undefined, "the number of proofs checked", { expected: totals.proofs, found: sum("proofs") });
  const signatures = { expected: totals.signatures, found: sum("signatures") };
  requireEqual("V1", undefined, "the number of signatures checked", signatures);
}

/** Return the results by number; V12 only where it was asked for. */
function listChecks(results: readonly CheckResult[], asked: boolean): readonly CheckResult[] {
  return CHECKS.flatMap((check) => results.filter(({ name }) => name === check && (asked || name !== "V12")));
}

function reportElection(election: ElectionRecord, board: BoardRecord, findings: Findings): ElectionReport {
  const { name, number, sealed, annulled, closed, paper, tally, outcome } = election;
  return {
    name,
    entry: number,
    sealed,
    ground: annulled?.body.ground,
    finding: findings.get(name),
    ballots: closed === undefined ? undefined : board.state.elections.get(name)?.ballots,
    counts: tally?.body.counts,
    paper,
    outcome,
  };
}

function ignoreProgress(): void {
  // Nobody asked for it.
}
