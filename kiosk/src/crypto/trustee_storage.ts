/**
 * What a trustee's device must not forget: its share, the answers it gave, and that it destroyed the share.
 *
 * The share lives here and nowhere else; there is no copy on paper, because a restored device would have forgotten what
 * it answered. Every write is durable when its promise is fulfilled.
 */

import { encodeHex } from "./bytes";

/** A storage that failed; `problem` says how, without anything that is stored. */
export class StorageError extends Error {
  override readonly name = "StorageError";

  constructor(readonly problem: string) {
    super(problem);
  }
}

/** Durable memory of one trustee in one ceremony; every method may raise StorageError, or what the platform raises. */
export interface TrusteeStorage {
  /** Return what `saveHolding` stored, undefined if there is nothing or it is destroyed. */
  loadHolding(): Promise<Uint8Array | undefined>;

  /** Store the encoded holding, which has the share. Raises: StorageError if there is one already. */
  saveHolding(holding: Uint8Array): Promise<void>;

  /** Return the answer recorded for an election. */
  findAnswer(election: string): Promise<Uint8Array | undefined>;

  /** Store the first answer for an election. Raises: StorageError if there is one already. */
  recordAnswer(election: string, answer: Uint8Array): Promise<void>;

  /** Return the statement that `destroyHolding` stored. */
  loadDestroyed(): Promise<Uint8Array | undefined>;

  /** Store the signed statement, then erase the holding for good. Answers stay. */
  destroyHolding(statement: Uint8Array): Promise<void>;
}

/** Say how a storage failed, without anything that is stored. */
export function describeFailure(error: unknown): string {
  if (error instanceof StorageError) {
    return error.problem;
  }
  return error instanceof Error ? error.name : "unknown";
}

/** A storage that lasts as long as the page: for rehearsals and tests. */
export class MemoryTrusteeStorage implements TrusteeStorage {
  #holding: Uint8Array | undefined;
  #destroyed: Uint8Array | undefined;
  readonly #answers = new Map<string, Uint8Array>();

  /** Return the holding. */
  async loadHolding(): Promise<Uint8Array | undefined> {
    return this.#holding;
  }

  /** Keep the holding. */
  async saveHolding(holding: Uint8Array): Promise<void> {
    if (this.#holding !== undefined) {
      throw new StorageError("a share is kept already");
    }
    this.#holding = holding;
  }

  /** Return the answer recorded for an election. */
  async findAnswer(election: string): Promise<Uint8Array | undefined> {
    return this.#answers.get(election);
  }

  /** Keep the first answer for an election. Raises: StorageError if there is one already. */
  async recordAnswer(election: string, answer: Uint8Array): Promise<void> {
    if (this.#answers.has(election)) {
      throw new StorageError("an answer is kept already");
    }
    this.#answers.set(election, answer);
  }

  /** Return the statement of destruction. */
  async loadDestroyed(): Promise<Uint8Array | undefined> {
    return this.#destroyed;
  }

  /** Keep the statement and overwrite the holding. */
  async destroyHolding(statement: Uint8Array): Promise<void> {
    this.#destroyed = statement;
    this.#holding?.fill(0);
    this.#holding = undefined;
  }
}

const RECORDS = "records";
const HOLDING = "holding";
const DESTROYED = "destroyed";

/**
 * A database of the browser's own for one trustee in one ceremony; each write waits until the browser says that it is on
 * the disk.
 *
 * Erasing overwrites the record first; on a flash disk that may leave a copy in spare blocks, as on any phone.
 */
export class BrowserTrusteeStorage implements TrusteeStorage {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  /** Return the storage of one seat in one ceremony. Raises: StorageError where the browser keeps nothing. */
  static async open(factory: IDBFactory, ceremony: Uint8Array, index: number): Promise<BrowserTrusteeStorage> {
    const request = factory.open(`phieukin-trustee-${encodeHex(ceremony)}-${index}`, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(RECORDS);
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(toStorageError(request.error));
      request.onblocked = () => reject(new StorageError("another tab has it open"));
    });
    return new BrowserTrusteeStorage(database);
  }

  /** Return the holding; one that outlived its destruction (the page was closed in between) is erased now. */
  async loadHolding(): Promise<Uint8Array | undefined> {
    if ((await this.loadDestroyed()) !== undefined) {
      await this.#eraseHolding();
    }
    return this.#read(HOLDING);
  }

  /** Write the holding. Raises: StorageError if there is one already. */
  async saveHolding(holding: Uint8Array): Promise<void> {
    await this.#write((records) => records.add(holding, HOLDING));
  }

  /** Return the answer recorded for an election. */
  async findAnswer(election: string): Promise<Uint8Array | undefined> {
    return this.#read(nameAnswer(election));
  }

  /** Write the first answer for an election. Raises: StorageError if there is one already. */
  async recordAnswer(election: string, answer: Uint8Array): Promise<void> {
    await this.#write((records) => records.add(answer, nameAnswer(election)));
  }

  /** Return the statement of destruction. */
  async loadDestroyed(): Promise<Uint8Array | undefined> {
    return this.#read(DESTROYED);
  }

  /** Write the statement, then overwrite and remove the holding. */
  async destroyHolding(statement: Uint8Array): Promise<void> {
    await this.#write((records) => records.add(statement, DESTROYED));
    await this.#eraseHolding();
  }

  async #eraseHolding(): Promise<void> {
    const stored = await this.#read(HOLDING);
    if (stored !== undefined) {
      await this.#write((records) => records.put(new Uint8Array(stored.length), HOLDING));
      await this.#write((records) => records.delete(HOLDING));
    }
  }

  async #read(name: string): Promise<Uint8Array | undefined> {
    const request = this.#begin("readonly").objectStore(RECORDS).get(name);
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result as Uint8Array | undefined);
      request.onerror = () => reject(toStorageError(request.error));
    });
  }

  async #write(change: (records: IDBObjectStore) => void): Promise<void> {
    const transaction = this.#begin("readwrite");
    change(transaction.objectStore(RECORDS));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(toStorageError(transaction.error));
    });
  }

  #begin(mode: IDBTransactionMode): IDBTransaction {
    try {
      return this.#database.transaction(RECORDS, mode, { durability: "strict" });
    } catch (error) {
      throw toStorageError(error);
    }
  }
}

function nameAnswer(election: string): string {
  return `answer-${election}`;
}

/** Only the name: what a browser writes into a message is its own. */
function toStorageError(error: unknown): StorageError {
  return new StorageError(describeFailure(error));
}
