/** What a trustee's device alone knows from its first commitment until its share is complete. */

import { x25519 } from "@noble/curves/ed25519.js";

import { equalBytes } from "./bytes";
import { buildOpening, type CeremonyResult, type CeremonyTerms, type Opening } from "./ceremony";
import { CeremonyError } from "./errors";
import { toScalar, type RandomBytes, type Scalar } from "./group";
import { Holding } from "./holding";
import { SecretScalar } from "./secret";
import { decryptShare, encryptShare, ShareMessage } from "./shares";
import { deriveVerificationKey, generateSigningSeed, KEY_BYTES, type SigningSeed } from "./signing";
import { commitPolynomial, evaluatePolynomial, generatePolynomial, type Polynomial } from "./threshold";

/** A share that came in, with the bytes that it came in. */
interface ReceivedShare {
  readonly message: Uint8Array;
  readonly share: Scalar;
}

/** Polynomial, encryption key, signing seed and the shares that came in; they leave encrypted, or as a holding. */
export class CeremonySecrets {
  readonly #polynomial: Polynomial;
  readonly #encryptionKey: Uint8Array;
  readonly #seed: SigningSeed;
  readonly #received = new Map<number, ReceivedShare>();
  readonly opening: Opening;

  /** Draw the secrets of a trustee and make its opening. */
  constructor(terms: CeremonyTerms, trustee: number, randomBytes: RandomBytes) {
    this.#polynomial = generatePolynomial(terms.threshold, randomBytes);
    this.#encryptionKey = randomBytes(KEY_BYTES);
    this.#seed = generateSigningSeed(randomBytes);
    const published = {
      encryptionKey: x25519.getPublicKey(this.#encryptionKey),
      signingKey: deriveVerificationKey(this.#seed),
      commitments: commitPolynomial(this.#polynomial),
    };
    this.opening = buildOpening(terms, trustee, published, evaluatePolynomial(this.#polynomial, 0), randomBytes);
  }

  /** Return one encrypted share for each other trustee, in order of index. Raises: CeremonyError. */
  encryptShares(result: CeremonyResult, randomBytes: RandomBytes): readonly Uint8Array[] {
    const maker = this.opening.trustee;
    return result.terms.indexes
      .filter((receiver) => receiver !== maker)
      .map((receiver) => {
        const share = evaluatePolynomial(this.#polynomial, receiver);
        return encryptShare(result, { maker, receiver }, share, this.#seed, randomBytes);
      });
  }

  /** Take one share; the same message once more changes nothing. Raises: EncodingError, CeremonyError. */
  receiveShare(result: CeremonyResult, message: Uint8Array): void {
    const decoded = ShareMessage.decode(message);
    const known = this.#received.get(decoded.maker);
    if (known === undefined) {
      const share = decryptShare(result, decoded, this.opening.trustee, this.#encryptionKey);
      this.#received.set(decoded.maker, { message: message.slice(), share });
    } else if (!equalBytes(known.message, message)) {
      throw new CeremonyError("two different shares", decoded.maker);
    }
  }

  /** Return the holding that all shares add up to, undefined while one is awaited. */
  complete(result: CeremonyResult, randomBytes: RandomBytes): Holding | undefined {
    if (this.#received.size !== result.terms.count - 1) {
      return undefined;
    }
    const { trustee } = this.opening;
    const own = evaluatePolynomial(this.#polynomial, trustee);
    const total = [...this.#received.values()].reduce((sum, { share }) => toScalar(sum + share), own);
    return new Holding(trustee, result, new SecretScalar(total), this.#seed, randomBytes);
  }

  /** Overwrite what can be overwritten. */
  forget(): void {
    this.#encryptionKey.fill(0);
    this.#received.clear();
  }

  /** Raises: TypeError, because whoever serialises this is about to send it somewhere. */
  toJSON(): never {
    throw new TypeError("secrets are not serialised");
  }
}
