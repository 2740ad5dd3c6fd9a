/** The trustee's device: its algorithms against the vectors, and what it keeps to itself. */

import ceremony from "../../../crypto/vectors/ceremony.json";
import decryption from "../../../crypto/vectors/decryption.json";
import equality from "../../../crypto/vectors/equality.json";
import threshold from "../../../crypto/vectors/threshold.json";
import whole from "../../../crypto/vectors/whole.json";
import { decodeAggregate, hashAggregate, type Aggregate } from "../../src/crypto/aggregate";
import { ContestShape } from "../../src/crypto/ballot";
import { encodeText } from "../../src/crypto/bytes";
import { Ceremony, CeremonyTerms, commitOpening, Opening } from "../../src/crypto/ceremony";
import { hashWhole } from "../../src/crypto/closed";
import {
  combinePartialDecryptions,
  PartialDecryption,
  partiallyDecrypt,
  verifyPartialDecryption,
} from "../../src/crypto/decryption";
import { decodeBase64, decodeCanonical, decodeCanonicalObject, encodeCanonical, type JsonObject } from "../../src/crypto/encoding";
import { InvalidProofError } from "../../src/crypto/errors";
import { decodeElement, decodeScalar, encodeScalar, GENERATOR, IDENTITY, multiplyBase, toScalar, type RandomBytes } from "../../src/crypto/group";
import { Holding } from "../../src/crypto/holding";
import { proveDecryption, verifyDecryption, type DecryptionStatement } from "../../src/crypto/proofs/equality";
import { SecretScalar } from "../../src/crypto/secret";
import { decryptShare, encryptShare, ShareMessage } from "../../src/crypto/shares";
import { deriveVerificationKey, type SigningSeed, type VerificationKey } from "../../src/crypto/signing";
import { commitPolynomial, computeLagrangeCoefficient, evaluatePolynomial, type Polynomial } from "../../src/crypto/threshold";
import { checkTrial, deriveTrialCiphertext, listTrialSets, TrialMessage } from "../../src/crypto/trial";
import { commitWhole, encodeWholeWords } from "../../src/crypto/whole";
import { checkEach, encodeHex, expectEqual, expectError, hexToBytes, takeRandom, type Check } from "./check";

type HeldCase = (typeof ceremony.held)[number];

const FIXED: RandomBytes = (count) => new Uint8Array(count).fill(9);
const FIRST = takeFirst();
const CEREMONY = open(FIRST);
const ELECTION_HASH = hexToBytes(decryption.election_hash);

function takeFirst(): HeldCase {
  const [first] = ceremony.held;
  if (first === undefined) {
    throw new Error("no vector");
  }
  return first;
}

function open(held: HeldCase): Ceremony {
  const { body, rehearsal, server_key: serverKey } = held;
  return Ceremony.fromBody(body as JsonObject, hexToBytes(serverKey) as VerificationKey, { rehearsal });
}

function readAggregate(): Aggregate {
  const shape = decryption.options.map((options) => new ContestShape(options, 1));
  return decodeAggregate(decodeBase64(decryption.aggregate), shape, decryption.ballots);
}

function readSecret(hexadecimal: string): SecretScalar {
  return new SecretScalar(decodeScalar(hexToBytes(hexadecimal)));
}

function readStatement(record: Omit<(typeof equality.proved)[number], "secret" | "random" | "proof">): DecryptionStatement {
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

/** Return the secrets of a trustee of a vector. */
function takeSecrets(held: HeldCase, trustee: number): HeldCase["secrets"][number] {
  const found = held.secrets.find((secrets) => secrets.trustee === trustee);
  if (found === undefined) {
    throw new Error(`no secrets of trustee ${trustee}`);
  }
  return found;
}

function readPolynomial(coefficients: readonly string[]): Polynomial {
  return coefficients.map((text) => decodeScalar(hexToBytes(text))) as unknown as Polynomial;
}

/** Return what the first trustee of the first vector holds. */
function createHolding(): Holding {
  const { seed, share } = takeSecrets(FIRST, 1);
  return new Holding(1, CEREMONY, readSecret(share), hexToBytes(seed) as SigningSeed, FIXED);
}

/** Fail unless an action throws a TypeError. */
function expectUnserialisable(value: unknown): void {
  try {
    JSON.stringify(value);
  } catch (error) {
    if (error instanceof TypeError) {
      return;
    }
    throw error;
  }
  throw new Error("it was serialised");
}

const algorithmChecks: readonly Check[] = [
  ...checkEach("proveDecryption matches the vectors", equality.proved, (vector) => {
    const proof = proveDecryption(readStatement(vector), readSecret(vector.secret), takeRandom({ random: vector.random }));
    expectEqual(encodeHex(proof), vector.proof);
    verifyDecryption(readStatement(vector), proof);
  }),
  ...checkEach("verifyDecryption refuses the vectors", equality.refused, (vector) => {
    expectError(() => verifyDecryption(readStatement(vector), hexToBytes(vector.proof)), "InvalidProofError");
  }),
  ...checkEach("commitPolynomial and evaluatePolynomial match the vectors", threshold.cases, (vector) => {
    const polynomial = readPolynomial(vector.polynomial);
    expectEqual(commitPolynomial(polynomial).map((element) => element.toHex()), vector.commitments);
    for (const share of vector.shares) {
      expectEqual(encodeHex(encodeScalar(evaluatePolynomial(polynomial, share.index))), share.share);
    }
  }),
  ...checkEach("computeLagrangeCoefficient matches the vectors", threshold.lagrange, (vector) => {
    const coefficient = computeLagrangeCoefficient(vector.index, vector.indexes);
    expectEqual(encodeHex(encodeScalar(coefficient)), vector.coefficient);
  }),
  ...checkEach("commitOpening matches the vectors", ceremony.held, (held) => {
    for (const [place, message] of held.opening_messages.entries()) {
      const opening = Opening.fromObject(decodeCanonical(encodeText(message)));
      const committed = decodeCanonicalObject(encodeText(held.commitment_messages[place] ?? ""));
      expectEqual(encodeHex(commitOpening(opening)), committed["commitment"]);
    }
  }),
  ...checkEach("decryptShare opens the vectors", ceremony.held, (held) => {
    const result = open(held);
    for (const text of held.share_messages) {
      const message = ShareMessage.decode(encodeText(text));
      const { encryption_key: privateKey } = takeSecrets(held, message.receiver);
      const share = decryptShare(result, message, message.receiver, hexToBytes(privateKey));
      const made = evaluatePolynomial(readPolynomial(takeSecrets(held, message.maker).polynomial), message.receiver);
      expectEqual(encodeHex(encodeScalar(share)), encodeHex(encodeScalar(made)));
    }
  }),
  {
    name: "encryptShare matches the vector",
    run: () => {
      const { ephemeral_secret: ephemeral, maker, message, receiver, share } = ceremony.encrypted_share;
      const seed = hexToBytes(takeSecrets(FIRST, maker).seed) as SigningSeed;
      const scalar = decodeScalar(hexToBytes(share));
      const made = encryptShare(CEREMONY, { maker, receiver }, scalar, seed, () => hexToBytes(ephemeral));
      expectEqual(new TextDecoder().decode(made), message);
    },
  },
  ...checkEach("deriveTrialCiphertext matches the vectors", ceremony.held, (held) => {
    const result = open(held);
    const { count, threshold: needed } = result.terms;
    expectEqual(listTrialSets(count, needed), held.trial.map(({ trustees }) => trustees));
    for (const { alpha, beta, trustees } of held.trial) {
      const ciphertext = deriveTrialCiphertext(result, trustees);
      expectEqual([ciphertext.alpha.toHex(), ciphertext.beta.toHex()], [alpha, beta]);
    }
  }),
  ...checkEach("checkTrial accepts the vectors", ceremony.held, (held) => {
    const messages = held.trial_messages.map((text) => TrialMessage.decode(encodeText(text)));
    checkTrial(open(held), new Map(messages.map((message) => [message.trustee, message])));
  }),
  ...checkEach("verifyPartialDecryption accepts the vectors", decryption.partial_decryptions, (body) => {
    const partial = PartialDecryption.fromBody(body);
    verifyPartialDecryption(CEREMONY, ELECTION_HASH, readAggregate(), partial);
    expectEqual(encodeHex(encodeCanonical(partial.toBody())), encodeHex(encodeCanonical(body)));
  }),
  ...checkEach("verifyPartialDecryption refuses the vectors", decryption.refused, ({ body }) => {
    expectError(() => {
      verifyPartialDecryption(CEREMONY, ELECTION_HASH, readAggregate(), PartialDecryption.fromBody(body));
    });
  }),
  ...checkEach("combinePartialDecryptions matches the vectors", decryption.combined, ({ elements, trustees }) => {
    const partials = decryption.partial_decryptions.map((body) => PartialDecryption.fromBody(body));
    const chosen = partials.filter(({ trustee }) => trustees.includes(trustee));
    const combination = combinePartialDecryptions(CEREMONY, ELECTION_HASH, readAggregate(), chosen);
    expectEqual(combination.elements.map((row) => row.map((element) => element.toHex())), elements);
  }),
  {
    name: "hashAggregate and hashWhole match the vectors",
    run: () => {
      expectEqual(encodeHex(hashAggregate(ELECTION_HASH, readAggregate())), decryption.aggregate_hash);
      const found = hashWhole(hexToBytes(whole.closed_entry_hash), hexToBytes(whole.aggregate_hash));
      expectEqual(encodeHex(found), whole.whole);
    },
  },
  ...checkEach("commitWhole matches the vectors", whole.commitments, ({ commitment, nonce, trustee }) => {
    expectEqual(encodeHex(commitWhole(hexToBytes(whole.whole), trustee, hexToBytes(nonce))), commitment);
  }),
  ...checkEach("encodeWholeWords matches the vectors", whole.words, ({ present, words }) => {
    const nonces = whole.commitments.filter(({ trustee }) => present.includes(trustee));
    const known = new Map(nonces.map(({ nonce, trustee }) => [trustee, hexToBytes(nonce)]));
    expectEqual(encodeWholeWords(hexToBytes(whole.whole), known), words);
  }),
  ...checkEach("verifyDestroyed accepts the vectors", whole.destroyed, (signed) => {
    expectEqual(CEREMONY.verifyDestroyed(signed), signed.trustee);
  }),
];

const secretChecks: readonly Check[] = [
  {
    name: "blinded multiplication gives the same as plain",
    run: () => {
      for (const value of [0n, 1n, 5n, -1n].map(toScalar)) {
        const secret = new SecretScalar(value);
        expectEqual(secret.multiplyBase(FIXED).toHex(), multiplyBase(value).toHex());
        expectEqual(secret.multiply(IDENTITY, FIXED).isIdentity(), true);
        expectEqual(`${secret.respond(toScalar(7n), toScalar(11n), FIXED)}`, `${toScalar(7n + 11n * value)}`);
      }
    },
  },
  {
    name: "each blinded multiplication draws a fresh mask, and gives the same",
    run: () => {
      const results = new Set<string>();
      let draws = 0;
      const counting: RandomBytes = (count) => {
        draws += 1;
        return new Uint8Array(count).fill(draws);
      };
      const secret = new SecretScalar(toScalar(5n));
      for (let round = 0; round < 3; round++) {
        results.add(secret.multiply(GENERATOR, counting).toHex());
      }
      expectEqual([results.size, draws], [1, 3]);
    },
  },
  {
    name: "a share shows no value when it is printed",
    run: () => expectEqual(`${String(new SecretScalar(toScalar(5n)))} ${Object.keys(new SecretScalar(toScalar(5n)))}`, "[secret] "),
  },
  { name: "a share is not serialised", run: () => expectUnserialisable({ share: new SecretScalar(toScalar(5n)) }) },
  { name: "a holding is not serialised", run: () => expectUnserialisable({ holding: createHolding() }) },
  {
    name: "a holding comes back from its own bytes",
    run: () => {
      const again = Holding.decode(createHolding().encode(), FIXED);
      expectEqual([again.trustee, encodeHex(again.share.encode())], [1, takeSecrets(FIRST, 1).share]);
    },
  },
  {
    name: "a damaged share is refused",
    run: () => {
      const stored = decodeCanonicalObject(createHolding().encode());
      const damaged = encodeCanonical({ ...stored, share: encodeHex(encodeScalar(toScalar(5n))) });
      expectError(() => Holding.decode(damaged, FIXED), "CeremonyError");
    },
  },
  {
    name: "a partial decryption of an identity sum holds",
    run: () => {
      const aggregate: Aggregate = { ballots: 3, ciphertexts: [[{ alpha: IDENTITY, beta: multiplyBase(toScalar(3n)) }]] };
      const target = { election: "e", electionHash: ELECTION_HASH, aggregate };
      const partial = partiallyDecrypt(CEREMONY, target, 1, createHolding().share, FIXED);
      verifyPartialDecryption(CEREMONY, ELECTION_HASH, aggregate, partial);
    },
  },
  {
    name: "a partial decryption by another's share does not hold",
    run: () => {
      const target = { election: "e", electionHash: ELECTION_HASH, aggregate: readAggregate() };
      const partial = partiallyDecrypt(CEREMONY, target, 2, createHolding().share, FIXED);
      try {
        verifyPartialDecryption(CEREMONY, ELECTION_HASH, target.aggregate, partial);
      } catch (error) {
        const where = error instanceof InvalidProofError ? error.where : "";
        expectEqual(where, "partial decryption by trustee 2: contest 0, option 0");
        return;
      }
      throw new Error("no error");
    },
  },
  {
    name: "terms differ when any of them does",
    run: () => {
      const [id, key] = [new Uint8Array(16), deriveVerificationKey(new Uint8Array(32) as SigningSeed)];
      const terms = new CeremonyTerms(id, key, 3, 2, { rehearsal: false });
      const others = [
        new CeremonyTerms(new Uint8Array(16).fill(1), key, 3, 2, { rehearsal: false }),
        new CeremonyTerms(id, new Uint8Array(32) as VerificationKey, 3, 2, { rehearsal: false }),
        new CeremonyTerms(id, key, 5, 3, { rehearsal: false }),
        new CeremonyTerms(id, key, 5, 4, { rehearsal: false }),
        new CeremonyTerms(id, key, 3, 2, { rehearsal: true }),
      ];
      expectEqual(others.map((other) => terms.equals(other)), others.map(() => false));
      expectEqual(terms.equals(new CeremonyTerms(id.slice(), key, 3, 2, { rehearsal: false })), true);
    },
  },
];

export const trusteeChecks: readonly Check[] = [...algorithmChecks, ...secretChecks];
