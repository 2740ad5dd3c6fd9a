/** The archive: a board as a file, one canonical entry a line, and no slack byte anywhere. */

import { Entry } from "./board";
import { joinBytes } from "./bytes";
import { EncodingError } from "./errors";

export const LARGEST_ARCHIVE_BYTES = 2 ** 30;
const LINE_FEED = Uint8Array.of(0x0a);

/** Return the entries' canonical bytes, each followed by one line feed. Spec: "encode_archive, decode_archive". */
export function encodeArchive(entries: Iterable<Entry>): Uint8Array {
  return joinBytes(Array.from(entries, (entry) => entry.encode()).flatMap((line) => [line, LINE_FEED]));
}

/**
 * Give the lines of an untrusted archive without their line feeds, one at a time.
 *
 * Raises: EncodingError for a file over a gibibyte, or when a line does not end in a line feed.
 */
export function* splitArchive(data: Uint8Array): Generator<Uint8Array, void, void> {
  if (data.length > LARGEST_ARCHIVE_BYTES) {
    throw new EncodingError("archive", `larger than ${LARGEST_ARCHIVE_BYTES} bytes`);
  }
  let start = 0;
  while (start < data.length) {
    const end = data.indexOf(0x0a, start);
    if (end < 0) {
      throw new EncodingError("archive", "the last line does not end in a line feed: the file is cut short");
    }
    yield data.subarray(start, end);
    start = end + 1;
  }
}

/**
 * Return the entries of an untrusted archive; nothing but the form of each line is checked.
 *
 * Raises: EncodingError. Spec: "encode_archive, decode_archive".
 */
export function decodeArchive(data: Uint8Array): readonly Entry[] {
  return Array.from(splitArchive(data), (line) => Entry.decode(line));
}
