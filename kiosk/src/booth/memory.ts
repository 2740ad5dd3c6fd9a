/**
 * What a page keeps over a reload: the sealed ballot while it is under way, and that a ballot was recorded.
 *
 * Never a choice, never the slip. Storage may be missing or throw (private windows, captive portals): the page then works
 * without, and a reload asks the server.
 */

import { decodeBase64, encodeBase64 } from "../crypto/encoding";

/** A sealed ballot whose arrival is not confirmed. */
export interface PendingBallot {
  readonly electionHash: string;
  readonly credential: string;
  readonly ballotHash: string;
  readonly data: Uint8Array;
}

/** A ballot that the server confirmed; `time` is the phone's own, for reading only. */
export interface RecordedBallot {
  readonly electionHash: string;
  readonly ballotHash: string;
  readonly tracker: string;
  readonly time: string;
}

const PENDING = "phieukin-pending";
const RECORDED = "phieukin-recorded";

/** One page's memory over a storage that may fail. */
export class Memory {
  constructor(private readonly storage: () => Storage) {}

  savePending(ballot: PendingBallot): void {
    this.write(PENDING, { ...ballot, data: encodeBase64(ballot.data) });
  }

  /** Return what this very slip has under way in an election: another slip may have used the page before. */
  loadPending(electionHash: string, credential: string): PendingBallot | null {
    const stored = this.read(PENDING);
    if (stored === null || stored["electionHash"] !== electionHash || stored["credential"] !== credential) {
      return null;
    }
    const { ballotHash, data } = stored;
    return typeof ballotHash === "string" && typeof data === "string"
      ? { electionHash, credential, ballotHash, data: decodeBase64(data) }
      : null;
  }

  saveRecorded(ballot: RecordedBallot): void {
    this.write(RECORDED, { ...ballot });
    this.remove(PENDING);
  }

  loadRecorded(): RecordedBallot | null {
    const stored = this.read(RECORDED);
    if (stored === null) {
      return null;
    }
    const { electionHash, ballotHash, tracker, time } = stored;
    return typeof electionHash === "string" &&
      typeof ballotHash === "string" &&
      typeof tracker === "string" &&
      typeof time === "string"
      ? { electionHash, ballotHash, tracker, time }
      : null;
  }

  private read(key: string): Record<string, unknown> | null {
    try {
      const text = this.storage().getItem(key);
      const value: unknown = text === null ? null : JSON.parse(text);
      return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
    } catch {
      return null;
    }
  }

  private write(key: string, value: Readonly<Record<string, string>>): void {
    try {
      this.storage().setItem(key, JSON.stringify(value));
    } catch {
      // Without storage a reload asks the server instead.
    }
  }

  private remove(key: string): void {
    try {
      this.storage().removeItem(key);
    } catch {
      // Nothing was stored then.
    }
  }
}
