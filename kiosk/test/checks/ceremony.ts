/** The key ceremony's public record, the shared key's public side, and signatures. */

import ceremony from "../../../crypto/vectors/ceremony.json";
import rfc8032 from "../../../crypto/vectors/rfc8032.json";
import threshold from "../../../crypto/vectors/threshold.json";
import whole from "../../../crypto/vectors/whole.json";
import { ed25519 } from "@noble/curves/ed25519.js";

import { Ceremony } from "../../src/crypto/ceremony";
import { signConfirmation, verifyConfirmation, Confirmation } from "../../src/crypto/confirmation";
import { encodeText } from "../../src/crypto/bytes";
import type { JsonObject } from "../../src/crypto/encoding";
import { CeremonyError } from "../../src/crypto/errors";
import { decodeElement, ORDER } from "../../src/crypto/group";
import {
  deriveVerificationKey,
  isSignatureOf,
  signMessage,
  verifyMessage,
  type SigningSeed,
  type VerificationKey,
} from "../../src/crypto/signing";
import { checkThreshold, evaluateCommitments } from "../../src/crypto/threshold";
import { encodeWords } from "../../src/crypto/words";
import { checkEach, encodeHex, expectEqual, expectError, hexToBytes, take, takeBytes, type Check, type Texts } from "./check";

const [FIRST] = ceremony.held;
const SEED = new Uint8Array(32).fill(7) as SigningSeed;
const KEY = deriveVerificationKey(SEED);
const MESSAGE: JsonObject = { number: 3, text: "phiếu" };
const SIGNATURE = signMessage("label", MESSAGE, SEED);
const SMALL_ORDER = [
  `01${"00".repeat(31)}`,
  "00".repeat(32),
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  `ec${"ff".repeat(30)}7f`,
  // y = p and y = p + 1, not canonical, and −0.
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
  `01${"00".repeat(30)}80`,
];

// Made with a point of order eight added to R: it holds only when both sides are multiplied by the cofactor.
const COFACTOR_ONLY = {
  key: "7767a3242dc9b58bbc68488c1265cc6cc5f26c6f3c88a5d55e901b0734dca572",
  signature:
    "6999d5cb5126005c325892f1c6eab824b310708befff12fbaf45dda050cb12f0" +
    "406fe932d20e4e9f541ee5f1556aa8a26e42ad029e533e9248d0fadd315b9b00",
};

function open(record: { readonly body: unknown; readonly server_key?: string; readonly rehearsal?: boolean }): Ceremony {
  const serverKey = hexToBytes(record.server_key ?? FIRST?.server_key ?? "") as VerificationKey;
  return Ceremony.fromBody(record.body as JsonObject, serverKey, { rehearsal: record.rehearsal ?? false });
}

function addOrder(signature: Uint8Array): Uint8Array {
  const response = BigInt(`0x${encodeHex(signature.slice(32).reverse())}`) + ORDER;
  const bytes = hexToBytes(response.toString(16).padStart(64, "0")).reverse();
  return Uint8Array.from([...signature.slice(0, 32), ...bytes]);
}

export const ceremonyChecks: readonly Check[] = [
  ...checkEach("Ceremony.fromBody accepts the vectors", ceremony.held, (vector) => {
    const result = open(vector);
    expectEqual([encodeHex(result.ceremonyHash), result.key.toHex()], [vector.body.ceremony_hash, vector.body.key]);
    expectEqual(encodeWords(result.ceremonyHash, vector.words.length), vector.words);
  }),
  ...ceremony.refused.map((vector) => ({
    name: `Ceremony.fromBody refuses: ${vector.why}`,
    run: () => {
      try {
        open(vector);
      } catch (error) {
        const trustee = error instanceof CeremonyError ? (error.trustee ?? null) : null;
        expectEqual(trustee, vector.trustee);
        return;
      }
      throw new Error("no error");
    },
  })),
  ...checkEach("a rehearsal is no ceremony and a ceremony no rehearsal", ceremony.held, (vector) => {
    expectError(() => open({ ...vector, rehearsal: !vector.rehearsal }), "CeremonyError");
  }),
  ...checkEach("verifyCountsSignature accepts the vectors", whole.counts.signatures, (signed) => {
    const { election, slot, counts } = whole.counts;
    expectEqual(open(FIRST ?? { body: {} }).verifyCountsSignature(election, slot, counts, signed), signed.trustee);
  }),
  ...checkEach("verifyCountsSignature refuses other counts", whole.counts.signatures, (signed) => {
    const { election, slot, counts } = whole.counts;
    const result = open(FIRST ?? { body: {} });
    expectError(() => result.verifyCountsSignature(election, slot, { ...counts, lost: 0 }, signed), "CeremonyError");
  }),
  ...threshold.cases.flatMap((vector) => {
    const commitments = vector.commitments.map((commitment) => decodeElement(hexToBytes(commitment)));
    return checkEach("evaluateCommitments matches the vectors", vector.shares, (share) => {
      expectEqual(evaluateCommitments(commitments, share.index).toHex(), share.public);
    });
  }),
  ...checkEach("checkThreshold refuses", [[3, 3], [4, 2], [1, 1], [0, 0], [2, 1]] as const, ([count, needed]) => {
    expectError(() => checkThreshold(count, needed, { rehearsal: false }), "CeremonyError");
  }),
];

export const signingChecks: readonly Check[] = [
  ...checkEach("deriveVerificationKey matches RFC 8032", rfc8032.cases, (vector) => {
    expectEqual(encodeHex(deriveVerificationKey(takeBytes(vector, "seed") as SigningSeed)), vector.key);
  }),
  ...checkEach("the library signs as RFC 8032", rfc8032.cases, (vector) => {
    expectEqual(encodeHex(ed25519.sign(takeBytes(vector, "message"), takeBytes(vector, "seed"))), vector.signature);
  }),
  ...checkEach("isSignatureOf accepts the signatures of RFC 8032", rfc8032.cases, (vector: Texts) => {
    const key = takeBytes(vector, "key") as VerificationKey;
    expectEqual(isSignatureOf(takeBytes(vector, "message"), key, hexToBytes(take(vector, "signature"))), true);
  }),
  { name: "verifyMessage accepts what signMessage made", run: () => verifyMessage("label", MESSAGE, KEY, SIGNATURE) },
  {
    name: "verifyMessage refuses another label",
    run: () => expectError(() => verifyMessage("other", MESSAGE, KEY, SIGNATURE), "InvalidSignatureError"),
  },
  {
    name: "verifyMessage refuses another message",
    run: () => expectError(() => verifyMessage("label", { ...MESSAGE, number: 4 }, KEY, SIGNATURE)),
  },
  {
    name: "verifyMessage refuses a response plus the order",
    run: () => expectError(() => verifyMessage("label", MESSAGE, KEY, addOrder(SIGNATURE)), "InvalidSignatureError"),
  },
  ...checkEach("verifyMessage refuses a changed byte", Array.from({ length: 64 }, (_, index) => index), (position) => {
    const changed = SIGNATURE.map((byte, index) => (index === position ? byte ^ 1 : byte));
    expectError(() => verifyMessage("label", MESSAGE, KEY, changed), "InvalidSignatureError");
  }),
  ...checkEach("verifyMessage refuses a signature of another length", [0, 63, 65], (length) => {
    expectError(() => verifyMessage("label", MESSAGE, KEY, new Uint8Array(length)), "InvalidSignatureError");
  }),
  ...checkEach("verifyMessage refuses a key of small order, or not canonical", SMALL_ORDER, (text) => {
    const key = hexToBytes(text) as VerificationKey;
    const forged = Uint8Array.from([...key, ...new Uint8Array(32)]);
    expectError(() => verifyMessage("label", MESSAGE, key, forged), "InvalidSignatureError");
  }),
  {
    name: "verifyMessage refuses a signature that holds only times the cofactor",
    run: () => {
      const [key, signature] = [takeBytes(COFACTOR_ONLY, "key") as VerificationKey, takeBytes(COFACTOR_ONLY, "signature")];
      expectError(() => verifyMessage("label", { number: 3 }, key, signature), "InvalidSignatureError");
    },
  },
  {
    name: "a confirmation comes back from its file, with a line feed or without",
    run: () => {
      const confirmation = signConfirmation(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2), SEED);
      const file = Uint8Array.from([...confirmation.encode(), 0x0a]);
      verifyConfirmation(Confirmation.decode(file), KEY);
      verifyConfirmation(Confirmation.decode(confirmation.encode()), KEY);
    },
  },
  {
    name: "verifyConfirmation refuses another ballot",
    run: () => {
      const { electionHash, signature } = signConfirmation(encodeText("a".repeat(32)), encodeText("b".repeat(32)), SEED);
      const moved = new Confirmation(encodeText("c".repeat(32)), electionHash, signature);
      expectError(() => verifyConfirmation(moved, KEY), "InvalidSignatureError");
    },
  },
];
