/** The sum of an election's ballots: the only ciphertexts that trustees ever decrypt. */

import { sha256 } from "@noble/hashes/sha2.js";

import type { ContestShape } from "./ballot";
import { concatBytes, joinBytes } from "./bytes";
import {
  addCiphertexts,
  CIPHERTEXT_BYTES,
  decodeSumCiphertext,
  encodeCiphertext,
  IDENTITY_CIPHERTEXT,
  type Ciphertext,
} from "./elgamal";
import { EncodingError, InvalidBallotError } from "./errors";
import { encodeU32 } from "./transcript";

/** The sums per contest and option, blank last, over so many ballots. */
export interface Aggregate {
  readonly ballots: number;
  readonly ciphertexts: readonly (readonly Ciphertext[])[];
}

/** One sum with its contest and option. */
export interface SumPosition {
  readonly contest: number;
  readonly option: number;
  readonly ciphertext: Ciphertext;
}

/** The ciphertexts of a ballot, per contest and option. */
export interface CiphertextRows {
  readonly ciphertexts: readonly (readonly Ciphertext[])[];
}

/** Return every sum in order: contest by contest, blank last. */
export function listPositions(aggregate: Aggregate): readonly SumPosition[] {
  return aggregate.ciphertexts.flatMap((members, contest) =>
    members.map((ciphertext, option) => ({ contest, option, ciphertext })),
  );
}

/** Return the aggregate of no ballots: all identities. */
export function emptyAggregate(shape: readonly ContestShape[]): Aggregate {
  const ciphertexts = shape.map((contest) => Array.from({ length: contest.options + 1 }, () => IDENTITY_CIPHERTEXT));
  return { ballots: 0, ciphertexts };
}

/** Return an aggregate with one more verified ballot. Raises: InvalidBallotError if the ballot has another shape. */
export function extendAggregate(aggregate: Aggregate, ballot: CiphertextRows): Aggregate {
  const widths = aggregate.ciphertexts.map((members) => members.length).join(", ");
  const found = ballot.ciphertexts.map((members) => members.length).join(", ");
  if (found !== widths) {
    throw new InvalidBallotError("ciphertexts per contest", { expected: widths, got: found });
  }
  return {
    ballots: aggregate.ballots + 1,
    ciphertexts: aggregate.ciphertexts.map((members, contest) =>
      members.map((sum, option) => {
        const ciphertext = ballot.ciphertexts[contest]?.[option];
        return ciphertext === undefined ? sum : addCiphertexts([sum, ciphertext]);
      }),
    ),
  };
}

/**
 * Return the sums of verified ballots; all identities for no ballots.
 *
 * Raises: InvalidBallotError if a ballot has another shape. Spec: "aggregate_ballots, hash_aggregate".
 */
export function aggregateBallots(ballots: Iterable<CiphertextRows>, shape: readonly ContestShape[]): Aggregate {
  return Array.from(ballots).reduce(extendAggregate, emptyAggregate(shape));
}

/** Return every α ‖ β in order, 64 bytes each. */
export function encodeAggregate(aggregate: Aggregate): Uint8Array {
  return joinBytes(listPositions(aggregate).map(({ ciphertext }) => encodeCiphertext(ciphertext)));
}

/**
 * Return the aggregate of so many ballots that untrusted bytes encode; an α may be the identity.
 *
 * Raises: EncodingError for another length; InvalidElementError for a part that is no element.
 */
export function decodeAggregate(data: Uint8Array, shape: readonly ContestShape[], ballots: number): Aggregate {
  const expected = shape.reduce((sum, contest) => sum + contest.options + 1, 0) * CIPHERTEXT_BYTES;
  if (data.length !== expected) {
    throw new EncodingError("aggregate", `${data.length} bytes instead of ${expected}`);
  }
  let offset = 0;
  const ciphertexts = shape.map((contest) =>
    Array.from({ length: contest.options + 1 }, () => {
      offset += CIPHERTEXT_BYTES;
      return decodeSumCiphertext(data.slice(offset - CIPHERTEXT_BYTES, offset));
    }),
  );
  return { ballots, ciphertexts };
}

/**
 * Return the 32-byte hash that decryption proofs and trustees' answers are bound to.
 *
 * Spec: "aggregate_ballots, hash_aggregate".
 */
export function hashAggregate(electionHash: Uint8Array, aggregate: Aggregate): Uint8Array {
  return sha256(concatBytes(electionHash, encodeU32(aggregate.ballots), encodeAggregate(aggregate)));
}
