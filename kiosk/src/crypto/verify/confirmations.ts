/** V12: voters' confirmations against the closed ballots. */

import { encodeHex, equalBytes } from "../bytes";
import { Confirmation, verifyConfirmation } from "../confirmation";
import { VerificationError } from "../errors";
import { failing } from "./faults";
import type { BoardRecord, CheckResult, VerifiedBallots } from "./model";

/**
 * Check that the server signed each confirmation and that its ballot is among the closed ones.
 *
 * confirmations: as voters keep them, untrusted. Raises: VerificationError.
 */
export function checkConfirmations(
  board: BoardRecord,
  verified: ReadonlyMap<string, VerifiedBallots>,
  confirmations: readonly Uint8Array[],
): CheckResult {
  for (const data of confirmations) {
    const confirmation = failing("V12", undefined, () => {
      const read = Confirmation.decode(data);
      verifyConfirmation(read, board.meeting.serverKey);
      return read;
    });
    const { electionHash, ballotHash } = confirmation;
    const entry = [...board.elections].find(([, { manifest }]) => equalBytes(manifest.electionHash, electionHash));
    const found = entry === undefined ? undefined : verified.get(entry[0]);
    if (entry === undefined || found === undefined) {
      const problem = "the confirmation names no closed election of this archive";
      throw new VerificationError("V12", problem, { found: encodeHex(electionHash) });
    }
    if (!found.hashes.has(encodeHex(ballotHash))) {
      const details = { entry: entry[1].closed?.number, found: encodeHex(ballotHash) };
      throw new VerificationError("V12", "the confirmed ballot is not among the ballots", details);
    }
  }
  return { name: "V12", counted: confirmations.length, proofs: 0, signatures: 0 };
}
