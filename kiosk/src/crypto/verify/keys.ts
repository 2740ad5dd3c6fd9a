/** V3: the key ceremony, and the trustees' word that their shares are destroyed. */

import { Ceremony } from "../ceremony";
import { encodeHex } from "../bytes";
import { VerificationError } from "../errors";
import { failing } from "./faults";
import type { BoardRecord, CheckResult } from "./model";

/** The result of V3 with the ceremony; there is none on a board that has none, as when every vote was on paper. */
export interface CheckedCeremony {
  readonly result: CheckResult;
  readonly ceremony: Ceremony | undefined;
}

/**
 * Check openings, possession, hash, joint key, public shares, confirmations and the destroyed entries.
 *
 * Raises: VerificationError.
 */
export function checkCeremony(board: BoardRecord): CheckedCeremony {
  const { ceremony: placed, meeting, destroyed } = board;
  if (placed === undefined) {
    return { result: { name: "V3", counted: 0, proofs: 0, signatures: 0 }, ceremony: undefined };
  }
  const { rehearsal, serverKey } = meeting;
  const ceremony = failing("V3", placed.number, () => Ceremony.fromBody(placed.body.record, serverKey, { rehearsal }));
  for (const { number, body } of destroyed) {
    failing("V3", number, () => {
      const message = { ceremony_hash: encodeHex(ceremony.ceremonyHash), trustee: body.trustee };
      const signed = { trustee: body.trustee, signature: encodeHex(body.signature) };
      ceremony.verifyTrusteeSignature("destroyed", message, signed);
    });
  }
  const { count } = ceremony.terms;
  return { result: { name: "V3", counted: 1, proofs: count, signatures: count + destroyed.length }, ceremony };
}

/** Return the ceremony of a board that has elections. Raises: VerificationError if there is none. */
export function requireCeremony(ceremony: Ceremony | undefined): Ceremony {
  if (ceremony === undefined) {
    throw new VerificationError("V3", "the board has no ceremony");
  }
  return ceremony;
}
