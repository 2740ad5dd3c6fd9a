/** The database in which a phone keeps its share; it runs in a browser only. */

import { equalBytes } from "../../src/crypto/bytes";
import { BrowserTrusteeStorage, StorageError } from "../../src/crypto/trustee_storage";
import { encodeHex, expectEqual, type Check } from "./check";

const [HOLDING, ANSWER, STATEMENT] = [new Uint8Array(40).fill(7), new Uint8Array(32).fill(8), new Uint8Array(9).fill(9)];
const RECORDS = "records";
let ceremonies = 0;

function nameCeremony(): Uint8Array {
  ceremonies += 1;
  return new Uint8Array(16).fill(ceremonies);
}

function openStorage(ceremony: Uint8Array, index = 1): Promise<BrowserTrusteeStorage> {
  return BrowserTrusteeStorage.open(indexedDB, ceremony, index);
}

/** Return whether an action ends with a StorageError. */
async function isRefused(action: Promise<void>): Promise<boolean> {
  return action.then(
    () => false,
    (error: unknown) => error instanceof StorageError,
  );
}

/** Do something in the database behind a storage's back; return what it gave. */
async function reach<T>(
  ceremony: Uint8Array,
  mode: IDBTransactionMode,
  act: (records: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(`phieukin-trustee-${encodeHex(ceremony)}-1`);
  const database = await settle(opening);
  const found = await settle(act(database.transaction(RECORDS, mode).objectStore(RECORDS)));
  database.close();
  return found;
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export const storageChecks: readonly Check[] = [
  {
    name: "a storage opened again has what was kept, and another seat's has not",
    run: async () => {
      const ceremony = nameCeremony();
      const storage = await openStorage(ceremony);
      await storage.saveHolding(HOLDING);
      await storage.recordAnswer("bi-thu", ANSWER);
      const again = await openStorage(ceremony);
      expectEqual([await again.loadHolding(), await again.findAnswer("bi-thu")], [HOLDING, ANSWER]);
      expectEqual([await again.findAnswer("khac"), await again.loadDestroyed()], [undefined, undefined]);
      for (const other of [await openStorage(ceremony, 2), await openStorage(nameCeremony())]) {
        expectEqual([await other.loadHolding(), await other.findAnswer("bi-thu")], [undefined, undefined]);
      }
    },
  },
  {
    name: "the first holding, answer and statement stay",
    run: async () => {
      const storage = await openStorage(nameCeremony());
      await storage.saveHolding(HOLDING);
      await storage.recordAnswer("bi-thu", ANSWER);
      expectEqual(await isRefused(storage.saveHolding(ANSWER)), true);
      expectEqual(await isRefused(storage.recordAnswer("bi-thu", HOLDING)), true);
      expectEqual([await storage.loadHolding(), await storage.findAnswer("bi-thu")], [HOLDING, ANSWER]);
    },
  },
  {
    name: "of two tabs that answer at once one is refused",
    run: async () => {
      const ceremony = nameCeremony();
      const tabs = [await openStorage(ceremony), await openStorage(ceremony)];
      const refused = await Promise.all(
        tabs.map((tab, place) => isRefused(tab.recordAnswer("bi-thu", new Uint8Array(32).fill(place)))),
      );
      expectEqual(refused.sort(), [false, true]);
    },
  },
  {
    name: "an election may have the name of any record",
    run: async () => {
      const storage = await openStorage(nameCeremony());
      await storage.recordAnswer("holding", ANSWER);
      await storage.recordAnswer("destroyed", ANSWER);
      expectEqual([await storage.loadHolding(), await storage.loadDestroyed()], [undefined, undefined]);
    },
  },
  {
    name: "a destroyed holding is gone, the statement and the answers stay",
    run: async () => {
      const ceremony = nameCeremony();
      const storage = await openStorage(ceremony);
      await storage.saveHolding(HOLDING);
      await storage.recordAnswer("bi-thu", ANSWER);
      await storage.destroyHolding(STATEMENT);
      const again = await openStorage(ceremony);
      expectEqual([await again.loadHolding(), await again.loadDestroyed()], [undefined, STATEMENT]);
      expectEqual(await again.findAnswer("bi-thu"), ANSWER);
      const records = await reach<Uint8Array[]>(ceremony, "readonly", (kept) => kept.getAll());
      expectEqual(records.some((record) => equalBytes(record, HOLDING)), false);
    },
  },
  {
    name: "a holding that outlived its destruction is erased when the storage is opened next",
    run: async () => {
      const ceremony = nameCeremony();
      await (await openStorage(ceremony)).saveHolding(HOLDING);
      await reach(ceremony, "readwrite", (records) => records.put(STATEMENT, "destroyed"));
      expectEqual(await (await openStorage(ceremony)).loadHolding(), undefined);
      expectEqual(await reach(ceremony, "readonly", (records) => records.count("holding")), 0);
    },
  },
  {
    name: "a share is kept when its destruction cannot be written",
    run: async () => {
      const ceremony = nameCeremony();
      const storage = await openStorage(ceremony);
      await storage.saveHolding(HOLDING);
      await reach(ceremony, "readwrite", (records) => records.put(STATEMENT, "destroyed"));
      expectEqual(await isRefused(storage.destroyHolding(STATEMENT)), true);
      expectEqual(await reach(ceremony, "readonly", (records) => records.count("holding")), 1);
    },
  },
];
