/**
 * Proof that a partial decryption was made with the trustee's share: log_G Xᵢ = log_α D (Chaum and Pedersen).
 *
 * The challenge covers everything the statement is about, α, β and D included. Leaving out D lets a trustee shift it
 * after the challenge is known; leaving out α or β lets a proof be moved to another ciphertext.
 */

import { concatBytes } from "../bytes";
import type { Ciphertext } from "../elgamal";
import { CryptoError, InvalidProofError } from "../errors";
import {
  add,
  decodeElement,
  decodeScalar,
  ELEMENT_BYTES,
  encodeScalar,
  multiply,
  multiplyBase,
  multiplyBasePublic,
  multiplyPublic,
  type Element,
  type RandomBytes,
} from "../group";
import type { SecretScalar } from "../secret";
import { encodeU32, hashToScalar } from "../transcript";

export const PROOF_BYTES = 2 * ELEMENT_BYTES + 32;

/**
 * What a decryption proof is about.
 *
 * context: election_hash ‖ aggregate_hash ‖ u32(contest) ‖ u32(option), or the trial's; decryption: D = xᵢ·α.
 */
export interface DecryptionStatement {
  readonly ceremonyHash: Uint8Array;
  readonly trustee: number;
  readonly publicShare: Element;
  readonly context: Uint8Array;
  readonly ciphertext: Ciphertext;
  readonly decryption: Element;
}

/**
 * Return the 96-byte proof that `share` made the statement's decryption.
 *
 * share: xᵢ with Xᵢ = xᵢ·G. Spec: "prove_decryption, verify_decryption".
 */
export function proveDecryption(
  statement: DecryptionStatement,
  share: SecretScalar,
  randomBytes: RandomBytes,
): Uint8Array {
  const items = encodeItems(statement);
  const nonce = share.deriveNonce(concatBytes(...items), randomBytes);
  const commitments = [multiplyBase(nonce).toBytes(), multiply(nonce, statement.ciphertext.alpha).toBytes()];
  const challenge = hashToScalar("decryption", ...items, ...commitments);
  return concatBytes(...commitments, encodeScalar(share.respond(nonce, challenge, randomBytes)));
}

/**
 * Check a decryption proof.
 *
 * Raises: InvalidProofError naming the trustee, for any proof that does not hold or is not canonical.
 * Spec: "prove_decryption, verify_decryption".
 */
export function verifyDecryption(statement: DecryptionStatement, proof: Uint8Array): void {
  if (!isProofOf(statement, proof)) {
    throw new InvalidProofError(`decryption by trustee ${statement.trustee}`);
  }
}

function isProofOf(statement: DecryptionStatement, proof: Uint8Array): boolean {
  if (proof.length !== PROOF_BYTES) {
    return false;
  }
  try {
    const baseCommitment = decodeElement(proof.slice(0, 32));
    const alphaCommitment = decodeElement(proof.slice(32, 64));
    const response = decodeScalar(proof.slice(64));
    const commitments = [baseCommitment.toBytes(), alphaCommitment.toBytes()];
    const challenge = hashToScalar("decryption", ...encodeItems(statement), ...commitments);
    const rightBase = add(baseCommitment, multiplyPublic(challenge, statement.publicShare));
    const rightAlpha = add(alphaCommitment, multiplyPublic(challenge, statement.decryption));
    return (
      multiplyBasePublic(response).equals(rightBase) &&
      multiplyPublic(response, statement.ciphertext.alpha).equals(rightAlpha)
    );
  } catch (error) {
    if (error instanceof CryptoError) {
      return false;
    }
    throw error;
  }
}

/** Return the items of the challenge that come before the two commitments. */
function encodeItems(statement: DecryptionStatement): readonly Uint8Array[] {
  return [
    statement.ceremonyHash,
    encodeU32(statement.trustee),
    statement.publicShare.toBytes(),
    statement.context,
    statement.ciphertext.alpha.toBytes(),
    statement.ciphertext.beta.toBytes(),
    statement.decryption.toBytes(),
  ];
}
