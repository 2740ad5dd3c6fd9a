/**
 * What a phone keeps: its seat, and while the key is made all it needs to go on after the tab was closed.
 *
 * Every write is durable when its promise resolves, and nothing leaves the phone before. A journal holds the seed of a
 * ceremony's random bytes and every round that was received: with both, the same steps give the same messages again, so
 * that a phone which was closed in the middle says nothing twice and nothing new. The share itself is kept by
 * `crypto/trustee_storage`.
 */

/** The phone's place at the table; `device` is the secret that binds it to the seat. */
export interface SeatRecord {
  readonly code: string;
  readonly device: Uint8Array;
  readonly joinedAt: number;
}

/** A ceremony under way. */
export interface Journal {
  readonly seed: Uint8Array;
  readonly rounds: Readonly<Record<string, readonly Uint8Array[]>>;
  readonly hasConfirmedWords: boolean;
}

/** The browser keeps nothing for this page: a private window, or storage that is full or switched off. */
export class StorageMissingError extends Error {}

const NAME = "phieukin-teller";
const VERSION = 1;
const SEATS = "seats";
const JOURNALS = "journals";
const PROBES = "probes";

/** The phone's own database. Raises: StorageMissingError from every method if the browser fails. */
export class PhoneStorage {
  private constructor(private readonly database: IDBDatabase) {}

  /** Open the database and see that it keeps what it is given. */
  static async open(factory: IDBFactory | undefined): Promise<PhoneStorage> {
    if (factory === undefined) {
      throw new StorageMissingError("no IndexedDB");
    }
    const storage = new PhoneStorage(await openDatabase(factory));
    await storage.write(PROBES, (store) => store.put(1, "probe"));
    if ((await storage.read(PROBES, (store) => store.get("probe"))) !== 1) {
      throw new StorageMissingError("what was written is not there");
    }
    return storage;
  }

  async findSeat(code: string): Promise<SeatRecord | null> {
    return (await this.read<SeatRecord | undefined>(SEATS, (store) => store.get(code))) ?? null;
  }

  /** Return the seat that this browser took last. */
  async findLastSeat(): Promise<SeatRecord | null> {
    const seats = await this.read<SeatRecord[]>(SEATS, (store) => store.getAll());
    return seats.sort((left, right) => right.joinedAt - left.joinedAt)[0] ?? null;
  }

  saveSeat(seat: SeatRecord): Promise<void> {
    return this.write(SEATS, (store) => store.put(seat, seat.code));
  }

  async loadJournal(name: string): Promise<Journal | null> {
    return (await this.read<Journal | undefined>(JOURNALS, (store) => store.get(name))) ?? null;
  }

  saveJournal(name: string, journal: Journal): Promise<void> {
    return this.write(JOURNALS, (store) => store.put(journal, name));
  }

  /** Forget every ceremony under way; their secrets are overwritten first. */
  async clearJournals(): Promise<void> {
    const names = await this.read<IDBValidKey[]>(JOURNALS, (store) => store.getAllKeys());
    const empty: Journal = { seed: new Uint8Array(), rounds: {}, hasConfirmedWords: false };
    for (const name of names) {
      await this.write(JOURNALS, (store) => store.put(empty, name));
    }
    await this.write(JOURNALS, (store) => store.clear());
  }

  private read<T>(name: string, ask: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    return new Promise((resolve, reject) => {
      guard(reject, () => {
        const transaction = this.database.transaction(name, "readonly");
        const request = ask(transaction.objectStore(name));
        transaction.oncomplete = () => resolve(request.result as T);
        transaction.onabort = () => reject(new StorageMissingError(String(transaction.error)));
      });
    });
  }

  private write(name: string, act: (store: IDBObjectStore) => IDBRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      guard(reject, () => {
        // Strict: the promise resolves when the disk has it, not when the system has promised to write it.
        const transaction = this.database.transaction(name, "readwrite", { durability: "strict" });
        act(transaction.objectStore(name));
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(new StorageMissingError(String(transaction.error)));
      });
    });
  }
}

function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    guard(reject, () => {
      const request = factory.open(NAME, VERSION);
      request.onupgradeneeded = () => {
        for (const name of [SEATS, JOURNALS, PROBES]) {
          request.result.createObjectStore(name);
        }
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new StorageMissingError(String(request.error)));
    });
  });
}

function guard(reject: (error: StorageMissingError) => void, act: () => void): void {
  try {
    act();
  } catch (error) {
    reject(new StorageMissingError(String(error)));
  }
}
