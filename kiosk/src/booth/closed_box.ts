/** What the list of a closed election says about one slip: the same ballot that it cast, or none if it cast none. */

import { encodeHex } from "../crypto/bytes";
import { ELEMENT_BYTES } from "../crypto/group";

const ROW_BYTES = 64;

/** A closed election's list: which ballot stands under which credential, both in hexadecimal. */
export type ClosedBox = ReadonlyMap<string, string>;

/** included and unused are as they should be; missing and strange are for the tellers. */
export type Inclusion = "included" | "unused" | "missing" | "strange";

/** Return the rows of a list of X ‖ ballot hash. */
export function readClosedBox(rows: Uint8Array): ClosedBox {
  const box = new Map<string, string>();
  for (let start = 0; start < rows.length; start += ROW_BYTES) {
    const row = rows.slice(start, start + ROW_BYTES);
    box.set(encodeHex(row.slice(0, ELEMENT_BYTES)), encodeHex(row.slice(ELEMENT_BYTES)));
  }
  return box;
}

/** Return what became of a slip; ballotHash: of the ballot that it cast, null if it cast none. */
export function findInBox(box: ClosedBox, credential: string, ballotHash: string | null): Inclusion {
  const found = box.get(credential) ?? null;
  if (ballotHash === null) {
    return found === null ? "unused" : "strange";
  }
  return found === ballotHash ? "included" : "missing";
}
