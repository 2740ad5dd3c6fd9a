/** V2: manifests and paper elections against the rest of the board. Their form is checked as they are read. */

import { joinBytes } from "../bytes";
import { hashCredentials } from "../credential";
import type { Element } from "../group";
import { Manifest } from "../manifest";
import { failing, requireEqual } from "./faults";
import { selectLists, type CredentialLists } from "./lists";
import type { BoardRecord, CheckResult, ElectionRecord } from "./model";

/**
 * Check what every seal says of meeting and rehearsal, every manifest of server, key, trustees and list, and who names
 * its hash.
 *
 * Raises: VerificationError.
 */
export function checkManifests(board: BoardRecord, lists: CredentialLists): CheckResult {
  const { meeting } = board;
  for (const election of board.elections.values()) {
    const { number, sealed } = election;
    const { content } = sealed;
    requireEqual("V2", number, "the meeting", { expected: meeting.code, found: content.meeting });
    requireEqual("V2", number, "the rehearsal mark", { expected: meeting.rehearsal, found: content.rehearsal });
    if (sealed instanceof Manifest) {
      checkKey(board, number, sealed);
      checkCredentials(number, sealed, lists);
    }
    checkNames(election);
  }
  return { name: "V2", counted: board.elections.size, proofs: 0, signatures: 0 };
}

function checkKey({ meeting, ceremony: placed }: BoardRecord, number: number, { content }: Manifest): void {
  const { trustees } = content;
  requireEqual("V2", number, "the server key", { expected: meeting.serverKey, found: content.serverKey });
  if (placed === undefined) {
    return; // Order has refused a manifest without a ceremony already.
  }
  const { body: ceremony } = placed;
  requireEqual("V2", number, "the ceremony hash", { expected: ceremony.ceremonyHash, found: content.ceremonyHash });
  requireEqual("V2", number, "the joint key", { expected: ceremony.key.toBytes(), found: content.key.toBytes() });
  requireEqual("V2", number, "the number of trustees", { expected: ceremony.count, found: trustees.count });
  requireEqual("V2", number, "the threshold", { expected: ceremony.threshold, found: trustees.threshold });
  const [expected, found] = [joinElements(ceremony.publicShares), joinElements(trustees.publicShares)];
  requireEqual("V2", number, "the public shares", { expected, found });
}

function checkCredentials(number: number, manifest: Manifest, lists: CredentialLists): void {
  const { credentials, credentialsHash } = manifest.content;
  const members = selectLists(manifest, lists);
  const expected = failing("V2", number, () => hashCredentials(members));
  requireEqual("V2", number, "the hash of the list", { expected, found: credentialsHash });
  const length = members.reduce((sum, list) => sum + list.length, 0);
  requireEqual("V2", number, "the length of the list", { expected: length, found: credentials });
}

function checkNames({ sealed, closed, paper, aggregate, outcome }: ElectionRecord): void {
  for (const placed of [closed, paper, aggregate, outcome]) {
    if (placed !== undefined) {
      const [expected, found] = [sealed.electionHash, placed.body.electionHash];
      requireEqual("V2", placed.number, "the election hash", { expected, found });
    }
  }
}

function joinElements(elements: readonly Element[]): Uint8Array {
  return joinBytes(elements.map((element) => element.toBytes()));
}
