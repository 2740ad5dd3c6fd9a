/** An election decided from its sealed rules and its counts alone, and written as the outcome entry carries it. */

import type { JsonObject } from "../crypto/encoding";
import { writeBase, writeQuorum } from "./base";
import { decideContest, type Decision, type TestResult, type Votes } from "./decide";
import { RulesError } from "./errors";
import { BLANK, type Facts } from "./model";
import { checkFollows, type FollowedContest, type SealedContest, type SealedRules } from "./sealed";
import { writeThreshold } from "./threshold";

/** The numbers of one election's slips and ballots; the last two are of paper ballots. */
export interface BallotNumbers {
  readonly printed: bigint;
  readonly handedOut: bigint;
  readonly leftOver: bigint;
  readonly void: bigint;
  readonly lost: bigint;
  readonly returned: bigint;
  readonly paperIssued: bigint;
  readonly invalid: bigint;
}

/** A contest with its counts and the decision on it. */
export interface DecidedContest {
  readonly id: string;
  readonly votes: Votes;
  readonly decision: Decision;
}

export interface DecidedElection {
  readonly id: string;
  readonly sealed: SealedRules;
  readonly numbers: BallotNumbers;
  readonly contests: readonly DecidedContest[];
}

/** Elections by id whose outcomes stand already. */
export type Earlier = ReadonlyMap<string, DecidedElection>;

/** Return how many ballots were given out. */
export function countIssued({ handedOut, void: voided, paperIssued }: BallotNumbers): bigint {
  return handedOut - voided + paperIssued;
}

/**
 * Return the decision on an election.
 *
 * votes: by contest, votes by option with blank; earlier: the elections that this one may follow.
 * Raises: RulesError if numbers disagree, or what it follows was not counted, or under another rule-set or base.
 */
export function decideElection(
  id: string,
  sealed: SealedRules,
  votes: ReadonlyMap<string, Votes>,
  numbers: BallotNumbers,
  earlier: Earlier,
): DecidedElection {
  checkNumbers(numbers, sealed);
  const [issued, { returned, invalid }] = [countIssued(numbers), numbers];
  const totals = { issued, returned, valid: returned - invalid };
  const contests = sealed.contests.map((contest) => {
    const counted = votes.get(contest.id);
    if (counted === undefined) {
      throw new RulesError(contest.id, "this contest was not counted");
    }
    checkVotes(contest, counted, totals.valid);
    const inputs = {
      votes: counted,
      base: sealed.base.value ?? undefined,
      meetingDate: sealed.meetingDate,
      followed: findFollowed(sealed, contest, earlier),
      totals,
      holdsPost: contest.holdsPost,
      previousFailed: contest.previousFailed,
      candidates: contest.candidates,
      seats: contest.seats,
    };
    return { id: contest.id, votes: counted, decision: decideContest(sealed.ruleSet, inputs) };
  });
  return { id, sealed, numbers, contests };
}

/** Check that the numbers of slips, ballots and people agree. Raises: RulesError naming the pair that does not. */
export function checkNumbers(numbers: BallotNumbers, { summoned, present }: SealedRules): void {
  const { printed, handedOut, leftOver, lost, returned, invalid } = numbers;
  const issued = countIssued(numbers);
  const pairs: readonly (readonly [string, boolean])[] = [
    ["a number below zero", [...Object.values(numbers), issued, returned - invalid].every((number) => number >= 0n)],
    ["printed = handed out + left over", printed === handedOut + leftOver],
    ["present ≤ summoned", present <= summoned],
    ["returned ≤ issued", returned <= issued],
    ["returned ≤ entitled and present", returned <= present],
    ["issued − lost ≤ entitled and present", issued - lost <= present],
  ];
  const broken = pairs.find(([, holds]) => !holds);
  if (broken !== undefined) {
    throw new RulesError("numbers", broken[0]);
  }
}

/** Check that some valid ballots give a contest's counts. Raises: RulesError. */
export function checkVotes({ id, seats }: SealedContest, votes: Votes, valid: bigint): void {
  const blank = votes.get(BLANK) ?? 0n;
  const others = [...votes].filter(([option]) => option !== BLANK).map(([, count]) => count);
  const marks = others.reduce((sum, count) => sum + count, 0n);
  const marked = valid - blank;
  const most = seats ?? 1n;
  const fits =
    most === 1n ? marks === marked : marked >= 0n && marks >= marked && marks <= most * marked && others.every((count) => count <= marked);
  if (!fits || [blank, ...others].some((count) => count < 0n)) {
    throw new RulesError(id, "no valid ballots give these counts");
  }
}

/** Return which tests the followed contest passed. Raises: RulesError. */
function findFollowed({ ruleSet, base }: SealedRules, { follows }: SealedContest, earlier: Earlier): Facts {
  if (ruleSet.follows === undefined || follows === undefined) {
    return new Map();
  }
  const tests = findTests(follows, earlier);
  if (base.value !== null && tests.some((test) => test.base !== base.value)) {
    throw new RulesError("follows", "the earlier vote was counted on another base");
  }
  return new Map(tests.map(({ id, passed }) => [id, passed]));
}

function findTests({ election, contest }: FollowedContest, earlier: Earlier): readonly TestResult[] {
  const found = earlier.get(election)?.contests.find(({ id }) => id === contest);
  if (found === undefined) {
    throw new RulesError("follows", `${contest} of ${election} was not counted before`);
  }
  return found.decision.tests;
}

/** Check that whatever an election follows was decided before, by the rules and on the base it asks for. */
export function checkEarlier(sealed: SealedRules, earlier: Earlier): void {
  for (const { follows } of sealed.contests) {
    if (follows !== undefined) {
      const found = earlier.get(follows.election);
      if (found === undefined) {
        throw new RulesError("follows", `${follows.election} was not counted before`);
      }
      checkFollows(sealed, found.sealed);
    }
  }
}

/** Return an election as result.json and the board write it. */
export function writeElection({ id, sealed, numbers, contests }: DecidedElection): JsonObject {
  const issued = countIssued(numbers);
  // A base of votes cast has a value only where all contests have the same one.
  const bases = new Set(contests.map(({ decision }) => decision.base));
  const [base = null] = bases.size === 1 ? bases : [];
  return {
    id,
    rule_set: sealed.ruleSet.id,
    mark: sealed.mark,
    in_force: sealed.inForce,
    base: writeBase({ ...sealed.base, value: base }),
    summoned: Number(sealed.summoned),
    present: Number(sealed.present),
    ...(sealed.quorum === undefined ? {} : { quorum: writeQuorum(sealed.quorum) }),
    printed: Number(numbers.printed),
    handed_out: Number(numbers.handedOut),
    void: Number(numbers.void),
    lost: Number(numbers.lost),
    issued: Number(issued),
    returned: Number(numbers.returned),
    not_returned: Number(issued - numbers.returned),
    contests: contests.map((contest) => writeContest(contest, sealed, numbers)),
  };
}

function writeContest({ id, votes, decision }: DecidedContest, sealed: SealedRules, numbers: BallotNumbers): JsonObject {
  const { returned, invalid } = numbers;
  const bases = { base: decision.base, summoned: sealed.summoned, returned, valid: returned - invalid };
  const shares = Object.entries(bases).map(([name, base]): [string, JsonObject] => [name, writeShares(votes, base)]);
  if (sealed.base.kind === "votes_cast") {
    // A blank vote is none of the votes cast, and has no share of them.
    const ofCast = writeShares(new Map([...votes].filter(([option]) => option !== BLANK)), decision.base);
    shares.push(["base", ofCast], ["votes_cast", ofCast]);
  }
  return {
    id,
    counts: Object.fromEntries([...votes].map(([option, count]) => [option, Number(count)])),
    shares: Object.fromEntries(shares),
    tests: decision.tests.map(writeTest),
    outcome: writeOutcome(decision),
  };
}

function writeShares(votes: Votes, base: bigint): JsonObject {
  return base > 0n ? Object.fromEntries([...votes].map(([option, count]) => [option, formatShare(count, base)])) : {};
}

/** Return a share in percent with two decimals, half up; the base is above zero. */
export function formatShare(count: bigint, base: bigint): string {
  const hundredths = String((count * 20_000n + base) / (base * 2n)).padStart(3, "0");
  return `${hundredths.slice(0, -2)}.${hundredths.slice(-2)}`;
}

/** Return a test as results write it. */
export function writeTest({ option, threshold, base, needed, got, passed }: TestResult): JsonObject {
  const counts = { base: Number(base), needed: Number(needed), got: Number(got) };
  return { option, ...writeThreshold(threshold), ...counts, passed };
}

function writeOutcome({ outcome, seats }: Decision): JsonObject {
  if (seats !== undefined) {
    return { candidates: Object.fromEntries(seats.standings), seats_left: Number(seats.left) };
  }
  return { id: outcome.id, ...(outcome.proposed ? { proposed: true } : {}) };
}
