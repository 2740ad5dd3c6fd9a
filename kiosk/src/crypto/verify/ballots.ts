/**
 * V5 and V7: every ballot of every closed election.
 *
 * The equations of many ballots are checked together (`EquationBatch`); only if they do not hold are ballots checked
 * one by one, to name the first that is wrong. Every decoding and every comparison is made ballot by ballot.
 */

import { sha256 } from "@noble/hashes/sha2.js";

import { emptyAggregate, extendAggregate } from "../aggregate";
import {
  ballotSize,
  countProofs,
  decodeBallotInSteps,
  verifyBallotInSteps,
  weighBallot,
  type Ballot,
  type ElectionContext,
} from "../ballot";
import { EquationBatch } from "../batch";
import type { ClosedBody } from "../bodies";
import { compareBytes, encodeHex } from "../bytes";
import { encodeCiphertext } from "../elgamal";
import { CryptoError, VerificationError } from "../errors";
import type { RandomBytes } from "../group";
import { Manifest } from "../manifest";
import { SCHNORR_BYTES } from "../proofs/schnorr";
import type { Steps } from "../steps";
import { verifyVoid } from "../void";
import { failing, noting, requireEqual, type Findings } from "./faults";
import { selectLists, type CredentialLists } from "./lists";
import type { BoardRecord, CheckResult, ElectionRecord, Placed, Progress, VerifiedBallots } from "./model";

/** So many multiples are added at once: more would need more memory and save little time. */
const LARGEST_BATCH = 8192;

/** What a run of the checks is given beside the board. */
export interface RunOptions {
  readonly randomBytes: RandomBytes;
  readonly onProgress: Progress;
  readonly findings: Findings;
}

/** The result of V5 with what later checks need, by election. */
export interface CheckedBallots {
  readonly result: CheckResult;
  readonly verified: ReadonlyMap<string, VerifiedBallots>;
}

/**
 * Check every ballot and void credential of the closed ones among the elections.
 *
 * Raises: VerificationError, but for an annulled election, whose failure becomes a finding.
 */
export function* checkBallots(
  board: BoardRecord,
  lists: CredentialLists,
  elections: readonly ElectionRecord[],
  options: RunOptions,
): Steps<CheckedBallots> {
  const verified = new Map<string, VerifiedBallots>();
  let [ballots, proofs, signatures] = [0, 0, 0];
  for (const election of elections) {
    const { name, closed, sealed } = election;
    if (closed === undefined || !(sealed instanceof Manifest)) {
      continue;
    }
    const expected = board.state.elections.get(name)?.ballots ?? -1;
    yield* noting(election, options.findings, function* () {
      const listed = new Set(selectLists(sealed, lists).flatMap((members) => members.map((member) => member.toHex())));
      const found = yield* checkElection(closed, sealed.context, new Rolls(closed, listed), options);
      const what = "the number of ballots checked";
      requireEqual("V5", closed.number, what, { expected, found: found.aggregate.ballots });
      yield* checkVoid(closed, sealed, listed);
      verified.set(name, found);
    });
    ballots += expected;
    proofs += expected * countProofs(sealed.context.shape);
    signatures += expected + closed.body.void.length;
  }
  return { result: { name: "V5", counted: ballots, proofs, signatures }, verified };
}

/** Check that no tested ballot is among the ballots. Raises: VerificationError, or notes a finding. */
export function* checkTested(
  elections: readonly ElectionRecord[],
  verified: ReadonlyMap<string, VerifiedBallots>,
  findings: Findings,
): Steps<CheckResult> {
  const closed = elections.filter((election) => election.closed !== undefined);
  for (const election of closed) {
    yield* noting(election, findings, function* () {
      const hashes = verified.get(election.name)?.hashes;
      for (const digest of election.closed?.body.tested ?? []) {
        if (hashes?.has(encodeHex(digest)) !== false) {
          const details = { entry: election.closed?.number, found: encodeHex(digest) };
          throw new VerificationError("V7", "a tested ballot is counted", details);
        }
        yield;
      }
    });
  }
  return { name: "V7", counted: closed.length, proofs: 0, signatures: 0 };
}

/** Return the hashes of closed ballots in hexadecimal, whether they verify or not. */
export function listBallotHashes({ ballots }: ClosedBody, { shape }: ElectionContext): ReadonlySet<string> {
  const size = ballotSize(shape);
  const hashes = Array.from({ length: ballots.length / size }, (_, index) =>
    encodeHex(sha256(ballots.subarray(index * size, (index + 1) * size - SCHNORR_BYTES))),
  );
  return new Set(hashes);
}

/** Check that each void credential is listed and was voided by its own slip. */
function* checkVoid({ number, body }: Placed<ClosedBody>, manifest: Manifest, listed: ReadonlySet<string>): Steps<void> {
  const { meeting, slot } = manifest.content;
  for (const { credential, signature } of body.void) {
    if (!listed.has(encodeHex(credential))) {
      const details = { entry: number, found: encodeHex(credential) };
      throw new VerificationError("V5", "a void credential is not listed", details);
    }
    failing("V5", number, () => verifyVoid(credential, meeting, slot, signature));
    yield;
  }
}

function* checkElection(
  closed: Placed<ClosedBody>,
  context: ElectionContext,
  rolls: Rolls,
  { randomBytes, onProgress }: RunOptions,
): Steps<VerifiedBallots> {
  const size = ballotSize(context.shape);
  const total = closed.body.ballots.length / size;
  let aggregate = emptyAggregate(context.shape);
  let pending = new PendingBallots(closed.number, 0, context, randomBytes);
  for (let index = 0; index < total; index++) {
    const data = closed.body.ballots.slice(index * size, (index + 1) * size);
    let ballot: Ballot;
    try {
      ballot = yield* pending.take(data);
    } catch (error) {
      // A ballot before this one may be wrong too, and is then the one to name.
      yield* pending.settle();
      throw error instanceof CryptoError ? refuse(closed.number, index, error.message) : error;
    }
    const problem = rolls.admit(ballot);
    if (problem !== undefined || pending.isFull || index === total - 1) {
      yield* pending.settle();
      pending = new PendingBallots(closed.number, index + 1, context, randomBytes);
    }
    if (problem !== undefined) {
      throw refuse(closed.number, index, problem, encodeHex(ballot.ballotHash));
    }
    aggregate = extendAggregate(aggregate, ballot);
    onProgress("V5", index + 1, total);
  }
  return { hashes: rolls.hashes, aggregate };
}

/** Ballots from an index on whose equations are not checked yet. */
class PendingBallots {
  private readonly ballots: Ballot[] = [];
  private readonly batch: EquationBatch;

  constructor(
    private readonly entry: number,
    private readonly first: number,
    private readonly context: ElectionContext,
    randomBytes: RandomBytes,
  ) {
    this.batch = new EquationBatch(randomBytes);
  }

  /** Whether the equations should be checked before more are taken in. */
  get isFull(): boolean {
    return this.batch.size >= LARGEST_BATCH;
  }

  /** Decode a ballot and take in its equations. Raises: what `decodeBallot` and `weighBallot` raise. */
  *take(data: Uint8Array): Steps<Ballot> {
    const ballot = yield* decodeBallotInSteps(data, this.context);
    this.ballots.push(ballot);
    yield* weighBallot(ballot, this.context, this.batch);
    return ballot;
  }

  /** Check all equations. Raises: VerificationError naming the first ballot that does not hold. */
  *settle(): Steps<void> {
    if (yield* this.batch.hold()) {
      return;
    }
    for (const [place, ballot] of this.ballots.entries()) {
      try {
        yield* verifyBallotInSteps(ballot, this.context);
      } catch (error) {
        throw error instanceof CryptoError ? refuse(this.entry, this.first + place, error.message) : error;
      }
    }
    // One by one they hold and together not: that cannot be, and is no reason to accept them.
    throw new VerificationError("V5", "the ballots hold one by one and not together", { entry: this.entry });
  }
}

/** What the ballots of one election are compared with: the list, the void credentials, and one another. */
class Rolls {
  readonly hashes = new Set<string>();
  private readonly void: ReadonlySet<string>;
  private readonly credentials = new Set<string>();
  private readonly ciphertexts = new Set<string>();
  private lastHash: Uint8Array = new Uint8Array(0);

  constructor(
    closed: Placed<ClosedBody>,
    private readonly listed: ReadonlySet<string>,
  ) {
    this.void = new Set(closed.body.void.map(({ credential }) => encodeHex(credential)));
  }

  /** Compare one ballot with the list and those before it, and remember it; return what is wrong with it, if anything. */
  admit(ballot: Ballot): string | undefined {
    const credential = ballot.credential.toHex();
    const ciphertexts = ballot.ciphertexts.flat().map((member) => packBytes(encodeCiphertext(member)));
    const problem = this.findProblem(ballot, credential, ciphertexts);
    this.lastHash = ballot.ballotHash;
    this.hashes.add(encodeHex(ballot.ballotHash));
    this.credentials.add(credential);
    ciphertexts.forEach((ciphertext) => this.ciphertexts.add(ciphertext));
    return problem;
  }

  private findProblem(ballot: Ballot, credential: string, ciphertexts: readonly string[]): string | undefined {
    if (compareBytes(this.lastHash, ballot.ballotHash) >= 0) {
      return "not in ascending order of ballot hash";
    }
    if (!this.listed.has(credential)) {
      return "the credential is not listed";
    }
    if (this.void.has(credential)) {
      return "the credential is void";
    }
    if (this.credentials.has(credential)) {
      return "the credential has voted already";
    }
    return ciphertexts.some((ciphertext) => this.ciphertexts.has(ciphertext))
      ? "a ciphertext of another ballot is repeated"
      : undefined;
  }
}

/** Return bytes as a text with a character for each: half the size of hexadecimal, where there are very many. */
function packBytes(data: Uint8Array): string {
  return String.fromCharCode(...data);
}

function refuse(entry: number, index: number, problem: string, found?: string): VerificationError {
  return new VerificationError("V5", `ballot ${index}: ${problem}`, { entry, found });
}
