/** A scanned slip in one election: the checks before a voter may choose, and the credential that votes. */

import { decodeCanonicalObject } from "../crypto/encoding";
import { computeKeyFingerprint, deriveCredential, formatKeyFingerprint, type Credential } from "../crypto/credential";
import { Ceremony } from "../crypto/ceremony";
import { CryptoError } from "../crypto/errors";
import { concatBytes, encodeHex, encodeText, equalBytes } from "../crypto/bytes";
import { precompute, type RandomBytes } from "../crypto/group";
import { Manifest } from "../crypto/manifest";
import { signAsCredential } from "../crypto/proofs/schnorr";
import type { SlipFragment } from "../crypto/slip";
import { encodeWords } from "../crypto/words";

const FINGERPRINT_WORDS = 8;

/** What the server sent does not agree with the slip or with itself. */
export class DistrustError extends Error {}

/** An election that a slip may look at: its verified manifest, the slip's credential, and the words of the key. */
export interface Entry {
  readonly manifest: Manifest;
  readonly credential: Credential;
  readonly keyWords: readonly string[];
}

/**
 * Return the entry of a slip to an election after checking everything that the server sent.
 *
 * ceremonyText, manifestText: canonical texts; electionHash: as the state names it.
 * Raises: DistrustError.
 */
export function enterElection(
  slip: SlipFragment,
  electionHash: string,
  ceremonyText: string,
  manifestText: string,
): Entry {
  try {
    const manifest = Manifest.fromObject(decodeCanonicalObject(encodeText(manifestText)));
    if (encodeHex(manifest.electionHash) !== electionHash || manifest.content.meeting !== slip.meeting) {
      throw new DistrustError("manifest of another election");
    }
    const ceremony = Ceremony.fromBody(decodeCanonicalObject(encodeText(ceremonyText)), manifest.content.serverKey, {
      rehearsal: manifest.content.rehearsal,
    });
    if (
      !manifest.content.key.equals(ceremony.key) ||
      !equalBytes(manifest.content.ceremonyHash, ceremony.ceremonyHash)
    ) {
      throw new DistrustError("manifest with another key");
    }
    const fingerprint = computeKeyFingerprint(ceremony.ceremonyHash, ceremony.key);
    if (slip.fingerprint !== null && slip.fingerprint !== formatKeyFingerprint(fingerprint)) {
      throw new DistrustError("key with another fingerprint");
    }
    // The table for the key is built now, so that sealing has no long first step later.
    precompute(manifest.content.key);
    return {
      manifest,
      credential: deriveCredential(slip.code, slip.meeting, manifest.content.slot),
      keyWords: encodeWords(fingerprint, FINGERPRINT_WORDS),
    };
  } catch (error) {
    throw error instanceof CryptoError ? new DistrustError(error.message) : error;
  }
}

/** Return the signed question by which a slip asks about itself: X ‖ signature. */
export function askStatus(entry: Entry, randomBytes: RandomBytes): Uint8Array {
  const { credential, manifest } = entry;
  const signature = signAsCredential("status", manifest.electionHash, credential, new Uint8Array(0), randomBytes);
  return concatBytes(credential.public.toBytes(), signature);
}
