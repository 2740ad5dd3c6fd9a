/**
 * From counts and a base to the one outcome; nothing else is asked, and whole numbers only.
 *
 * For example vn-screening-step1 with base 15, agree 10 and disagree 2: ⌈2·15/3⌉ = 10 are needed, so `listed` follows.
 */

import { addMonths, type Day } from "./days";
import { RulesError } from "./errors";
import {
  BLANK,
  follows,
  SEATS_FILLED,
  SEATS_TIED,
  type BaseKind,
  type Cumulation,
  type Facts,
  type Outcome,
  type RuleSet,
  type Standing,
} from "./model";
import { listBallotOptions } from "./naming";
import { countNeeded, passes, type Threshold } from "./threshold";

export type Votes = ReadonlyMap<string, bigint>;

/** The ballots of an election, whatever is marked on them. */
export interface BallotTotals {
  readonly issued: bigint;
  readonly returned: bigint;
  readonly valid: bigint;
}

/** All that an outcome depends on; `base` is undefined where it is a number of ballots, `seats` without candidates. */
export interface ContestInputs {
  readonly votes: Votes;
  readonly base: bigint | undefined;
  readonly meetingDate: Day;
  readonly followed: Facts;
  readonly totals: BallotTotals;
  readonly holdsPost: boolean;
  readonly previousFailed: bigint;
  readonly candidates: readonly string[];
  readonly seats: bigint | undefined;
}

/** A test as it was applied to one option. */
export interface TestResult {
  readonly id: string;
  readonly option: string;
  readonly threshold: Threshold;
  readonly base: bigint;
  readonly needed: bigint;
  readonly got: bigint;
  readonly passed: boolean;
}

/** One form of discipline: its own votes, those of it and all severer ones, and what it needs. */
export interface CumulationRow {
  readonly form: string;
  readonly votes: bigint;
  readonly run: bigint;
  readonly needed: bigint;
  readonly reached: boolean;
}

export interface Decision {
  readonly base: bigint;
  readonly tests: readonly TestResult[];
  readonly outcome: Outcome;
  readonly reviewOn: Day | undefined;
  /** Of an election: each candidate, and the seats that stay empty. */
  readonly seats: SeatsDecision | undefined;
  readonly cumulation: readonly CumulationRow[];
}

export interface SeatsDecision {
  readonly standings: ReadonlyMap<string, Standing>;
  readonly left: bigint;
}

/** Return the decision on one contest. Raises: RulesError for counts of other options, or where something is missing. */
export function decideContest(ruleSet: RuleSet, inputs: ContestInputs): Decision {
  const options = listBallotOptions(ruleSet, inputs);
  const expected = [...options, BLANK];
  if (inputs.votes.size !== expected.length || expected.some((option) => !inputs.votes.has(option))) {
    throw new RulesError("counts", `not of ${expected.join(", ")}`);
  }
  const base = inputs.base ?? findLateBase(ruleSet.base.kind, inputs);
  const tests = applyTests(ruleSet, options, inputs.votes, base);
  const facts = new Map([...listFacts(ruleSet, inputs), ...listFollowed(ruleSet, inputs.followed)]);
  let seats: SeatsDecision | undefined;
  let cumulation: readonly CumulationRow[] = [];
  let outcome: Outcome;
  if (ruleSet.cumulation !== undefined) {
    cumulation = listRows(ruleSet.cumulation, tests);
    outcome = findById(ruleSet, findForm(ruleSet.cumulation, tests, cumulation));
  } else {
    if (ruleSet.decision === "seats") {
      seats = fillSeats(options, tests, inputs);
      facts.set(SEATS_FILLED, seats.left === 0n).set(SEATS_TIED, [...seats.standings.values()].includes("tied"));
    } else {
      // A test of an option that is not on this ballot has not passed.
      const passed = new Set(tests.filter((test) => test.passed).map(({ id }) => id));
      ruleSet.tests.forEach(({ id }) => facts.set(id, passed.has(id)));
    }
    outcome = findByFacts(ruleSet, facts);
  }
  const months = outcome.reviewAfterMonths;
  const reviewOn = months === undefined ? undefined : addMonths(inputs.meetingDate, months);
  return { base, tests, outcome, reviewOn, seats, cumulation };
}

function findLateBase(kind: BaseKind, { totals, votes }: ContestInputs): bigint {
  switch (kind) {
    case "issued":
    case "returned":
    case "valid":
      return totals[kind];
    case "votes_cast":
      return totals.valid - (votes.get(BLANK) ?? 0n);
    default:
      throw new RulesError("base", `a base of ${kind} is a number before the ballot`);
  }
}

function applyTests(ruleSet: RuleSet, options: readonly string[], votes: Votes, base: bigint): readonly TestResult[] {
  return ruleSet.tests.flatMap(({ id, option: tested, threshold }) =>
    options
      .filter((option) => tested === undefined || option === tested)
      .map((option) => {
        const got = votes.get(option) ?? 0n;
        const needed = countNeeded(threshold, base);
        return { id, option, threshold, base, needed, got, passed: passes(threshold, base, got) };
      }),
  );
}

/** Return the conditions about ties and about votes that failed before. */
function listFacts({ ties, failures }: RuleSet, { votes, previousFailed }: ContestInputs): Facts {
  const tied = ties.map(({ id, options }): [string, boolean] => {
    const [first, ...others] = options.map((option) => votes.get(option) ?? 0n);
    return [id, first !== 0n && others.every((count) => count === first)];
  });
  return new Map([...tied, ...failures.map(({ id, atLeast }): [string, boolean] => [id, previousFailed >= atLeast])]);
}

/** Return the results of the earlier vote on which this one depends. */
function listFollowed({ follows: rule }: RuleSet, followed: Facts): Facts {
  return new Map(
    (rule?.tests ?? []).map((name) => {
      const passed = followed.get(name);
      if (passed === undefined) {
        throw new RulesError("follows", `${name} was not counted`);
      }
      return [name, passed];
    }),
  );
}

function findByFacts(ruleSet: RuleSet, facts: Facts): Outcome {
  const [outcome, other] = ruleSet.outcomes.filter((each) => follows(each, facts));
  if (outcome === undefined || other !== undefined) {
    throw new RulesError("outcome", "not exactly one follows");
  }
  return outcome;
}

function findById(ruleSet: RuleSet, id: string): Outcome {
  const outcome = ruleSet.outcomes.find((each) => each.id === id);
  if (outcome === undefined) {
    throw new RulesError("outcome", `there is no ${id}`);
  }
  return outcome;
}

/** Return the table of the forms on this ballot, severest first: who wants a form wants at least the milder ones. */
function listRows({ order }: Cumulation, tests: readonly TestResult[]): readonly CumulationRow[] {
  const rows: CumulationRow[] = [];
  let run = 0n;
  for (const form of order) {
    const test = tests.find(({ option }) => option === form);
    if (test !== undefined) {
      run += test.got;
      const reached = passes(test.threshold, test.base, run);
      rows.push({ form, votes: test.got, run, needed: test.needed, reached });
    }
  }
  return rows;
}

/** Return no measure at all if it passes, else the form that passes alone, else the first that cumulation reaches. */
function findForm({ apart, otherwise }: Cumulation, tests: readonly TestResult[], rows: readonly CumulationRow[]): string {
  const alone = (option: string): boolean => tests.some((test) => test.option === option && test.passed);
  if (alone(apart)) {
    return apart;
  }
  const form = rows.find((row) => alone(row.form)) ?? rows.find((row) => row.reached);
  return form?.form ?? otherwise;
}

/** Give the seats to those who pass every test, most votes first; equals who do not all fit are tied, all of them. */
function fillSeats(options: readonly string[], tests: readonly TestResult[], { votes, seats }: ContestInputs): SeatsDecision {
  if (seats === undefined) {
    throw new RulesError("seats", "an election without seats");
  }
  const failed = new Set(tests.filter(({ passed }) => !passed).map(({ option }) => option));
  const passed = options.filter((option) => !failed.has(option)).map((option) => votes.get(option) ?? 0n);
  const findStanding = (option: string): Standing => {
    const own = votes.get(option) ?? 0n;
    const above = BigInt(passed.filter((other) => other > own).length);
    const equal = BigInt(passed.filter((other) => other === own).length);
    if (failed.has(option) || above >= seats) {
      return "not_elected";
    }
    return above + equal <= seats ? "elected" : "tied";
  };
  const standings = new Map(options.map((option) => [option, findStanding(option)]));
  const elected = [...standings.values()].filter((standing) => standing === "elected");
  return { standings, left: seats - BigInt(elected.length) };
}
