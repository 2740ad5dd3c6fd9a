/**
 * What a tested ballot contains, recomputed by a device that did not make it.
 *
 * With the encryption scalars anybody can repeat the encryption. So a phone that encrypted something else than it showed
 * can open its ballot to what it encrypted, and to nothing else.
 */

import { decodeBallot, verifyBallot, type ElectionContext, type Selection } from "./ballot";
import { concatBytes } from "./bytes";
import type { Ciphertext } from "./elgamal";
import { OpeningError } from "./errors";
import {
  decodeScalar,
  encodeScalar,
  GENERATOR,
  IDENTITY,
  multiplyBasePublic,
  multiplyPublic,
  SCALAR_BYTES,
  subtract,
  type Element,
  type Scalar,
} from "./group";

/** Return all encryption scalars of a ballot, contest by contest, the blank one last. Spec: "encode_opening". */
export function encodeOpening(scalars: readonly (readonly Scalar[])[]): Uint8Array {
  return concatBytes(...scalars.flat().map(encodeScalar));
}

/**
 * Return what a tested ballot contains: the marked options of each contest, none for a blank one.
 *
 * testedBallot, opening: untrusted bytes.
 *
 * Raises: what `decodeBallot` and `verifyBallot` raise for a ballot that is none or was not signed to be tested;
 * InvalidScalarError; OpeningError if the opening has another length or does not give the ciphertexts back.
 * Spec: "open_tested_ballot".
 */
export function openTestedBallot(
  context: ElectionContext,
  testedBallot: Uint8Array,
  opening: Uint8Array,
): readonly Selection[] {
  const ballot = decodeBallot(testedBallot, context);
  verifyBallot(ballot, context, "test");
  const expected = SCALAR_BYTES * ballot.ciphertexts.flat().length;
  if (opening.length !== expected) {
    throw new OpeningError(`${opening.length} bytes instead of ${expected}`);
  }
  let offset = 0;
  return ballot.ciphertexts.map((members, contest) => {
    const marks = members.map((ciphertext, option) => {
      const r = decodeScalar(opening.slice(offset, (offset += SCALAR_BYTES)));
      return openCiphertext(context.key, ciphertext, r, `contest ${contest}, option ${option}`);
    });
    return readMarks(marks, contest);
  });
}

/** Return the plaintext 0 or 1 of a ciphertext under its scalar. */
function openCiphertext(key: Element, { alpha, beta }: Ciphertext, r: Scalar, where: string): number {
  if (multiplyBasePublic(r).equals(alpha)) {
    const message = subtract(beta, multiplyPublic(r, key));
    if (message.equals(IDENTITY) || message.equals(GENERATOR)) {
      return message.equals(GENERATOR) ? 1 : 0;
    }
  }
  throw new OpeningError(`${where} is no encryption of 0 or 1 under its scalar`);
}

/** Return the marked options; the proofs have shown already that a contest has marks or a blank and never both. */
function readMarks(marks: readonly number[], contest: number): Selection {
  const selection = marks.slice(0, -1).flatMap((mark, option) => (mark === 1 ? [option] : []));
  if ((selection.length === 0) !== (marks[marks.length - 1] === 1)) {
    throw new OpeningError(`contest ${contest} is neither marked nor blank`);
  }
  return selection;
}
