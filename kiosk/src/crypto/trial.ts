/**
 * The trial inside the ceremony: two sets of trustees that together are all of them decrypt a known ciphertext.
 *
 * Its ciphertexts follow from the ceremony hash, so nobody can choose what is decrypted. It happens once and never after
 * the ceremony: a trial on request would decrypt anything.
 */

import { concatBytes, encodeHex, encodeText, equalBytes } from "./bytes";
import { MOST_TRUSTEES, type CeremonyResult } from "./ceremony";
import { ProvenDecryption } from "./decryption";
import { encrypt, type Ciphertext } from "./elgamal";
import { decodeCanonical, encodeBase64, encodeCanonical } from "./encoding";
import { CeremonyError, InvalidProofError } from "./errors";
import { Fields } from "./fields";
import { GENERATOR, subtract, type Element, type RandomBytes } from "./group";
import { proveDecryption, verifyDecryption, type DecryptionStatement } from "./proofs/equality";
import type { SecretScalar } from "./secret";
import { interpolateAtZero } from "./threshold";
import { encodeU32, hashToScalar } from "./transcript";

const KEYS = ["ceremony_hash", "trustee", "decryptions"];
const DECRYPTION_KEYS = ["trustees", "decryption"];

/** A trustee's decryption for one set that it belongs to. */
export interface TrialDecryption {
  readonly trustees: readonly number[];
  readonly decryption: ProvenDecryption;
}

/** A trustee's decryptions for each set that it belongs to, in the order of `listTrialSets`. */
export class TrialMessage {
  constructor(
    readonly ceremonyHash: Uint8Array,
    readonly trustee: number,
    readonly decryptions: readonly TrialDecryption[],
  ) {}

  /** Return the message of untrusted bytes. Raises: EncodingError. */
  static decode(data: Uint8Array): TrialMessage {
    const fields = new Fields(decodeCanonical(data), "trial", KEYS);
    return new TrialMessage(
      fields.digest("ceremony_hash"),
      fields.integer("trustee", { minimum: 1, maximum: MOST_TRUSTEES }),
      fields.objects("decryptions", DECRYPTION_KEYS).map((member) => ({
        trustees: member.integers("trustees", { minimum: 1, maximum: MOST_TRUSTEES }),
        decryption: ProvenDecryption.decode(member.encoded("decryption")),
      })),
    );
  }

  /** Return the canonical message. */
  encode(): Uint8Array {
    return encodeCanonical({
      ceremony_hash: encodeHex(this.ceremonyHash),
      trustee: this.trustee,
      decryptions: this.decryptions.map(({ trustees, decryption }) => ({
        trustees,
        decryption: encodeBase64(decryption.encode()),
      })),
    });
  }
}

/** Return the sets {1 … t} and {n − t + 1 … n}, once if they are equal. Spec: "derive_trial_ciphertext". */
export function listTrialSets(count: number, threshold: number): readonly (readonly number[])[] {
  const first = Array.from({ length: threshold }, (_, index) => index + 1);
  return count === threshold ? [first] : [first, first.map((index) => index + count - threshold)];
}

/** Return the encryption of 1 that a set of trustees decrypts. Spec: "derive_trial_ciphertext". */
export function deriveTrialCiphertext(result: CeremonyResult, trustees: readonly number[]): Ciphertext {
  return encrypt(result.key, 1, hashToScalar("trial", result.ceremonyHash, encodeSet(trustees)));
}

/** Return a trustee's decryptions for each set that it belongs to. */
export function decryptTrial(
  result: CeremonyResult,
  trustee: number,
  share: SecretScalar,
  randomBytes: RandomBytes,
): TrialMessage {
  const decryptions = listSetsOf(result, trustee).map((trustees) => {
    const ciphertext = deriveTrialCiphertext(result, trustees);
    const element = share.multiply(ciphertext.alpha, randomBytes);
    const statement = buildStatement(result, trustees, trustee, element);
    return { trustees, decryption: new ProvenDecryption(element, proveDecryption(statement, share, randomBytes)) };
  });
  return new TrialMessage(result.ceremonyHash, trustee, decryptions);
}

/**
 * Check every trustee's decryptions and that each set finds the 1.
 *
 * Raises: CeremonyError naming the trustee at fault. Spec: "check_trial".
 */
export function checkTrial(result: CeremonyResult, messages: ReadonlyMap<number, TrialMessage>): void {
  const { count, indexes, threshold } = result.terms;
  for (const trustee of indexes) {
    const message = messages.get(trustee);
    if (message === undefined) {
      throw new CeremonyError("the trial decryption is missing", trustee);
    }
    checkMessage(result, trustee, message);
  }
  for (const trustees of listTrialSets(count, threshold)) {
    const found = trustees.flatMap((index): [number, Element][] =>
      (messages.get(index)?.decryptions ?? [])
        .filter((member) => isSameSet(member.trustees, trustees))
        .map((member) => [index, member.decryption.element]),
    );
    const { beta } = deriveTrialCiphertext(result, trustees);
    if (!subtract(beta, interpolateAtZero(new Map(found))).equals(GENERATOR)) {
      throw new CeremonyError(`the trial by trustees [${trustees.join(", ")}] does not decrypt`);
    }
  }
}

function checkMessage(result: CeremonyResult, trustee: number, message: TrialMessage): void {
  const sets = listSetsOf(result, trustee);
  const { decryptions } = message;
  if (message.trustee !== trustee || !equalBytes(message.ceremonyHash, result.ceremonyHash)) {
    throw new CeremonyError("the trial decryption belongs to another ceremony or trustee", trustee);
  }
  if (decryptions.length !== sets.length || !sets.every((set, place) => isSameSet(set, decryptions[place]?.trustees))) {
    throw new CeremonyError("the trial decryption names other sets of trustees", trustee);
  }
  for (const { trustees, decryption } of decryptions) {
    try {
      verifyDecryption(buildStatement(result, trustees, trustee, decryption.element), decryption.proof);
    } catch (error) {
      throw error instanceof InvalidProofError ? new CeremonyError("the trial decryption is wrong", trustee) : error;
    }
  }
}

function listSetsOf(result: CeremonyResult, trustee: number): readonly (readonly number[])[] {
  const { count, threshold } = result.terms;
  return listTrialSets(count, threshold).filter((trustees) => trustees.includes(trustee));
}

function isSameSet(left: readonly number[], right: readonly number[] | undefined): boolean {
  return right !== undefined && left.length === right.length && left.every((index, place) => index === right[place]);
}

function encodeSet(trustees: readonly number[]): Uint8Array {
  return concatBytes(...trustees.map(encodeU32));
}

function buildStatement(
  result: CeremonyResult,
  trustees: readonly number[],
  trustee: number,
  decryption: Element,
): DecryptionStatement {
  return {
    ceremonyHash: result.ceremonyHash,
    trustee,
    publicShare: result.findPublicShare(trustee),
    context: concatBytes(encodeText("trial"), encodeSet(trustees)),
    ciphertext: deriveTrialCiphertext(result, trustees),
    decryption,
  };
}
