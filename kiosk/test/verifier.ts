/**
 * Verify archives for the other implementation: a JSON request a line on stdin, a JSON answer a line on stdout.
 *
 * An answer is what `python -m crypto.verify --json` prints, or {review} for a board that a trustee's phone would accept.
 */

import { getRandomValues } from "node:crypto";
import { createInterface } from "node:readline";

import { hashAggregate } from "../src/crypto/aggregate";
import { matchesHead } from "../src/crypto/board";
import { encodeHex } from "../src/crypto/bytes";
import { decodeBase64, decodeHex } from "../src/crypto/encoding";
import { VerificationError } from "../src/crypto/errors";
import { writePaperCounts } from "../src/crypto/paper";
import type { Report } from "../src/crypto/verify/model";
import { reviewClosedBoard, verifyArchive } from "../src/crypto/verify/verification";

/** What to verify; bytes are in base64. `review` names the closed election to review instead. */
interface Request {
  readonly archive: string;
  readonly head: string | null;
  readonly confirmations: readonly string[];
  readonly review: string | null;
}

/** Codes as people type them, and the head that they may name, in hexadecimal. */
interface HeadRequest {
  readonly codes: readonly string[];
  readonly head: string;
}

function matchHeads({ codes, head }: HeadRequest): unknown {
  const digest = decodeHex(head, 32);
  return { matches: codes.map((code) => matchesHead(code, digest)) };
}

function randomBytes(count: number): Uint8Array {
  return getRandomValues(new Uint8Array(count));
}

function listReport(report: Report): unknown {
  return {
    verified: true,
    rehearsal: report.meeting.rehearsal,
    head: report.head === undefined ? null : encodeHex(report.head),
    head_compared: report.headCompared,
    checks: Object.fromEntries(report.checks.map(({ name, counted }) => [name, counted])),
    ...report.totals,
    elections: Object.fromEntries(
      report.elections.map(({ name, ground, ballots, counts, paper }) => [
        name,
        {
          annulled: ground ?? null,
          ballots: ballots ?? null,
          counts: counts ?? null,
          paper: paper === undefined ? null : writePaperCounts(paper.body),
        },
      ]),
    ),
    findings: report.elections.flatMap(({ name, finding }) =>
      finding === undefined ? [] : [{ election: name, check: finding.check, entry: finding.entry ?? null }],
    ),
  };
}

function answer({ archive, head, confirmations, review }: Request): unknown {
  const data = decodeBase64(archive);
  try {
    if (review !== null) {
      const closed = reviewClosedBoard(data, review, { randomBytes });
      return {
        review: encodeHex(closed.closedEntryHash),
        aggregate: encodeHex(hashAggregate(closed.electionHash, closed.aggregate)),
        ballots: closed.ballots,
        floor: closed.floor,
        rehearsal: closed.rehearsal,
        annulled: closed.annulled,
        paper_ballots: closed.paperBallots,
      };
    }
    const options = { randomBytes, head: head ?? undefined, confirmations: confirmations.map(decodeBase64) };
    return listReport(verifyArchive(data, options));
  } catch (error) {
    if (!(error instanceof VerificationError)) {
      throw error;
    }
    return { verified: false, check: error.check, problem: error.problem, entry: error.entry ?? null };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request | HeadRequest;
  const reply = "codes" in request ? matchHeads(request) : answer(request);
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
