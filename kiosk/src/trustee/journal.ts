/**
 * A ceremony under way as the phone keeps it, so that a closed tab goes on where it was.
 *
 * Until the share is complete its parts exist nowhere but here. Replayed with the stored seed and the stored rounds, the
 * device makes exactly the messages that it has sent; a round that was received once is never taken from the server
 * again, so whoever runs it cannot have two answers to two different rounds. The journal is overwritten and removed as
 * soon as the share is stored, or the ceremony has failed.
 */

import { encodeHex } from "../crypto/encoding";
import type { RandomBytes } from "../crypto/group";
import { encodeU32, hashItems } from "../crypto/transcript";
import type { CeremonyTerms } from "../crypto/ceremony";
import type { Journal, PhoneStorage } from "./storage";

const SEED_BYTES = 32;
const LABEL = "phieukin teller's journal";

/** One ceremony's journal; every change is on the disk when its promise resolves. */
export class CeremonyJournal {
  private constructor(
    private readonly storage: PhoneStorage,
    private readonly name: string,
    private journal: Journal,
  ) {}

  /** Return the journal of a seat under exactly these terms, null if this phone has none. */
  static async load(storage: PhoneStorage, terms: CeremonyTerms, seat: number): Promise<CeremonyJournal | null> {
    const name = nameJournal(terms, seat);
    const journal = await storage.loadJournal(name);
    return journal === null ? null : new CeremonyJournal(storage, name, journal);
  }

  /** Begin a journal in place of any other, with a seed of its own. */
  static async begin(
    storage: PhoneStorage,
    terms: CeremonyTerms,
    seat: number,
    randomBytes: RandomBytes,
  ): Promise<CeremonyJournal> {
    await storage.clearJournals();
    const journal = { seed: randomBytes(SEED_BYTES), rounds: {}, hasConfirmedWords: false };
    await storage.saveJournal(nameJournal(terms, seat), journal);
    return new CeremonyJournal(storage, nameJournal(terms, seat), journal);
  }

  get hasConfirmedWords(): boolean {
    return this.journal.hasConfirmedWords;
  }

  /** Return a source that gives the same bytes after every start. */
  replayBytes(): RandomBytes {
    let block = new Uint8Array();
    let blocks = 0;
    return (count) => {
      const bytes = new Uint8Array(count);
      for (let filled = 0; filled < count; ) {
        if (block.length === 0) {
          block = new Uint8Array(hashItems(LABEL, this.journal.seed, encodeU32(blocks)));
          blocks += 1;
        }
        const taken = block.subarray(0, count - filled);
        bytes.set(taken, filled);
        filled += taken.length;
        block = block.subarray(taken.length);
      }
      return bytes;
    };
  }

  findRound(round: string): readonly Uint8Array[] | null {
    return this.journal.rounds[round] ?? null;
  }

  /** Keep a round's messages before anything is made of them. */
  async keepRound(round: string, messages: readonly Uint8Array[]): Promise<void> {
    await this.save({ ...this.journal, rounds: { ...this.journal.rounds, [round]: messages } });
  }

  /** Keep that the teller found the words the same, before a share leaves. */
  async confirmWords(): Promise<void> {
    await this.save({ ...this.journal, hasConfirmedWords: true });
  }

  private async save(journal: Journal): Promise<void> {
    await this.storage.saveJournal(this.name, journal);
    this.journal = journal;
  }
}

function nameJournal(terms: CeremonyTerms, seat: number): string {
  const kind = terms.rehearsal ? "rehearsal" : "vote";
  return [encodeHex(terms.ceremony), encodeHex(terms.serverKey), terms.count, terms.threshold, kind, seat].join("/");
}
