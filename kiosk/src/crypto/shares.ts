/**
 * Shares on their way between trustees: encrypted to the key of the opening, signed, checked against the commitments.
 *
 * The server that carries them learns nothing, and a wrong one names its maker. Everything is bound to the ceremony
 * hash, so that a message of an earlier meeting, or for another trustee, fails.
 */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha512 } from "@noble/hashes/sha2.js";

import { concatBytes, encodeHex, encodeText, equalBytes } from "./bytes";
import { MOST_TRUSTEES, type CeremonyResult } from "./ceremony";
import { decodeCanonical, encodeBase64, encodeCanonical, type JsonObject } from "./encoding";
import { CeremonyError, InvalidSignatureError } from "./errors";
import { Fields } from "./fields";
import { decodeScalar, encodeScalar, multiplyBase, SCALAR_BYTES, type RandomBytes, type Scalar } from "./group";
import { KEY_BYTES, SIGNATURE_BYTES, signMessage, verifyMessage, type SigningSeed } from "./signing";
import { evaluateCommitments } from "./threshold";
import { encodeU32 } from "./transcript";

export const SHARE_CIPHERTEXT_BYTES = SCALAR_BYTES + 16;
const KEYS = ["ceremony_hash", "from", "to", "ephemeral_key", "ciphertext", "signature"];
// Each key encrypts one message only.
const NONCE = new Uint8Array(12);

/** An encrypted and signed share, as it travels. */
export class ShareMessage {
  constructor(
    readonly ceremonyHash: Uint8Array,
    readonly maker: number,
    readonly receiver: number,
    readonly ephemeralKey: Uint8Array,
    readonly ciphertext: Uint8Array,
    readonly signature: Uint8Array,
  ) {}

  /** Return the message of untrusted bytes; `decryptShare` checks it. Raises: EncodingError. */
  static decode(data: Uint8Array): ShareMessage {
    const fields = new Fields(decodeCanonical(data), "share", KEYS);
    const ciphertext = fields.encoded("ciphertext");
    if (ciphertext.length !== SHARE_CIPHERTEXT_BYTES) {
      throw fields.refuse("ciphertext", `${ciphertext.length} bytes instead of ${SHARE_CIPHERTEXT_BYTES}`);
    }
    return new ShareMessage(
      fields.digest("ceremony_hash"),
      fields.integer("from", { minimum: 1, maximum: MOST_TRUSTEES }),
      fields.integer("to", { minimum: 1, maximum: MOST_TRUSTEES }),
      fields.digest("ephemeral_key", KEY_BYTES),
      ciphertext,
      fields.digest("signature", SIGNATURE_BYTES),
    );
  }

  /** Return what the maker signs. */
  toUnsignedObject(): JsonObject {
    return {
      ceremony_hash: encodeHex(this.ceremonyHash),
      from: this.maker,
      to: this.receiver,
      ephemeral_key: encodeHex(this.ephemeralKey),
      ciphertext: encodeBase64(this.ciphertext),
    };
  }

  /** Return the canonical message. */
  encode(): Uint8Array {
    return encodeCanonical({ ...this.toUnsignedObject(), signature: encodeHex(this.signature) });
  }
}

/** Between whom a share travels. */
export interface ShareRoute {
  readonly maker: number;
  readonly receiver: number;
}

/**
 * Return the message that carries `share` to a receiver, signed by its maker.
 *
 * Raises: CeremonyError naming the receiver if its encryption key is unusable. Spec: "encrypt_share, decrypt_share".
 */
export function encryptShare(
  result: CeremonyResult,
  { maker, receiver }: ShareRoute,
  share: Scalar,
  seed: SigningSeed,
  randomBytes: RandomBytes,
): Uint8Array {
  const ephemeral = randomBytes(KEY_BYTES);
  const ephemeralKey = x25519.getPublicKey(ephemeral);
  const secret = exchange(ephemeral, result.findOpening(receiver).encryptionKey);
  if (secret === undefined) {
    throw new CeremonyError("the encryption key is unusable", receiver);
  }
  const key = deriveKey(result, { maker, receiver }, secret, ephemeralKey);
  const ciphertext = chacha20poly1305(key, NONCE, bind(result, { maker, receiver })).encrypt(encodeScalar(share));
  const unsigned = new ShareMessage(result.ceremonyHash, maker, receiver, ephemeralKey, ciphertext, new Uint8Array());
  const signature = signMessage("share", unsigned.toUnsignedObject(), seed);
  return new ShareMessage(result.ceremonyHash, maker, receiver, ephemeralKey, ciphertext, signature).encode();
}

/**
 * Return the share of a message to this receiver after checking it against its maker's commitments.
 *
 * privateKey: the receiver's X25519 secret of this ceremony.
 * Raises: CeremonyError naming the maker. Spec: "encrypt_share, decrypt_share".
 */
export function decryptShare(
  result: CeremonyResult,
  message: ShareMessage,
  receiver: number,
  privateKey: Uint8Array,
): Scalar {
  const { maker } = message;
  if (!result.terms.indexes.includes(maker) || maker === receiver) {
    throw new CeremonyError("a share from nobody else of this ceremony", maker);
  }
  if (!equalBytes(message.ceremonyHash, result.ceremonyHash)) {
    throw new CeremonyError("the share belongs to another ceremony", maker);
  }
  if (message.receiver !== receiver) {
    throw new CeremonyError("the share is meant for another trustee", maker);
  }
  const opening = result.findOpening(maker);
  try {
    verifyMessage("share", message.toUnsignedObject(), opening.signingKey, message.signature);
  } catch (error) {
    throw error instanceof InvalidSignatureError
      ? new CeremonyError("the signature of the share does not hold", maker)
      : error;
  }
  const share = openCiphertext(result, message, privateKey);
  if (share === undefined) {
    throw new CeremonyError("the share cannot be decrypted", maker);
  }
  if (!multiplyBase(share).equals(evaluateCommitments(opening.commitments, receiver))) {
    throw new CeremonyError("the share does not fit the maker's commitments", maker);
  }
  return share;
}

function openCiphertext(result: CeremonyResult, message: ShareMessage, privateKey: Uint8Array): Scalar | undefined {
  const secret = exchange(privateKey, message.ephemeralKey);
  if (secret === undefined) {
    return undefined;
  }
  const key = deriveKey(result, message, secret, message.ephemeralKey);
  try {
    return decodeScalar(chacha20poly1305(key, NONCE, bind(result, message)).decrypt(message.ciphertext));
  } catch {
    return undefined;
  }
}

/** Return the shared secret, undefined where the other's key is of small order, so that the secret is zeros. */
function exchange(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined {
  try {
    const secret = x25519.getSharedSecret(privateKey, publicKey);
    return secret.some((byte) => byte !== 0) ? secret : undefined;
  } catch {
    return undefined;
  }
}

function bind(result: CeremonyResult, { maker, receiver }: ShareRoute): Uint8Array {
  return concatBytes(result.ceremonyHash, encodeU32(maker), encodeU32(receiver));
}

function deriveKey(
  result: CeremonyResult,
  { maker, receiver }: ShareRoute,
  secret: Uint8Array,
  ephemeralKey: Uint8Array,
): Uint8Array {
  const { encryptionKey } = result.findOpening(receiver);
  const info = concatBytes(encodeText("share"), encodeU32(maker), encodeU32(receiver), ephemeralKey, encryptionKey);
  return hkdf(sha512, secret, result.ceremonyHash, info, 32);
}
