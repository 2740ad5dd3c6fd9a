/** What every check is made of; it runs in Node and in a browser alike. */

import { hexToBytes } from "@noble/hashes/utils.js";

import { ContestShape, ElectionContext } from "../../src/crypto/ballot";
import { encodeHex } from "../../src/crypto/bytes";
import type { Credential } from "../../src/crypto/credential";
import { CryptoError } from "../../src/crypto/errors";
import { decodeElement, decodeScalar, type Element, type RandomBytes, type Scalar } from "../../src/crypto/group";

/** One behaviour; `run` throws where it is not as it must be. */
export interface Check {
  readonly name: string;
  readonly run: () => void | Promise<void>;
}

/** A vector whose members are all text. */
export type Texts = Readonly<Record<string, string>>;

/** Return a check for each of the cases. */
export function checkEach<T>(name: string, cases: readonly T[], run: (item: T) => void): readonly Check[] {
  return cases.map((item, index) => ({ name: `${name}, case ${index}`, run: () => run(item) }));
}

/** Fail unless both values have the same JSON. */
export function expectEqual(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) {
    throw new Error(`got ${left}, expected ${right}`);
  }
}

/** Fail unless the action throws one of the protocol's errors, of one of the names if any are given. */
export function expectError(action: () => unknown, ...names: readonly string[]): void {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    if (error instanceof CryptoError && (names.length === 0 || names.includes(error.name))) {
      return;
    }
    throw error;
  }
  throw new Error(`no error, but ${JSON.stringify(result, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value))}`);
}

/** Return a member of a vector. */
export function take(texts: Texts, key: string): string {
  const text = texts[key];
  if (text === undefined) {
    throw new Error(`the vector lacks ${key}`);
  }
  return text;
}

/** Return a member of a vector as bytes. */
export function takeBytes(texts: Texts, key: string): Uint8Array {
  return hexToBytes(take(texts, key));
}

/** Return a member of a vector as an element. */
export function takeElement(texts: Texts, key: string): Element {
  return decodeElement(takeBytes(texts, key));
}

/** Return a member of a vector as a scalar. */
export function takeScalar(texts: Texts, key: string): Scalar {
  return decodeScalar(takeBytes(texts, key));
}

/** Return the key pair of a vector's `secret` and `public`. */
export function takeCredential(texts: Texts): Credential {
  return { secret: takeScalar(texts, "secret"), public: takeElement(texts, "public") };
}

/** Return the random source of a vector, which repeats one byte. */
export function takeRandom(texts: Texts): RandomBytes {
  const [byte = 0] = takeBytes(texts, "random");
  return (count) => new Uint8Array(count).fill(byte);
}

/** What ballots are bound to, as vectors write it. */
export interface ContextRecord {
  readonly election_hash: string;
  readonly key: string;
  readonly shape: readonly { readonly options: number; readonly marks: number }[];
}

/** Return the context of a record. */
export function readContext(record: ContextRecord): ElectionContext {
  const shape = record.shape.map(({ options, marks }) => new ContestShape(options, marks));
  return new ElectionContext(hexToBytes(record.election_hash), decodeElement(hexToBytes(record.key)), shape);
}

export { encodeHex, hexToBytes };
