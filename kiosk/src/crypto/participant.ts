/**
 * A trustee's device during the key ceremony: every step once, in order, and any failure ends it.
 *
 * Messages are canonical bytes. Each `receive…` of a round takes that round's messages of all n trustees, the device's
 * own included, in any order; the device checks that its own came back unchanged. Secrets exist in private fields until
 * `makeConfirmation` stores the holding: a device restarted before has forgotten them, and the ceremony begins again.
 *
 * What touches the storage returns a promise and is done one after the other; all else is done at once.
 */

import { encodeHex, equalBytes } from "./bytes";
import {
  buildConfirmationMessage,
  Ceremony,
  CEREMONY_ID_BYTES,
  CeremonyResult,
  CeremonyTerms,
  checkOpening,
  commitOpening,
  MOST_TRUSTEES,
  Opening,
  SIGNED_KEYS,
} from "./ceremony";
import { CeremonySecrets } from "./ceremony_secrets";
import { decodeCanonical, decodeCanonicalObject, encodeCanonical, type JsonObject } from "./encoding";
import { CeremonyError, CryptoError } from "./errors";
import { Fields } from "./fields";
import type { RandomBytes } from "./group";
import { Holding } from "./holding";
import { collectRound, type RoundMessage } from "./rounds";
import { DIGEST_BYTES } from "./transcript";
import { checkTrial, decryptTrial, TrialMessage } from "./trial";
import { describeFailure, type TrusteeStorage } from "./trustee_storage";
import { encodeWords } from "./words";

const WORDS = 4;
const COMMITMENT_KEYS = ["ceremony", "trustee", "commitment"];

/** What the device has done last. */
export type CeremonyStep =
  | "new"
  | "committed"
  | "commitments in"
  | "opened"
  | "words shown"
  | "words confirmed"
  | "shares made"
  | "shares in"
  | "trial made"
  | "trial done"
  | "holding"
  | "ended"
  | "destroyed";

/**
 * One trustee's device from its first commitment to its confirmation; made by `Trustee.open`.
 *
 * Raises: CeremonyError from every method called out of order, and wherever a message is wrong, naming the trustee at
 * fault; after a wrong message the device takes no further part.
 */
export class Participant {
  protected readonly randomBytes: RandomBytes;
  protected readonly storage: TrusteeStorage;
  #step: CeremonyStep = "new";
  #secrets: CeremonySecrets | undefined;
  #commitments: ReadonlyMap<number, Uint8Array> = new Map();
  #result: CeremonyResult | undefined;
  #holding: Holding | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  protected constructor(
    readonly index: number,
    readonly terms: CeremonyTerms,
    randomBytes: RandomBytes,
    storage: TrusteeStorage,
  ) {
    if (!terms.indexes.includes(index)) {
      throw new CeremonyError("no such trustee", index);
    }
    this.randomBytes = randomBytes;
    this.storage = storage;
  }

  /** What the device has done last. */
  get step(): CeremonyStep {
    return this.#step;
  }

  /** The ceremony as the openings gave it. Raises: CeremonyError before they are in. */
  get result(): CeremonyResult {
    if (this.#result === undefined) {
      throw new CeremonyError("the openings are not in yet");
    }
    return this.#result;
  }

  /** The four words of the ceremony hash, to be compared with every other device and the screen. */
  get words(): readonly string[] {
    return encodeWords(this.result.ceremonyHash, WORDS);
  }

  /** Draw this trustee's secrets and return the commitment to its opening. */
  makeCommitment(): Uint8Array {
    this.require("new");
    const secrets = new CeremonySecrets(this.terms, this.index, this.randomBytes);
    this.#secrets = secrets;
    this.#step = "committed";
    return encodeCanonical({
      ceremony: encodeHex(this.terms.ceremony),
      trustee: this.index,
      commitment: encodeHex(commitOpening(secrets.opening)),
    });
  }

  /** Take all n commitments. */
  receiveCommitments(messages: readonly Uint8Array[]): void {
    this.require("committed");
    this.#endOnFailure(() => {
      const found = this.#collect(messages, (message) => this.#readCommitment(message));
      if (!equalBytes(found.get(this.index) ?? new Uint8Array(), commitOpening(this.#own.opening))) {
        throw new CeremonyError("this device's own commitment came back changed", this.index);
      }
      this.#commitments = found;
    });
    this.#step = "commitments in";
  }

  /** Return this trustee's opening, now that nobody can choose theirs any more. */
  makeOpening(): Uint8Array {
    this.require("commitments in");
    this.#step = "opened";
    return encodeCanonical(this.#own.opening.toObject());
  }

  /** Take all n openings, check each against its commitment; `words` can be shown afterwards. */
  receiveOpenings(messages: readonly Uint8Array[]): void {
    this.require("opened");
    this.#endOnFailure(() => {
      const found = this.#collect(messages, readOpening);
      const openings = [...found.values()].sort((left, right) => left.trustee - right.trustee);
      for (const opening of openings) {
        checkOpening(this.terms, opening, this.#commitments.get(opening.trustee) ?? new Uint8Array());
      }
      this.#result = CeremonyResult.fromOpenings(this.terms, openings);
    });
    this.#step = "words shown";
  }

  /** Note that this trustee has compared the four words with all others aloud. */
  confirmWords(): void {
    this.require("words shown");
    this.#step = "words confirmed";
  }

  /** Return one encrypted share for each other trustee, in order of index. */
  makeShares(): readonly Uint8Array[] {
    this.require("words confirmed");
    const messages = this.#endOnFailure(() => this.#own.encryptShares(this.result, this.randomBytes));
    this.#step = "shares made";
    this.#completeShare();
    return messages;
  }

  /** Take one share, after this device's own have left; the same message once more changes nothing. */
  receiveShare(message: Uint8Array): void {
    this.require("shares made");
    this.#endOnFailure(() => {
      this.#own.receiveShare(this.result, message);
      this.#completeShare();
    });
  }

  /** Return this trustee's trial decryptions; there is no second time. */
  makeTrialDecryptions(): Uint8Array {
    this.require("shares in");
    this.#step = "trial made";
    return decryptTrial(this.held.result, this.index, this.held.share, this.randomBytes).encode();
  }

  /** Take all n trial decryptions and check that both sets of trustees decrypt. */
  receiveTrialDecryptions(messages: readonly Uint8Array[]): void {
    this.require("trial made");
    this.#endOnFailure(() => checkTrial(this.result, this.#collect(messages, readTrial)));
    this.#step = "trial done";
  }

  /** Store the holding durably, then return this trustee's signature of the result; may be asked for again. */
  async makeConfirmation(): Promise<Uint8Array> {
    return this.inTurn(async () => {
      if (this.#step !== "holding") {
        this.require("trial done");
        try {
          await this.storage.saveHolding(this.held.encode());
        } catch (error) {
          this.#end();
          throw new CeremonyError(`the share could not be stored: ${describeFailure(error)}`);
        }
        this.#step = "holding";
      }
      return encodeCanonical(this.held.sign("ceremony", buildConfirmationMessage(this.result)));
    });
  }

  /** Return the finished ceremony from all n confirmations; a wrong one leaves the holding as it is. */
  receiveConfirmations(messages: readonly Uint8Array[]): Ceremony {
    this.require("holding");
    try {
      const signed = this.#collect(messages, readConfirmation);
      return Ceremony.fromResult(this.result, [...signed].sort(([left], [right]) => left - right).map(([, row]) => row));
    } catch (error) {
      throw toCeremonyError(error);
    }
  }

  /** What this device holds. Raises: CeremonyError if it is nothing. */
  protected get held(): Holding {
    if (this.#holding === undefined) {
      throw new CeremonyError("this device holds no share");
    }
    return this.#holding;
  }

  /** Raises: CeremonyError unless the device is at a step. */
  protected require(step: CeremonyStep): void {
    if (this.#step !== step) {
      throw new CeremonyError(`out of order: this device is at '${this.#step}', not at '${step}'`);
    }
  }

  /** Do work that waits for the storage when all such work before it is done. */
  protected async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Forget the share, which the storage has destroyed. */
  protected forgetHolding(): void {
    this.#holding = undefined;
    this.#step = "destroyed";
  }

  /** Continue with what the storage has. */
  protected async resume(): Promise<void> {
    let stored: Uint8Array | undefined;
    let destroyed: Uint8Array | undefined;
    try {
      stored = await this.storage.loadHolding();
      destroyed = await this.storage.loadDestroyed();
    } catch (error) {
      throw new CeremonyError(`the storage cannot be read: ${describeFailure(error)}`, this.index);
    }
    if (destroyed !== undefined) {
      this.#step = "destroyed";
      return;
    }
    if (stored === undefined) {
      return;
    }
    const holding = Holding.decode(stored, this.randomBytes);
    if (holding.trustee !== this.index || !holding.result.terms.equals(this.terms)) {
      throw new CeremonyError("the storage holds a share of another ceremony or trustee", this.index);
    }
    this.#holding = holding;
    this.#result = holding.result;
    this.#step = "holding";
  }

  get #own(): CeremonySecrets {
    if (this.#secrets === undefined) {
      throw new CeremonyError("this device has no secrets of the ceremony");
    }
    return this.#secrets;
  }

  #collect<T>(
    messages: readonly Uint8Array[],
    read: (message: Uint8Array) => RoundMessage<T>,
  ): ReadonlyMap<number, T> {
    return collectRound(messages, read, this.terms.indexes);
  }

  /** Add the shares up once all are in; the polynomial is not needed any more. */
  #completeShare(): void {
    const holding = this.#own.complete(this.result, this.randomBytes);
    if (holding !== undefined) {
      this.#holding = holding;
      this.#forgetSecrets();
      this.#step = "shares in";
    }
  }

  /** Forget every secret when a step fails: after a wrong message only a new ceremony helps. */
  #endOnFailure<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#end();
      throw toCeremonyError(error);
    }
  }

  #end(): void {
    this.#forgetSecrets();
    this.#holding = undefined;
    this.#step = "ended";
  }

  #forgetSecrets(): void {
    this.#secrets?.forget();
    this.#secrets = undefined;
  }

  #readCommitment(message: Uint8Array): RoundMessage<Uint8Array> {
    const fields = new Fields(decodeCanonical(message), "commitment", COMMITMENT_KEYS);
    const trustee = fields.integer("trustee", { minimum: 1, maximum: MOST_TRUSTEES });
    if (!equalBytes(fields.digest("ceremony", CEREMONY_ID_BYTES), this.terms.ceremony)) {
      throw new CeremonyError("the commitment belongs to another ceremony", trustee);
    }
    return [trustee, fields.digest("commitment", DIGEST_BYTES)];
  }
}

function readOpening(message: Uint8Array): RoundMessage<Opening> {
  const opening = Opening.fromObject(decodeCanonical(message));
  return [opening.trustee, opening];
}

function readTrial(message: Uint8Array): RoundMessage<TrialMessage> {
  const trial = TrialMessage.decode(message);
  return [trial.trustee, trial];
}

function readConfirmation(message: Uint8Array): RoundMessage<JsonObject> {
  const signed = decodeCanonicalObject(message);
  const trustee = new Fields(signed, "confirmation", SIGNED_KEYS).integer("trustee", { minimum: 1, maximum: MOST_TRUSTEES });
  return [trustee, signed];
}

/** Return the error as one of the ceremony, unless it is none of the protocol's. */
function toCeremonyError(error: unknown): unknown {
  return error instanceof CryptoError && !(error instanceof CeremonyError) ? new CeremonyError(error.message) : error;
}
