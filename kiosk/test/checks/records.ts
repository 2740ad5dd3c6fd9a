/** What the other implementation wrote of boards, archives, voided slips and tested ballots, checked by this one. */

import aggregates from "../../../crypto/vectors/aggregate.json";
import archives from "../../../crypto/vectors/archive.json";
import boards from "../../../crypto/vectors/board.json";
import confirmations from "../../../crypto/vectors/confirmation.json";
import manifests from "../../../crypto/vectors/manifest.json";
import oddities from "../../../crypto/vectors/oddities.json";
import openings from "../../../crypto/vectors/opening.json";
import papers from "../../../crypto/vectors/paper.json";
import signatures from "../../../crypto/vectors/signing.json";
import tallies from "../../../crypto/vectors/tally.json";
import voids from "../../../crypto/vectors/void.json";
import { aggregateBallots, encodeAggregate, hashAggregate } from "../../src/crypto/aggregate";
import { decodeArchive, encodeArchive } from "../../src/crypto/archive";
import { decodeBallot, encryptBallot } from "../../src/crypto/ballot";
import { boardHead, Entry, formatHead, normaliseHead } from "../../src/crypto/board";
import { encodeText } from "../../src/crypto/bytes";
import { Confirmation, signConfirmation, verifyConfirmation } from "../../src/crypto/confirmation";
import { deriveCredential } from "../../src/crypto/credential";
import { addCiphertexts, decodeSumCiphertext, encodeCiphertext } from "../../src/crypto/elgamal";
import { decodeBase64, decodeCanonicalObject, encodeBase64, encodeCanonical, type JsonObject } from "../../src/crypto/encoding";
import { VerificationError } from "../../src/crypto/errors";
import { decodeElement, decodeScalar, multiply } from "../../src/crypto/group";
import { Manifest } from "../../src/crypto/manifest";
import { encodeOpening, openTestedBallot } from "../../src/crypto/opening";
import { PaperElection, readPaperCounts, writePaperCounts } from "../../src/crypto/paper";
import { verifyDecryption } from "../../src/crypto/proofs/equality";
import { verifyCredentialSignature, verifyPossession, type SignatureLabel } from "../../src/crypto/proofs/schnorr";
import { deriveVerificationKey, signMessage, verifyMessage, type SigningSeed, type VerificationKey } from "../../src/crypto/signing";
import type { MeetingCode, SlipCode } from "../../src/crypto/slip";
import { finish } from "../../src/crypto/steps";
import { buildLogarithmTable, findLogarithm } from "../../src/crypto/tally";
import type { Report } from "../../src/crypto/verify/model";
import { verifyArchive } from "../../src/crypto/verify/verification";
import { hashVoidContext, signVoid, verifyVoid } from "../../src/crypto/void";
import {
  checkEach,
  encodeHex,
  expectEqual,
  expectError,
  hexToBytes,
  readContext,
  takeCredential,
  takeRandom,
  type Check,
} from "./check";

interface VoidRecord {
  readonly public: string;
  readonly meeting: string;
  readonly slot: number;
  readonly signature: string;
}

interface SignedRecord {
  readonly label: string;
  readonly message: string;
  readonly key: string;
  readonly signature: string;
}

function parse(text: string): JsonObject {
  return decodeCanonicalObject(encodeText(text));
}

function verifySigned({ label, message, key, signature }: SignedRecord): void {
  verifyMessage(label, parse(message), hexToBytes(key) as VerificationKey, hexToBytes(signature));
}

function verifyVoided(record: VoidRecord): void {
  const meeting = record.meeting as MeetingCode;
  verifyVoid(hexToBytes(record.public), meeting, record.slot, hexToBytes(record.signature));
}

function confirm({ key, encoded }: { readonly key: string; readonly encoded: string }): Confirmation {
  const confirmation = Confirmation.decode(encodeText(encoded));
  verifyConfirmation(confirmation, hexToBytes(key) as VerificationKey);
  return confirmation;
}

function verify(archive: string): Report {
  let counter = 0;
  const randomBytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => (counter++ * 151) % 256);
  return verifyArchive(decodeBase64(archive), { randomBytes });
}

/** Return the check and the entry at which an archive fails, as the vectors have them. */
function findFailure(archive: string): readonly unknown[] {
  try {
    verify(archive);
  } catch (error) {
    if (error instanceof VerificationError) {
      return [error.check, error.entry ?? null];
    }
    throw error;
  }
  return [];
}

function addRows(rows: readonly (readonly number[])[], others: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return rows.map((row, contest) => row.map((count, option) => count + (others[contest]?.[option] ?? 0)));
}

/** Return the counts of both channels, election by election. */
function listTotals(report: Report): Record<string, unknown> {
  return Object.fromEntries(
    report.elections.map(({ name, counts, paper }) => {
      const onPaper = paper?.body.counts;
      return [name, counts === undefined ? (onPaper ?? null) : addRows(counts, onPaper ?? [])];
    }),
  );
}

function listFindings(report: Report): Record<string, unknown> {
  const found = report.elections.filter(({ finding }) => finding !== undefined);
  return Object.fromEntries(found.map(({ name, finding }) => [name, [finding?.check, finding?.entry]]));
}

const objectChecks: readonly Check[] = [
  ...checkEach("signMessage matches the vectors", signatures.signed, (item) => {
    const seed = hexToBytes(item.seed) as SigningSeed;
    expectEqual(encodeHex(deriveVerificationKey(seed)), item.key);
    expectEqual(encodeHex(signMessage(item.label, parse(item.message), seed)), item.signature);
    verifySigned(item);
  }),
  ...checkEach("verifyMessage refuses the vectors", signatures.refused, (item) => expectError(() => verifySigned(item))),
  ...checkEach("signConfirmation matches the vectors", confirmations.signed, (item) => {
    const hashes = [item.ballot_hash, item.election_hash].map(hexToBytes) as [Uint8Array, Uint8Array];
    const ours = signConfirmation(...hashes, hexToBytes(item.seed) as SigningSeed);
    expectEqual(encodeHex(ours.encode()), encodeHex(encodeText(item.encoded)));
    expectEqual(encodeHex(confirm(item).ballotHash), item.ballot_hash);
  }),
  ...checkEach("a confirmation may end in a line feed", confirmations.with_line_feed, (item) => void confirm(item)),
  ...checkEach("verifyConfirmation refuses the vectors", confirmations.refused, (item) => expectError(() => confirm(item))),
  ...checkEach("manifests have the hash of the vectors", manifests.accepted, (item) => {
    expectEqual(encodeHex(Manifest.fromObject(parse(item.manifest)).electionHash), item.election_hash);
  }),
  ...checkEach("a manifest is refused", manifests.refused, (item) => {
    expectError(() => Manifest.fromObject(parse(item.manifest)), "InvalidManifestError");
  }),
  ...checkEach("paper counts come back as they were written", papers.counts, (text) => {
    const { signatures: signed, ...body } = parse(text);
    expectEqual(encodeHex(encodeCanonical(writePaperCounts(readPaperCounts(parse(text))))), encodeHex(encodeCanonical(body)));
    expectEqual(Array.isArray(signed), true);
  }),
  ...checkEach("paper counts are refused", papers.counts_refused, ({ body }) => expectError(() => readPaperCounts(parse(body)))),
  ...checkEach("paper elections have the hash of the vectors", papers.elections, ({ body, election_hash }) => {
    expectEqual(encodeHex(PaperElection.fromObject(parse(body)).electionHash), election_hash);
  }),
  ...checkEach("a paper election is refused", papers.elections_refused, ({ body }) => {
    expectError(() => PaperElection.fromObject(parse(body)), "InvalidManifestError");
  }),
  ...checkEach("paper counts are signed by their tellers", papers.signed, ({ body, ceremony_hash, keys }) => {
    const paper = readPaperCounts(parse(body));
    const message = { body: writePaperCounts(paper), ceremony_hash };
    for (const { trustee, signature } of paper.signatures) {
      verifyMessage("paper", message, hexToBytes(keys[trustee - 1] ?? "") as VerificationKey, signature);
    }
    expectEqual(paper.signatures.length, 2);
  }),
];

const slipChecks: readonly Check[] = [
  ...checkEach("hashVoidContext matches the vectors", voids.contexts, ({ meeting, slot, context }) => {
    expectEqual(encodeHex(hashVoidContext(meeting as MeetingCode, slot)), context);
  }),
  ...checkEach("signVoid matches the vectors", voids.signed, (item) => {
    const meeting = item.meeting as MeetingCode;
    const credential = deriveCredential(item.code as SlipCode, meeting, item.slot);
    const random = takeRandom({ random: item.random });
    expectEqual(encodeHex(signVoid(credential, meeting, item.slot, random)), item.signature);
    verifyVoided(item);
  }),
  ...checkEach("verifyVoid refuses the vectors", voids.refused, (item) => expectError(() => verifyVoided(item))),
  ...checkEach("a tested ballot matches the vectors", openings.opened, (item) => {
    const texts = { secret: item.secret, public: item.public, random: item.random };
    const sealed = encryptBallot(readContext(item), takeCredential(texts), item.selections, takeRandom(texts));
    expectEqual(encodeBase64(sealed.test(takeRandom(texts))), item.ballot);
    expectEqual(encodeHex(encodeOpening(sealed.scalars)), item.opening);
  }),
  ...checkEach("openTestedBallot matches the vectors", openings.opened, (item) => {
    expectEqual(openTestedBallot(readContext(item), decodeBase64(item.ballot), hexToBytes(item.opening)), item.selections);
  }),
  ...openings.refused.map((item) => ({
    name: `openTestedBallot refuses: ${item.why}`,
    run: () => expectError(() => openTestedBallot(readContext(item), decodeBase64(item.ballot), hexToBytes(item.opening))),
  })),
];

const boardChecks: readonly Check[] = [
  ...checkEach("entries have the hash of the vectors", boards.entries, ({ line, entry_hash }) => {
    const entry = Entry.decode(encodeText(line));
    expectEqual([encodeHex(entry.entryHash), encodeHex(entry.encode())], [entry_hash, encodeHex(encodeText(line))]);
  }),
  {
    name: "boardHead matches the vectors",
    run: () => {
      const head = boardHead(boards.entries.map(({ line }) => Entry.decode(encodeText(line))));
      expectEqual(head === undefined ? null : encodeHex(head), boards.head);
    },
  },
  ...checkEach("formatHead matches the vectors", boards.formatted, ({ hash, printed }) => {
    expectEqual(formatHead(hexToBytes(hash)), printed);
  }),
  ...checkEach("normaliseHead matches the vectors", boards.typed, ({ typed, plain }) => expectEqual(normaliseHead(typed), plain)),
  ...checkEach("normaliseHead refuses the vectors", boards.typed_refused, (typed) => expectError(() => normaliseHead(typed))),
  ...checkEach("aggregates match the vectors", aggregates.cases, ({ ballots, aggregate, aggregate_hash }) => {
    const context = readContext(aggregates);
    const sum = aggregateBallots(ballots.map((data) => decodeBallot(hexToBytes(data), context)), context.shape);
    expectEqual(encodeBase64(encodeAggregate(sum)), aggregate);
    expectEqual(encodeHex(hashAggregate(context.electionHash, sum)), aggregate_hash);
  }),
  ...checkEach("findLogarithm matches the vectors", tallies.found, ({ element, count }) => {
    const table = finish(buildLogarithmTable(tallies.ballots));
    expectEqual(findLogarithm(decodeElement(hexToBytes(element)), table, 0, 0), count);
  }),
  ...checkEach("findLogarithm refuses the vectors", tallies.refused, ({ element }) => {
    const table = finish(buildLogarithmTable(tallies.ballots));
    expectError(() => findLogarithm(decodeElement(hexToBytes(element)), table, 0, 0), "TallyError");
  }),
  ...archives.verified.map((item) => ({
    name: `an archive verifies: ${item.name}`,
    run: () => {
      const report = verify(item.archive);
      const { entries, ballots, proofs, signatures: signed } = report.totals;
      expectEqual([entries, ballots, proofs, signed], item.totals);
      expectEqual(Object.fromEntries(report.checks.map(({ name, counted }) => [name, counted])), item.checks);
      expectEqual([report.head === undefined ? null : encodeHex(report.head), listTotals(report)], [item.head, item.counts]);
      expectEqual(listFindings(report), item.findings);
    },
  })),
  ...archives.refused.map((item) => ({
    name: `an archive is refused: ${item.name}`,
    run: () => expectEqual(findFailure(item.archive), [item.check, item.entry]),
  })),
  ...checkEach("archives come back as they were written", archives.verified, ({ archive }) => {
    expectEqual(encodeBase64(encodeArchive(decodeArchive(decodeBase64(archive)))), archive);
  }),
];

/** What looks wrong and is legal: were one implementation to refuse it, one voter could make the two disagree. */
const oddityChecks: readonly Check[] = [
  ...checkEach("a strange signature is legal", oddities.signatures, (item) => {
    const [election, message, signature] = [item.election_hash, item.message, item.signature].map(hexToBytes) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    verifyCredentialSignature(item.label as SignatureLabel, election, decodeElement(hexToBytes(item.public)), message, signature);
  }),
  ...checkEach("a strange proof of possession is legal", oddities.possession, (item) => {
    verifyPossession(item.label, item.items.map(hexToBytes), decodeElement(hexToBytes(item.public)), hexToBytes(item.proof));
  }),
  ...checkEach("a strange decryption is legal", oddities.decryptions, (item) => {
    const statement = {
      ceremonyHash: hexToBytes(item.ceremony_hash),
      trustee: item.trustee,
      publicShare: decodeElement(hexToBytes(item.public_share)),
      context: hexToBytes(item.context),
      ciphertext: { alpha: decodeElement(hexToBytes(item.alpha)), beta: decodeElement(hexToBytes(item.beta)) },
      decryption: decodeElement(hexToBytes(item.decryption)),
    };
    verifyDecryption(statement, hexToBytes(item.proof));
  }),
  ...checkEach("a sum may be the identity", oddities.sums, ({ left, right, sum }) => {
    const members = [left, right].map((text) => decodeSumCiphertext(hexToBytes(text)));
    expectEqual(encodeHex(encodeCiphertext(addCiphertexts(members))), sum);
  }),
  ...checkEach("multiplication is total", oddities.products, ({ scalar, element, product }) => {
    expectEqual(multiply(decodeScalar(hexToBytes(scalar)), decodeElement(hexToBytes(element))).toHex(), product);
  }),
];

export const recordChecks: readonly Check[] = [...objectChecks, ...slipChecks, ...boardChecks, ...oddityChecks];
