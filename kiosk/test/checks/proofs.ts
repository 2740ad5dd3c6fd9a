/** ElGamal and the proofs over it, with the oddities that are legal and those that are not. */

import elgamal from "../../../crypto/vectors/elgamal.json";
import membership from "../../../crypto/vectors/membership.json";
import schnorr from "../../../crypto/vectors/schnorr.json";
import {
  addCiphertexts,
  decodeCiphertext,
  decodeSumCiphertext,
  encodeCiphertext,
  encrypt,
  IDENTITY_CIPHERTEXT,
  scaleCiphertext,
} from "../../src/crypto/elgamal";
import { decodeElement, ZERO } from "../../src/crypto/group";
import { proveMembership, verifyMembership, type MembershipStatement } from "../../src/crypto/proofs/membership";
import {
  provePossession,
  signAsCredential,
  verifyCredentialSignature,
  verifyPossession,
  type SignatureLabel,
} from "../../src/crypto/proofs/schnorr";
import {
  checkEach,
  encodeHex,
  expectEqual,
  expectError,
  hexToBytes,
  takeBytes,
  takeCredential,
  takeElement,
  takeRandom,
  takeScalar,
  type Check,
  type Texts,
} from "./check";

interface StatementRecord {
  readonly digest: string;
  readonly contest: number;
  readonly position: string;
  readonly key: string;
  readonly alpha: string;
  readonly beta: string;
  readonly values: readonly number[];
  readonly proof: string;
}

/** Return the statement of a vector. */
export function readStatement(record: StatementRecord): MembershipStatement {
  const { contest, values } = record;
  return {
    digest: hexToBytes(record.digest),
    contest,
    position: hexToBytes(record.position),
    key: decodeElement(hexToBytes(record.key)),
    ciphertext: { alpha: decodeElement(hexToBytes(record.alpha)), beta: decodeElement(hexToBytes(record.beta)) },
    values,
  };
}

function verifyPossessionOf(vector: Texts, items: readonly string[]): void {
  const data = items.map((item) => hexToBytes(item));
  verifyPossession(vector["label"] ?? "", data, takeElement(vector, "public"), takeBytes(vector, "proof"));
}

function verifySignatureOf(vector: Texts): void {
  verifyCredentialSignature(
    vector["label"] as SignatureLabel,
    takeBytes(vector, "election_hash"),
    takeElement(vector, "public"),
    takeBytes(vector, "message"),
    takeBytes(vector, "signature"),
  );
}

export const elgamalChecks: readonly Check[] = [
  ...checkEach("encrypt matches the vectors", [...elgamal.cases, ...elgamal.beta_identity], (vector) => {
    const texts = { key: vector.key, r: vector.r };
    const ciphertext = encrypt(takeElement(texts, "key"), vector.message, takeScalar(texts, "r"));
    expectEqual([ciphertext.alpha.toHex(), ciphertext.beta.toHex()], [vector.alpha, vector.beta]);
  }),
  ...checkEach("encrypt refuses a scalar of zero", elgamal.cases.slice(0, 1), (vector) => {
    expectError(() => encrypt(decodeElement(hexToBytes(vector.key)), 1, ZERO), "InvalidScalarError");
  }),
  ...checkEach("decodeCiphertext returns what encodeCiphertext wrote", elgamal.beta_identity, (vector) => {
    const data = hexToBytes(vector.alpha + vector.beta);
    expectEqual(encodeHex(encodeCiphertext(decodeCiphertext(data))), encodeHex(data));
  }),
  {
    name: "decodeCiphertext refuses an identity α",
    run: () => expectError(() => decodeCiphertext(new Uint8Array(64)), "InvalidElementError"),
  },
  {
    name: "decodeSumCiphertext accepts an identity α",
    run: () => expectEqual(decodeSumCiphertext(new Uint8Array(64)).alpha.isIdentity(), true),
  },
  {
    name: "a ciphertext scaled by zero is that of no ballot",
    run: () => {
      const [vector] = elgamal.cases;
      const ciphertext = decodeCiphertext(hexToBytes(`${vector?.alpha}${vector?.beta}`));
      expectEqual(
        encodeHex(encodeCiphertext(scaleCiphertext(0, ciphertext))),
        encodeHex(encodeCiphertext(addCiphertexts([IDENTITY_CIPHERTEXT]))),
      );
    },
  },
];

export const schnorrChecks: readonly Check[] = [
  ...checkEach("provePossession matches the vectors", schnorr.possession, ({ items, ...texts }) => {
    const data = items.map((item) => hexToBytes(item));
    const proof = provePossession(texts.label, data, takeCredential(texts), takeRandom(texts));
    expectEqual(encodeHex(proof), texts.proof);
  }),
  ...checkEach("verifyPossession accepts the vectors", schnorr.possession, ({ items, ...texts }) => {
    verifyPossessionOf(texts, items);
  }),
  ...checkEach("verifyPossession refuses as the vectors", schnorr.possession_refused, ({ items, ...texts }) => {
    expectError(() => verifyPossessionOf(texts, items));
  }),
  ...checkEach("signAsCredential matches the vectors", schnorr.signatures, (vector) => {
    const [election, message] = [takeBytes(vector, "election_hash"), takeBytes(vector, "message")];
    const label = vector.label as SignatureLabel;
    const signature = signAsCredential(label, election, takeCredential(vector), message, takeRandom(vector));
    expectEqual(encodeHex(signature), vector.signature);
  }),
  ...checkEach("verifyCredentialSignature accepts the vectors", schnorr.signatures, (vector) => {
    verifySignatureOf(vector);
  }),
  ...checkEach("verifyCredentialSignature refuses as the vectors", schnorr.signatures_refused, (vector) => {
    expectError(() => verifySignatureOf(vector));
  }),
];

export const membershipChecks: readonly Check[] = [
  ...checkEach("proveMembership matches the vectors", membership.proved, (vector) => {
    const texts = { r: vector.r, random: vector.random };
    const proof = proveMembership(readStatement(vector), vector.value, takeScalar(texts, "r"), takeRandom(texts));
    expectEqual(encodeHex(proof), vector.proof);
  }),
  ...checkEach("verifyMembership accepts the vectors", [...membership.proved, ...membership.accepted], (vector) => {
    verifyMembership(readStatement(vector), hexToBytes(vector.proof));
  }),
  ...membership.refused.map((vector) => ({
    name: `verifyMembership refuses: ${vector.why}`,
    run: () => expectError(() => verifyMembership(readStatement(vector), hexToBytes(vector.proof))),
  })),
  ...checkEach("proveMembership refuses another value", membership.proved, (vector) => {
    const texts = { r: vector.r, random: vector.random };
    const prove = (): unknown => proveMembership(readStatement(vector), 99, takeScalar(texts, "r"), takeRandom(texts));
    expectError(prove, "InvalidProofError");
  }),
];
