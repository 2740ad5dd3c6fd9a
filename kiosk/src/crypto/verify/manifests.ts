/** V2: manifests against the rest of the board. Their form is checked as they are read. */

import { joinBytes } from "../bytes";
import { hashCredentials } from "../credential";
import type { Element } from "../group";
import { failing, requireEqual } from "./faults";
import { selectLists, type CredentialLists } from "./lists";
import type { BoardRecord, CheckResult, ElectionRecord } from "./model";

/**
 * Check what every manifest says of server, meeting, key, trustees and list, and who names its hash.
 *
 * Raises: VerificationError.
 */
export function checkManifests(board: BoardRecord, lists: CredentialLists): CheckResult {
  for (const election of board.elections.values()) {
    checkReferences(board, election);
    checkCredentials(election, lists);
    checkNames(election);
  }
  return { name: "V2", counted: board.elections.size, proofs: 0, signatures: 0 };
}

function checkReferences({ meeting, ceremony: placed }: BoardRecord, { number, manifest }: ElectionRecord): void {
  const { content } = manifest;
  const { trustees } = content;
  requireEqual("V2", number, "the server key", { expected: meeting.serverKey, found: content.serverKey });
  requireEqual("V2", number, "the meeting", { expected: meeting.code, found: content.meeting });
  requireEqual("V2", number, "the rehearsal mark", { expected: meeting.rehearsal, found: content.rehearsal });
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

function checkCredentials(election: ElectionRecord, lists: CredentialLists): void {
  const { number, manifest } = election;
  const members = selectLists(election, lists);
  const expected = failing("V2", number, () => hashCredentials(members));
  requireEqual("V2", number, "the hash of the list", { expected, found: manifest.content.credentialsHash });
  const length = members.reduce((sum, credentials) => sum + credentials.length, 0);
  requireEqual("V2", number, "the length of the list", { expected: length, found: manifest.content.credentials });
}

function checkNames({ manifest, closed, aggregate, outcome }: ElectionRecord): void {
  const expected = manifest.electionHash;
  for (const placed of [closed, aggregate, outcome]) {
    if (placed !== undefined) {
      requireEqual("V2", placed.number, "the election hash", { expected, found: placed.body.electionHash });
    }
  }
}

function joinElements(elements: readonly Element[]): Uint8Array {
  return joinBytes(elements.map((element) => element.toBytes()));
}
