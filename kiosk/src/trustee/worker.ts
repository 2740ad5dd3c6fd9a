/**
 * The device, in a worker of its own: nothing that it computes ever keeps the page from answering a tap.
 *
 * Whoever opens the page with a seat's code takes that seat only after a tap, since a code that was opened in the wrong
 * browser is spent. One seat is open in one tab: the browser's lock is held as long as the worker lives.
 */

import { CryptoError } from "../crypto/errors";
import { createRandomBytes } from "../crypto/random";
import { BrowserTrusteeStorage, StorageError } from "../crypto/trustee_storage";
import { reviewClosedBoard } from "../crypto/verify/verification";
import { Conversation, notice, type Screen, type View } from "./conversation";
import { SeatLostError, TellerDevice } from "./device";
import { createTransport, RoomLink } from "./link";
import { PhoneStorage, StorageMissingError, type SeatRecord } from "./storage";
import type { Language, TextKey } from "./texts";

/** What the page tells the device. */
export type ToDevice =
  | { readonly kind: "start"; readonly code: string | null; readonly language: Language }
  | { readonly kind: "language"; readonly language: Language }
  | { readonly kind: "answer"; readonly question: string; readonly answer: string }
  | { readonly kind: "wake" };

/** What the device tells the page. */
export interface FromDevice {
  readonly view: View;
}

/** The part of a worker's global scope that is used here; the types of the page's own do not have it. */
interface Scope {
  onmessage: ((event: MessageEvent<ToDevice>) => void) | null;
  postMessage(message: FromDevice): void;
}

const POLL_MS = 1500;
const DEVICE_BYTES = 32;
const LOCK_ATTEMPTS = 10;
const LOCK_WAIT_MS = 300;
const JOIN = "join";

/** A screen after which nothing more happens. */
class StopError extends Error {
  constructor(readonly screen: Screen) {
    super(screen.title.key);
  }
}

/** Serve a page until it is closed. */
export function runWorker(scope: Scope): void {
  const host = new Host(scope);
  scope.onmessage = ({ data }) => host.receive(data);
}

class Host {
  private readonly talk = new Conversation();
  private readonly randomBytes = createRandomBytes(globalThis.crypto);
  private language: Language = "vi";
  private shown = "";
  private isWoken = false;
  private endRest: () => void = () => undefined;

  constructor(private readonly scope: Scope) {}

  receive(message: ToDevice): void {
    switch (message.kind) {
      case "start":
        this.language = message.language;
        void this.run(message.code);
        break;
      case "language":
        this.language = message.language;
        break;
      case "answer":
        this.talk.answer(message.question, message.answer);
        this.wake();
        break;
      case "wake":
        this.wake();
    }
  }

  private async run(code: string | null): Promise<void> {
    try {
      const storage = await openStorage();
      const seat = await this.findSeat(storage, code);
      await holdLock(seat.code);
      await this.join(storage, seat);
      await this.work(storage, seat);
    } catch (error) {
      this.showScreen(describeStop(error));
    }
  }

  /** Return the seat of a code, which may be new, or without a code the one that this browser has. */
  private async findSeat(storage: PhoneStorage, code: string | null): Promise<SeatRecord> {
    const known = code === null ? await storage.findLastSeat() : await storage.findSeat(code);
    if (known !== null) {
      return known;
    }
    if (code === null) {
      throw stop("codeMissingTitle", "codeMissing", "plain");
    }
    return { code, device: this.randomBytes(DEVICE_BYTES), joinedAt: 0 };
  }

  /** Ask before a new seat is taken, and keep what binds this browser to it. */
  private async join(storage: PhoneStorage, seat: SeatRecord): Promise<void> {
    if (seat.joinedAt > 0) {
      return;
    }
    const screen = notice("joinTitle", [{ key: "join" }, { key: "joinBrowser" }]);
    for (;;) {
      this.talk.begin();
      if (this.talk.ask(JOIN, screen, [{ answer: "yes", label: "joinYes", tone: "main" }]) === "yes") {
        break;
      }
      this.talk.finish();
      this.showScreen(this.talk.screen ?? screen);
      await this.rest(POLL_MS);
    }
    await storage.saveSeat({ ...seat, joinedAt: Date.now() });
  }

  private async work(storage: PhoneStorage, seat: SeatRecord): Promise<never> {
    const link = new RoomLink(createTransport(() => this.language), seat.code, seat.device);
    const device: TellerDevice = new TellerDevice(link, this.talk, {
      storage,
      openStorage: (ceremony, index) => BrowserTrusteeStorage.open(indexedDB, ceremony, index),
      review: (archive, election) => {
        const onProgress = (check: string, done: number, total: number): void => device.showProgress(check, done, total);
        onProgress("V1", 0, 1);
        return reviewClosedBoard(archive, election, { randomBytes: this.randomBytes, onProgress });
      },
      randomBytes: this.randomBytes,
      now: () => performance.now(),
      show: (view) => this.show(view),
    });
    for (;;) {
      const hasSent = await device.attempt();
      // Not all phones of a room ask at once.
      await this.rest(hasSent ? 0 : POLL_MS * (0.5 + Math.random()));
    }
  }

  /** Wait until the next look is due, or something has happened on the page since the last one. */
  private async rest(milliseconds: number): Promise<void> {
    if (!this.isWoken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.endRest = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.isWoken = false;
  }

  private wake(): void {
    this.isWoken = true;
    this.endRest();
  }

  private showScreen(screen: Screen): void {
    this.show({ unit: "", name: "", seat: 0, isRehearsal: false, isLost: false, screen, seats: [] });
  }

  private show(view: View): void {
    const written = JSON.stringify(view);
    if (written !== this.shown) {
      this.shown = written;
      this.scope.postMessage({ view });
    }
  }
}

async function openStorage(): Promise<PhoneStorage> {
  try {
    return await PhoneStorage.open(globalThis.indexedDB as IDBFactory | undefined);
  } catch (error) {
    throw error instanceof StorageMissingError ? stop("storageMissingTitle", "storageMissing") : error;
  }
}

/** Hold a seat's lock as long as this worker lives. A page that was just loaded again may have to wait a moment for it. */
async function holdLock(code: string): Promise<void> {
  const locks = navigator.locks as LockManager | undefined;
  if (locks === undefined) {
    throw stop("tooOldTitle", "tooOld");
  }
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt += 1) {
    if (await tryLock(locks, `phieukin-seat-${code}`)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS));
  }
  throw stop("secondTabTitle", "secondTab");
}

function tryLock(locks: LockManager, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const held = (lock: Lock | null): Promise<void> | undefined => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => undefined);
    };
    locks.request(name, { ifAvailable: true }, held).catch(reject);
  });
}

function stop(title: TextKey, body: TextKey, tone: "plain" | "wrong" = "wrong"): StopError {
  return new StopError(notice(title, [{ key: body }], tone));
}

function describeStop(error: unknown): Screen {
  if (error instanceof StopError) {
    return error.screen;
  }
  if (error instanceof SeatLostError) {
    const isTaken = error.code === "seat_taken";
    return notice(isTaken ? "seatTakenTitle" : "codeWrongTitle", [{ key: isTaken ? "seatTaken" : "codeWrong" }], "wrong");
  }
  if (error instanceof StorageMissingError || error instanceof StorageError) {
    return notice("storageFailedTitle", [{ key: "storageFailed" }], "wrong");
  }
  // What is thrown here holds no secret: errors of `crypto` never do, others are the platform's.
  const problem = error instanceof CryptoError ? error.message : String(error);
  return notice("failedTitle", [{ key: "failed", fields: { problem } }], "wrong");
}
