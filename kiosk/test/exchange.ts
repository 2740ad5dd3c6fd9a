/**
 * Answer questions of the other implementation: a JSON list of requests on stdin, a JSON list of answers on stdout.
 *
 * An answer is {value}, or {error} with the name of the protocol's error.
 */

import { readFileSync } from "node:fs";

import { shake256 } from "@noble/hashes/sha3.js";

import { decodeBallot, encryptBallot, verifyBallot } from "../src/crypto/ballot";
import { encodeHex, encodeText } from "../src/crypto/bytes";
import { Ceremony } from "../src/crypto/ceremony";
import { Confirmation, signConfirmation, verifyConfirmation } from "../src/crypto/confirmation";
import { decodeCredentialList, deriveCredential, hashCredentials } from "../src/crypto/credential";
import { decodeBase64, decodeCanonical, decodeCanonicalObject, encodeBase64, encodeCanonical } from "../src/crypto/encoding";
import { CryptoError } from "../src/crypto/errors";
import { decodeElement, decodeScalar, encodeScalar, isSigningKey, multiply, type RandomBytes } from "../src/crypto/group";
import { Manifest } from "../src/crypto/manifest";
import { encodeOpening, openTestedBallot } from "../src/crypto/opening";
import { proveMembership, verifyMembership } from "../src/crypto/proofs/membership";
import {
  provePossession,
  signAsCredential,
  verifyCredentialSignature,
  verifyPossession,
  type SignatureLabel,
} from "../src/crypto/proofs/schnorr";
import { signMessage, verifyMessage, type SigningSeed, type VerificationKey } from "../src/crypto/signing";
import { normaliseMeetingCode, normaliseSlipCode, parseSlipFragment } from "../src/crypto/slip";
import { formatTracker } from "../src/crypto/tracker";
import { hashVoidContext, signVoid, verifyVoid } from "../src/crypto/void";
import { hexToBytes, readContext, type ContextRecord } from "./checks/check";
import { readStatement } from "./checks/proofs";

type StatementRecord = Parameters<typeof readStatement>[0];

/** Every operation by its name, from its arguments as JSON to its value as JSON. */
interface Request {
  readonly operation: string;
  readonly context: ContextRecord;
  readonly statement: StatementRecord;
  readonly seed: number;
  readonly code: string;
  readonly meeting: string;
  readonly slot: number;
  readonly selections: readonly (readonly number[])[];
  readonly data: string;
  readonly key: string;
  readonly label: string;
  readonly signature: string;
  readonly election_hash: string;
  readonly scalar: string;
  readonly value: number;
  readonly rehearsal: boolean;
  readonly opening: string;
}

/** Return the stream of `SeededRandom` in tests/support/crypto_samples.py. */
function createSeededRandom(seed: number): RandomBytes {
  let counter = 0;
  return (count) => {
    counter += 1;
    return shake256(encodeText(`${seed}/${counter}`), { dkLen: count });
  };
}

function deriveCredentialOf(request: Request): ReturnType<typeof deriveCredential> {
  return deriveCredential(normaliseSlipCode(request.code), normaliseMeetingCode(request.meeting), request.slot);
}

function encrypt(request: Request): unknown {
  const source = createSeededRandom(request.seed);
  const sealed = encryptBallot(readContext(request.context), deriveCredentialOf(request), request.selections, source);
  return {
    ballot: encodeBase64(sealed.cast(source)),
    ballot_hash: encodeHex(sealed.ballotHash),
    scalars: sealed.scalars.map((contest) => contest.map((r) => encodeHex(encodeScalar(r)))),
    tracker: formatTracker(sealed.ballotHash),
  };
}

function sealAndTest(request: Request): unknown {
  const source = createSeededRandom(request.seed);
  const sealed = encryptBallot(readContext(request.context), deriveCredentialOf(request), request.selections, source);
  return { ballot: encodeBase64(sealed.test(source)), opening: encodeHex(encodeOpening(sealed.scalars)) };
}

function verify(request: Request): unknown {
  const context = readContext(request.context);
  const ballot = decodeBallot(decodeBase64(request.data), context);
  verifyBallot(ballot, context);
  return encodeHex(ballot.ballotHash);
}

const OPERATIONS: Readonly<Record<string, (request: Request) => unknown>> = {
  encrypt_ballot: encrypt,
  test_ballot: sealAndTest,
  verify_ballot: verify,
  open_tested_ballot: ({ context, data, opening }) =>
    openTestedBallot(readContext(context), decodeBase64(data), hexToBytes(opening)),
  hash_void_context: ({ meeting, slot }) => encodeHex(hashVoidContext(normaliseMeetingCode(meeting), slot)),
  sign_void: (request) => {
    const meeting = normaliseMeetingCode(request.meeting);
    return encodeHex(signVoid(deriveCredentialOf(request), meeting, request.slot, createSeededRandom(request.seed)));
  },
  verify_void: ({ key, meeting, slot, signature }) => {
    verifyVoid(hexToBytes(key), normaliseMeetingCode(meeting), slot, hexToBytes(signature));
    return null;
  },
  derive_credential: (request) => deriveCredentialOf(request).public.toHex(),
  decode_credential_list: ({ data }) => encodeHex(hashCredentials([decodeCredentialList(hexToBytes(data))])),
  decode_element: ({ data }) => decodeElement(hexToBytes(data)).toHex(),
  decode_scalar: ({ data }) => encodeHex(encodeScalar(decodeScalar(hexToBytes(data)))),
  multiply: ({ scalar, data }) => multiply(decodeScalar(hexToBytes(scalar)), decodeElement(hexToBytes(data))).toHex(),
  is_signing_key: ({ data }) => isSigningKey(hexToBytes(data)),
  decode_canonical: ({ data }) => encodeHex(encodeCanonical(decodeCanonical(hexToBytes(data)))),
  decode_base64: ({ data }) => encodeHex(decodeBase64(data)),
  parse_slip_fragment: ({ data }) => {
    const { meeting, code, fingerprint } = parseSlipFragment(data);
    return [meeting, code, fingerprint];
  },
  read_manifest: ({ data }) => encodeHex(Manifest.fromObject(decodeCanonical(hexToBytes(data))).electionHash),
  read_ceremony: ({ data, key, rehearsal }) => {
    const body = decodeCanonicalObject(hexToBytes(data));
    return encodeHex(Ceremony.fromBody(body, hexToBytes(key) as VerificationKey, { rehearsal }).ceremonyHash);
  },
  sign_message: ({ label, data, seed }) => {
    const signingSeed = createSeededRandom(seed)(32) as SigningSeed;
    return encodeHex(signMessage(label, decodeCanonicalObject(hexToBytes(data)), signingSeed));
  },
  verify_message: ({ label, data, key, signature }) => {
    const message = decodeCanonicalObject(hexToBytes(data));
    verifyMessage(label, message, hexToBytes(key) as VerificationKey, hexToBytes(signature));
    return null;
  },
  sign_confirmation: ({ data, election_hash: electionHash, seed }) => {
    const signingSeed = createSeededRandom(seed)(32) as SigningSeed;
    return encodeHex(signConfirmation(hexToBytes(data), hexToBytes(electionHash), signingSeed).encode());
  },
  verify_confirmation: ({ data, key }) => {
    verifyConfirmation(Confirmation.decode(hexToBytes(data)), hexToBytes(key) as VerificationKey);
    return null;
  },
  sign_as_credential: (request) => {
    const [election, message] = [hexToBytes(request.election_hash), hexToBytes(request.data)];
    const source = createSeededRandom(request.seed);
    const pair = deriveCredentialOf(request);
    return encodeHex(signAsCredential(request.label as SignatureLabel, election, pair, message, source));
  },
  verify_credential_signature: ({ label, election_hash: electionHash, key, data, signature }) => {
    const [election, publicElement] = [hexToBytes(electionHash), decodeElement(hexToBytes(key))];
    verifyCredentialSignature(label as SignatureLabel, election, publicElement, hexToBytes(data), hexToBytes(signature));
    return null;
  },
  prove_possession: (request) => {
    const items = [hexToBytes(request.data)];
    return encodeHex(provePossession(request.label, items, deriveCredentialOf(request), createSeededRandom(request.seed)));
  },
  verify_possession: ({ label, data, key, signature }) => {
    verifyPossession(label, [hexToBytes(data)], decodeElement(hexToBytes(key)), hexToBytes(signature));
    return null;
  },
  prove_membership: ({ statement, value, scalar, seed }) => {
    const r = decodeScalar(hexToBytes(scalar));
    return encodeHex(proveMembership(readStatement(statement), value, r, createSeededRandom(seed)));
  },
  verify_membership: ({ statement }) => {
    verifyMembership(readStatement(statement), hexToBytes(statement.proof));
    return null;
  },
};

function answer(request: Request): unknown {
  const operation = OPERATIONS[request.operation];
  if (operation === undefined) {
    throw new Error(`no operation ${request.operation}`);
  }
  try {
    return { value: operation(request) };
  } catch (error) {
    if (error instanceof CryptoError) {
      return { error: error.name };
    }
    throw error;
  }
}

const requests = JSON.parse(readFileSync(0, "utf8")) as readonly Request[];
process.stdout.write(JSON.stringify(requests.map(answer)));
