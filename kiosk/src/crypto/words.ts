/** Digests as words that two people can compare aloud; the list is `crypto/words.txt`, read when the bundle is built. */

import list from "../../../crypto/words.txt";

import { readBigEndian } from "./bytes";
import { EncodingError } from "./errors";

export const WORD_BITS = 11;

let words: readonly string[] | undefined;

/** Return the 2,048 words, in the order of their eleven-bit values. */
export function loadWords(): readonly string[] {
  words ??= list.trimEnd().split("\n");
  return words;
}

/**
 * Return the first 11·count bits of a digest as words, most significant bit first.
 *
 * Raises: EncodingError if the digest is shorter than that.
 *
 * Spec: "encode_words".
 */
export function encodeWords(digest: Uint8Array, count: number): readonly string[] {
  const surplus = 8 * digest.length - WORD_BITS * count;
  if (count < 0 || surplus < 0) {
    throw new EncodingError("words", `${digest.length} bytes are too few for ${count} words`);
  }
  const value = readBigEndian(digest) >> BigInt(surplus);
  return Array.from({ length: count }, (_, index) => {
    const place = BigInt(WORD_BITS * (count - 1 - index));
    return findWord(Number((value >> place) & 2047n));
  });
}

function findWord(index: number): string {
  const word = loadWords()[index];
  if (word === undefined) {
    throw new EncodingError("words", `the list has no word ${index}`);
  }
  return word;
}
