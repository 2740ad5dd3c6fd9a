/** Exponential ElGamal: ciphertexts that add up to the ciphertext of a sum. */

import { concatBytes } from "./bytes";
import { EncodingError, InvalidScalarError } from "./errors";
import {
  add,
  decodeElement,
  decodePublicElement,
  ELEMENT_BYTES,
  GENERATOR,
  IDENTITY,
  multiply,
  multiplyBase,
  multiplyPublic,
  sumElements,
  toScalar,
  type Element,
  type Scalar,
} from "./group";

export const CIPHERTEXT_BYTES = 2 * ELEMENT_BYTES;

/** The pair (α, β) = (r·G, r·Y + m·G). */
export interface Ciphertext {
  readonly alpha: Element;
  readonly beta: Element;
}

export const IDENTITY_CIPHERTEXT: Ciphertext = { alpha: IDENTITY, beta: IDENTITY };

/**
 * Return the ciphertext of a small integer under a key.
 *
 * r: never used twice under one key.
 *
 * Raises: InvalidScalarError if r is zero, which would publish the message.
 * Spec: "encrypt".
 */
export function encrypt(key: Element, message: number, r: Scalar): Ciphertext {
  if (r === 0n) {
    throw new InvalidScalarError("encryption scalar", "zero");
  }
  return { alpha: multiplyBase(r), beta: add(multiply(r, key), multipleOfGenerator(message)) };
}

/** Return the ciphertext of the sum of the messages, the identities for none. */
export function addCiphertexts(ciphertexts: readonly Ciphertext[]): Ciphertext {
  return {
    alpha: sumElements(ciphertexts.map((term) => term.alpha)),
    beta: sumElements(ciphertexts.map((term) => term.beta)),
  };
}

/** Return the ciphertext of `factor` times the message. */
export function scaleCiphertext(factor: number, ciphertext: Ciphertext): Ciphertext {
  if (factor === 1) {
    return ciphertext;
  }
  const scalar = toScalar(BigInt(factor));
  return { alpha: multiplyPublic(scalar, ciphertext.alpha), beta: multiplyPublic(scalar, ciphertext.beta) };
}

/** Return α ‖ β, 64 bytes. */
export function encodeCiphertext(ciphertext: Ciphertext): Uint8Array {
  return concatBytes(ciphertext.alpha.toBytes(), ciphertext.beta.toBytes());
}

/**
 * Return the ciphertext that 64 untrusted bytes of a ballot encode.
 *
 * Raises: EncodingError for another length; InvalidElementError for a half that is no element, or an identity α.
 */
export function decodeCiphertext(data: Uint8Array): Ciphertext {
  checkLength(data);
  return { alpha: decodePublicElement(data.slice(0, ELEMENT_BYTES)), beta: decodeElement(data.slice(ELEMENT_BYTES)) };
}

/**
 * Return the ciphertext that 64 untrusted bytes of an aggregate encode, where α may be the identity.
 *
 * Raises: EncodingError for another length; InvalidElementError for a half that is no element.
 */
export function decodeSumCiphertext(data: Uint8Array): Ciphertext {
  checkLength(data);
  return { alpha: decodeElement(data.slice(0, ELEMENT_BYTES)), beta: decodeElement(data.slice(ELEMENT_BYTES)) };
}

function multipleOfGenerator(message: number): Element {
  // A mark and no mark take the same time: both are one addition of a constant.
  if (message === 0) {
    return IDENTITY;
  }
  return message === 1 ? GENERATOR : multiplyBase(toScalar(BigInt(message)));
}

function checkLength(data: Uint8Array): void {
  if (data.length !== CIPHERTEXT_BYTES) {
    throw new EncodingError("ciphertext", `${data.length} bytes instead of ${CIPHERTEXT_BYTES}`);
  }
}
