/**
 * What is found out about a tracker or about a slip, recomputed on this device.
 *
 * A slip's code never leaves it: from the code follows the credential, and the lists in which it is looked for are
 * fetched whole.
 */

import { sha256 } from "@noble/hashes/sha2.js";

import { findInBox, readClosedBox } from "../booth/closed_box";
import type { ElectionState, MeetingState } from "../booth/server";
import type { Selection } from "../crypto/ballot";
import { encodeHex, equalBytes } from "../crypto/bytes";
import { deriveCredential } from "../crypto/credential";
import { CryptoError } from "../crypto/errors";
import { ELEMENT_BYTES } from "../crypto/group";
import type { Manifest, Text } from "../crypto/manifest";
import { openTestedBallot } from "../crypto/opening";
import { SCHNORR_BYTES } from "../crypto/proofs/schnorr";
import type { MeetingCode, SlipCode } from "../crypto/slip";
import { formatTracker } from "../crypto/tracker";
import { DisagreementError, type CheckServer, type FoundTest } from "./server";

const HASH_BYTES = 32;
const CLOSED_STATES: readonly string[] = ["closed", "tallied", "published"];

/** What a tracker stands for. */
export type TrackerFinding =
  | { readonly kind: "tested"; readonly manifest: Manifest; readonly selections: readonly Selection[] }
  | { readonly kind: "counted"; readonly title: Text; readonly ballots: number }
  | { readonly kind: "testedBefore"; readonly title: Text }
  | { readonly kind: "lie"; readonly title: Text }
  | { readonly kind: "nothing"; readonly isOpen: boolean };

/** What became of a slip in one election; `tracker` is that of the ballot that stands under it. */
export interface SlipFinding {
  readonly title: Text;
  readonly state: "unused" | "used" | "open" | "annulled";
  readonly ballots: number;
  readonly tracker: string | null;
}

/** An election with its hash: one that was opened at some time. */
interface SealedElection extends ElectionState {
  readonly election_hash: string;
}

/** Return what a tracker (20 characters) stands for in any election of a meeting. Raises: DisagreementError. */
export async function findTracker(server: CheckServer, tracker: string): Promise<TrackerFinding> {
  const elections = listSealed(await server.readState());
  for (const election of elections) {
    const finding = CLOSED_STATES.includes(election.state)
      ? await findInLists(server, election.election_hash, tracker)
      : await findAmongTests(server, election, tracker);
    if (finding !== null) {
      return finding;
    }
  }
  return { kind: "nothing", isOpen: elections.some((election) => election.state === "open") };
}

/**
 * Return what became of a slip in every election of a meeting that lists it.
 *
 * Raises: DisagreementError if a list is not the one that its manifest was sealed with.
 */
export async function findSlip(
  server: CheckServer,
  meeting: MeetingCode,
  code: SlipCode,
): Promise<readonly SlipFinding[]> {
  const findings: SlipFinding[] = [];
  for (const election of listSealed(await server.readState())) {
    const manifest = await server.readManifest(election.election_hash);
    const credential = deriveCredential(code, meeting, manifest.content.slot).public.toBytes();
    const listed = await server.readCredentials(election.election_hash);
    if (!equalBytes(sha256(listed), manifest.content.credentialsHash)) {
      throw new DisagreementError("list of credentials of another election");
    }
    if (split(listed, ELEMENT_BYTES).some((each) => equalBytes(each, credential))) {
      findings.push(await describeSlip(server, election, manifest.content.title, encodeHex(credential)));
    }
  }
  return findings;
}

async function describeSlip(
  server: CheckServer,
  election: SealedElection,
  title: Text,
  credential: string,
): Promise<SlipFinding> {
  if (!CLOSED_STATES.includes(election.state)) {
    return { title, state: election.state === "annulled" ? "annulled" : "open", ballots: 0, tracker: null };
  }
  const box = readClosedBox((await server.readClosedLists(election.election_hash)).ballots);
  const hash = box.get(credential);
  const isUnused = findInBox(box, credential, null) === "unused";
  const tracker = hash === undefined ? null : formatTracker(Uint8Array.from(hash.match(/../g) ?? [], parseHex));
  return { title, state: isUnused ? "unused" : "used", ballots: box.size, tracker };
}

async function findInLists(server: CheckServer, electionHash: string, tracker: string): Promise<TrackerFinding | null> {
  const lists = await server.readClosedLists(electionHash);
  const rows = split(lists.ballots, ELEMENT_BYTES + HASH_BYTES).map((row) => row.slice(ELEMENT_BYTES));
  const isTracked = (hash: Uint8Array): boolean => formatTracker(hash).replace(/-/g, "") === tracker;
  const isCounted = rows.some(isTracked);
  if (!isCounted && !split(lists.tested, HASH_BYTES).some(isTracked)) {
    return null;
  }
  const { title } = (await server.readManifest(electionHash)).content;
  return isCounted ? { kind: "counted", title, ballots: rows.length } : { kind: "testedBefore", title };
}

async function findAmongTests(
  server: CheckServer,
  election: SealedElection,
  tracker: string,
): Promise<TrackerFinding | null> {
  const found = election.state === "open" ? await server.findTest(election.election_hash, tracker) : null;
  return found === null ? null : openTest(await server.readManifest(election.election_hash), found, tracker);
}

/** Open a tested ballot here. That it has the tracker asked for is checked too: the phone showed that before. */
function openTest(manifest: Manifest, { ballot, opening }: FoundTest, tracker: string): TrackerFinding {
  const { title } = manifest.content;
  if (formatTracker(sha256(ballot.slice(0, -SCHNORR_BYTES))).replace(/-/g, "") !== tracker) {
    return { kind: "lie", title };
  }
  try {
    return { kind: "tested", manifest, selections: openTestedBallot(manifest.context, ballot, opening) };
  } catch (error) {
    if (error instanceof CryptoError) {
      return { kind: "lie", title };
    }
    throw error;
  }
}

function listSealed(state: MeetingState): readonly SealedElection[] {
  return state.elections.filter((election): election is SealedElection => election.election_hash !== null);
}

function split(data: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: Math.floor(data.length / size) }, (_, at) => data.slice(at * size, (at + 1) * size));
}

function parseHex(pair: string): number {
  return Number.parseInt(pair, 16);
}
