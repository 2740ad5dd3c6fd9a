/** What a trustee holds after the ceremony: share, signing key, and the openings that the rest follows from. */

import { encodeHex, equalBytes } from "./bytes";
import {
  CEREMONY_ID_BYTES,
  CeremonyResult,
  CeremonyTerms,
  MOST_TRUSTEES,
  Opening,
  signAsTrustee,
} from "./ceremony";
import { decodeCanonical, encodeCanonical, type JsonObject } from "./encoding";
import { CeremonyError } from "./errors";
import { Fields } from "./fields";
import { decodeScalar, type RandomBytes } from "./group";
import { SecretScalar } from "./secret";
import { deriveVerificationKey, KEY_BYTES, signMessage, type SigningSeed, type VerificationKey } from "./signing";

const KEYS = ["ceremony", "count", "openings", "rehearsal", "seed", "server_key", "share", "threshold", "trustee"];

/** A trustee's part of the key; neither printing nor serialising it shows share or seed. */
export class Holding {
  readonly #seed: SigningSeed;

  /** randomBytes: to blind with. Raises: CeremonyError unless share and seed fit the ceremony's result. */
  constructor(
    readonly trustee: number,
    readonly result: CeremonyResult,
    readonly share: SecretScalar,
    seed: SigningSeed,
    randomBytes: RandomBytes,
  ) {
    this.#seed = seed;
    if (!share.multiplyBase(randomBytes).equals(result.findPublicShare(trustee))) {
      throw new CeremonyError("the share does not fit the public share", trustee);
    }
    if (!equalBytes(deriveVerificationKey(seed), result.findOpening(trustee).signingKey)) {
      throw new CeremonyError("the signing key does not fit the opening", trustee);
    }
  }

  /**
   * Return the holding of stored bytes, everything checked again.
   *
   * Raises: EncodingError or CeremonyError if the storage was damaged.
   */
  static decode(data: Uint8Array, randomBytes: RandomBytes): Holding {
    const fields = new Fields(decodeCanonical(data), "holding", KEYS);
    const terms = new CeremonyTerms(
      fields.digest("ceremony", CEREMONY_ID_BYTES),
      fields.digest("server_key", KEY_BYTES) as VerificationKey,
      fields.integer("count", { minimum: 1, maximum: MOST_TRUSTEES }),
      fields.integer("threshold", { minimum: 1, maximum: MOST_TRUSTEES }),
      { rehearsal: fields.flag("rehearsal") },
    );
    const openings = fields.values("openings").map(Opening.fromObject);
    return new Holding(
      fields.integer("trustee", { minimum: 1, maximum: terms.count }),
      CeremonyResult.fromOpenings(terms, openings),
      new SecretScalar(decodeScalar(fields.digest("share"))),
      fields.digest("seed", KEY_BYTES) as SigningSeed,
      randomBytes,
    );
  }

  /** Return the canonical bytes for the trustee's own storage. They hold the share: never a message. */
  encode(): Uint8Array {
    const { terms } = this.result;
    return encodeCanonical({
      ceremony: encodeHex(terms.ceremony),
      server_key: encodeHex(terms.serverKey),
      count: terms.count,
      threshold: terms.threshold,
      rehearsal: terms.rehearsal,
      openings: this.result.openings.map((opening) => opening.toObject()),
      trustee: this.trustee,
      share: encodeHex(this.share.encode()),
      seed: encodeHex(this.#seed),
    });
  }

  /** Return the 64-byte signature of a message under a label. */
  signMessage(label: string, message: JsonObject): Uint8Array {
    return signMessage(label, message, this.#seed);
  }

  /** Return {trustee, signature} over a message. */
  sign(label: string, message: JsonObject): JsonObject {
    return signAsTrustee(label, message, this.trustee, this.#seed);
  }

  /** Raises: TypeError, because whoever serialises this is about to send it somewhere. */
  toJSON(): never {
    throw new TypeError("a holding is not serialised");
  }
}
