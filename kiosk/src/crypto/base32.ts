/** The 32 characters that slips, trackers and fingerprints are printed with (Crockford's: no I, L, O, U). */

import { readBigEndian } from "./bytes";
import { EncodingError } from "./errors";

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * Return the first 5·characters bits of `data` as characters, most significant bit first.
 *
 * Raises: EncodingError if `data` is shorter than that.
 */
export function encodeBase32(data: Uint8Array, characters: number): string {
  const surplus = 8 * data.length - 5 * characters;
  if (characters < 0 || surplus < 0) {
    throw new EncodingError("base32", `${data.length} bytes are too few for ${characters} characters`);
  }
  const value = readBigEndian(data) >> BigInt(surplus);
  return Array.from({ length: characters }, (_, index) => {
    const place = BigInt(5 * (characters - 1 - index));
    return ALPHABET.charAt(Number((value >> place) & 31n));
  }).join("");
}
