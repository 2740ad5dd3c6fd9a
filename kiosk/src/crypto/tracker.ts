/** The short form of a ballot hash that a voter can look up: "mã phiếu". */

import { encodeBase32 } from "./base32";

/** Return the first 100 bits of a ballot hash as four groups of five characters. Spec: "format_tracker". */
export function formatTracker(ballotHash: Uint8Array): string {
  return (encodeBase32(ballotHash, 20).match(/.{5}/g) ?? []).join("-");
}
