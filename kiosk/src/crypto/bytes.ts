/** What Python's `bytes` can do and `Uint8Array` cannot: compare, order and join by value. */

import { bytesToHex, concatBytes } from "@noble/hashes/utils.js";

export { concatBytes };

/** Return parts joined, however many there are: the arguments of a call are limited, a list is not. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Return lower-case hexadecimal. */
export function encodeHex(data: Uint8Array): string {
  return bytesToHex(data);
}

/** Return the bytes of a text in UTF-8. */
export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Return a negative number, zero or a positive number as left sorts before, with or after right. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const common = Math.min(left.length, right.length);
  for (let index = 0; index < common; index++) {
    const difference = byteAt(left, index) - byteAt(right, index);
    if (difference !== 0) {
      return difference;
    }
  }
  return left.length - right.length;
}

/** Tell whether two public byte strings are the same; the time this takes depends on them. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && compareBytes(left, right) === 0;
}

/** Return little-endian bytes as an integer. */
export function readLittleEndian(data: Uint8Array): bigint {
  return BigInt(`0x${encodeHex(Uint8Array.from(data).reverse()) || "0"}`);
}

/** Return big-endian bytes as an integer. */
export function readBigEndian(data: Uint8Array): bigint {
  return BigInt(`0x${encodeHex(data) || "0"}`);
}

function byteAt(data: Uint8Array, index: number): number {
  return data[index] ?? 0;
}
