/**
 * A secret scalar of a trustee, kept where neither printing nor serialising an object reaches it.
 *
 * The share xᵢ answers many ciphertexts that others chose, so its multiplications are blinded: the time that one takes
 * depends on a fresh mask, not on the share.
 */

import {
  add,
  encodeScalar,
  GENERATOR,
  multiply,
  precompute,
  randomScalar,
  toScalar,
  type Element,
  type RandomBytes,
  type Scalar,
} from "./group";
import { deriveNonce } from "./transcript";

/** A scalar that leaves only through `encode`, which is for the device's own storage. */
export class SecretScalar {
  readonly #value: Scalar;

  constructor(value: Scalar) {
    this.#value = value;
  }

  /** Return secret·element as mask·element + (secret − mask)·element with a fresh mask. */
  multiply(element: Element, randomBytes: RandomBytes): Element {
    const mask = randomScalar(randomBytes);
    return add(multiply(mask, element), multiply(toScalar(this.#value - mask), element));
  }

  /** Return secret·G, blinded too. */
  multiplyBase(randomBytes: RandomBytes): Element {
    precompute(GENERATOR);
    return this.multiply(GENERATOR, randomBytes);
  }

  /** Return nonce + challenge·secret, the response of a proof, blinded too. */
  respond(nonce: Scalar, challenge: Scalar, randomBytes: RandomBytes): Scalar {
    const mask = randomScalar(randomBytes);
    return toScalar(nonce + toScalar(challenge * mask) + toScalar(challenge * toScalar(this.#value - mask)));
  }

  /** Return a fresh nonce that stays secret even when the random source repeats itself. Spec: "derive_nonce". */
  deriveNonce(message: Uint8Array, randomBytes: RandomBytes): Scalar {
    return deriveNonce(this.#value, message, randomBytes);
  }

  /** Return the 32 bytes for the trustee's own storage: never part of a message. */
  encode(): Uint8Array {
    return encodeScalar(this.#value);
  }

  /** Return no secret. */
  toString(): string {
    return "[secret]";
  }

  /** Raises: TypeError, because whoever serialises this is about to send it somewhere. */
  toJSON(): never {
    throw new TypeError("a secret is not serialised");
  }
}
