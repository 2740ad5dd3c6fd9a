/**
 * A voter's ballot: encryption on the voter's side, decoding and the one verification path on every other side.
 *
 * Layout and hashes are the specification's "Ballot". An option's ciphertext encrypts 1 where it is marked, else 0; the
 * last ciphertext of a contest is the blank one. Example: with 3 options and 1 mark the selection [1] encrypts
 * 0, 1, 0, 0 and the selection [] encrypts 0, 0, 0, 1.
 */

import { sha256 } from "@noble/hashes/sha2.js";

import type { EquationBatch } from "./batch";
import { concatBytes, encodeHex, equalBytes, joinBytes } from "./bytes";
import type { Credential } from "./credential";
import {
  addCiphertexts,
  CIPHERTEXT_BYTES,
  decodeCiphertext,
  encodeCiphertext,
  encrypt,
  scaleCiphertext,
  type Ciphertext,
} from "./elgamal";
import { EncodingError, InvalidBallotError, InvalidElementError } from "./errors";
import {
  decodeElement,
  decodePublicElement,
  decodeScalar,
  GENERATOR,
  precompute,
  toScalar,
  type Element,
  type RandomBytes,
  type Scalar,
} from "./group";
import {
  checkMembership,
  decodeMembershipProof,
  encodeOptionPosition,
  membershipProofSize,
  proveMembershipInSteps,
  SUM_POSITION,
  weighMembership,
  type MembershipProof,
  type MembershipStatement,
} from "./proofs/membership";
import {
  SCHNORR_BYTES,
  signAsCredential,
  verifyCredentialSignature,
  weighCredentialSignature,
} from "./proofs/schnorr";
import { finish, finishInSlices, type Steps } from "./steps";
import { deriveNonce, encodeU32, hashItems } from "./transcript";

export const HASH_BYTES = 32;
const HEADER_BYTES = 64;
const MARK_VALUES: readonly number[] = [0, 1];

/** Under which label a credential signs a ballot. */
export type BallotLabel = "cast" | "test";

/** Ascending indexes of the marked options of one contest; empty for a blank vote. */
export type Selection = readonly number[];

/** How many options a contest has, without the blank one, and how many of them may be marked at most. */
export class ContestShape {
  /** Raises: InvalidBallotError unless 1 ≤ marks ≤ options. */
  constructor(
    readonly options: number,
    readonly marks: number,
  ) {
    if (!(Number.isInteger(options) && Number.isInteger(marks) && 1 <= marks && marks <= options)) {
      throw new InvalidBallotError("contest shape", {
        expected: "1 ≤ marks ≤ options",
        got: `${options}, ${marks}`,
      });
    }
  }

  /** The values that the sum of the contest may have. */
  get sumValues(): readonly number[] {
    return Array.from({ length: this.marks }, (_, index) => index + 1);
  }
}

/** What every ballot of an election is bound to. */
export class ElectionContext {
  /** Raises: InvalidElementError for the identity as a key; EncodingError for a hash of another length. */
  constructor(
    readonly electionHash: Uint8Array,
    readonly key: Element,
    readonly shape: readonly ContestShape[],
  ) {
    // Under the identity as a key, β is m·G: everybody could read every vote.
    if (key.isIdentity()) {
      throw new InvalidElementError("election key", "the identity is not allowed here");
    }
    if (electionHash.length !== HASH_BYTES) {
      throw new EncodingError("election hash", `${electionHash.length} bytes instead of ${HASH_BYTES}`);
    }
  }
}

/**
 * A ballot that is encrypted and not signed yet: its hash can be shown before the voter decides to cast or to test it.
 *
 * scalars: the encryption scalars, per contest and option; published only when the ballot is tested, never cast.
 */
export class SealedBallot {
  readonly ballotHash: Uint8Array;
  private label: BallotLabel | null = null;

  constructor(
    private readonly electionHash: Uint8Array,
    private readonly credential: Credential,
    readonly unsigned: Uint8Array,
    readonly scalars: readonly (readonly Scalar[])[],
  ) {
    this.ballotHash = sha256(unsigned);
  }

  /** Return the ballot as it is cast. Raises: InvalidBallotError once it was tested. */
  cast(randomBytes: RandomBytes): Uint8Array {
    return this.sign("cast", randomBytes);
  }

  /** Return the ballot as it is tested. Raises: InvalidBallotError once it was cast. */
  test(randomBytes: RandomBytes): Uint8Array {
    return this.sign("test", randomBytes);
  }

  private sign(label: BallotLabel, randomBytes: RandomBytes): Uint8Array {
    if (this.label !== null && this.label !== label) {
      throw new InvalidBallotError("cast or tested, never both", { expected: this.label, got: label });
    }
    this.label = label;
    const { electionHash, credential, unsigned } = this;
    return concatBytes(unsigned, signAsCredential(label, electionHash, credential, unsigned, randomBytes));
  }
}

/** A decoded ballot; `proofs` has the options' proofs of a contest in order, blank included, then the sum's. */
export interface Ballot {
  readonly unsigned: Uint8Array;
  readonly signature: Uint8Array;
  readonly ballotHash: Uint8Array;
  readonly credential: Element;
  readonly ciphertexts: readonly (readonly Ciphertext[])[];
  readonly proofs: readonly (readonly MembershipProof[])[];
}

/** A ciphertext with what the voter's device knows of it. */
interface OpenCiphertext {
  readonly ciphertext: Ciphertext;
  readonly message: number;
  readonly r: Scalar;
}

interface DecodedContest {
  readonly ciphertexts: readonly Ciphertext[];
  readonly proofs: readonly MembershipProof[];
}

/** Return the bytes of every ballot of an election of this shape. */
export function ballotSize(shape: readonly ContestShape[]): number {
  return HEADER_BYTES + shape.reduce((sum, contest) => sum + contestSize(contest), 0) + SCHNORR_BYTES;
}

/** Return how many membership proofs a ballot of this shape carries. */
export function countProofs(shape: readonly ContestShape[]): number {
  return shape.reduce((sum, contest) => sum + contest.options + 2, 0);
}

/**
 * Return the sealed ballot of a credential.
 *
 * Raises: InvalidBallotError if the selections do not fit the contests.
 * Spec: "encrypt_ballot".
 */
export function encryptBallot(
  context: ElectionContext,
  credential: Credential,
  selections: readonly Selection[],
  randomBytes: RandomBytes,
): SealedBallot {
  return finish(encryptBallotInSteps(context, credential, selections, randomBytes));
}

/**
 * Return the same ballot as `encryptBallot`, waiting for `pause` after each of many short steps.
 *
 * pause: see `createPause`.
 */
export async function encryptBallotInSlices(
  context: ElectionContext,
  credential: Credential,
  selections: readonly Selection[],
  randomBytes: RandomBytes,
  pause: () => Promise<void>,
): Promise<SealedBallot> {
  return finishInSlices(encryptBallotInSteps(context, credential, selections, randomBytes), pause);
}

/**
 * Return the ballot that untrusted bytes encode; nothing is proved yet.
 *
 * Raises: InvalidBallotError for another length or another election; EncodingError or a subclass for a member that
 * is no canonical element or scalar.
 * Spec: "decode_ballot, verify_ballot".
 */
export function decodeBallot(data: Uint8Array, context: ElectionContext): Ballot {
  return finish(decodeBallotInSteps(data, context));
}

/** Do as `decodeBallot` does, one option a step. */
export function* decodeBallotInSteps(data: Uint8Array, context: ElectionContext): Steps<Ballot> {
  const size = ballotSize(context.shape);
  if (data.length !== size) {
    throw new InvalidBallotError("length", { expected: size, got: data.length });
  }
  const election = data.slice(0, HASH_BYTES);
  if (!equalBytes(election, context.electionHash)) {
    throw new InvalidBallotError("election", { expected: encodeHex(context.electionHash), got: encodeHex(election) });
  }
  const credential = decodePublicElement(data.slice(HASH_BYTES, HEADER_BYTES));
  const contests: DecodedContest[] = [];
  let offset = HEADER_BYTES;
  for (const contest of context.shape) {
    const end = offset + contestSize(contest);
    contests.push(yield* decodeContest(data.slice(offset, end), contest));
    offset = end;
  }
  const unsigned = data.slice(0, -SCHNORR_BYTES);
  const signature = data.slice(-SCHNORR_BYTES);
  decodeElement(signature.slice(0, 32));
  decodeScalar(signature.slice(32));
  return {
    unsigned,
    signature,
    ballotHash: sha256(unsigned),
    credential,
    ciphertexts: contests.map((contest) => contest.ciphertexts),
    proofs: contests.map((contest) => contest.proofs),
  };
}

/**
 * Check the signature and every proof of a decoded ballot.
 *
 * label: what it was signed for.
 * Raises: InvalidSignatureError; InvalidBallotError if two ciphertexts share their α; InvalidProofError naming
 * contest and option of the first proof that does not hold.
 * Spec: "decode_ballot, verify_ballot".
 */
export function verifyBallot(ballot: Ballot, context: ElectionContext, label: BallotLabel = "cast"): void {
  finish(verifyBallotInSteps(ballot, context, label));
}

/** Do as `verifyBallot` does, one proof a step. */
export function* verifyBallotInSteps(ballot: Ballot, context: ElectionContext, label: BallotLabel = "cast"): Steps<void> {
  verifyCredentialSignature(label, context.electionHash, ballot.credential, ballot.unsigned, ballot.signature);
  checkDistinct(ballot);
  precompute(context.key);
  for (const [statement, proof] of listProofs(ballot, context)) {
    checkMembership(statement, proof);
    yield;
  }
}

/**
 * Add all that `verifyBallot` checks of a cast ballot to a batch, but for the few checks that are no equation.
 *
 * Raises: what `verifyBallot` raises for those.
 */
export function* weighBallot(ballot: Ballot, context: ElectionContext, batch: EquationBatch): Steps<void> {
  const { credential, unsigned, signature } = ballot;
  weighCredentialSignature("cast", context.electionHash, credential, unsigned, signature, batch);
  checkDistinct(ballot);
  for (const [statement, proof] of listProofs(ballot, context)) {
    weighMembership(statement, proof, batch);
    yield;
  }
}

/** Check that no two ciphertexts of a ballot share their α. Raises: InvalidBallotError. */
function checkDistinct(ballot: Ballot): void {
  const alphas = ballot.ciphertexts.flat().map((ciphertext) => ciphertext.alpha.toHex());
  const distinct = new Set(alphas).size;
  if (distinct !== alphas.length) {
    throw new InvalidBallotError("repeated ciphertext", { expected: alphas.length, got: distinct });
  }
}

/** Give everything that a ballot proves with its proof. Raises: InvalidBallotError for another number of proofs. */
function* listProofs(
  ballot: Ballot,
  context: ElectionContext,
): Generator<readonly [MembershipStatement, MembershipProof], void, void> {
  const digest = hashCiphertexts(context, ballot.credential, ballot.ciphertexts.flat());
  for (const [index, contest] of context.shape.entries()) {
    const proofs = ballot.proofs[index] ?? [];
    const statements = listStatements(context, digest, index, contest, ballot.ciphertexts[index] ?? []);
    if (proofs.length !== statements.length) {
      throw new InvalidBallotError("number of proofs", { expected: statements.length, got: proofs.length });
    }
    for (const [place, statement] of statements.entries()) {
      yield [statement, proofs[place] ?? { branches: [] }];
    }
  }
}

function* encryptBallotInSteps(
  context: ElectionContext,
  credential: Credential,
  selections: readonly Selection[],
  randomBytes: RandomBytes,
): Steps<SealedBallot> {
  const values = expandSelections(context.shape, selections);
  for (const element of [GENERATOR, context.key]) {
    precompute(element);
    yield;
  }
  const contests = yield* encryptContests(context, credential, values, randomBytes);
  const members = contests.map((contest) => contest.map(({ ciphertext }) => ciphertext));
  const digest = hashCiphertexts(context, credential.public, members.flat());
  const parts: Uint8Array[] = [context.electionHash, credential.public.toBytes()];
  for (const [index, contest] of context.shape.entries()) {
    const options = contests[index] ?? [];
    const openings = [...options, sumOpenings(options, contest.marks)];
    const statements = listStatements(context, digest, index, contest, members[index] ?? []);
    for (const [place, statement] of statements.entries()) {
      const opening = openings[place];
      if (opening === undefined) {
        throw new InvalidBallotError("number of ciphertexts", { expected: statements.length, got: openings.length });
      }
      if (place < options.length) {
        parts.push(encodeCiphertext(statement.ciphertext));
      }
      parts.push(yield* proveMembershipInSteps(statement, opening.message, opening.r, randomBytes));
    }
  }
  const scalars = contests.map((contest) => contest.map(({ r }) => r));
  return new SealedBallot(context.electionHash, credential, concatBytes(...parts), scalars);
}

/** Return the plaintexts of every contest, blank last. */
function expandSelections(
  shape: readonly ContestShape[],
  selections: readonly Selection[],
): readonly (readonly number[])[] {
  if (selections.length !== shape.length) {
    throw new InvalidBallotError("number of selections", { expected: shape.length, got: selections.length });
  }
  // The offending selection stays out of the error: it is the vote.
  return shape.map((contest, index) => {
    const selection = selections[index] ?? [];
    if (selection.length > contest.marks) {
      throw new InvalidBallotError(`too many marks in contest ${index}`, { expected: contest.marks });
    }
    const isInRange = (option: number): boolean => Number.isInteger(option) && option >= 0 && option < contest.options;
    const isAscending = selection.every((option, place) => place === 0 || (selection[place - 1] ?? 0) < option);
    if (!isAscending || !selection.every(isInRange)) {
      throw new InvalidBallotError(`selection of contest ${index}`, { expected: "ascending indexes of options" });
    }
    const marks = Array.from({ length: contest.options }, (_, option) => Number(selection.includes(option)));
    return [...marks, Number(selection.length === 0)];
  });
}

/**
 * Return every ciphertext with its opening.
 *
 * The scalars are bound to the whole vote, so that a random source that repeats itself does not give a tested ballot and
 * the one cast after it the same scalars.
 */
function* encryptContests(
  context: ElectionContext,
  credential: Credential,
  values: readonly (readonly number[])[],
  randomBytes: RandomBytes,
): Steps<readonly (readonly OpenCiphertext[])[]> {
  const prefix = concatBytes(context.electionHash, Uint8Array.from(values.flat()));
  const contests: OpenCiphertext[][] = [];
  for (const [contest, messages] of values.entries()) {
    const row: OpenCiphertext[] = [];
    for (const [option, message] of messages.entries()) {
      const place = concatBytes(prefix, encodeU32(contest), encodeU32(option));
      const r = deriveNonce(credential.secret, place, randomBytes);
      const ciphertext = encrypt(context.key, message, r);
      // Elements keep their encoding: made here, it costs the hash over all of them nothing.
      encodeCiphertext(ciphertext);
      row.push({ ciphertext, message, r });
      yield;
    }
    contests.push(row);
  }
  return contests;
}

/** Return the digest that every proof of a ballot is bound to. */
function hashCiphertexts(context: ElectionContext, credential: Element, members: readonly Ciphertext[]): Uint8Array {
  const joined = joinBytes(members.map(encodeCiphertext));
  return hashItems("ballot", context.electionHash, context.key.toBytes(), credential.toBytes(), joined);
}

/** Return what a ballot proves of one contest: each option, blank included, then the sum. */
function listStatements(
  context: ElectionContext,
  digest: Uint8Array,
  contest: number,
  shape: ContestShape,
  members: readonly Ciphertext[],
): readonly MembershipStatement[] {
  const { key } = context;
  const options = members.map((ciphertext, option) => {
    return { digest, contest, position: encodeOptionPosition(option), key, ciphertext, values: MARK_VALUES };
  });
  const weighed = members.map((member, option) => (option === shape.options ? scaleCiphertext(shape.marks, member) : member));
  const total = addCiphertexts(weighed);
  return [...options, { digest, contest, position: SUM_POSITION, key, ciphertext: total, values: shape.sumValues }];
}

/** Return message and scalar of a contest's sum, in which the last (blank) one counts `marks` times. */
function sumOpenings(options: readonly OpenCiphertext[], marks: number): Pick<OpenCiphertext, "message" | "r"> {
  const blank = options.length - 1;
  const weigh = (option: number): number => (option === blank ? marks : 1);
  return {
    message: options.reduce((sum, { message }, option) => sum + weigh(option) * message, 0),
    r: toScalar(options.reduce((sum, { r }, option) => sum + BigInt(weigh(option)) * r, 0n)),
  };
}

function contestSize(contest: ContestShape): number {
  const optionBytes = CIPHERTEXT_BYTES + membershipProofSize(MARK_VALUES.length);
  return (contest.options + 1) * optionBytes + membershipProofSize(contest.marks);
}

function* decodeContest(data: Uint8Array, contest: ContestShape): Steps<DecodedContest> {
  const optionBytes = CIPHERTEXT_BYTES + membershipProofSize(MARK_VALUES.length);
  const ciphertexts: Ciphertext[] = [];
  const proofs: MembershipProof[] = [];
  for (let option = 0; option <= contest.options; option++) {
    const part = data.slice(option * optionBytes, (option + 1) * optionBytes);
    ciphertexts.push(decodeCiphertext(part.slice(0, CIPHERTEXT_BYTES)));
    proofs.push(decodeMembershipProof(part.slice(CIPHERTEXT_BYTES), MARK_VALUES.length));
    yield;
  }
  proofs.push(decodeMembershipProof(data.slice((contest.options + 1) * optionBytes), contest.marks));
  return { ciphertexts, proofs };
}
