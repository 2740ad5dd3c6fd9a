/** Hashes of labelled, length-prefixed items: the one way this protocol turns data into digests and challenges. */

import { sha512 } from "@noble/hashes/sha2.js";

import { encodeText } from "./bytes";
import { encodeScalar, reduceScalar, type RandomBytes, type Scalar } from "./group";

export const PROTOCOL = "phieukin/1";
export const DIGEST_BYTES = 64;

/** Return an integer 0 ≤ value < 2³² as four big-endian bytes. Raises: RangeError outside the range. */
export function encodeU32(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
    throw new RangeError(`${value} does not fit into four bytes`);
  }
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, value);
  return data;
}

/**
 * Return the 64-byte digest of a label and its items.
 *
 * label: ASCII name of the use, never shared by two uses.
 *
 * Spec: "hash_items".
 */
export function hashItems(label: string, ...items: readonly Uint8Array[]): Uint8Array {
  const state = sha512.create();
  for (const item of [encodeText(`${PROTOCOL}/${label}`), ...items]) {
    state.update(encodeU32(item.length));
    state.update(item);
  }
  return state.digest();
}

/** Return the digest of a label and its items as a challenge below the group order. Spec: "hash_to_scalar". */
export function hashToScalar(label: string, ...items: readonly Uint8Array[]): Scalar {
  return reduceScalar(hashItems(label, ...items));
}

/**
 * Return a fresh scalar that stays secret even when the random source repeats itself.
 *
 * secret: what the nonce protects; message: what is proved or signed with it.
 *
 * Spec: "derive_nonce".
 */
export function deriveNonce(secret: Scalar, message: Uint8Array, randomBytes: RandomBytes): Scalar {
  return hashToScalar("nonce", encodeScalar(secret), randomBytes(32), message);
}
