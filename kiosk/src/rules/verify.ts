/**
 * Checks V10 and V11 of an archive in which V1 to V9 hold.
 *
 * V10: each base follows from its parts, each manifest asks what its sealed rule-set asks, and each outcome is what that
 * rule-set makes of the counts. V11: the numbers of the minutes are those outcomes.
 */

import { PaperElection } from "../crypto/paper";
import type { JsonObject, JsonValue } from "../crypto/encoding";
import { VerificationError } from "../crypto/errors";
import type { ElectionReport, Report } from "../crypto/verify/model";
import type { Votes } from "./decide";
import { checkEarlier, decideElection, writeElection, type BallotNumbers, type DecidedElection } from "./election";
import { formatDay } from "./days";
import { RulesError } from "./errors";
import { findDifference, isSameJson, showAt } from "./json";
import { BLANK } from "./model";
import { listBallotOptions } from "./naming";
import { readSealedRules, type SealedRules } from "./sealed";

/** V10 and V11 with how many outcomes and minutes there were, the rules of each election, and what each decided one came to. */
export interface RulesReport {
  readonly checks: readonly { readonly name: string; readonly counted: number }[];
  readonly sealed: ReadonlyMap<string, SealedRules>;
  readonly decided: ReadonlyMap<string, DecidedElection>;
}

/** Check the rules' part of an archive. Raises: VerificationError of V10 or V11. */
export function verifyResults(report: Report): RulesReport {
  const sealed = new Map(report.elections.map((election) => [election.name, checkRules(election, report.meeting.date)]));
  const counted = report.elections
    .filter(({ outcome, ground }) => outcome !== undefined && ground === undefined)
    .sort((left, right) => (left.outcome?.number ?? 0) - (right.outcome?.number ?? 0));
  const decided = new Map<string, DecidedElection>();
  const results: JsonObject[] = [];
  for (const election of counted) {
    const rules = sealed.get(election.name);
    if (rules !== undefined) {
      const decision = checkOutcome(election, rules, decided);
      decided.set(election.name, decision);
      results.push(writeElection(decision));
    }
  }
  const minutes = checkMinutes(report, results);
  const checks = [
    { name: "V10", counted: results.length },
    { name: "V11", counted: minutes },
  ];
  return { checks, sealed, decided };
}

function checkRules({ entry, sealed }: ElectionReport, date: string): SealedRules {
  const { content } = sealed;
  const rules = failing("the sealed rules", entry, () => readSealedRules(content.rules));
  const ids = content.contests.map(({ id }) => id);
  requireSame("the meeting's date", entry, { found: formatDay(rules.meetingDate), expected: date });
  requireSame("those present", entry, { found: Number(rules.present), expected: content.counts.present });
  requireSame("the contests", entry, { found: rules.contests.map(({ id }) => id), expected: ids });
  rules.contests.forEach((known, index) => {
    const contest = content.contests[index];
    const options = contest?.options.map(({ id }) => id) ?? [];
    const marks = { found: contest?.marks ?? 0, expected: Number(known.seats ?? 1n) };
    requireSame("the options", entry, { found: options, expected: listBallotOptions(rules.ruleSet, known) });
    requireSame("the marks allowed", entry, marks);
  });
  return rules;
}

function checkOutcome(
  election: ElectionReport,
  rules: SealedRules,
  earlier: ReadonlyMap<string, DecidedElection>,
): DecidedElection {
  const { outcome, name } = election;
  const decision = failing("the outcome", outcome?.number, () => {
    checkEarlier(rules, earlier);
    return decideElection(name, rules, collectVotes(election), collectNumbers(election), earlier);
  });
  requireResult("V10", "the outcome", outcome?.number, outcome?.body.result ?? {}, writeElection(decision));
  return decision;
}

/** Return the votes of each contest, phones and paper together. */
function collectVotes(election: ElectionReport): ReadonlyMap<string, Votes> {
  const { sealed, counts, paper } = election;
  const isOnPaper = sealed instanceof PaperElection;
  const channels = [isOnPaper ? undefined : counts, paper?.body.counts];
  if ((isOnPaper ? paper : counts) === undefined) {
    throw new RulesError("counts", "an outcome without a tally");
  }
  const count = (contest: number, option: number): bigint =>
    channels.reduce((sum, channel) => sum + BigInt(channel?.[contest]?.[option] ?? 0), 0n);
  return new Map(
    sealed.content.contests.map(({ id, options }, contest) => {
      const names = [...options.map((option) => option.id), BLANK];
      return [id, new Map(names.map((name, option) => [name, count(contest, option)]))];
    }),
  );
}

function collectNumbers({ sealed, ballots, paper }: ElectionReport): BallotNumbers {
  const { counts } = sealed.content;
  // On paper alone the counts of slips are of paper ballots already.
  const beside = sealed instanceof PaperElection ? undefined : paper?.body;
  return {
    printed: BigInt(counts.printed),
    handedOut: BigInt(counts.handedOut),
    leftOver: BigInt(counts.leftOver),
    void: BigInt(counts.broughtBack) + BigInt(beside?.exchanged ?? 0),
    lost: BigInt(counts.lost),
    returned: BigInt(ballots ?? 0) + BigInt(paper?.body.ballots ?? 0),
    paperIssued: BigInt(beside?.issued ?? 0),
    invalid: BigInt(paper?.body.invalid ?? 0),
  };
}

function checkMinutes({ minutes }: Report, results: readonly JsonObject[]): number {
  if (minutes === undefined) {
    return 0;
  }
  requireResult("V11", "the numbers of the minutes", minutes.number, minutes.body.numbers, { elections: results });
  return 1;
}

/** Fail a check unless two results are the same; the first difference is named. */
function requireResult(
  check: "V10" | "V11",
  what: string,
  entry: number | undefined,
  found: JsonValue,
  expected: JsonValue,
): void {
  const place = findDifference(found, expected);
  if (place !== undefined) {
    const details = { entry, expected: showAt(expected, place), found: showAt(found, place) };
    throw new VerificationError(check, `${what}: ${place || "the whole"} differs`, details);
  }
}

function requireSame(
  what: string,
  entry: number,
  { found, expected }: { readonly found: JsonValue; readonly expected: JsonValue },
): void {
  if (!isSameJson(found, expected)) {
    const details = { entry, expected: JSON.stringify(expected), found: JSON.stringify(found) };
    throw new VerificationError("V10", `${what} of manifest and sealed rules`, details);
  }
}

function failing<T>(what: string, entry: number | undefined, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof RulesError ? new VerificationError("V10", `${what}: ${error.message}`, { entry }) : error;
  }
}
