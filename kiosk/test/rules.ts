/**
 * Decide for the other implementation: a JSON request a line on stdin, a JSON answer a line on stdout.
 *
 * A request names its operation. An answer is {value}, or {refused} with the reason, or for an archive the failed check.
 */

import { getRandomValues } from "node:crypto";
import { createInterface } from "node:readline";

import { decodeBase64, type JsonObject, type JsonValue } from "../src/crypto/encoding";
import { VerificationError } from "../src/crypto/errors";
import type { Report } from "../src/crypto/verify/model";
import { verifyArchive } from "../src/crypto/verify/verification";
import { addMonths, formatDay, readDay, type Day } from "../src/rules/days";
import { decideContest, type ContestInputs, type Decision, type TestResult } from "../src/rules/decide";
import { decideElection, formatShare, writeElection, writeTest, type DecidedElection } from "../src/rules/election";
import { RulesError } from "../src/rules/errors";
import { BLANK, type RuleSet, type WorkedCase } from "../src/rules/model";
import { listBallotOptions } from "../src/rules/naming";
import { readRuleSet } from "../src/rules/rule_set";
import { readSealedRules } from "../src/rules/sealed";
import { countNeeded, makeThreshold, passes } from "../src/rules/threshold";
import { readToml, TomlDate, TomlTable, type TomlValue } from "../src/rules/toml";
import { verifyResults, type RulesReport } from "../src/rules/verify";

type Counts = Readonly<Record<string, number>>;

/** The inputs of one contest as tests/rules_cases.json has them. */
interface InputsRecord {
  readonly counts: Counts;
  readonly base: number | null;
  readonly meeting_date: string;
  readonly followed: Readonly<Record<string, boolean>>;
  readonly issued: number;
  readonly returned: number;
  readonly valid: number;
  readonly holds_post: boolean;
  readonly previous_failed: number;
  readonly candidates: readonly string[];
  readonly seats: number | null;
}

interface TestRecord {
  readonly id: string;
  readonly base: number;
  readonly passed: boolean;
}

/** What a lying server writes instead: the result of an election's outcome, or the numbers of the minutes. */
interface Change {
  readonly election: string | null;
  readonly value: JsonObject;
}

/** Every operation by its name, from its arguments to its value. */
interface Request {
  readonly operation: keyof typeof OPERATIONS;
  readonly text: string;
  readonly inputs: readonly InputsRecord[];
  readonly rules: JsonValue;
  readonly counts: Readonly<Record<string, Counts>>;
  readonly numbers: Counts;
  readonly followed: readonly { readonly election: string; readonly contest: string; readonly tests: readonly TestRecord[] }[];
  readonly archive: string;
  readonly changes: readonly Change[];
  readonly thresholds: readonly (readonly ["at_least" | "more_than", number, number, number, number])[];
  readonly shares: readonly (readonly [number, number])[];
  readonly months: readonly (readonly [string, number])[];
}

const OPERATIONS = {
  toml: ({ text }: Request): unknown => writeToml(readToml(text)),
  rule_set: ({ text }: Request): unknown => readRuleSet(text).id,
  cases: ({ text }: Request): unknown => {
    const ruleSet = readRuleSet(text);
    return ruleSet.cases.map((each) => runCase(ruleSet, each));
  },
  decide: ({ text, inputs }: Request): unknown => {
    const ruleSet = readRuleSet(text);
    return inputs.map((each) => refusing(() => writeDecision(decideContest(ruleSet, readInputs(each)))));
  },
  sealed_rules: ({ rules }: Request): unknown => readSealedRules(rules).ruleSet.id,
  election: (request: Request): unknown => decideSealed(request),
  archive: ({ archive }: Request): unknown => verify(decodeBase64(archive)),
  changed_archive: ({ archive, changes }: Request): unknown => {
    const report = verifyArchive(decodeBase64(archive), { randomBytes });
    return changes.map((change) => catching(() => verifyResults(changeReport(report, change))));
  },
  thresholds: ({ thresholds }: Request): unknown =>
    thresholds.map(([comparator, ...numbers]) => {
      const [numerator = 0n, denominator = 0n, base = 0n, got = 0n] = numbers.map(BigInt);
      const threshold = makeThreshold(comparator, numerator, denominator);
      return [Number(countNeeded(threshold, base)), passes(threshold, base, got)];
    }),
  shares: ({ shares }: Request): unknown => shares.map(([count, base]) => formatShare(BigInt(count), BigInt(base))),
  months: ({ months }: Request): unknown => months.map(([day, count]) => formatDay(addMonths(requireDay(day), count))),
} as const;

/** Return a value with its types told apart, as the other side writes what it reads. */
function writeToml(value: TomlValue): unknown {
  if (typeof value === "bigint") {
    return { integer: String(value) };
  }
  if (value instanceof TomlDate) {
    return { date: formatDay(value.day) };
  }
  if (value instanceof TomlTable) {
    return { table: [...value.members].map(([name, member]) => [name, writeToml(member)]) };
  }
  return typeof value === "object" ? value.map(writeToml) : value;
}

function requireDay(text: string): Day {
  const day = readDay(text);
  if (day === undefined) {
    throw new RulesError("date", text);
  }
  return day;
}

function toBigInts(counts: Counts): ReadonlyMap<string, bigint> {
  return new Map(Object.entries(counts).map(([name, count]) => [name, BigInt(count)]));
}

function readInputs(record: InputsRecord): ContestInputs {
  return {
    votes: toBigInts(record.counts),
    base: record.base === null ? undefined : BigInt(record.base),
    meetingDate: requireDay(record.meeting_date),
    followed: new Map(Object.entries(record.followed)),
    totals: { issued: BigInt(record.issued), returned: BigInt(record.returned), valid: BigInt(record.valid) },
    holdsPost: record.holds_post,
    previousFailed: BigInt(record.previous_failed),
    candidates: record.candidates,
    seats: record.seats === null ? undefined : BigInt(record.seats),
  };
}

function writeDecision({ base, tests, outcome, reviewOn, seats, cumulation }: Decision): unknown {
  return {
    base: Number(base),
    tests: tests.map((test) => ({ id: test.id, ...writeTest(test) })),
    outcome: outcome.id,
    proposed: outcome.proposed,
    review_on: reviewOn === undefined ? null : formatDay(reviewOn),
    candidates: Object.fromEntries(seats?.standings ?? []),
    seats_left: seats === undefined ? null : Number(seats.left),
    cumulation: cumulation.map(({ form, votes, run, needed, reached }) => {
      return { form, votes: Number(votes), run: Number(run), needed: Number(needed), reached };
    }),
  };
}

/** Return whether a worked case comes out as its file promises. */
function runCase(ruleSet: RuleSet, each: WorkedCase): boolean {
  const candidates = [...(each.election?.standings.keys() ?? [])];
  const options = [...listBallotOptions(ruleSet, { holdsPost: each.holdsPost, candidates }), BLANK];
  const votes = new Map(options.map((option) => [option, each.counts.get(option) ?? 0n]));
  const valid = each.ballots ?? [...votes.values()].reduce((sum, count) => sum + count, 0n);
  const returned = valid + each.invalid;
  const { outcome, tests, seats } = decideContest(ruleSet, {
    votes,
    base: each.base,
    meetingDate: { year: 2026, month: 1, day: 15 },
    followed: each.followed,
    totals: { issued: returned + each.notReturned, returned, valid },
    holdsPost: each.holdsPost,
    previousFailed: each.previousFailed,
    candidates,
    seats: each.election?.seats,
  });
  const expected = each.election?.standings ?? new Map();
  return (
    outcome.id === each.outcome &&
    [...each.needed].every(([id, needed]) => tests.filter((test) => test.id === id).every((test) => test.needed === needed)) &&
    seats?.left === each.election?.seatsLeft &&
    [...expected].every(([candidate, standing]) => seats?.standings.get(candidate) === standing)
  );
}

function decideSealed({ rules, counts, numbers, followed }: Request): unknown {
  const votes = new Map(Object.entries(counts).map(([contest, row]) => [contest, toBigInts(row)]));
  const read = (name: string): bigint => BigInt(numbers[name] ?? 0);
  const election = decideElection(
    "e1",
    readSealedRules(rules),
    votes,
    {
      printed: read("printed"),
      handedOut: read("handed_out"),
      leftOver: read("left_over"),
      void: read("void"),
      lost: read("lost"),
      returned: read("returned"),
      paperIssued: read("paper_issued"),
      invalid: read("invalid"),
    },
    readFollowed(followed),
  );
  return writeElection(election);
}

/** Return earlier elections of which only the tests are known. */
function readFollowed(followed: Request["followed"]): ReadonlyMap<string, DecidedElection> {
  const names = new Set(followed.map(({ election }) => election));
  return new Map(
    [...names].map((name) => {
      const own = followed.filter(({ election }) => election === name);
      const contests = own.map(({ contest, tests }) => {
        const results = tests.map(({ id, base, passed }) => ({ id, base: BigInt(base), passed }) as TestResult);
        return { id: contest, decision: { tests: results } };
      });
      return [name, { contests } as unknown as DecidedElection];
    }),
  );
}

function randomBytes(count: number): Uint8Array {
  return getRandomValues(new Uint8Array(count));
}

function verify(data: Uint8Array): unknown {
  return catching(() => verifyResults(verifyArchive(data, { randomBytes })));
}

/** Return a verified report as it would be, had the server written something else. */
function changeReport(report: Report, { election, value }: Change): Report {
  const { minutes } = report;
  if (election === null) {
    return { ...report, minutes: minutes && { ...minutes, body: { ...minutes.body, numbers: value } } };
  }
  const elections = report.elections.map((each) => {
    const { outcome } = each;
    return each.name === election && outcome !== undefined
      ? { ...each, outcome: { ...outcome, body: { ...outcome.body, result: value } } }
      : each;
  });
  return { ...report, elections };
}

function catching(action: () => RulesReport): unknown {
  try {
    const { checks, decided } = action();
    return {
      checks: Object.fromEntries(checks.map(({ name, counted }) => [name, counted])),
      elections: [...decided.values()].map(writeElection),
    };
  } catch (error) {
    if (!(error instanceof VerificationError)) {
      throw error;
    }
    return { check: error.check, entry: error.entry ?? null, problem: error.problem };
  }
}

function refusing(action: () => unknown): unknown {
  try {
    return { value: action() };
  } catch (error) {
    if (!(error instanceof RulesError)) {
      throw error;
    }
    return { refused: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request;
  process.stdout.write(`${JSON.stringify(refusing(() => OPERATIONS[request.operation](request)))}\n`);
}
