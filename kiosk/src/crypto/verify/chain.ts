/** V1: canonical lines, numbers, previous hashes, server signatures, order, `final` and the head. */

import { splitArchive } from "../archive";
import { Entry, formatHead, matchesHead } from "../board";
import { BoardState } from "../board-state";
import type { Body, ElectionBody, FinalBody, MeetingBody, Totals } from "../bodies";
import { readBody } from "../body-form";
import { BoardError, EncodingError, VerificationError } from "../errors";
import type { Steps } from "../steps";
import { failing, FORM_CHECKS, requireEqual, toFailure } from "./faults";
import type { BoardRecord, CheckResult, ElectionRecord, Placed, Progress } from "./model";

/**
 * Return the record of a board whose chain, signatures and order hold so far.
 *
 * source: an untrusted archive, or untrusted entries. Raises: VerificationError; for a body of another form than its
 * kind's, of the check that the kind belongs to.
 */
export function* readBoard(source: Uint8Array | Iterable<Entry>, onProgress: Progress): Steps<BoardRecord> {
  const entries = listEntries(source);
  let board: BoardRecord | undefined;
  let number = 0;
  for (;;) {
    const next = failing("V1", number, () => entries.next());
    if (next.done === true) {
      break;
    }
    const entry = next.value;
    const state: BoardState = board?.state ?? new BoardState();
    const serverKey = board?.meeting.serverKey ?? readMeeting(entry).serverKey;
    requireEqual("V1", number, "the entry's number", { expected: number, found: entry.number });
    requireEqual("V1", number, "the hash of the entry before", { expected: state.previous, found: entry.previous });
    failing("V1", number, () => entry.verifySignature(serverKey));
    const body = readNext(state, entry, number);
    board = file(board, state, { number, entryHash: entry.entryHash, body });
    number += 1;
    onProgress("V1", number, number);
    yield;
  }
  if (board === undefined) {
    throw new VerificationError("V1", "the archive is empty");
  }
  return board;
}

/** Check that `final` ends the board with the right totals. Raises: VerificationError. */
export function checkEnd(board: BoardRecord): void {
  const { final, state } = board;
  if (final === undefined) {
    const problem = "the archive does not end in final";
    throw new VerificationError("V1", problem, { entry: state.number - 1, expected: "final" });
  }
  const [expected, found] = [describeTotals(state.totals), describeTotals(final.body)];
  requireEqual("V1", final.number, "the totals in final", { expected, found });
}

/** Check the head as somebody typed it from the minutes. Raises: VerificationError. */
export function checkHead(board: BoardRecord, head: string): void {
  const found = board.state.head;
  if (found === undefined) {
    throw new VerificationError("V1", "the archive has no outcome, so it has no head", { expected: head });
  }
  if (!matchesHead(head, found)) {
    const problem = "the head differs from the one in the minutes";
    throw new VerificationError("V1", problem, { expected: head, found: formatHead(found) });
  }
}

/** Return the result of V1: one signature an entry. */
export function summariseChain(board: BoardRecord): CheckResult {
  const { entries } = board.state.totals;
  return { name: "V1", counted: entries, proofs: 0, signatures: entries };
}

function listEntries(source: Uint8Array | Iterable<Entry>): Iterator<Entry> {
  return source instanceof Uint8Array ? decodeLines(source) : source[Symbol.iterator]();
}

function* decodeLines(data: Uint8Array): Generator<Entry, void, void> {
  for (const line of splitArchive(data)) {
    yield Entry.decode(line);
  }
}

/** Return the meeting that begins a board: its key signs every entry, this one too. */
function readMeeting(entry: Entry): MeetingBody {
  return failing("V1", 0, () => {
    const body = entry.kind === "meeting" ? readBody(entry.kind, entry.body) : undefined;
    if (body?.kind !== "meeting") {
      throw new BoardError("meeting comes first, and once");
    }
    return body;
  });
}

/** Return an entry's body, folded into the state. */
function readNext(state: BoardState, entry: Entry, number: number): Body {
  const check = FORM_CHECKS[entry.kind];
  const body = failing(check, number, () => readBody(entry.kind, entry.body));
  try {
    state.advance(body, entry.entryHash);
  } catch (error) {
    throw toFailure(error instanceof EncodingError ? check : "V1", number, error);
  }
  return body;
}

/** Sort an entry's body into the record; order is checked already, so nothing is overwritten. */
function file(known: BoardRecord | undefined, state: BoardState, placed: Placed<Body>): BoardRecord {
  const { number, entryHash, body } = placed;
  if (body.kind === "meeting") {
    return { meeting: body, lists: [], elections: new Map(), destroyed: [], state };
  }
  if (known === undefined) {
    throw new VerificationError("V1", "meeting comes first, and once", { entry: number });
  }
  const board = known;
  switch (body.kind) {
    case "ceremony":
      board.ceremony = { number, entryHash, body };
      break;
    case "list":
      board.lists.push({ number, entryHash, body });
      break;
    case "manifest":
      board.elections.set(body.election, { name: body.election, number, sealed: body.manifest, partials: new Map() });
      break;
    case "paper_election":
      board.elections.set(body.election, { name: body.election, number, sealed: body.sealed, partials: new Map() });
      break;
    case "minutes":
      board.minutes = { number, entryHash, body };
      break;
    case "destroyed":
      board.destroyed.push({ number, entryHash, body });
      break;
    case "final":
      board.final = { number, entryHash, body };
      break;
    default:
      fileElectionBody(board.elections.get(body.election), { number, entryHash, body });
  }
  return board;
}

function fileElectionBody(election: ElectionRecord | undefined, { number, entryHash, body }: Placed<ElectionBody>): void {
  if (election === undefined) {
    throw new VerificationError("V1", `no election ${body.election}`, { entry: number });
  }
  switch (body.kind) {
    case "annulled":
      election.annulled = { number, entryHash, body };
      break;
    case "closed":
      election.closed = { number, entryHash, body };
      break;
    case "paper_counts":
      election.paper = { number, entryHash, body };
      break;
    case "aggregate":
      election.aggregate = { number, entryHash, body };
      break;
    case "partial_decryption":
      election.partials.set(body.trustee, { number, entryHash, body });
      break;
    case "tally":
      election.tally = { number, entryHash, body };
      break;
    case "outcome":
      election.outcome = { number, entryHash, body };
      break;
  }
}

function describeTotals({ entries, ballots, proofs, signatures }: Totals | FinalBody): string {
  return `entries ${entries}, ballots ${ballots}, proofs ${proofs}, signatures ${signatures}`;
}
