/** A whole table of phones, and what a phone does when its storage is slow, full or asked for two things at once. */

import manifests from "../../../crypto/vectors/manifest.json";
import { encrypt } from "../../src/crypto/elgamal";
import { encodeText, equalBytes } from "../../src/crypto/bytes";
import { CeremonyResult, CeremonyTerms, Opening, type Ceremony } from "../../src/crypto/ceremony";
import type { ClosedElection } from "../../src/crypto/closed";
import { combinePartialDecryptions, verifyPartialDecryption, type PartialDecryption } from "../../src/crypto/decryption";
import { encodeHex, type JsonObject } from "../../src/crypto/encoding";
import { CryptoError } from "../../src/crypto/errors";
import { GENERATOR, multiplyBase, randomScalar, subtract, toScalar, type RandomBytes } from "../../src/crypto/group";
import { Manifest } from "../../src/crypto/manifest";
import { SecretScalar } from "../../src/crypto/secret";
import { encryptShare } from "../../src/crypto/shares";
import { deriveVerificationKey, type SigningSeed } from "../../src/crypto/signing";
import { hashItems } from "../../src/crypto/transcript";
import { checkTrial, decryptTrial } from "../../src/crypto/trial";
import { Trustee } from "../../src/crypto/trustee";
import { MemoryTrusteeStorage, StorageError } from "../../src/crypto/trustee_storage";
import { readPaperRequest } from "../../src/trustee/paper";
import { expectEqual, expectError, type Check } from "./check";

const SEED = new Uint8Array(32).fill(3) as SigningSeed;
const TERMS = new CeremonyTerms(new Uint8Array(16).fill(1), deriveVerificationKey(SEED), 3, 2, { rehearsal: false });

/** A table after its ceremony. */
interface Table {
  readonly ceremony: Ceremony;
  readonly trustees: readonly Trustee[];
  readonly storages: readonly MemoryTrusteeStorage[];
}

/** A storage whose every answer is late. */
class SlowStorage extends MemoryTrusteeStorage {
  override async saveHolding(holding: Uint8Array): Promise<void> {
    await pass();
    await super.saveHolding(holding);
  }

  override async recordAnswer(election: string, answer: Uint8Array): Promise<void> {
    await pass();
    await super.recordAnswer(election, answer);
  }

  override async findAnswer(election: string): Promise<Uint8Array | undefined> {
    await pass();
    return super.findAnswer(election);
  }

  override async destroyHolding(statement: Uint8Array): Promise<void> {
    await pass();
    await super.destroyHolding(statement);
  }
}

/** A storage that fails as browsers do when the disk is full. */
class FullStorage extends MemoryTrusteeStorage {
  override async saveHolding(): Promise<void> {
    throw new DOMException("the share is 0123", "QuotaExceededError");
  }
}

function pass(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function createRandom(name: string): RandomBytes {
  let counter = 0;
  return (count) => {
    counter += 1;
    const block = hashItems("test", encodeText(`${name}/${counter}`));
    return Uint8Array.from({ length: count }, (_, place) => block[place % block.length] ?? 0);
  };
}

async function openAll(storages: readonly MemoryTrusteeStorage[]): Promise<readonly Trustee[]> {
  return Promise.all(storages.map((storage, place) => Trustee.open(place + 1, TERMS, createRandom(`t${place}`), storage)));
}

/** Bring new devices to where their shares are complete and tried. */
function completeTrial(trustees: readonly Trustee[]): void {
  const commitments = trustees.map((trustee) => trustee.makeCommitment());
  trustees.forEach((trustee) => trustee.receiveCommitments(commitments));
  const openings = trustees.map((trustee) => trustee.makeOpening());
  trustees.forEach((trustee) => trustee.receiveOpenings(openings));
  trustees.forEach((trustee) => trustee.confirmWords());
  const shares = trustees.map((trustee) => trustee.makeShares());
  for (const trustee of trustees) {
    for (const [place, made] of shares.entries()) {
      const maker = place + 1;
      const message = made[trustee.index < maker ? trustee.index - 1 : trustee.index - 2];
      if (maker !== trustee.index && message !== undefined) {
        trustee.receiveShare(message);
      }
    }
  }
  const trials = trustees.map((trustee) => trustee.makeTrialDecryptions());
  trustees.forEach((trustee) => trustee.receiveTrialDecryptions(trials));
}

async function holdCeremony(create: () => MemoryTrusteeStorage = () => new MemoryTrusteeStorage()): Promise<Table> {
  const storages = [create(), create(), create()];
  const trustees = await openAll(storages);
  completeTrial(trustees);
  const confirmations = await Promise.all(trustees.map((trustee) => trustee.makeConfirmation()));
  return { ceremony: first(trustees).receiveConfirmations(confirmations), trustees, storages };
}

function first(trustees: readonly Trustee[]): Trustee {
  const [trustee] = trustees;
  if (trustee === undefined) {
    throw new Error("nobody");
  }
  return trustee;
}

function close(ceremony: CeremonyResult, election = "bi-thu"): ClosedElection {
  const randomBytes = createRandom("ballots");
  const sums = [3, 2].map((count) => encrypt(ceremony.key, count, randomScalar(randomBytes)));
  return {
    election,
    electionHash: new Uint8Array(32).fill(5),
    ceremonyHash: ceremony.ceremonyHash,
    serverKey: TERMS.serverKey,
    closedEntryHash: new Uint8Array(32).fill(6),
    ballots: 5,
    aggregate: { ballots: 5, ciphertexts: [sums] },
    floor: 3,
    rehearsal: false,
    annulled: false,
    paperBallots: 0,
  };
}

async function confirmWhole(trustees: readonly Trustee[], closed: ClosedElection): Promise<void> {
  await Promise.all(trustees.map((trustee) => trustee.prepareDecryption(closed)));
  const commitments = trustees.map((trustee) => trustee.makeWholeCommitment());
  trustees.forEach((trustee) => trustee.receiveWholeCommitments(commitments));
  const reveals = trustees.map((trustee) => trustee.makeWholeReveal());
  trustees.forEach((trustee) => trustee.receiveWholeReveals(reveals));
  expectEqual(new Set(trustees.map((trustee) => trustee.wholeWords.join(" "))).size, 1);
  trustees.forEach((trustee) => trustee.confirmWhole());
}

/** Return the text of the protocol's error that a promise ends with. */
async function takeError(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof CryptoError) {
      return error.message;
    }
    throw error;
  }
  throw new Error("no error");
}

/** Return a ceremony's result of which one thing is not what the openings give. */
function alter(result: CeremonyResult, change: Partial<Pick<CeremonyResult, "key" | "openings">>): CeremonyResult {
  const altered = Object.create(CeremonyResult.prototype) as CeremonyResult;
  return Object.assign(altered, result, change);
}

export const deviceChecks: readonly Check[] = [
  {
    name: "three phones make a key and two of them decrypt",
    run: async () => {
      const { ceremony, trustees } = await holdCeremony();
      const closed = close(ceremony);
      await confirmWhole(trustees, closed);
      const partials: PartialDecryption[] = [];
      for (const trustee of trustees.slice(1)) {
        partials.push(await trustee.makePartialDecryption());
      }
      const { aggregate, electionHash } = closed;
      const { elements, rejected } = combinePartialDecryptions(ceremony, electionHash, aggregate, partials);
      const sums = aggregate.ciphertexts.flat().map(({ beta }) => beta);
      const counts = elements.flat().map((element, place) => subtract(sums[place] ?? GENERATOR, element).toHex());
      expectEqual([counts, rejected], [[3n, 2n].map((count) => multiplyBase(toScalar(count)).toHex()), []]);
    },
  },
  {
    name: "a partial decryption lets the page work between its sums",
    run: async () => {
      const { ceremony, trustees } = await holdCeremony();
      await confirmWhole(trustees, close(ceremony));
      let pauses = 0;
      await first(trustees).makePartialDecryption(async () => {
        pauses += 1;
      });
      expectEqual(pauses, 4);
    },
  },
  {
    name: "a confirmation asked for twice at once stores one holding",
    run: async () => {
      const trustees = await openAll([new SlowStorage(), new SlowStorage(), new SlowStorage()]);
      completeTrial(trustees);
      const device = first(trustees);
      const [one, two] = await Promise.all([device.makeConfirmation(), device.makeConfirmation()]);
      expectEqual([equalBytes(one, two), device.step], [true, "holding"]);
    },
  },
  {
    name: "a share is not confirmed before the storage has it",
    run: async () => {
      const trustees = await openAll([new SlowStorage(), new SlowStorage(), new SlowStorage()]);
      completeTrial(trustees);
      const device = first(trustees);
      const confirmation = device.makeConfirmation();
      expectEqual(device.step, "trial done");
      await confirmation;
      expectEqual(device.step, "holding");
    },
  },
  {
    name: "a full storage ends the ceremony and says no more than why",
    run: async () => {
      const trustees = await openAll([new FullStorage(), new MemoryTrusteeStorage(), new MemoryTrusteeStorage()]);
      completeTrial(trustees);
      const device = first(trustees);
      const error = await takeError(device.makeConfirmation());
      expectEqual(error, "ceremony: the share could not be stored: QuotaExceededError");
      expectEqual(device.step, "ended");
    },
  },
  {
    name: "an answer under way is not another election's when one is begun meanwhile",
    run: async () => {
      const { ceremony, trustees } = await holdCeremony(() => new SlowStorage());
      const [closed, other] = [close(ceremony), close(ceremony, "khac")];
      await confirmWhole(trustees, closed);
      const device = first(trustees);
      const answer = device.makePartialDecryption(pass);
      const [partial] = await Promise.all([answer, device.prepareDecryption(other)]);
      expectEqual(partial.election, closed.election);
      verifyPartialDecryption(ceremony, closed.electionHash, closed.aggregate, partial);
      expectEqual(await takeError(device.makePartialDecryption()), "decryption refused: the words of the whole are not confirmed");
    },
  },
  {
    name: "an election begun meanwhile is not answered without words",
    run: async () => {
      const { ceremony, trustees } = await holdCeremony(() => new SlowStorage());
      await confirmWhole(trustees, close(ceremony));
      const device = first(trustees);
      const prepared = device.prepareDecryption(close(ceremony, "khac"));
      const error = await takeError(device.makePartialDecryption());
      await prepared;
      expectEqual(error, "decryption refused: the words of the whole are not confirmed");
    },
  },
  {
    name: "a share destroyed meanwhile answers nothing more",
    run: async () => {
      const { ceremony, trustees } = await holdCeremony(() => new SlowStorage());
      await confirmWhole(trustees, close(ceremony));
      const device = first(trustees);
      const destroyed = device.destroy();
      const error = await takeError(device.makePartialDecryption());
      expectEqual(error, "ceremony: out of order: this device is at 'destroyed', not at 'holding'");
      expectEqual(ceremony.verifyDestroyed(await destroyed), 1);
      expectEqual((await device.destroy())["signature"], (await destroyed)["signature"]);
    },
  },
  {
    name: "two devices on one storage give one answer",
    run: async () => {
      const { ceremony, trustees, storages } = await holdCeremony(() => new SlowStorage());
      const [storage] = storages;
      const twin = await Trustee.open(1, TERMS, createRandom("twin"), storage ?? new MemoryTrusteeStorage());
      await confirmWhole(trustees, close(ceremony));
      await confirmWhole([twin, ...trustees.slice(1)], { ...close(ceremony), closedEntryHash: new Uint8Array(32) });
      const answers = await Promise.allSettled([first(trustees).makePartialDecryption(), twin.makePartialDecryption()]);
      expectEqual(answers.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    },
  },
  {
    name: "a device opened again holds its share and its answer",
    run: async () => {
      const { ceremony, trustees, storages } = await holdCeremony();
      const closed = close(ceremony);
      await confirmWhole(trustees, closed);
      await first(trustees).makePartialDecryption();
      const [storage] = storages;
      const again = await Trustee.open(1, TERMS, createRandom("again"), storage ?? new MemoryTrusteeStorage());
      expectEqual([again.step, again.words], ["holding", first(trustees).words]);
      const other = { ...closed, closedEntryHash: new Uint8Array(32) };
      const error = await takeError(again.prepareDecryption(other));
      expectEqual(error, "decryption refused: this device answered something else for this election");
      await again.prepareDecryption(closed);
      verifyPartialDecryption(ceremony, closed.electionHash, closed.aggregate, await again.makePartialDecryption());
    },
  },
  {
    name: "a storage keeps its first holding and its first answer",
    run: async () => {
      const storage = new MemoryTrusteeStorage();
      for (const act of [
        () => storage.saveHolding(new Uint8Array(1)),
        () => storage.recordAnswer("e", new Uint8Array(1)),
      ]) {
        await act();
        const outcome = await act().then(() => "kept", (error: unknown) => error instanceof StorageError);
        expectEqual(outcome, true);
      }
    },
  },
  {
    name: "a share is not made for an unusable encryption key",
    run: async () => {
      const { ceremony } = await holdCeremony();
      const openings = ceremony.openings.map(
        ({ ceremony: id, commitments, encryptionKey, nonce, possession, signingKey, trustee }) =>
          new Opening(id, trustee, nonce, trustee === 2 ? new Uint8Array(32) : encryptionKey, signingKey, commitments, possession),
      );
      const result = alter(ceremony, { openings });
      const route = { maker: 1, receiver: 2 };
      expectError(() => encryptShare(result, route, toScalar(5n), SEED, createRandom("e")), "CeremonyError");
    },
  },
  {
    name: "a trial is refused when the shares do not fit the key",
    run: async () => {
      const { ceremony, storages } = await holdCeremony();
      const result = alter(ceremony, { key: GENERATOR });
      const messages = new Map<number, ReturnType<typeof decryptTrial>>();
      for (const [place, storage] of storages.entries()) {
        const stored = new TextDecoder().decode(await storage.loadHolding());
        const share = new SecretScalar(readShare(stored));
        messages.set(place + 1, decryptTrial(result, place + 1, share, createRandom(`trial ${place}`)));
      }
      expectError(() => checkTrial(result, messages), "CeremonyError");
    },
  },
  {
    name: "numbers of paper ballots are shown by the manifest that is signed with them, under no other names",
    run: () => {
      const asked = askAboutPaper((text) => text);
      expectEqual(readPaperRequest(asked).title, Manifest.fromObject(asked["manifest"] ?? null).content.title);
      expectError(() => readPaperRequest({ ...asked, manifest: readManifest((text) => `${text} (2)`) }), "EncodingError");
      const paper = { ...(asked["paper"] as JsonObject), election: "another" };
      expectError(() => readPaperRequest({ ...asked, paper }), "EncodingError");
    },
  },
];

/** Return a sample manifest with other names for its options. */
function readManifest(rename: (text: string) => string): JsonObject {
  const manifest = JSON.parse(manifests.accepted[0]?.manifest ?? "null") as JsonObject;
  const { content } = Manifest.fromObject(manifest);
  const contests = content.contests.map(({ id, marks, options, text }) => ({
    ...{ id, marks, text: { vi: text.vi, en: text.en } },
    options: options.map((option) => ({ id: option.id, text: { vi: rename(option.text.vi), en: option.text.en } })),
  }));
  return { ...manifest, contests };
}

/** Return what a server asks a teller's device to sign of an election's paper ballots: none came back. */
function askAboutPaper(rename: (text: string) => string): JsonObject {
  const manifest = readManifest(rename);
  const { content, electionHash } = Manifest.fromObject(manifest);
  const numbers = { issued: 0, exchanged: 0, ballots: 0, invalid: 0, reasons: [] };
  const counts = content.contests.map(({ options }) => [...options, null].map(() => 0));
  const paper = { election: content.election, election_hash: encodeHex(electionHash), ...numbers, counts };
  return { manifest, paper };
}

function readShare(stored: string): ReturnType<typeof toScalar> {
  const { share } = JSON.parse(stored) as { readonly share: string };
  return toScalar(BigInt(`0x${(share.match(/../g) ?? []).reverse().join("")}`));
}
