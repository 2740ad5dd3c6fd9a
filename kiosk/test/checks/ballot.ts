/** Ballots against the vectors, whole and in slices. */

import vectors from "../../../crypto/vectors/ballot.json";
import {
  ballotSize,
  ContestShape,
  countProofs,
  decodeBallot,
  ElectionContext,
  encryptBallot,
  encryptBallotInSlices,
  verifyBallot,
  type Ballot,
  type SealedBallot,
} from "../../src/crypto/ballot";
import { decodeBase64, encodeBase64 } from "../../src/crypto/encoding";
import { encodeScalar, IDENTITY } from "../../src/crypto/group";
import { formatTracker } from "../../src/crypto/tracker";
import {
  checkEach,
  encodeHex,
  expectEqual,
  expectError,
  readContext,
  takeCredential,
  takeRandom,
  type Check,
  type ContextRecord,
} from "./check";

type Accepted = (typeof vectors.accepted)[number];

function takeTexts({ secret, public: publicElement, random }: Accepted): Record<string, string> {
  return { secret, public: publicElement, random };
}

function seal(vector: Accepted): SealedBallot {
  const texts = takeTexts(vector);
  return encryptBallot(readContext(vector), takeCredential(texts), vector.selections, takeRandom(texts));
}

function check(record: ContextRecord & { readonly ballot: string }): Ballot {
  const context = readContext(record);
  const ballot = decodeBallot(decodeBase64(record.ballot), context);
  verifyBallot(ballot, context);
  return ballot;
}

function changeByte(vector: Accepted, position: number): string {
  const data = decodeBase64(vector.ballot);
  data[position] = (data[position] ?? 0) ^ 1;
  return encodeBase64(data);
}

/** A ballot of the smallest shape, whose every byte is changed in turn. */
const SMALLEST = vectors.accepted.reduce((least, vector) => (vector.size < least.size ? vector : least));

export const ballotChecks: readonly Check[] = [
  ...checkEach("encryptBallot matches the vectors", vectors.accepted, (vector) => {
    const sealed = seal(vector);
    const scalars = sealed.scalars.map((contest) => contest.map((r) => encodeHex(encodeScalar(r))));
    expectEqual(encodeBase64(sealed.cast(takeRandom(takeTexts(vector)))), vector.ballot);
    expectEqual([encodeHex(sealed.ballotHash), scalars], [vector.ballot_hash, vector.scalars]);
  }),
  ...vectors.accepted.map((vector, index) => ({
    name: `encryptBallotInSlices gives the same ballot and pauses, case ${index}`,
    run: async () => {
      let pauses = 0;
      const pause = async (): Promise<void> => {
        pauses += 1;
      };
      const texts = takeTexts(vector);
      const pair = takeCredential(texts);
      const sealed = await encryptBallotInSlices(readContext(vector), pair, vector.selections, takeRandom(texts), pause);
      expectEqual(encodeBase64(sealed.cast(takeRandom(texts))), vector.ballot);
      expectEqual(pauses > 2 * vector.proofs, true);
    },
  })),
  ...checkEach("verifyBallot accepts the vectors", vectors.accepted, (vector) => {
    const ballot = check(vector);
    expectEqual([encodeHex(ballot.ballotHash), formatTracker(ballot.ballotHash)], [vector.ballot_hash, vector.tracker]);
  }),
  ...checkEach("ballotSize and countProofs match the vectors", vectors.accepted, (vector) => {
    const { shape } = readContext(vector);
    expectEqual([ballotSize(shape), countProofs(shape)], [vector.size, vector.proofs]);
  }),
  ...vectors.refused.map((vector) => ({
    name: `a ballot is refused: ${vector.why}`,
    run: () => expectError(() => check(vector)),
  })),
  ...checkEach("a changed byte is refused", Array.from({ length: SMALLEST.size / 16 }, (_, index) => 16 * index), (position) => {
    expectError(() => check({ ...SMALLEST, ballot: changeByte(SMALLEST, position) }));
  }),
  ...checkEach("encryptBallot refuses selections that do not fit", [[], [[1]], [[0, 0]], [[-1]], [[0.5]], [[0], [0]]], (selections) => {
    const texts = takeTexts(SMALLEST);
    expectError(
      () => encryptBallot(readContext(SMALLEST), takeCredential(texts), selections, takeRandom(texts)),
      "InvalidBallotError",
    );
  }),
  ...checkEach("a contest shape is refused", [[0, 0], [1, 2], [1, 0], [1.5, 1]] as const, ([options, marks]) => {
    expectError(() => new ContestShape(options, marks), "InvalidBallotError");
  }),
  {
    name: "the identity is refused as an election's key",
    run: () => expectError(() => new ElectionContext(new Uint8Array(32), IDENTITY, []), "InvalidElementError"),
  },
];
