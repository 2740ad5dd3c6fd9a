/** Ed25519 signatures of labelled canonical objects, by the server and by trustees. */

import { mulAddUnsafe } from "@noble/curves/abstract/curve.js";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";

import { concatBytes, encodeHex, equalBytes } from "./bytes";
import { encodeCanonical, type JsonObject } from "./encoding";
import { InvalidSignatureError } from "./errors";
import { decodeScalar, isSigningKey, reduceScalar, type RandomBytes } from "./group";
import { hashItems } from "./transcript";

export type SigningSeed = Uint8Array & { readonly __brand: "SigningSeed" };
export type VerificationKey = Uint8Array & { readonly __brand: "VerificationKey" };

export const SIGNATURE_BYTES = 64;
export const KEY_BYTES = 32;

/** Return a fresh 32-byte Ed25519 secret. */
export function generateSigningSeed(randomBytes: RandomBytes): SigningSeed {
  return randomBytes(KEY_BYTES) as SigningSeed;
}

/** Return the 32-byte public key of a signing seed. Source: RFC 8032, section 5.1.5. */
export function deriveVerificationKey(seed: SigningSeed): VerificationKey {
  return ed25519.getPublicKey(seed) as Uint8Array as VerificationKey;
}

/** Return the 64-byte signature of a canonical object under a label. Spec: "sign_message, verify_message". */
export function signMessage(label: string, message: JsonObject, seed: SigningSeed): Uint8Array {
  return ed25519.sign(hashItems(label, encodeCanonical(message)), seed);
}

/**
 * Check the signature of a canonical object under a label.
 *
 * Raises: InvalidSignatureError if it does not hold, or the key is no point of the prime-order subgroup; the label is
 * its data. Spec: "sign_message, verify_message".
 */
export function verifyMessage(label: string, message: JsonObject, key: VerificationKey, signature: Uint8Array): void {
  if (!isSignatureOf(hashItems(label, encodeCanonical(message)), key, signature)) {
    throw new InvalidSignatureError(label);
  }
}

/**
 * Tell whether a signature of bytes holds, by the strict equation: s < ℓ and encode(s·B − h·A) = R byte for byte.
 *
 * The library's own check is not used: it multiplies the equation by the cofactor, so that it accepts signatures which
 * other verifiers refuse. Source: RFC 8032, section 5.1.7.
 */
export function isSignatureOf(data: Uint8Array, key: VerificationKey, signature: Uint8Array): boolean {
  const point = decodeKey(key);
  if (point === undefined || signature.length !== SIGNATURE_BYTES) {
    return false;
  }
  const commitment = signature.slice(0, KEY_BYTES);
  try {
    const response = decodeScalar(signature.slice(KEY_BYTES));
    const challenge = reduceScalar(sha512(concatBytes(commitment, key, data)));
    const expected = mulAddUnsafe(ed25519.Point, [ed25519.Point.BASE, point.negate()], [response, challenge]);
    return equalBytes(expected.toBytes(), commitment);
  } catch {
    return false;
  }
}

type KeyPoint = ReturnType<typeof ed25519.Point.fromBytes>;

/** Keys that were found good: one key signs a whole board, and to check it takes as long as a signature. */
const goodKeys = new Map<string, KeyPoint>();
const MOST_GOOD_KEYS = 512;

function decodeKey(key: VerificationKey): KeyPoint | undefined {
  const name = encodeHex(key);
  const known = goodKeys.get(name);
  if (known !== undefined || !isSigningKey(key)) {
    return known;
  }
  const point = ed25519.Point.fromBytes(key, false);
  if (goodKeys.size >= MOST_GOOD_KEYS) {
    goodKeys.clear();
  }
  goodKeys.set(name, point);
  return point;
}
