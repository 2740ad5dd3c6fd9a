/** V12: voters' confirmations against the closed ballots. */

import { encodeHex, equalBytes } from "../bytes";
import { Confirmation, verifyConfirmation } from "../confirmation";
import { VerificationError } from "../errors";
import { Manifest } from "../manifest";
import { listBallotHashes } from "./ballots";
import { failing } from "./faults";
import type { BoardRecord, CheckResult } from "./model";

/**
 * Check that the server signed each confirmation and that its ballot is among the closed ones.
 *
 * confirmations: as voters keep them, untrusted. Raises: VerificationError.
 */
export function checkConfirmations(board: BoardRecord, confirmations: readonly Uint8Array[]): CheckResult {
  for (const data of confirmations) {
    const { electionHash, ballotHash } = failing("V12", undefined, () => {
      const confirmation = Confirmation.decode(data);
      verifyConfirmation(confirmation, board.meeting.serverKey);
      return confirmation;
    });
    const named = [...board.elections.values()].find(({ sealed }) => equalBytes(sealed.electionHash, electionHash));
    if (named?.closed === undefined || !(named.sealed instanceof Manifest)) {
      const problem = "the confirmation names no closed election of this archive";
      throw new VerificationError("V12", problem, { found: encodeHex(electionHash) });
    }
    const { number, body } = named.closed;
    if (!listBallotHashes(body, named.sealed.context).has(encodeHex(ballotHash))) {
      const details = { entry: number, found: encodeHex(ballotHash) };
      throw new VerificationError("V12", "the confirmed ballot is not among the ballots", details);
    }
  }
  return { name: "V12", counted: confirmations.length, proofs: 0, signatures: 0 };
}
