/**
 * A trustee's device with its share: what it signs, what it decrypts, and what it refuses.
 *
 * The device answers once per election. The order of a decryption is fixed: the device itself verifies the board, all
 * devices exchange the words of the whole, the people confirm them, the answer is stored durably, and only then does the
 * partial decryption leave. Nothing but a whole aggregate is ever decrypted, and there is no trial after the ceremony.
 */

import { equalBytes } from "./bytes";
import { buildCountsMessage, buildDestroyedMessage, buildPaperMessage, type CeremonyTerms } from "./ceremony";
import { checkDecryptable, type ClosedElection } from "./closed";
import { partiallyDecryptInSteps, type PartialDecryption } from "./decryption";
import { decodeCanonicalObject, encodeCanonical, type JsonObject } from "./encoding";
import { CeremonyError, DecryptionRefusedError } from "./errors";
import type { RandomBytes } from "./group";
import { writePaperCounts, type PaperCounts } from "./paper";
import { Participant } from "./participant";
import { finishInSlices } from "./steps";
import { describeFailure, type TrusteeStorage } from "./trustee_storage";
import { WholeExchange, type WholeStep } from "./whole";

/** From an archive and an election id: runs V1 to V8 on this device and returns what it found, or raises. */
export type BoardReview = (archive: Uint8Array, election: string) => ClosedElection | Promise<ClosedElection>;

/**
 * One trustee's device, in the ceremony (see `Participant`) and afterwards.
 *
 * Raises: CeremonyError from every method while there is no share, before the ceremony is over or after `destroy`.
 */
export class Trustee extends Participant {
  #exchange: WholeExchange | undefined;

  /**
   * Return the device of a trustee, which continues with what the storage holds.
   *
   * index: 1 … n; storage: where the holding goes, and nothing secret goes anywhere else.
   * Raises: CeremonyError for an index that does not exist, a storage that cannot be read or is another's;
   * EncodingError or CeremonyError for a damaged one.
   */
  static async open(
    index: number,
    terms: CeremonyTerms,
    randomBytes: RandomBytes,
    storage: TrusteeStorage,
  ): Promise<Trustee> {
    const trustee = new Trustee(index, terms, randomBytes, storage);
    await trustee.resume();
    return trustee;
  }

  /**
   * Return {trustee, signature} over an election's six paper counts.
   *
   * Raises: EncodingError unless there are exactly the six counts. Spec: "Manifest".
   */
  signCounts(election: string, slot: number, counts: JsonObject): JsonObject {
    this.require("holding");
    return this.held.sign("counts", buildCountsMessage(this.result, election, slot, counts));
  }

  /** Return {trustee, signature} over what was counted of an election's paper ballots. Spec: "Paper". */
  signPaper(paper: PaperCounts): JsonObject {
    this.require("holding");
    return this.held.sign("paper", buildPaperMessage(this.result, writePaperCounts(paper)));
  }

  /**
   * Verify the downloaded board on this device and begin the decryption of one election of it.
   *
   * Raises: what `verifyBoard` raises; DecryptionRefusedError.
   */
  async reviewBoard(archive: Uint8Array, election: string, verifyBoard: BoardReview): Promise<ClosedElection> {
    this.require("holding");
    const closed = await verifyBoard(archive, election);
    if (closed.election !== election) {
      throw new DecryptionRefusedError("the board was verified for another election");
    }
    await this.prepareDecryption(closed);
    return closed;
  }

  /**
   * Begin the decryption of an election, replacing any exchange not yet answered.
   *
   * closed: from `reviewBoard` only; whoever calls this directly must have run V1 to V8 on this device.
   * Raises: DecryptionRefusedError if it is annulled, has fewer ballots than the floor, belongs to another ceremony or
   * server, or this device answered something else for it.
   */
  async prepareDecryption(closed: ClosedElection): Promise<void> {
    return this.inTurn(async () => {
      this.require("holding");
      this.#exchange = undefined;
      const isOurs = equalBytes(closed.ceremonyHash, this.result.ceremonyHash);
      if (!isOurs || !equalBytes(closed.serverKey, this.terms.serverKey)) {
        throw new DecryptionRefusedError("the board belongs to another ceremony or server");
      }
      checkDecryptable(closed, { rehearsal: this.terms.rehearsal });
      const exchange = new WholeExchange(this.held, closed, this.randomBytes);
      await this.#findAnswer(exchange);
      this.#exchange = exchange;
    });
  }

  /** How far the exchange of the words has come. Raises: DecryptionRefusedError if no election was reviewed. */
  get wholeStep(): WholeStep {
    return this.#current.step;
  }

  /** Return this device's commitment; called again, the exchange starts afresh with a new nonce. */
  makeWholeCommitment(): Uint8Array {
    const { closed, step } = this.#current;
    if (step !== "new") {
      this.#exchange = new WholeExchange(this.held, closed, this.randomBytes);
    }
    return this.#current.makeCommitment();
  }

  /**
   * Take the commitments of all trustees present.
   *
   * missing: those whose absence this trustee has seen and confirmed on this device.
   * Raises: DecryptionRefusedError naming the trustee at fault; the exchange must then start afresh.
   */
  receiveWholeCommitments(messages: readonly Uint8Array[], missing: ReadonlySet<number> = new Set()): void {
    this.#current.receiveCommitments(messages, missing);
  }

  /** Return this device's nonce. */
  makeWholeReveal(): Uint8Array {
    return this.#current.makeReveal();
  }

  /**
   * Take the nonces of everyone who committed; `wholeWords` can be shown afterwards.
   *
   * Raises: DecryptionRefusedError naming a trustee whose device is about to decrypt something else.
   */
  receiveWholeReveals(messages: readonly Uint8Array[]): void {
    this.#current.receiveReveals(messages);
  }

  /** The four words of the whole, to be shown with the election's title and its number of ballots. */
  get wholeWords(): readonly string[] {
    return this.#current.words;
  }

  /** Note that this trustee found words and number of ballots the same on every device. */
  confirmWhole(): void {
    this.#current.confirm();
  }

  /**
   * Store the answer durably, then return this trustee's partial decryption; may be asked for again.
   *
   * pause: awaited twice for each sum, so that the page stays responsive; see `createPause`.
   * Raises: DecryptionRefusedError if the words were not confirmed, the answer cannot be stored, or is another one.
   */
  async makePartialDecryption(pause: () => Promise<void> = async () => undefined): Promise<PartialDecryption> {
    return this.inTurn(async () => {
      this.require("holding");
      const exchange = this.#current;
      if ((await this.#findAnswer(exchange)) === undefined) {
        if (exchange.step !== "confirmed") {
          throw new DecryptionRefusedError("the words of the whole are not confirmed");
        }
        await this.#recordAnswer(exchange);
      }
      const { result, share, trustee } = this.held;
      return finishInSlices(partiallyDecryptInSteps(result, exchange.closed, trustee, share, this.randomBytes), pause);
    });
  }

  /**
   * Erase the share for good and return the signed {trustee, signature} that says so; may be asked for again.
   *
   * Raises: CeremonyError if the storage fails, and then the share is still there.
   */
  async destroy(): Promise<JsonObject> {
    return this.inTurn(async () => {
      if (this.step === "destroyed") {
        return this.#loadStatement();
      }
      this.require("holding");
      const statement = this.held.sign("destroyed", buildDestroyedMessage(this.result, this.index));
      try {
        await this.storage.destroyHolding(encodeCanonical(statement));
      } catch (error) {
        throw new CeremonyError(`the share could not be destroyed: ${describeFailure(error)}`, this.index);
      }
      this.#exchange = undefined;
      this.forgetHolding();
      return statement;
    });
  }

  get #current(): WholeExchange {
    this.require("holding");
    if (this.#exchange === undefined) {
      throw new DecryptionRefusedError("no closed election was reviewed");
    }
    return this.#exchange;
  }

  async #loadStatement(): Promise<JsonObject> {
    const stored = await this.storage.loadDestroyed().catch(() => undefined);
    if (stored === undefined) {
      throw new CeremonyError("the statement of destruction is lost", this.index);
    }
    return decodeCanonicalObject(stored);
  }

  /** Return what is recorded for the election, if anything; refuse if it is not this exchange's. */
  async #findAnswer({ closed, whole }: WholeExchange): Promise<Uint8Array | undefined> {
    let recorded: Uint8Array | undefined;
    try {
      recorded = await this.storage.findAnswer(closed.election);
    } catch (error) {
      throw new DecryptionRefusedError(`the answers cannot be read: ${describeFailure(error)}`);
    }
    if (recorded !== undefined && !equalBytes(recorded, whole)) {
      throw new DecryptionRefusedError("this device answered something else for this election");
    }
    return recorded;
  }

  async #recordAnswer(exchange: WholeExchange): Promise<void> {
    try {
      await this.storage.recordAnswer(exchange.closed.election, exchange.whole);
    } catch (error) {
      throw new DecryptionRefusedError(`the answer could not be stored: ${describeFailure(error)}`);
    }
    if ((await this.#findAnswer(exchange)) === undefined) {
      throw new DecryptionRefusedError("the answer could not be stored");
    }
  }
}
