/**
 * Voiding a slip: the slip itself signs that its credential of one slot is not to be used any more.
 *
 * In the place of the election's hash stands one of meeting and slot, because a slip is voided for slots whose elections
 * have no manifest yet.
 */

import { encodeText } from "./bytes";
import type { Credential } from "./credential";
import { decodePublicElement, type RandomBytes } from "./group";
import { signAsCredential, verifyCredentialSignature } from "./proofs/schnorr";
import type { MeetingCode } from "./slip";
import { encodeU32, hashItems } from "./transcript";

const VOID_CONTEXT_BYTES = 32;
const NO_MESSAGE = new Uint8Array(0);

/** Return the 32 bytes that stand for a meeting's slot in the place of an election's hash. Spec: "hash_void_context". */
export function hashVoidContext(meeting: MeetingCode, slot: number): Uint8Array {
  return hashItems("void-context", encodeText(meeting), encodeU32(slot)).slice(0, VOID_CONTEXT_BYTES);
}

/** Return the 64-byte signature by which a slip voids its credential of a slot. Spec: "sign_void, verify_void". */
export function signVoid(
  credential: Credential,
  meeting: MeetingCode,
  slot: number,
  randomBytes: RandomBytes,
): Uint8Array {
  return signAsCredential("void", hashVoidContext(meeting, slot), credential, NO_MESSAGE, randomBytes);
}

/**
 * Check that the holder of a credential of this meeting and slot voided it.
 *
 * publicBytes: 32 untrusted bytes.
 * Raises: InvalidElementError, EncodingError or a subclass for bytes that are no element or signature;
 * InvalidSignatureError.
 * Spec: "sign_void, verify_void".
 */
export function verifyVoid(publicBytes: Uint8Array, meeting: MeetingCode, slot: number, signature: Uint8Array): void {
  const element = decodePublicElement(publicBytes);
  verifyCredentialSignature("void", hashVoidContext(meeting, slot), element, NO_MESSAGE, signature);
}
