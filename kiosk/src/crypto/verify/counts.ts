/** V6: the ballots, by phone and on paper, against the paper counts that the tellers signed. */

import type { ContestShape } from "../ballot";
import { encodeHex } from "../bytes";
import type { Ceremony } from "../ceremony";
import { countIssued, writeCounts, type Counts } from "../counts";
import { VerificationError } from "../errors";
import { Manifest, type CountSignature, type ManifestContent } from "../manifest";
import { writePaperCounts, type PaperCounts } from "../paper";
import type { Steps } from "../steps";
import { failing, noting, requireAtMost, requireEqual, type Findings } from "./faults";
import { requireCeremony } from "./keys";
import type { BoardRecord, CheckResult, ElectionRecord, Placed } from "./model";

const PAPER_SIGNERS = 2;

/**
 * Check each election's counts, their signatures, the number of ballots where closed, and its paper counts.
 *
 * Raises: VerificationError, or notes a finding.
 */
export function* checkPaper(
  board: BoardRecord,
  elections: readonly ElectionRecord[],
  ceremony: Ceremony | undefined,
  findings: Findings,
): Steps<CheckResult> {
  let [counted, signatures] = [0, 0];
  for (const election of elections) {
    const { sealed, paper } = election;
    counted += paper === undefined ? 1 : 2;
    signatures += sealed instanceof Manifest ? sealed.content.countSignatures.length : 0;
    signatures += paper?.body.signatures.length ?? 0;
    yield* noting(election, findings, function* () {
      checkCounts(sealed.content.counts, election.number);
      if (sealed instanceof Manifest) {
        const ballots = board.state.elections.get(election.name)?.ballots ?? Infinity;
        checkWithPhones(election, sealed, ballots, ceremony);
      } else if (paper !== undefined) {
        checkPaperAlone(paper, sealed.content.counts, sealed.shape);
        checkPaperSignatures(paper, ceremony, 0);
      }
      yield;
    });
  }
  return { name: "V6", counted, proofs: 0, signatures };
}

function checkCounts(counts: Counts, entry: number): void {
  const issued = countIssued(counts);
  const { printed, handedOut, broughtBack, leftOver, lost, present } = counts;
  const what = "printed = handed out + left over";
  requireEqual("V6", entry, what, { expected: printed, found: handedOut + leftOver });
  requireAtMost("V6", entry, "brought back ≤ handed out", { limit: handedOut, found: broughtBack });
  requireAtMost("V6", entry, "lost ≤ issued", { limit: issued, found: lost });
  requireAtMost("V6", entry, "issued - lost ≤ present", { limit: present, found: issued - lost });
}

function checkWithPhones(
  { number, closed, paper }: ElectionRecord,
  manifest: Manifest,
  ballots: number,
  ceremony: Ceremony | undefined,
): void {
  const { counts, trustees, floor } = manifest.content;
  checkCountSignatures(number, manifest.content, requireCeremony(ceremony));
  if (closed === undefined) {
    return;
  }
  requireAtMost("V6", closed.number, "ballots ≤ issued", { limit: countIssued(counts), found: ballots });
  requireAtMost("V6", closed.number, "ballots ≤ present", { limit: counts.present, found: ballots });
  // Else a server that kept slips could void one that voted, or keep silent about those who voted on paper instead.
  const expected = counts.broughtBack + (paper?.body.exchanged ?? 0);
  const what = "void credentials = brought back + exchanged";
  requireEqual("V6", closed.number, what, { expected, found: closed.body.void.length });
  if (paper !== undefined) {
    checkSums(paper, manifest.context.shape);
    checkBesidePhones(paper, counts, { ballots, void: closed.body.void.length, floor });
    checkPaperSignatures(paper, ceremony, Math.min(PAPER_SIGNERS, trustees.count));
  }
}

/** Check the signatures of a manifest's counts: all of them hold, and they are as many as the threshold at least. */
function checkCountSignatures(entry: number, content: ManifestContent, ceremony: Ceremony): void {
  const { election, slot, counts, countSignatures } = content;
  requireSigners(entry, "count signatures", { needed: ceremony.terms.threshold, found: countSignatures });
  for (const { trustee, signature } of countSignatures) {
    const signed = { trustee, signature: encodeHex(signature) };
    failing("V6", entry, () => ceremony.verifyCountsSignature(election, slot, writeCounts(counts), signed));
  }
}

function checkPaperSignatures(
  { number, body }: Placed<PaperCounts>,
  ceremony: Ceremony | undefined,
  needed: number,
): void {
  requireSigners(number, "signatures of paper counts", { needed, found: body.signatures });
  for (const { trustee, signature } of body.signatures) {
    const signed = { trustee, signature: encodeHex(signature) };
    const keys = requireCeremony(ceremony);
    failing("V6", number, () => keys.verifyPaperSignature(writePaperCounts(body), signed));
  }
}

/** Check that paper counts agree with one another and with the contests. */
function checkSums({ number, body }: Placed<PaperCounts>, shape: readonly ContestShape[]): void {
  const { issued, ballots, invalid, reasons, counts } = body;
  requireAtMost("V6", number, "paper ballots ≤ paper ballots issued", { limit: issued, found: ballots });
  requireAtMost("V6", number, "invalid ≤ paper ballots", { limit: ballots, found: invalid });
  const expected = reasons.reduce((sum, { count }) => sum + count, 0);
  requireEqual("V6", number, "invalid = sum of reasons", { expected, found: invalid });
  const widths = {
    expected: shape.map(({ options }) => options + 1).join(),
    found: counts.map((row) => row.length).join(),
  };
  requireEqual("V6", number, "counts per contest", widths);
  shape.forEach((contest, index) => checkRow(number, index, contest, counts[index] ?? [], ballots - invalid));
}

/** Check the counts of one contest: of the valid ballots the marked ones have 1 to k marks, none an option twice. */
function checkRow(entry: number, index: number, contest: ContestShape, row: readonly number[], valid: number): void {
  const options = row.slice(0, -1);
  const blank = row[row.length - 1] ?? 0;
  requireAtMost("V6", entry, `blank ≤ valid in contest ${index}`, { limit: valid, found: blank });
  const marked = valid - blank;
  const most = contest.marks * marked;
  const total = options.reduce((sum, count) => sum + count, 0);
  if (total < marked || total > most || options.some((count) => count > marked)) {
    const expected = `${marked} to ${most} marks, at most ${marked} an option`;
    throw new VerificationError("V6", `marks of contest ${index}`, { entry, expected, found: options.join() });
  }
}

/** How many phones voted, how many slips are void, and how many ballots each channel must have. */
interface Phones {
  readonly ballots: number;
  readonly void: number;
  readonly floor: number;
}

function checkBesidePhones({ number, body }: Placed<PaperCounts>, counts: Counts, phones: Phones): void {
  const { ballots, floor } = phones;
  const { exchanged, issued } = body;
  const { lost, present } = counts;
  const slips = countIssued(counts);
  requireAtMost("V6", number, "exchanged ≤ void credentials", { limit: phones.void, found: exchanged });
  requireAtMost("V6", number, "exchanged ≤ paper ballots issued", { limit: issued, found: exchanged });
  requireAtMost("V6", number, "exchanged ≤ slips issued - lost", { limit: slips - lost, found: exchanged });
  const left = slips - exchanged;
  requireAtMost("V6", number, "ballots ≤ slips issued - exchanged", { limit: left, found: ballots });
  const what = "issued with paper - lost ≤ present";
  requireAtMost("V6", number, what, { limit: present, found: left - lost + issued });
  requireAtMost("V6", number, "ballots with paper ≤ present", { limit: present, found: ballots + body.ballots });
  if (ballots > 0 && body.ballots > 0 && Math.min(ballots, body.ballots) < floor) {
    const found = `${ballots} by phone, ${body.ballots} on paper`;
    const details = { entry: number, expected: `at least ${floor}`, found };
    throw new VerificationError("V6", "each channel has the floor of ballots", details);
  }
}

function checkPaperAlone(paper: Placed<PaperCounts>, counts: Counts, shape: readonly ContestShape[]): void {
  const { number, body } = paper;
  checkSums(paper, shape);
  requireEqual("V6", number, "paper ballots issued", { expected: countIssued(counts), found: body.issued });
  requireEqual("V6", number, "slips exchanged", { expected: 0, found: body.exchanged });
  requireAtMost("V6", number, "ballots ≤ present", { limit: counts.present, found: body.ballots });
}

function requireSigners(
  entry: number,
  what: string,
  { needed, found }: { readonly needed: number; readonly found: readonly CountSignature[] },
): void {
  if (found.length < needed) {
    const details = { entry, expected: `at least ${needed}`, found: found.length };
    throw new VerificationError("V6", `too few ${what}`, details);
  }
}
