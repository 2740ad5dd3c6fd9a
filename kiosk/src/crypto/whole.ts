/**
 * The words of the whole: how all trustees' devices make sure that they are about to decrypt the same thing.
 *
 * Every device commits to a fresh nonce and what it recomputed, reveals when all commitments are in, and shows four
 * words of everything revealed. Signatures bind the messages to the devices of the ceremony, the words bind them to the
 * people in the room. Without this a server with one corrupt teller gets two aggregates that differ by one ballot from
 * two honest devices.
 */

import { concatBytes, encodeHex, equalBytes } from "./bytes";
import { NONCE_BYTES } from "./ceremony";
import { hashClosedElection, type ClosedElection } from "./closed";
import { decodeCanonical, encodeCanonical, type JsonObject } from "./encoding";
import { CryptoError, DecryptionRefusedError } from "./errors";
import { Fields } from "./fields";
import type { RandomBytes } from "./group";
import type { Holding } from "./holding";
import { collectRound, type RoundMessage } from "./rounds";
import { SIGNATURE_BYTES, verifyMessage } from "./signing";
import { DIGEST_BYTES, encodeU32, hashItems } from "./transcript";
import { encodeWords } from "./words";

const WORDS = 4;
const COMMITMENT_LABEL = "whole-round-1";
const REVEAL_LABEL = "whole-round-2";

/** What the device has done last. */
export type WholeStep =
  | "new"
  | "committed"
  | "commitments in"
  | "revealed"
  | "words shown"
  | "confirmed"
  | "ended";

/** One of the two rounds: its label and the member of its message that counts. */
interface WholeRound {
  readonly label: string;
  readonly key: "commitment" | "nonce";
  readonly length: number;
}

const COMMITMENTS: WholeRound = { label: COMMITMENT_LABEL, key: "commitment", length: DIGEST_BYTES };
const REVEALS: WholeRound = { label: REVEAL_LABEL, key: "nonce", length: NONCE_BYTES };

/** Return the 64-byte commitment of a trustee to h and its nonce. Spec: "commit_whole, encode_whole_words". */
export function commitWhole(whole: Uint8Array, trustee: number, nonce: Uint8Array): Uint8Array {
  return hashItems("whole-commitment", whole, encodeU32(trustee), nonce);
}

/** Return the four words of h and every present trustee's nonce. Spec: "commit_whole, encode_whole_words". */
export function encodeWholeWords(whole: Uint8Array, nonces: ReadonlyMap<number, Uint8Array>): readonly string[] {
  const ordered = [...nonces].sort(([left], [right]) => left - right);
  const items = ordered.map(([trustee, nonce]) => concatBytes(encodeU32(trustee), nonce));
  return encodeWords(hashItems("whole-words", whole, ...items), WORDS);
}

/**
 * One exchange about one closed election; a failed one is given up and another begun with a fresh nonce.
 *
 * Raises: DecryptionRefusedError from every method out of order and for every wrong message, naming the trustee.
 */
export class WholeExchange {
  readonly whole: Uint8Array;
  readonly #holding: Holding;
  readonly #nonce: Uint8Array;
  #step: WholeStep = "new";
  #commitments: ReadonlyMap<number, Uint8Array> = new Map();
  #words: readonly string[] = [];

  constructor(
    holding: Holding,
    readonly closed: ClosedElection,
    randomBytes: RandomBytes,
  ) {
    this.whole = hashClosedElection(closed);
    this.#holding = holding;
    this.#nonce = randomBytes(NONCE_BYTES);
  }

  /** What was done last. */
  get step(): WholeStep {
    return this.#step;
  }

  /** The four words, to be compared with the number of ballots on every other device. */
  get words(): readonly string[] {
    if (this.#step !== "words shown" && this.#step !== "confirmed") {
      throw new DecryptionRefusedError("the words of the whole are not known yet");
    }
    return this.#words;
  }

  /** Return the signed commitment. */
  makeCommitment(): Uint8Array {
    this.#move("new", "committed");
    return this.#sign(COMMITMENTS, commitWhole(this.whole, this.#holding.trustee, this.#nonce));
  }

  /** Take the commitments of all trustees but those whose absence was confirmed on this device. */
  receiveCommitments(messages: readonly Uint8Array[], missing: ReadonlySet<number>): void {
    this.#endOnFailure(() => {
      this.#move("committed", "commitments in");
      const { indexes, threshold } = this.#holding.result.terms;
      if (missing.has(this.#holding.trustee) || ![...missing].every((index) => indexes.includes(index))) {
        throw new DecryptionRefusedError("the missing trustees are not others of this ceremony");
      }
      const present = indexes.filter((index) => !missing.has(index));
      if (present.length < threshold) {
        throw new DecryptionRefusedError(`${present.length} trustees are present, ${threshold} are needed`);
      }
      this.#commitments = collectRound(messages, (message) => this.#read(COMMITMENTS, message), present);
      if (!this.#isCommitmentOf(this.#holding.trustee, this.#nonce)) {
        throw new DecryptionRefusedError("this device's own commitment came back changed");
      }
    });
  }

  /** Return the signed nonce, now that every commitment is in. */
  makeReveal(): Uint8Array {
    this.#move("commitments in", "revealed");
    return this.#sign(REVEALS, this.#nonce);
  }

  /** Take the nonces of exactly those who committed, and check that they committed to the same whole. */
  receiveReveals(messages: readonly Uint8Array[]): void {
    this.#endOnFailure(() => {
      this.#move("revealed", "words shown");
      const present = [...this.#commitments.keys()];
      const nonces = collectRound(messages, (message) => this.#read(REVEALS, message), present);
      for (const [trustee, nonce] of nonces) {
        if (!this.#isCommitmentOf(trustee, nonce)) {
          throw new DecryptionRefusedError(`trustee ${trustee} is about to decrypt something else`);
        }
      }
      this.#words = encodeWholeWords(this.whole, nonces);
    });
  }

  /** Note that this trustee found words and number of ballots the same everywhere. */
  confirm(): void {
    this.#move("words shown", "confirmed");
  }

  #isCommitmentOf(trustee: number, nonce: Uint8Array): boolean {
    const commitment = this.#commitments.get(trustee);
    return commitment !== undefined && equalBytes(commitWhole(this.whole, trustee, nonce), commitment);
  }

  #move(before: WholeStep, after: WholeStep): void {
    if (this.#step !== before) {
      throw new DecryptionRefusedError(`out of order: at '${this.#step}', not at '${before}'`);
    }
    this.#step = after;
  }

  #sign(round: WholeRound, value: Uint8Array): Uint8Array {
    const message = this.#buildMessage(this.#holding.trustee, round, value);
    return encodeCanonical({ ...message, signature: encodeHex(this.#holding.signMessage(round.label, message)) });
  }

  #buildMessage(trustee: number, { key }: WholeRound, value: Uint8Array): JsonObject {
    const ceremonyHash = encodeHex(this.#holding.result.ceremonyHash);
    return { ceremony_hash: ceremonyHash, election: this.closed.election, trustee, [key]: encodeHex(value) };
  }

  #read(round: WholeRound, message: Uint8Array): RoundMessage<Uint8Array> {
    const { result } = this.#holding;
    const keys = ["ceremony_hash", "election", "trustee", "signature", round.key];
    const fields = new Fields(decodeCanonical(message), "words of the whole", keys);
    const trustee = fields.integer("trustee", { minimum: 1, maximum: result.terms.count });
    const isOurs = equalBytes(fields.digest("ceremony_hash"), result.ceremonyHash);
    if (!isOurs || fields.text("election") !== this.closed.election) {
      throw new DecryptionRefusedError(`the message of trustee ${trustee} belongs elsewhere`);
    }
    const value = fields.digest(round.key, round.length);
    const signature = fields.digest("signature", SIGNATURE_BYTES);
    const { signingKey } = result.findOpening(trustee);
    verifyMessage(round.label, this.#buildMessage(trustee, round, value), signingKey, signature);
    return [trustee, value];
  }

  /** End this exchange when a step fails: its nonce may be known, so the next one needs a fresh one. */
  #endOnFailure(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#step = "ended";
      throw error instanceof CryptoError && !(error instanceof DecryptionRefusedError)
        ? new DecryptionRefusedError(error.message)
        : error;
    }
  }
}
