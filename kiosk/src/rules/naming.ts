/** What a rule-set's names must agree in, and the proof that every count has exactly one outcome. */

import { formatDay } from "./days";
import { RulesError } from "./errors";
import {
  BLANK,
  electsCandidates,
  follows,
  isKnownEarly,
  listConditions,
  type Cumulation,
  type RuleSet,
  type SeatsCase,
  type WorkedCase,
} from "./model";
import { isMajority } from "./threshold";

const MOST_CONDITIONS = 12;

/** Check that every name refers to something, that none stands there twice, and the dates. Raises: RulesError. */
export function checkNames(ruleSet: RuleSet): void {
  const { effectiveFrom, effectiveTo } = ruleSet;
  if (effectiveFrom !== undefined && effectiveTo !== undefined && formatDay(effectiveTo) < formatDay(effectiveFrom)) {
    throw new RulesError("effective_to", "before effective_from");
  }
  const options = listIds(ruleSet.options);
  const tests = listIds(ruleSet.tests);
  const conditions = listConditions(ruleSet);
  requireDistinct("contest.option", [BLANK, ...options]);
  requireDistinct("reading", listIds(ruleSet.readings));
  requireDistinct("test", ruleSet.decision === "table" ? conditions : [...tests, ...conditions]);
  requireDistinct("outcome", listIds(ruleSet.outcomes));
  requireKnown("test.option", ruleSet.tests.flatMap(({ option }) => option ?? []), options);
  ruleSet.outcomes.forEach(({ id, when }) => {
    requireKnown(`outcome ${id}`, when.flatMap((row) => [...row.keys()]), conditions);
  });
  checkAlwaysThere(ruleSet);
  if (ruleSet.cumulation !== undefined) {
    checkCumulation(ruleSet, ruleSet.cumulation);
  }
  ruleSet.cases.forEach((each) => checkCase(ruleSet, each));
}

/** Check that what a tie or a cumulation compares is on every ballot, of people with a post or without. */
function checkAlwaysThere({ ties, cumulation, options, postOptions }: RuleSet): void {
  const always = listIds(options).filter((option) => !postOptions.has(option));
  for (const { id, options: tied } of ties) {
    requireDistinct(`tie ${id}`, tied);
    requireKnown(`tie ${id}`, tied, always);
  }
  if (cumulation !== undefined) {
    requireKnown("cumulation.apart", [cumulation.apart], always);
  }
}

/** Check that each option has one place, one test and one outcome, and that no two options can pass alone. */
function checkCumulation(ruleSet: RuleSet, { order, apart, otherwise }: Cumulation): void {
  const places = [...order, apart];
  requireDistinct("cumulation.order", places);
  requireSame("cumulation.order", places, listIds(ruleSet.options));
  const tested = ruleSet.tests.map(({ option }) => option ?? "");
  requireDistinct("test", tested);
  requireSame("test", tested, places);
  requireDistinct("cumulation.otherwise", [...places, otherwise]);
  requireSame("outcome", listIds(ruleSet.outcomes), [...places, otherwise]);
  for (const { id, threshold } of ruleSet.tests) {
    if (!isMajority(threshold)) {
      throw new RulesError(`test ${id}`, "half or less: two forms could pass alone");
    }
  }
}

function checkCase(ruleSet: RuleSet, each: WorkedCase): void {
  const { key, base, counts, election } = each;
  const followed = ruleSet.follows?.tests ?? [];
  requireKnown(`${key}.outcome`, [each.outcome], listIds(ruleSet.outcomes));
  requireKnown(`${key}.needed`, [...each.needed.keys()], listIds(ruleSet.tests));
  requireSame(`${key}.followed`, [...each.followed.keys()], followed);
  if ((base !== undefined) !== isKnownEarly(ruleSet.base.kind)) {
    throw new RulesError(`${key}.base`, "asked for exactly where the base is known before the count");
  }
  if (election !== undefined) {
    requireKnown(`${key}.counts`, [...counts.keys()], [...election.standings.keys(), BLANK]);
    checkMarks(each, election);
    return;
  }
  const onBallot = listIds(ruleSet.options).filter((option) => each.holdsPost || !ruleSet.postOptions.has(option));
  requireKnown(`${key}.counts`, [...counts.keys()], [...onBallot, BLANK]);
  if (each.ballots !== undefined && each.ballots !== sum([...counts.values()])) {
    throw new RulesError(`${key}.ballots`, "not the sum of the counts");
  }
}

/** Check that some ballots give an election's counts: one to `seats` marks on each that is not blank. */
function checkMarks({ key, counts, ballots }: WorkedCase, { seats, standings }: SeatsCase): void {
  if (seats < 1n || seats > BigInt(standings.size)) {
    throw new RulesError(`${key}.seats`, "fewer than one, or more than candidates");
  }
  const votes = [...counts].filter(([option]) => option !== BLANK).map(([, count]) => count);
  const marked = (ballots ?? 0n) - (counts.get(BLANK) ?? 0n);
  const marks = sum(votes);
  if (marked < 0n || marks < marked || marks > seats * marked || votes.some((count) => count > marked)) {
    throw new RulesError(`${key}.ballots`, "no ballots give these counts");
  }
}

/** Check that exactly one outcome follows, whatever holds of all the conditions. Raises: RulesError. */
export function checkCoverage(ruleSet: RuleSet): void {
  if (ruleSet.cumulation !== undefined) {
    return;
  }
  const names = listConditions(ruleSet);
  if (names.length > MOST_CONDITIONS) {
    throw new RulesError("outcome", `depends on more than ${MOST_CONDITIONS} conditions`);
  }
  for (let combination = 0; combination < 2 ** names.length; combination++) {
    const facts = new Map(names.map((name, bit) => [name, (combination & (1 << bit)) !== 0]));
    const found = ruleSet.outcomes.filter((outcome) => follows(outcome, facts));
    if (found.length !== 1) {
      const told = [...facts].map(([name, value]) => `${name} = ${value}`).join(", ");
      throw new RulesError("outcome", `${told}: ${listIds(found).join(", ") || "none"}`);
    }
  }
}

/** Return the ids of the options on the ballot of one contest, blank left out. */
export function listBallotOptions(
  ruleSet: RuleSet,
  { holdsPost, candidates }: { readonly holdsPost: boolean; readonly candidates: readonly string[] },
): readonly string[] {
  const options = listIds(ruleSet.options);
  return electsCandidates(ruleSet) ? candidates : options.filter((id) => holdsPost || !ruleSet.postOptions.has(id));
}

function listIds(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id);
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((left, right) => left + right, 0n);
}

function requireDistinct(key: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new RulesError(key, `${name} stands there twice`);
    }
    seen.add(name);
  }
}

function requireKnown(key: string, names: readonly string[], known: readonly string[]): void {
  const all = new Set(known);
  const unknown = names.find((name) => !all.has(name));
  if (unknown !== undefined) {
    throw new RulesError(key, `${unknown} is none of ${known.join(", ")}`);
  }
}

function requireSame(key: string, names: readonly string[], known: readonly string[]): void {
  requireKnown(key, names, known);
  requireKnown(key, known, names);
}
