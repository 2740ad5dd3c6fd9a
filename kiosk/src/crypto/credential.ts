/** From a slip to the key pair it votes with in one election, and the public lists of those who may vote. */

import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";

import { encodeBase32 } from "./base32";
import { compareBytes, concatBytes, encodeText, joinBytes } from "./bytes";
import { EncodingError } from "./errors";
import { decodePublicElement, ELEMENT_BYTES, multiplyBase, reduceScalar, type Element, type Scalar } from "./group";
import { FINGERPRINT_CHARACTERS, SECRET_CHARACTERS, type MeetingCode, type SlipCode } from "./slip";
import { encodeU32, hashItems } from "./transcript";

export const SLOTS = 24;

/** A slip's key pair for one slot. */
export interface Credential {
  readonly secret: Scalar;
  readonly public: Element;
}

/**
 * Return the key pair of a slip for slot 0 ≤ slot < 24.
 *
 * Raises: EncodingError for another slot.
 * Spec: "derive_credential". Source: RFC 5869.
 */
export function deriveCredential(code: SlipCode, meeting: MeetingCode, slot: number): Credential {
  if (!Number.isInteger(slot) || slot < 0 || slot >= SLOTS) {
    throw new EncodingError("slot", `${slot} is not between 0 and ${SLOTS - 1}`);
  }
  const material = encodeText(code.slice(0, SECRET_CHARACTERS));
  const info = concatBytes(encodeText("credential"), encodeU32(slot));
  const secret = reduceScalar(hkdf(sha512, material, encodeText(meeting), info, 64));
  if (secret === 0n) {
    throw new EncodingError("credential", "the secret is zero");
  }
  return { secret, public: multiplyBase(secret) };
}

/**
 * Return public credentials sorted by their bytes and joined, so that two slots' rows cannot be matched.
 *
 * Raises: EncodingError if one stands there twice. Spec: "encode_credential_list".
 */
export function encodeCredentialList(credentials: Iterable<Element>): Uint8Array {
  const ordered = Array.from(credentials, (credential) => credential.toBytes()).sort(compareBytes);
  if (!isStrictlyAscending(ordered)) {
    throw new EncodingError("credential list", "a credential stands there twice");
  }
  return joinBytes(ordered);
}

/**
 * Return the public credentials of an untrusted list, ascending.
 *
 * Raises: EncodingError for a broken length, a wrong order or a duplicate; InvalidElementError for a member that is
 * no element or the identity.
 * Spec: "encode_credential_list".
 */
export function decodeCredentialList(data: Uint8Array): readonly Element[] {
  if (data.length % ELEMENT_BYTES !== 0) {
    throw new EncodingError("credential list", `${data.length} bytes are not a multiple of ${ELEMENT_BYTES}`);
  }
  const rows = Array.from({ length: data.length / ELEMENT_BYTES }, (_, index) =>
    data.slice(index * ELEMENT_BYTES, (index + 1) * ELEMENT_BYTES),
  );
  const members = rows.map(decodePublicElement);
  if (!isStrictlyAscending(rows)) {
    throw new EncodingError("credential list", "not strictly ascending");
  }
  return members;
}

/**
 * Return the 32-byte hash of the sorted union of several series' lists.
 *
 * Raises: EncodingError if two lists share a credential. Spec: "encode_credential_list".
 */
export function hashCredentials(lists: Iterable<readonly Element[]>): Uint8Array {
  return sha256(encodeCredentialList(Array.from(lists).flat()));
}

/** Return the 64-byte digest that stands for an election key. Spec: "compute_key_fingerprint". */
export function computeKeyFingerprint(ceremonyHash: Uint8Array, key: Element): Uint8Array {
  return hashItems("key-fingerprint", ceremonyHash, key.toBytes());
}

/** Return the first 80 bits of a key's fingerprint as the 16 characters that slips carry. */
export function formatKeyFingerprint(fingerprint: Uint8Array): string {
  return encodeBase32(fingerprint, FINGERPRINT_CHARACTERS);
}

function isStrictlyAscending(rows: readonly Uint8Array[]): boolean {
  return rows.every((row, index) => {
    const previous = rows[index - 1];
    return previous === undefined || compareBytes(previous, row) < 0;
  });
}
