/**
 * Partial decryptions of an aggregate: made by trustees, checked by everybody, any t of them combined.
 *
 * A wrong partial decryption fails its proof, names its trustee and is skipped, so that it stops nothing while t others
 * hold.
 */

import { hashAggregate, listPositions, type Aggregate } from "./aggregate";
import { concatBytes, encodeHex, equalBytes, joinBytes } from "./bytes";
import { MOST_TRUSTEES, type CeremonyResult } from "./ceremony";
import { encodeBase64, type JsonObject, type JsonValue } from "./encoding";
import { EncodingError, InvalidProofError, NotEnoughSharesError } from "./errors";
import { Fields } from "./fields";
import { decodeElement, ELEMENT_BYTES, type Element, type RandomBytes } from "./group";
import { PROOF_BYTES, proveDecryption, verifyDecryption, type DecryptionStatement } from "./proofs/equality";
import type { SecretScalar } from "./secret";
import { finish, type Steps } from "./steps";
import { interpolateAtZero } from "./threshold";
import { encodeU32 } from "./transcript";

export const DECRYPTION_BYTES = ELEMENT_BYTES + PROOF_BYTES;
const BODY_KEYS = ["election", "aggregate_hash", "trustee", "decryptions"];

/** D = xᵢ·α and its 96-byte proof. */
export class ProvenDecryption {
  constructor(
    readonly element: Element,
    readonly proof: Uint8Array,
  ) {}

  /** Return what 128 untrusted bytes encode. Raises: EncodingError, InvalidElementError. */
  static decode(data: Uint8Array): ProvenDecryption {
    if (data.length !== DECRYPTION_BYTES) {
      throw new EncodingError("decryption", `${data.length} bytes instead of ${DECRYPTION_BYTES}`);
    }
    return new ProvenDecryption(decodeElement(data.slice(0, ELEMENT_BYTES)), data.slice(ELEMENT_BYTES));
  }

  /** Return D ‖ proof, 128 bytes. */
  encode(): Uint8Array {
    return concatBytes(this.element.toBytes(), this.proof);
  }
}

/** A trustee's decryption of every ciphertext of an aggregate, in order. */
export class PartialDecryption {
  constructor(
    readonly election: string,
    readonly aggregateHash: Uint8Array,
    readonly trustee: number,
    readonly decryptions: readonly ProvenDecryption[],
  ) {}

  /**
   * Return the partial decryption of an untrusted body; `verifyPartialDecryption` checks what it claims.
   *
   * Raises: EncodingError, InvalidElementError.
   */
  static fromBody(body: JsonValue): PartialDecryption {
    const fields = new Fields(body, "partial decryption", BODY_KEYS);
    const data = fields.encoded("decryptions");
    if (data.length % DECRYPTION_BYTES !== 0) {
      throw fields.refuse("decryptions", `${data.length} bytes, not a multiple of ${DECRYPTION_BYTES}`);
    }
    return new PartialDecryption(
      fields.text("election"),
      fields.digest("aggregate_hash"),
      fields.integer("trustee", { minimum: 1, maximum: MOST_TRUSTEES }),
      Array.from({ length: data.length / DECRYPTION_BYTES }, (_, index) =>
        ProvenDecryption.decode(data.slice(index * DECRYPTION_BYTES, (index + 1) * DECRYPTION_BYTES)),
      ),
    );
  }

  /** Return the body of the board's `partial_decryption` entry. */
  toBody(): JsonObject {
    return {
      election: this.election,
      aggregate_hash: encodeHex(this.aggregateHash),
      trustee: this.trustee,
      decryptions: encodeBase64(joinBytes(this.decryptions.map((decryption) => decryption.encode()))),
    };
  }
}

/**
 * What t valid partial decryptions give: the element r·Y of every sum, and who took part.
 *
 * trustees: those combined, ascending; rejected: those whose partial decryption was wrong, ascending.
 */
export interface Combination {
  readonly trustees: readonly number[];
  readonly elements: readonly (readonly Element[])[];
  readonly rejected: readonly number[];
}

/** What is decrypted, for which election. */
export interface DecryptionTarget {
  readonly election: string;
  readonly electionHash: Uint8Array;
  readonly aggregate: Aggregate;
}

/** What a decryption of one sum claims. */
export interface SumStatement {
  readonly contest: number;
  readonly option: number;
  readonly statement: DecryptionStatement;
}

/**
 * Return a trustee's partial decryption of an aggregate, every multiplication by the share blinded.
 *
 * Whether the aggregate may be decrypted at all is decided before, by `Trustee`.
 * share: xᵢ. Spec: "partially_decrypt, combine_partial_decryptions".
 */
export function partiallyDecrypt(
  ceremony: CeremonyResult,
  target: DecryptionTarget,
  trustee: number,
  share: SecretScalar,
  randomBytes: RandomBytes,
): PartialDecryption {
  return finish(partiallyDecryptInSteps(ceremony, target, trustee, share, randomBytes));
}

/** Do as `partiallyDecrypt` does, one sum a step. */
export function* partiallyDecryptInSteps(
  ceremony: CeremonyResult,
  { election, electionHash, aggregate }: DecryptionTarget,
  trustee: number,
  share: SecretScalar,
  randomBytes: RandomBytes,
): Steps<PartialDecryption> {
  const aggregateHash = hashAggregate(electionHash, aggregate);
  const elements: Element[] = [];
  for (const { ciphertext } of listPositions(aggregate)) {
    elements.push(share.multiply(ciphertext.alpha, randomBytes));
    yield;
  }
  const decryptions: ProvenDecryption[] = [];
  for (const { statement } of listStatements(ceremony, electionHash, aggregate, trustee, elements)) {
    const proof = proveDecryption(statement, share, randomBytes);
    decryptions.push(new ProvenDecryption(statement.decryption, proof));
    yield;
  }
  return new PartialDecryption(election, aggregateHash, trustee, decryptions);
}

/**
 * Check every proof of a trustee's partial decryption of this aggregate.
 *
 * Raises: InvalidProofError naming the trustee, and contest and option of the first proof that does not hold.
 * Spec: "verify_partial_decryption".
 */
export function verifyPartialDecryption(
  ceremony: CeremonyResult,
  electionHash: Uint8Array,
  aggregate: Aggregate,
  partial: PartialDecryption,
): void {
  finish(verifyPartialDecryptionInSteps(ceremony, electionHash, aggregate, partial));
}

/** Do as `verifyPartialDecryption` does, one proof a step. */
export function* verifyPartialDecryptionInSteps(
  ceremony: CeremonyResult,
  electionHash: Uint8Array,
  aggregate: Aggregate,
  partial: PartialDecryption,
): Steps<void> {
  const { trustee, decryptions } = partial;
  const where = `partial decryption by trustee ${trustee}`;
  const size = listPositions(aggregate).length;
  if (!equalBytes(partial.aggregateHash, hashAggregate(electionHash, aggregate))) {
    throw new InvalidProofError(`${where}: of another aggregate`);
  }
  if (decryptions.length !== size) {
    throw new InvalidProofError(`${where}: ${decryptions.length} decryptions for ${size} sums`);
  }
  if (!ceremony.terms.indexes.includes(trustee)) {
    throw new InvalidProofError(`${where}: no such trustee`);
  }
  const elements = decryptions.map((decryption) => decryption.element);
  const proofs = decryptions.map((decryption) => decryption.proof);
  for (const [place, sum] of listStatements(ceremony, electionHash, aggregate, trustee, elements).entries()) {
    try {
      verifyDecryption(sum.statement, proofs[place] ?? new Uint8Array());
    } catch (error) {
      throw error instanceof InvalidProofError
        ? new InvalidProofError(`${where}: contest ${sum.contest}, option ${sum.option}`)
        : error;
    }
    yield;
  }
}

/**
 * Return what the valid partial decryptions of the t lowest trustees give; wrong ones are named and skipped.
 *
 * Raises: NotEnoughSharesError if fewer than t trustees have a valid one.
 * Spec: "partially_decrypt, combine_partial_decryptions".
 */
export function combinePartialDecryptions(
  ceremony: CeremonyResult,
  electionHash: Uint8Array,
  aggregate: Aggregate,
  partials: Iterable<PartialDecryption>,
): Combination {
  const valid = new Map<number, PartialDecryption>();
  const rejected = new Set<number>();
  for (const partial of partials) {
    if (!isValid(ceremony, electionHash, aggregate, partial)) {
      rejected.add(partial.trustee);
    } else if (!valid.has(partial.trustee)) {
      valid.set(partial.trustee, partial);
    }
  }
  const wrong = [...rejected].filter((trustee) => !valid.has(trustee)).sort((left, right) => left - right);
  const { threshold } = ceremony.terms;
  if (valid.size < threshold) {
    throw new NotEnoughSharesError(threshold, valid.size, wrong);
  }
  const chosen = [...valid].sort(([left], [right]) => left - right).slice(0, threshold);
  let place = 0;
  const elements = aggregate.ciphertexts.map((members) =>
    members.map(() => {
      const values = chosen.flatMap(([index, { decryptions }]) =>
        decryptions.slice(place, place + 1).map(({ element }): [number, Element] => [index, element]),
      );
      place += 1;
      return interpolateAtZero(new Map(values));
    }),
  );
  return { trustees: chosen.map(([index]) => index), elements, rejected: wrong };
}

/** Return contest, option and what a trustee's decryption `elements`, one for each sum, claim, in order. */
export function listStatements(
  ceremony: CeremonyResult,
  electionHash: Uint8Array,
  aggregate: Aggregate,
  trustee: number,
  elements: readonly Element[],
): readonly SumStatement[] {
  const { ceremonyHash } = ceremony;
  const prefix = concatBytes(electionHash, hashAggregate(electionHash, aggregate));
  const publicShare = ceremony.findPublicShare(trustee);
  return listPositions(aggregate).map(({ contest, option, ciphertext }, place) => {
    const decryption = elements[place];
    if (decryption === undefined) {
      throw new RangeError(`${elements.length} elements are too few`);
    }
    const context = concatBytes(prefix, encodeU32(contest), encodeU32(option));
    return { contest, option, statement: { ceremonyHash, trustee, publicShare, context, ciphertext, decryption } };
  });
}

function isValid(
  ceremony: CeremonyResult,
  electionHash: Uint8Array,
  aggregate: Aggregate,
  partial: PartialDecryption,
): boolean {
  try {
    verifyPartialDecryption(ceremony, electionHash, aggregate, partial);
    return true;
  } catch (error) {
    if (error instanceof InvalidProofError) {
      return false;
    }
    throw error;
  }
}
