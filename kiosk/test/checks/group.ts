/** The group against RFC 9496 and at its edges, and the transcripts. */

import group from "../../../crypto/vectors/group.json";
import rfc9496 from "../../../crypto/vectors/rfc9496.json";
import transcript from "../../../crypto/vectors/transcript.json";
import {
  add,
  decodeElement,
  decodePublicElement,
  decodeScalar,
  elementFromHash,
  encodeScalar,
  GENERATOR,
  IDENTITY,
  isSigningKey,
  multiply,
  multiplyBase,
  multiplyPublic,
  ORDER,
  reduceScalar,
  subtract,
  sumElements,
  toScalar,
} from "../../src/crypto/group";
import { deriveNonce, encodeU32, hashItems, hashToScalar } from "../../src/crypto/transcript";
import {
  checkEach,
  encodeHex,
  expectEqual,
  expectError,
  hexToBytes,
  take,
  takeBytes,
  takeElement,
  takeRandom,
  takeScalar,
  type Check,
} from "./check";

export const groupChecks: readonly Check[] = [
  ...checkEach("multiplyBase gives the multiples of RFC 9496", [...rfc9496.multiples.entries()], ([number, encoding]) => {
    expectEqual(multiplyBase(toScalar(BigInt(number))).toHex(), encoding);
  }),
  ...checkEach("decodeElement accepts the multiples of RFC 9496", rfc9496.multiples, (encoding) => {
    expectEqual(add(decodeElement(hexToBytes(encoding)), IDENTITY).toHex(), encoding);
  }),
  ...checkEach("decodeElement refuses the bad encodings of RFC 9496", rfc9496.invalid, (vector) => {
    expectError(() => decodeElement(hexToBytes(vector.encoding)), "InvalidElementError");
  }),
  ...checkEach("decodeElement refuses a second encoding with the highest bit set", group.elements_refused, (encoding) => {
    expectError(() => decodeElement(hexToBytes(encoding)), "InvalidElementError");
  }),
  ...group.signing_keys.map((vector) => ({
    name: `isSigningKey ${vector.accepted ? "accepts" : "refuses"}: ${vector.why}`,
    run: () => expectEqual(isSigningKey(hexToBytes(vector.key)), vector.accepted),
  })),
  ...checkEach("elementFromHash maps as RFC 9496", rfc9496.hash_to_group, (vector) => {
    expectEqual(elementFromHash(hexToBytes(vector.input)).toHex(), vector.output);
  }),
  ...checkEach("decodeElement refuses another length", [0, 31, 33, 64], (length) => {
    expectError(() => decodeElement(new Uint8Array(length)), "InvalidElementError");
  }),
  ...checkEach("elementFromHash refuses another length", [0, 32, 63, 65], (length) => {
    expectError(() => elementFromHash(new Uint8Array(length)), "InvalidElementError");
  }),
  ...checkEach("reduceScalar refuses another length", [0, 32, 63, 65], (length) => {
    expectError(() => reduceScalar(new Uint8Array(length)), "InvalidScalarError");
  }),
  ...checkEach("multiply is total", group.multiply, (vector) => {
    const scalar = takeScalar(vector, "scalar");
    const element = takeElement(vector, "element");
    expectEqual(multiply(scalar, element).toHex(), vector.result);
    expectEqual(multiplyPublic(scalar, element).toHex(), vector.result);
  }),
  ...checkEach("multiplyBase is total", group.multiply_base, (vector) => {
    expectEqual(multiplyBase(takeScalar(vector, "scalar")).toHex(), vector.result);
  }),
  ...checkEach("add and subtract accept identities", group.add, (vector) => {
    const [left, right] = [takeElement(vector, "left"), takeElement(vector, "right")];
    expectEqual([add(left, right).toHex(), subtract(left, right).toHex()], [vector.sum, vector.difference]);
  }),
  ...checkEach("decodeScalar refuses what is not below the order", group.scalars_refused, (encoding) => {
    expectError(() => decodeScalar(hexToBytes(encoding)), "InvalidScalarError");
  }),
  ...checkEach("decodeScalar returns what encodeScalar wrote", group.scalars_accepted, (encoding) => {
    expectEqual(encodeHex(encodeScalar(decodeScalar(hexToBytes(encoding)))), encoding);
  }),
  ...checkEach("reduceScalar takes 64 bytes modulo the order", group.reduced, (vector) => {
    expectEqual(encodeHex(encodeScalar(reduceScalar(takeBytes(vector, "digest")))), vector.scalar);
  }),
  {
    name: "decodePublicElement refuses the identity",
    run: () => expectError(() => decodePublicElement(IDENTITY.toBytes()), "InvalidElementError"),
  },
  {
    name: "decodeElement accepts the identity",
    run: () => expectEqual(decodeElement(new Uint8Array(32)).isIdentity(), true),
  },
  {
    name: "the order times the generator is the identity",
    run: () => expectEqual(add(multiplyBase(toScalar(ORDER - 1n)), GENERATOR).toHex(), IDENTITY.toHex()),
  },
  {
    name: "a difference of equal elements that were decoded apart is the identity",
    run: () => {
      const [left, right] = [multiplyBase(toScalar(7n)), decodeElement(multiplyBase(toScalar(7n)).toBytes())];
      expectEqual(multiply(toScalar(5n), subtract(left, right)).isIdentity(), true);
    },
  },
  { name: "sumElements of none is the identity", run: () => expectEqual(sumElements([]).isIdentity(), true) },
  {
    name: "encoded bytes that a caller changes leave the element as it is",
    run: () => {
      const element = multiplyBase(toScalar(2n));
      element.toBytes().fill(0);
      expectEqual(element.toHex(), rfc9496.multiples[2]);
    },
  },
];

export const transcriptChecks: readonly Check[] = [
  ...checkEach("hashItems and hashToScalar match the vectors", transcript.hash_items, (vector) => {
    const items = vector.items.map((item) => hexToBytes(item));
    expectEqual(encodeHex(hashItems(vector.label, ...items)), vector.digest);
    expectEqual(encodeHex(encodeScalar(hashToScalar(vector.label, ...items))), vector.scalar);
  }),
  ...checkEach("deriveNonce matches the vectors", transcript.derive_nonce, (vector) => {
    const nonce = deriveNonce(takeScalar(vector, "secret"), takeBytes(vector, "message"), takeRandom(vector));
    expectEqual(encodeHex(encodeScalar(nonce)), take(vector, "nonce"));
  }),
  ...checkEach("encodeU32 refuses what does not fit", [-1, 0.5, 2 ** 32], (value) => {
    try {
      encodeU32(value);
    } catch (error) {
      if (error instanceof RangeError) {
        return;
      }
    }
    throw new Error("no RangeError");
  }),
];
