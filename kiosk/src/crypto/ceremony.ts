/**
 * The key ceremony as everybody can check it: terms, openings, the joint key and what every trustee confirmed.
 *
 * `Ceremony.fromBody` recomputes all of it from the published record, so that a phone believes neither the key nor the
 * shares that the server names.
 */

import { encodeHex, equalBytes } from "./bytes";
import { encodeCanonical, type JsonObject, type JsonValue } from "./encoding";
import { CeremonyError, CryptoError, InvalidSignatureError } from "./errors";
import { Fields } from "./fields";
import type { Element, RandomBytes, Scalar } from "./group";
import { provePossession, verifyPossession } from "./proofs/schnorr";
import { KEY_BYTES, SIGNATURE_BYTES, signMessage, verifyMessage, type SigningSeed, type VerificationKey } from "./signing";
import { checkThreshold, computeJointKey, computePublicShares } from "./threshold";
import { encodeU32, hashItems } from "./transcript";

export const CEREMONY_ID_BYTES = 16;
export const NONCE_BYTES = 32;
export const POSSESSION_BYTES = 64;
export const MOST_TRUSTEES = 255;

const OPENING_KEYS = ["ceremony", "commitments", "encryption_key", "nonce", "possession", "signing_key", "trustee"];
const BODY_KEYS = ["ceremony", "ceremony_hash", "confirmations", "count", "key", "openings", "public_shares", "threshold"];
export const SIGNED_KEYS: readonly string[] = ["trustee", "signature"];
const COUNT_KEYS = ["brought_back", "handed_out", "left_over", "lost", "present", "printed"];

/** What is agreed before the ceremony. */
export class CeremonyTerms {
  readonly rehearsal: boolean;

  /** ceremony: 16 random bytes; count: n; threshold: t. Raises: CeremonyError unless it is allowed. */
  constructor(
    readonly ceremony: Uint8Array,
    readonly serverKey: VerificationKey,
    readonly count: number,
    readonly threshold: number,
    { rehearsal }: { readonly rehearsal: boolean },
  ) {
    this.rehearsal = rehearsal;
    checkThreshold(count, threshold, { rehearsal });
    if (count > MOST_TRUSTEES) {
      throw new CeremonyError(`more than ${MOST_TRUSTEES} trustees`);
    }
    if (ceremony.length !== CEREMONY_ID_BYTES || serverKey.length !== KEY_BYTES) {
      throw new CeremonyError("the ceremony id or the server's key has a wrong length");
    }
  }

  /** The trustee indexes 1 … n. */
  get indexes(): readonly number[] {
    return Array.from({ length: this.count }, (_, index) => index + 1);
  }

  /** Tell whether this and other terms are the same. */
  equals(other: CeremonyTerms): boolean {
    return (
      equalBytes(this.ceremony, other.ceremony) &&
      equalBytes(this.serverKey, other.serverKey) &&
      this.count === other.count &&
      this.threshold === other.threshold &&
      this.rehearsal === other.rehearsal
    );
  }
}

/** What a trustee published in the first round; `possession` proves knowledge of the first coefficient. */
export class Opening {
  constructor(
    readonly ceremony: Uint8Array,
    readonly trustee: number,
    readonly nonce: Uint8Array,
    readonly encryptionKey: Uint8Array,
    readonly signingKey: VerificationKey,
    readonly commitments: readonly Element[],
    readonly possession: Uint8Array,
  ) {}

  /**
   * Return the opening of an untrusted object; its statements are checked by `checkOpening`.
   *
   * Raises: EncodingError for other keys or types, non-canonical elements, or the identity as a commitment.
   */
  static fromObject(value: JsonValue): Opening {
    const fields = new Fields(value, "opening", OPENING_KEYS);
    return new Opening(
      fields.digest("ceremony", CEREMONY_ID_BYTES),
      fields.integer("trustee", { minimum: 1, maximum: MOST_TRUSTEES }),
      fields.digest("nonce", NONCE_BYTES),
      fields.digest("encryption_key", KEY_BYTES),
      fields.digest("signing_key", KEY_BYTES) as VerificationKey,
      fields.publicElements("commitments"),
      fields.digest("possession", POSSESSION_BYTES),
    );
  }

  /** Return the canonical object. */
  toObject(): JsonObject {
    return {
      ceremony: encodeHex(this.ceremony),
      trustee: this.trustee,
      nonce: encodeHex(this.nonce),
      encryption_key: encodeHex(this.encryptionKey),
      signing_key: encodeHex(this.signingKey),
      commitments: this.commitments.map((element) => element.toHex()),
      possession: encodeHex(this.possession),
    };
  }
}

/**
 * Return a trustee's opening with a fresh nonce and a possession proof.
 *
 * constant: the secret coefficient behind the first commitment.
 */
export function buildOpening(
  terms: CeremonyTerms,
  trustee: number,
  published: { readonly encryptionKey: Uint8Array; readonly signingKey: VerificationKey; readonly commitments: readonly Element[] },
  constant: Scalar,
  randomBytes: RandomBytes,
): Opening {
  const { encryptionKey, signingKey, commitments } = published;
  const [first] = commitments;
  if (first === undefined) {
    throw new CeremonyError("a polynomial without coefficients", trustee);
  }
  const items = [terms.ceremony, encodeU32(trustee), encryptionKey, signingKey];
  const possession = provePossession("possession", items, { secret: constant, public: first }, randomBytes);
  const nonce = randomBytes(NONCE_BYTES);
  return new Opening(terms.ceremony, trustee, nonce, encryptionKey, signingKey, commitments, possession);
}

/** Return the 64-byte commitment to an opening. Spec: "commit_opening, check_opening". */
export function commitOpening(opening: Opening): Uint8Array {
  return hashItems("ceremony-commitment", encodeCanonical(opening.toObject()));
}

/**
 * Check one opening: this ceremony, a trustee of it, exactly t commitments, the possession proof.
 *
 * commitment: what the trustee sent before, left out where only openings are recorded.
 * Raises: CeremonyError naming the trustee. Spec: "commit_opening, check_opening".
 */
export function checkOpening(terms: CeremonyTerms, opening: Opening, commitment?: Uint8Array): void {
  const { trustee, commitments } = opening;
  const [constant] = commitments;
  if (!equalBytes(opening.ceremony, terms.ceremony)) {
    throw new CeremonyError("the opening belongs to another ceremony", trustee);
  }
  if (!terms.indexes.includes(trustee)) {
    throw new CeremonyError("no such trustee", trustee);
  }
  if (commitment !== undefined && !equalBytes(commitOpening(opening), commitment)) {
    throw new CeremonyError("the opening differs from what was committed to", trustee);
  }
  if (constant === undefined || commitments.length !== terms.threshold) {
    const problem = `${commitments.length} polynomial commitments instead of ${terms.threshold}`;
    throw new CeremonyError(problem, trustee);
  }
  const items = [terms.ceremony, encodeU32(trustee), opening.encryptionKey, opening.signingKey];
  try {
    verifyPossession("possession", items, constant, opening.possession);
  } catch (error) {
    throw error instanceof CryptoError ? new CeremonyError("the possession proof does not hold", trustee) : error;
  }
}

/**
 * Return the 32-byte hash of the terms and every opening in order of index. Spec: "compute_ceremony_hash".
 *
 * A rehearsal has a label of its own, so that a server cannot pass one off as a vote: the words would differ.
 */
export function computeCeremonyHash(terms: CeremonyTerms, openings: readonly Opening[]): Uint8Array {
  const rows = openings.map((opening) => encodeCanonical(opening.toObject()));
  const numbers = [encodeU32(terms.count), encodeU32(terms.threshold)];
  const label = terms.rehearsal ? "rehearsal" : "ceremony";
  return hashItems(label, terms.ceremony, terms.serverKey, ...numbers, ...rows).slice(0, 32);
}

/** A joint key and public shares, recomputed from openings that were all checked. */
export class CeremonyResult {
  protected constructor(
    readonly terms: CeremonyTerms,
    readonly openings: readonly Opening[],
    readonly ceremonyHash: Uint8Array,
    readonly key: Element,
    readonly publicShares: readonly Element[],
  ) {}

  /**
   * Return what the openings of all trustees, in order of index, amount to.
   *
   * Raises: CeremonyError naming the trustee at fault.
   */
  static fromOpenings(terms: CeremonyTerms, openings: readonly Opening[]): CeremonyResult {
    const { indexes } = terms;
    if (openings.length !== indexes.length || openings.some(({ trustee }, place) => trustee !== indexes[place])) {
      throw new CeremonyError(`not one opening for each of the ${terms.count} trustees, in order`);
    }
    for (const opening of openings) {
      checkOpening(terms, opening);
    }
    checkDistinct(openings);
    const rows = openings.map((opening) => opening.commitments);
    const key = computeJointKey(rows);
    const shares = computePublicShares(rows);
    return new CeremonyResult(terms, openings, computeCeremonyHash(terms, openings), key, shares);
  }

  /** Return Xᵢ. Raises: CeremonyError if there is no such trustee. */
  findPublicShare(trustee: number): Element {
    const share = this.publicShares[trustee - 1];
    if (share === undefined) {
      throw new CeremonyError("no such trustee", trustee);
    }
    return share;
  }

  /** Return what a trustee published in the first round. Raises: CeremonyError if there is no such trustee. */
  findOpening(trustee: number): Opening {
    const opening = this.openings[trustee - 1];
    if (opening === undefined) {
      throw new CeremonyError("no such trustee", trustee);
    }
    return opening;
  }

  /**
   * Check an untrusted {trustee, signature} over a message; return the trustee's index.
   *
   * Raises: EncodingError for another form, CeremonyError naming the trustee if the signature does not hold.
   */
  verifyTrusteeSignature(label: string, message: JsonObject, signed: JsonValue): number {
    const fields = new Fields(signed, "signature", SIGNED_KEYS);
    const trustee = fields.integer("trustee", { minimum: 1, maximum: this.terms.count });
    const signature = fields.digest("signature", SIGNATURE_BYTES);
    try {
      verifyMessage(label, message, this.findOpening(trustee).signingKey, signature);
    } catch (error) {
      throw error instanceof InvalidSignatureError
        ? new CeremonyError(`the signature under ${label} does not hold`, trustee)
        : error;
    }
    return trustee;
  }

  /**
   * Check a trustee's {trustee, signature} over an election's six counts; return the trustee's index.
   *
   * Raises: EncodingError, or CeremonyError naming the trustee. Spec: "Manifest".
   */
  verifyCountsSignature(election: string, slot: number, counts: JsonObject, signed: JsonValue): number {
    return this.verifyTrusteeSignature("counts", buildCountsMessage(this, election, slot, counts), signed);
  }

  /**
   * Check a trustee's {trustee, signature} over an election's paper counts; return the trustee's index.
   *
   * paper: the body of the `paper_counts` entry without its signatures.
   * Raises: EncodingError, or CeremonyError naming the trustee. Spec: "Paper".
   */
  verifyPaperSignature(paper: JsonObject, signed: JsonValue): number {
    return this.verifyTrusteeSignature("paper", buildPaperMessage(this, paper), signed);
  }

  /**
   * Check a trustee's {trustee, signature} that its share is destroyed; return the trustee's index.
   *
   * Raises: EncodingError, or CeremonyError naming the trustee. Spec: "Board".
   */
  verifyDestroyed(signed: JsonValue): number {
    const fields = new Fields(signed, "destroyed", SIGNED_KEYS);
    const trustee = fields.integer("trustee", { minimum: 1, maximum: this.terms.count });
    return this.verifyTrusteeSignature("destroyed", buildDestroyedMessage(this, trustee), signed);
  }
}

/** A finished ceremony: the result and every trustee's signature of it, in order of index. */
export class Ceremony extends CeremonyResult {
  private constructor(
    result: CeremonyResult,
    readonly confirmations: readonly Uint8Array[],
  ) {
    super(result.terms, result.openings, result.ceremonyHash, result.key, result.publicShares);
  }

  /**
   * Return the finished ceremony from every trustee's {trustee, signature}, in order of index.
   *
   * Raises: EncodingError, or CeremonyError naming the trustee whose confirmation is missing or does not hold.
   */
  static fromResult(result: CeremonyResult, confirmations: readonly JsonValue[]): Ceremony {
    const message = buildConfirmationMessage(result);
    const { count, indexes } = result.terms;
    if (confirmations.length !== count) {
      throw new CeremonyError(`${confirmations.length} confirmations instead of ${count}`);
    }
    const signatures = confirmations.map((signed, place) => {
      if (result.verifyTrusteeSignature("ceremony", message, signed) !== indexes[place]) {
        throw new CeremonyError("the confirmation is missing or out of order", indexes[place]);
      }
      return new Fields(signed, "confirmation", SIGNED_KEYS).digest("signature", SIGNATURE_BYTES);
    });
    return new Ceremony(result, signatures);
  }

  /**
   * Return the ceremony of an untrusted board entry after checking all of it (check V3).
   *
   * Raises: EncodingError for other keys, types or encodings; CeremonyError for anything that does not hold, naming
   * the trustee at fault.
   */
  static fromBody(body: JsonObject, serverKey: VerificationKey, { rehearsal }: { readonly rehearsal: boolean }): Ceremony {
    const fields = new Fields(body, "ceremony", BODY_KEYS);
    const terms = new CeremonyTerms(
      fields.digest("ceremony", CEREMONY_ID_BYTES),
      serverKey,
      fields.integer("count", { minimum: 1, maximum: MOST_TRUSTEES }),
      fields.integer("threshold", { minimum: 1, maximum: MOST_TRUSTEES }),
      { rehearsal },
    );
    const result = CeremonyResult.fromOpenings(terms, fields.values("openings").map(Opening.fromObject));
    for (const [name, value] of Object.entries(buildConfirmationMessage(result))) {
      if (!equalBytes(encodeCanonical(fields.value(name)), encodeCanonical(value))) {
        throw new CeremonyError(`${name} differs from what the openings give`);
      }
    }
    return Ceremony.fromResult(result, fields.values("confirmations"));
  }
}

/** Return what each trustee signs under the label "ceremony". Spec: "Confirmation". */
export function buildConfirmationMessage(result: CeremonyResult): JsonObject {
  return {
    ceremony_hash: encodeHex(result.ceremonyHash),
    key: result.key.toHex(),
    public_shares: result.publicShares.map((share) => share.toHex()),
  };
}

/** Return what trustees sign under the label "counts". Raises: EncodingError unless it is exactly the six counts. */
export function buildCountsMessage(
  result: CeremonyResult,
  election: string,
  slot: number,
  counts: JsonObject,
): JsonObject {
  const fields = new Fields(counts, "counts", COUNT_KEYS);
  const checked = Object.fromEntries(COUNT_KEYS.map((name) => [name, fields.integer(name)]));
  return { ceremony_hash: encodeHex(result.ceremonyHash), counts: checked, election, slot };
}

/** Return what trustees sign under the label "paper"; what `paper` holds is not looked at. Spec: "Paper". */
export function buildPaperMessage(result: CeremonyResult, paper: JsonObject): JsonObject {
  return { body: paper, ceremony_hash: encodeHex(result.ceremonyHash) };
}

/** Return what a trustee signs under the label "destroyed". */
export function buildDestroyedMessage(result: CeremonyResult, trustee: number): JsonObject {
  return { ceremony_hash: encodeHex(result.ceremonyHash), trustee };
}

/** Return {trustee, signature} over a message. */
export function signAsTrustee(label: string, message: JsonObject, trustee: number, seed: SigningSeed): JsonObject {
  return { trustee, signature: encodeHex(signMessage(label, message, seed)) };
}

function checkDistinct(openings: readonly Opening[]): void {
  const seen = new Set<string>();
  for (const opening of openings) {
    const commitments = opening.commitments.slice(0, 1).map((element) => element.toHex());
    const values = [opening.nonce, opening.encryptionKey, opening.signingKey].map(encodeHex).concat(commitments);
    if (new Set(values).size !== values.length || values.some((value) => seen.has(value))) {
      throw new CeremonyError("a nonce, key or commitment is used twice", opening.trustee);
    }
    values.forEach((value) => seen.add(value));
  }
}
