/**
 * Be trustees' devices for the other implementation: a line of JSON on stdin asks, a line on stdout answers.
 *
 * The storage is the asker's: before it answers, a device may ask back with {storage, device, …}, and reads the answer
 * from the next line. So whatever a device says that is not such a question is what would leave a phone.
 */

import { createInterface } from "node:readline";

import { shake256 } from "@noble/hashes/sha3.js";

import { decodeAggregate, type Aggregate } from "../src/crypto/aggregate";
import { ContestShape } from "../src/crypto/ballot";
import { encodeHex, encodeText } from "../src/crypto/bytes";
import { Ceremony, CeremonyResult, CeremonyTerms, checkOpening, computeCeremonyHash, Opening } from "../src/crypto/ceremony";
import type { ClosedElection } from "../src/crypto/closed";
import {
  combinePartialDecryptions,
  PartialDecryption,
  partiallyDecrypt,
  verifyPartialDecryption,
} from "../src/crypto/decryption";
import { decodeBase64, encodeCanonical, type JsonObject, type JsonValue } from "../src/crypto/encoding";
import { CryptoError } from "../src/crypto/errors";
import { decodeElement, decodeScalar, type RandomBytes } from "../src/crypto/group";
import { readPaperCounts } from "../src/crypto/paper";
import { proveDecryption, verifyDecryption, type DecryptionStatement } from "../src/crypto/proofs/equality";
import { SecretScalar } from "../src/crypto/secret";
import type { VerificationKey } from "../src/crypto/signing";
import { Trustee } from "../src/crypto/trustee";
import { StorageError, type TrusteeStorage } from "../src/crypto/trustee_storage";
import { reviewClosedBoard } from "../src/crypto/verify/verification";
import { hexToBytes } from "./checks/check";

interface TermsRecord {
  readonly ceremony: string;
  readonly server_key: string;
  readonly count: number;
  readonly threshold: number;
  readonly rehearsal: boolean;
}

interface AggregateRecord {
  readonly ballots: number;
  readonly widths: readonly number[];
  readonly ciphertexts: string;
}

interface ClosedRecord {
  readonly election: string;
  readonly election_hash: string;
  readonly ceremony_hash: string;
  readonly server_key: string;
  readonly closed_entry_hash: string;
  readonly ballots: number;
  readonly aggregate: AggregateRecord;
  readonly floor: number;
  readonly rehearsal: boolean;
  readonly annulled: boolean;
  readonly paper_ballots: number;
}

interface StatementRecord {
  readonly ceremony_hash: string;
  readonly trustee: number;
  readonly public_share: string;
  readonly context: string;
  readonly alpha: string;
  readonly beta: string;
  readonly decryption: string;
}

/** What any operation may be given; each reads what it needs. */
interface Request {
  readonly operation: string;
  readonly device: number;
  readonly index: number;
  readonly terms: TermsRecord;
  readonly seed: number;
  readonly message: string;
  readonly messages: readonly string[];
  readonly missing: readonly number[];
  readonly archive: string;
  readonly election: string;
  readonly slot: number;
  readonly counts: JsonObject;
  readonly closed: ClosedRecord;
  readonly openings: readonly JsonValue[];
  readonly commitment: string | null;
  readonly ceremony: JsonObject;
  readonly election_hash: string;
  readonly aggregate: AggregateRecord;
  readonly partials: readonly JsonValue[];
  readonly trustee: number;
  readonly share: string;
  readonly statement: StatementRecord;
  readonly proof: string;
}

/** What the asker answers to a device that asks back. */
interface Reply {
  readonly value?: string | null;
  readonly closed?: ClosedRecord;
  readonly problem?: string;
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const devices = new Map<number, Trustee>();

async function readLine(): Promise<unknown> {
  const line = await lines.next();
  if (line.done === true) {
    process.exit(0);
  }
  return JSON.parse(line.value);
}

function writeLine(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

async function askBack(question: Readonly<Record<string, unknown>>): Promise<Reply> {
  writeLine(question);
  const reply = (await readLine()) as Reply;
  if (reply.problem !== undefined) {
    throw new StorageError(reply.problem);
  }
  return reply;
}

/** The asker's storage for one device. */
class AskedStorage implements TrusteeStorage {
  constructor(private readonly device: number) {}

  loadHolding(): Promise<Uint8Array | undefined> {
    return this.load("load_holding");
  }

  async saveHolding(holding: Uint8Array): Promise<void> {
    await this.ask("save_holding", { data: encodeHex(holding) });
  }

  findAnswer(election: string): Promise<Uint8Array | undefined> {
    return this.load("find_answer", { election });
  }

  async recordAnswer(election: string, answer: Uint8Array): Promise<void> {
    await this.ask("record_answer", { election, data: encodeHex(answer) });
  }

  loadDestroyed(): Promise<Uint8Array | undefined> {
    return this.load("load_destroyed");
  }

  async destroyHolding(statement: Uint8Array): Promise<void> {
    await this.ask("destroy_holding", { data: encodeHex(statement) });
  }

  private ask(storage: string, details: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return askBack({ storage, device: this.device, ...details });
  }

  private async load(storage: string, details: Readonly<Record<string, string>> = {}): Promise<Uint8Array | undefined> {
    const { value } = await this.ask(storage, details);
    return value === null || value === undefined ? undefined : hexToBytes(value);
  }
}

/** Return the stream of `SeededRandom` in tests/support/crypto_samples.py. */
function createSeededRandom(seed: number): RandomBytes {
  let counter = 0;
  return (count) => {
    counter += 1;
    return shake256(encodeText(`${seed}/${counter}`), { dkLen: count });
  };
}

function readTerms(record: TermsRecord): CeremonyTerms {
  const { ceremony, count, rehearsal, server_key: serverKey, threshold } = record;
  return new CeremonyTerms(hexToBytes(ceremony), hexToBytes(serverKey) as VerificationKey, count, threshold, { rehearsal });
}

function readAggregate({ ballots, ciphertexts, widths }: AggregateRecord): Aggregate {
  const shape = widths.map((width) => ({ options: width - 1, marks: 1, sumValues: [] }) as ContestShape);
  return decodeAggregate(decodeBase64(ciphertexts), shape, ballots);
}

function readClosed(record: ClosedRecord): ClosedElection {
  return {
    election: record.election,
    electionHash: hexToBytes(record.election_hash),
    ceremonyHash: hexToBytes(record.ceremony_hash),
    serverKey: hexToBytes(record.server_key) as VerificationKey,
    closedEntryHash: hexToBytes(record.closed_entry_hash),
    ballots: record.ballots,
    aggregate: readAggregate(record.aggregate),
    floor: record.floor,
    rehearsal: record.rehearsal,
    annulled: record.annulled,
    paperBallots: record.paper_ballots,
  };
}

function readStatement(record: StatementRecord): DecryptionStatement {
  return {
    ceremonyHash: hexToBytes(record.ceremony_hash),
    trustee: record.trustee,
    publicShare: decodeElement(hexToBytes(record.public_share)),
    context: hexToBytes(record.context),
    ciphertext: {
      alpha: decodeElement(hexToBytes(record.alpha)),
      beta: decodeElement(hexToBytes(record.beta)),
    },
    decryption: decodeElement(hexToBytes(record.decryption)),
  };
}

function readCeremony({ ceremony, terms }: Request): Ceremony {
  return Ceremony.fromBody(ceremony, hexToBytes(terms.server_key) as VerificationKey, { rehearsal: terms.rehearsal });
}

function readMessages({ messages }: Request): readonly Uint8Array[] {
  return messages.map((message) => hexToBytes(message));
}

async function openDevice({ device, index, seed, terms }: Request): Promise<null> {
  const storage = new AskedStorage(device);
  devices.set(device, await Trustee.open(index, readTerms(terms), createSeededRandom(seed), storage));
  return null;
}

async function reviewBoard(trustee: Trustee, { archive, election }: Request): Promise<null> {
  await trustee.reviewBoard(hexToBytes(archive), election, async (data, asked) => {
    const { closed } = await askBack({ review: encodeHex(data), election: asked });
    if (closed === undefined) {
      throw new Error("no closed election");
    }
    return readClosed(closed);
  });
  return null;
}

async function reviewArchive(trustee: Trustee, { archive, election, seed }: Request): Promise<number> {
  const options = { randomBytes: createSeededRandom(seed) };
  const closed = await trustee.reviewBoard(hexToBytes(archive), election, (data, asked) =>
    reviewClosedBoard(data, asked, options),
  );
  return closed.ballots;
}

const DEVICE_OPERATIONS: Readonly<Record<string, (trustee: Trustee, request: Request) => unknown>> = {
  step: (trustee) => trustee.step,
  openings: (trustee) => trustee.result.openings.map((opening) => opening.toObject()),
  words: (trustee) => trustee.words,
  make_commitment: (trustee) => encodeHex(trustee.makeCommitment()),
  receive_commitments: (trustee, request) => trustee.receiveCommitments(readMessages(request)),
  make_opening: (trustee) => encodeHex(trustee.makeOpening()),
  receive_openings: (trustee, request) => trustee.receiveOpenings(readMessages(request)),
  confirm_words: (trustee) => trustee.confirmWords(),
  make_shares: (trustee) => trustee.makeShares().map(encodeHex),
  receive_share: (trustee, { message }) => trustee.receiveShare(hexToBytes(message)),
  make_trial_decryptions: (trustee) => encodeHex(trustee.makeTrialDecryptions()),
  receive_trial_decryptions: (trustee, request) => trustee.receiveTrialDecryptions(readMessages(request)),
  make_confirmation: async (trustee) => encodeHex(await trustee.makeConfirmation()),
  receive_confirmations: (trustee, request) => {
    const { confirmations } = trustee.receiveConfirmations(readMessages(request));
    return confirmations.map(encodeHex);
  },
  sign_paper: (trustee, { counts }) => trustee.signPaper(readPaperCounts(counts)),
  sign_counts: (trustee, { counts, election, slot }) => trustee.signCounts(election, slot, counts),
  review_board: reviewBoard,
  review_archive: reviewArchive,
  prepare_decryption: (trustee, { closed }) => trustee.prepareDecryption(readClosed(closed)),
  make_whole_commitment: (trustee) => encodeHex(trustee.makeWholeCommitment()),
  receive_whole_commitments: (trustee, request) =>
    trustee.receiveWholeCommitments(readMessages(request), new Set(request.missing)),
  make_whole_reveal: (trustee) => encodeHex(trustee.makeWholeReveal()),
  receive_whole_reveals: (trustee, request) => trustee.receiveWholeReveals(readMessages(request)),
  whole_words: (trustee) => trustee.wholeWords,
  confirm_whole: (trustee) => trustee.confirmWhole(),
  make_partial_decryption: async (trustee) => (await trustee.makePartialDecryption()).toBody(),
  destroy: (trustee) => trustee.destroy(),
  // What a page, a console or a report of an error could show of a device.
  describe: (trustee) => [JSON.stringify(trustee), String(trustee), Object.entries(trustee).map(String)],
};

const OPERATIONS: Readonly<Record<string, (request: Request) => unknown>> = {
  open: openDevice,
  check_opening: ({ commitment, openings, terms }) => {
    const expected = commitment === null ? undefined : hexToBytes(commitment);
    openings.forEach((opening) => checkOpening(readTerms(terms), Opening.fromObject(opening), expected));
  },
  compute_ceremony_hash: ({ openings, terms }) =>
    encodeHex(computeCeremonyHash(readTerms(terms), openings.map(Opening.fromObject))),
  result_from_openings: ({ openings, terms }) =>
    encodeHex(CeremonyResult.fromOpenings(readTerms(terms), openings.map(Opening.fromObject)).ceremonyHash),
  verify_destroyed: (request) => readCeremony(request).verifyDestroyed(request.counts),
  verify_counts_signature: (request) => {
    const { counts, election, partials, slot } = request;
    return readCeremony(request).verifyCountsSignature(election, slot, counts, partials[0] ?? null);
  },
  partially_decrypt: (request) => {
    const { aggregate, election, election_hash: electionHash, seed, share, trustee } = request;
    const target = { election, electionHash: hexToBytes(electionHash), aggregate: readAggregate(aggregate) };
    const secret = new SecretScalar(decodeScalar(hexToBytes(share)));
    return partiallyDecrypt(readCeremony(request), target, trustee, secret, createSeededRandom(seed)).toBody();
  },
  read_partial_decryption: ({ partials }) =>
    partials.map((body) => encodeHex(encodeCanonical(PartialDecryption.fromBody(body).toBody()))),
  verify_partial_decryption: (request) => {
    const aggregate = readAggregate(request.aggregate);
    for (const body of request.partials) {
      const partial = PartialDecryption.fromBody(body);
      verifyPartialDecryption(readCeremony(request), hexToBytes(request.election_hash), aggregate, partial);
    }
  },
  combine_partial_decryptions: (request) => {
    const aggregate = readAggregate(request.aggregate);
    const partials = request.partials.map((body) => PartialDecryption.fromBody(body));
    const electionHash = hexToBytes(request.election_hash);
    const { elements, rejected, trustees } = combinePartialDecryptions(
      readCeremony(request),
      electionHash,
      aggregate,
      partials,
    );
    return { elements: elements.map((row) => row.map((element) => element.toHex())), rejected, trustees };
  },
  prove_decryption: ({ seed, share, statement }) => {
    const secret = new SecretScalar(decodeScalar(hexToBytes(share)));
    return encodeHex(proveDecryption(readStatement(statement), secret, createSeededRandom(seed)));
  },
  verify_decryption: ({ proof, statement }) => verifyDecryption(readStatement(statement), hexToBytes(proof)),
};

function run(request: Request): unknown {
  const operation = OPERATIONS[request.operation];
  if (operation !== undefined) {
    return operation(request);
  }
  const [act, trustee] = [DEVICE_OPERATIONS[request.operation], devices.get(request.device)];
  if (act === undefined || trustee === undefined) {
    throw new Error(`no operation ${request.operation} of device ${request.device}`);
  }
  return act(trustee, request);
}

async function answer(request: Request): Promise<unknown> {
  try {
    return { value: (await run(request)) ?? null };
  } catch (error) {
    if (error instanceof CryptoError) {
      return { error: error.name, message: error.message, fields: { ...error } };
    }
    return { crash: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function main(): Promise<void> {
  for (;;) {
    writeLine(await answer((await readLine()) as Request));
  }
}

void main();
