/** Schnorr proofs of possession, and the signatures that a credential makes with the same equation. */

import type { EquationBatch } from "../batch";
import { concatBytes } from "../bytes";
import type { Credential } from "../credential";
import { EncodingError, InvalidProofError, InvalidSignatureError } from "../errors";
import {
  decodeElement,
  decodeScalar,
  encodeScalar,
  GENERATOR,
  multiplyBase,
  multiplyBasePublic,
  multiplyPublic,
  subtract,
  toScalar,
  type Element,
  type RandomBytes,
  type Scalar,
} from "../group";
import { deriveNonce, hashItems, hashToScalar } from "../transcript";

export const SCHNORR_BYTES = 64;

export type SignatureLabel = "cast" | "test" | "void" | "status";

interface SchnorrProof {
  readonly commitment: Element;
  readonly response: Scalar;
}

/**
 * Return the 64-byte proof of knowing the secret of a public element, bound to a label and items.
 *
 * Spec: "prove_possession, verify_possession".
 */
export function provePossession(
  label: string,
  items: readonly Uint8Array[],
  pair: Credential,
  randomBytes: RandomBytes,
): Uint8Array {
  const publicBytes = pair.public.toBytes();
  const nonce = deriveNonce(pair.secret, hashItems(label, ...items, publicBytes), randomBytes);
  const commitment = multiplyBase(nonce).toBytes();
  const challenge = hashToScalar(label, ...items, publicBytes, commitment);
  return concatBytes(commitment, encodeScalar(toScalar(nonce + challenge * pair.secret)));
}

/**
 * Check a proof of possession.
 *
 * Raises: EncodingError or a subclass for bytes that are no proof; InvalidProofError naming the label otherwise.
 * Spec: "prove_possession, verify_possession".
 */
export function verifyPossession(
  label: string,
  items: readonly Uint8Array[],
  publicElement: Element,
  proof: Uint8Array,
): void {
  const { commitment, response } = decode(label, proof);
  const challenge = hashToScalar(label, ...items, publicElement.toBytes(), commitment.toBytes());
  if (!isAnswered(publicElement, commitment, challenge, response)) {
    throw new InvalidProofError(label);
  }
}

/** Return a credential's 64-byte signature of a message. Spec: "sign_as_credential, verify_credential_signature". */
export function signAsCredential(
  label: SignatureLabel,
  electionHash: Uint8Array,
  credential: Credential,
  message: Uint8Array,
  randomBytes: RandomBytes,
): Uint8Array {
  const publicBytes = credential.public.toBytes();
  const nonce = deriveNonce(credential.secret, hashItems(label, electionHash, publicBytes, message), randomBytes);
  const commitment = multiplyBase(nonce).toBytes();
  const challenge = hashToScalar(label, electionHash, publicBytes, commitment, message);
  return concatBytes(commitment, encodeScalar(toScalar(nonce + challenge * credential.secret)));
}

/**
 * Check a credential's signature of a message under a label.
 *
 * Raises: EncodingError or a subclass for bytes that are no signature; InvalidSignatureError naming the label
 * otherwise.
 * Spec: "sign_as_credential, verify_credential_signature".
 */
export function verifyCredentialSignature(
  label: SignatureLabel,
  electionHash: Uint8Array,
  publicElement: Element,
  message: Uint8Array,
  signature: Uint8Array,
): void {
  const { commitment, response } = decode(`signature ${label}`, signature);
  const challenge = hashToScalar(label, electionHash, publicElement.toBytes(), commitment.toBytes(), message);
  if (!isAnswered(publicElement, commitment, challenge, response)) {
    throw new InvalidSignatureError(label);
  }
}

/**
 * Add the equation of a credential's signature of a message to a batch.
 *
 * Raises: EncodingError or a subclass for bytes that are no signature.
 */
export function weighCredentialSignature(
  label: SignatureLabel,
  electionHash: Uint8Array,
  publicElement: Element,
  message: Uint8Array,
  signature: Uint8Array,
  batch: EquationBatch,
): void {
  const { commitment, response } = decode(`signature ${label}`, signature);
  const challenge = hashToScalar(label, electionHash, publicElement.toBytes(), commitment.toBytes(), message);
  batch.add([
    { scalar: 1n, element: commitment },
    { scalar: challenge, element: publicElement },
    { scalar: -response, element: GENERATOR },
  ]);
}

function decode(what: string, data: Uint8Array): SchnorrProof {
  if (data.length !== SCHNORR_BYTES) {
    throw new EncodingError(what, `${data.length} bytes instead of ${SCHNORR_BYTES}`);
  }
  return { commitment: decodeElement(data.slice(0, 32)), response: decodeScalar(data.slice(32)) };
}

function isAnswered(publicElement: Element, commitment: Element, challenge: Scalar, response: Scalar): boolean {
  const expected = subtract(multiplyBasePublic(response), multiplyPublic(challenge, publicElement));
  return expected.equals(commitment);
}
