/**
 * Disjunctive proofs that a ciphertext encrypts one of a few values, without showing which.
 *
 * A branch is one value with its commitments (A, B), challenge c and response z; all branches but the true one are
 * simulated with challenges of the prover's choice, and only the sum of the challenges is fixed by the hash.
 */

import type { EquationBatch } from "../batch";
import { concatBytes, encodeText, equalBytes } from "../bytes";
import type { Ciphertext } from "../elgamal";
import { EncodingError, InvalidProofError } from "../errors";
import {
  add,
  decodeElement,
  decodeScalar,
  encodeScalar,
  GENERATOR,
  multiply,
  multiplyBase,
  multiplyBasePublic,
  multiplyPublic,
  subtract,
  toScalar,
  type Element,
  type RandomBytes,
  type Scalar,
} from "../group";
import { finish, type Steps } from "../steps";
import { deriveNonce, encodeU32, hashToScalar } from "../transcript";

export const SUM_POSITION: Uint8Array = encodeText("sum");

/**
 * That a ciphertext under `key` encrypts one of `values`.
 *
 * digest: of the whole ballot's ciphertexts; position: from `encodeOptionPosition`, or SUM_POSITION; values: ascending,
 * at least one.
 */
export interface MembershipStatement {
  readonly digest: Uint8Array;
  readonly contest: number;
  readonly position: Uint8Array;
  readonly key: Element;
  readonly ciphertext: Ciphertext;
  readonly values: readonly number[];
}

/** One branch of a decoded proof; the challenge of the first is not sent, it follows from the others. */
interface Branch {
  readonly a: Element;
  readonly b: Element;
  readonly challenge: Scalar | undefined;
  readonly response: Scalar;
}

/** A decoded proof, a branch for each value. */
export interface MembershipProof {
  readonly branches: readonly Branch[];
}

/** What the prover knows of a branch before the hash. */
interface ProverBranch {
  readonly commitments: Uint8Array;
  readonly mask: Scalar;
  readonly challenge: Scalar;
}

/** Return the position of an option's proof; the blank option's index is the number of options. */
export function encodeOptionPosition(option: number): Uint8Array {
  return concatBytes(encodeText("option"), encodeU32(option));
}

/** Return the bytes of a proof about `branches` values. */
export function membershipProofSize(branches: number): number {
  return 32 * (4 * branches - 1);
}

/** Return the statement's place, for example `contest 2, option 0`. */
export function describeStatement(statement: MembershipStatement): string {
  if (equalBytes(statement.position, SUM_POSITION)) {
    return `contest ${statement.contest}, sum`;
  }
  const option = new DataView(statement.position.slice(-4).buffer).getUint32(0);
  return `contest ${statement.contest}, option ${option}`;
}

/**
 * Return the proof for a ciphertext made with scalar r from `value`, one of the statement's values.
 *
 * Raises: InvalidProofError if the value is not among the statement's.
 * Spec: "prove_membership, verify_membership".
 */
export function proveMembership(
  statement: MembershipStatement,
  value: number,
  r: Scalar,
  randomBytes: RandomBytes,
): Uint8Array {
  return finish(proveMembershipInSteps(statement, value, r, randomBytes));
}

/** Do as `proveMembership` does, one branch a step. */
export function* proveMembershipInSteps(
  statement: MembershipStatement,
  value: number,
  r: Scalar,
  randomBytes: RandomBytes,
): Steps<Uint8Array> {
  const trueBranch = statement.values.indexOf(value);
  if (trueBranch < 0) {
    throw new InvalidProofError(describeStatement(statement));
  }
  const branches: ProverBranch[] = [];
  for (const index of statement.values.keys()) {
    branches.push(commitBranch(statement, value, r, index, randomBytes));
    yield;
  }
  const commitments = concatBytes(...branches.map((branch) => branch.commitments));
  const others = branches.reduce((sum, { challenge }, index) => (index === trueBranch ? sum : sum + challenge), 0n);
  const own = toScalar(computeChallenge(statement, commitments) - others);
  const challenges = branches.map(({ challenge }, index) => (index === trueBranch ? own : challenge));
  const responses = branches.map(({ mask }, index) => toScalar(mask + (challenges[index] ?? 0n) * r));
  return concatBytes(commitments, ...challenges.slice(1).map(encodeScalar), ...responses.map(encodeScalar));
}

/**
 * Return the proof that untrusted bytes encode.
 *
 * Raises: EncodingError for another length; InvalidElementError; InvalidScalarError.
 */
export function decodeMembershipProof(data: Uint8Array, branches: number): MembershipProof {
  const size = membershipProofSize(branches);
  if (data.length !== size) {
    throw new EncodingError("membership proof", `${data.length} bytes instead of ${size}`);
  }
  const part = (index: number): Uint8Array => data.slice(32 * index, 32 * (index + 1));
  return {
    branches: Array.from({ length: branches }, (_, index) => ({
      a: decodeElement(part(2 * index)),
      b: decodeElement(part(2 * index + 1)),
      challenge: index === 0 ? undefined : decodeScalar(part(2 * branches + index - 1)),
      response: decodeScalar(part(3 * branches - 1 + index)),
    })),
  };
}

/**
 * Check a proof as it was sent.
 *
 * Raises: EncodingError or a subclass for bytes that are no proof; InvalidProofError naming the place otherwise.
 * Spec: "prove_membership, verify_membership".
 */
export function verifyMembership(statement: MembershipStatement, proof: Uint8Array): void {
  checkMembership(statement, decodeMembershipProof(proof, statement.values.length));
}

/** Check a decoded proof. Raises: InvalidProofError naming the place. */
export function checkMembership(statement: MembershipStatement, proof: MembershipProof): void {
  const { branches } = proof;
  const first = computeFirstChallenge(statement, proof);
  const isRight = statement.values.every((value, index) => {
    const branch = branches[index];
    return branch !== undefined && isBranchRight(statement, value, branch, branch.challenge ?? first);
  });
  if (!isRight || branches.length !== statement.values.length) {
    throw new InvalidProofError(describeStatement(statement));
  }
}

/** Add the equations of a decoded proof to a batch. Raises: InvalidProofError for another number of branches. */
export function weighMembership(statement: MembershipStatement, proof: MembershipProof, batch: EquationBatch): void {
  const { branches } = proof;
  const { alpha, beta } = statement.ciphertext;
  if (branches.length !== statement.values.length) {
    throw new InvalidProofError(describeStatement(statement));
  }
  const first = computeFirstChallenge(statement, proof);
  branches.forEach(({ a, b, challenge: sent, response }, index) => {
    const challenge = sent ?? first;
    const value = BigInt(statement.values[index] ?? 0);
    batch.add([
      { scalar: 1n, element: a },
      { scalar: challenge, element: alpha },
      { scalar: -response, element: GENERATOR },
    ]);
    batch.add([
      { scalar: 1n, element: b },
      { scalar: challenge, element: beta },
      { scalar: -challenge * value, element: GENERATOR },
      { scalar: -response, element: statement.key },
    ]);
  });
}

/**
 * With w = z − c·r, A = w·G and B = w·Y + c·(v − value)·G, where the true branch has v = value: since the prover knows r,
 * a branch needs one multiplication by the key.
 */
function commitBranch(
  statement: MembershipStatement,
  value: number,
  r: Scalar,
  index: number,
  randomBytes: RandomBytes,
): ProverBranch {
  const prefix = concatBytes(statement.digest, encodeU32(statement.contest), statement.position);
  const derive = (use: string): Scalar =>
    deriveNonce(r, concatBytes(prefix, encodeText(use), encodeU32(index)), randomBytes);
  const mask = derive("response");
  const challenge = derive("challenge");
  const offset = BigInt((statement.values[index] ?? value) - value);
  const a = multiplyBase(mask);
  const b = add(multiply(mask, statement.key), multiplyBase(toScalar(challenge * offset)));
  return { commitments: concatBytes(a.toBytes(), b.toBytes()), mask, challenge };
}

function isBranchRight(statement: MembershipStatement, value: number, branch: Branch, challenge: Scalar): boolean {
  const { a, b, response } = branch;
  const { alpha, beta } = statement.ciphertext;
  const message = subtract(beta, multiplyBasePublic(toScalar(BigInt(value))));
  return (
    subtract(multiplyBasePublic(response), multiplyPublic(challenge, alpha)).equals(a) &&
    subtract(multiplyPublic(response, statement.key), multiplyPublic(challenge, message)).equals(b)
  );
}

/** Return the challenge of the first branch, which follows from the hash and all others. */
function computeFirstChallenge(statement: MembershipStatement, { branches }: MembershipProof): Scalar {
  const commitments = concatBytes(...branches.flatMap(({ a, b }) => [a.toBytes(), b.toBytes()]));
  const others = branches.reduce((sum, { challenge }) => sum + (challenge ?? 0n), 0n);
  return toScalar(computeChallenge(statement, commitments) - others);
}

function computeChallenge(statement: MembershipStatement, commitments: Uint8Array): Scalar {
  return hashToScalar("membership", statement.digest, encodeU32(statement.contest), statement.position, commitments);
}
