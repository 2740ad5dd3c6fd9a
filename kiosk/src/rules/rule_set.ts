/** From the text of a rule-set's file to a RuleSet: keys, types and ranges here, names and holes in naming.ts. */

import type { Option, Text } from "../crypto/contests";
import { RulesError } from "./errors";
import {
  BASES,
  FORMS,
  isKnownEarly,
  MARKS,
  STANDINGS,
  type BaseKind,
  type BaseRule,
  type BaseStanding,
  type Cumulation,
  type DecisionKind,
  type Facts,
  type Follows,
  type Form,
  type Outcome,
  type PastFailures,
  type QuorumRule,
  type Reading,
  type RuleSet,
  type SeatsCase,
  type Source,
  type Standing,
  type Test,
  type Tie,
  type WorkedCase,
} from "./model";
import { checkCoverage, checkNames } from "./naming";
import { Table } from "./table";
import { makeThreshold, type Threshold } from "./threshold";
import { readToml } from "./toml";

/** In characters: longer than any rule-set, and an end to what somebody may seal. */
const LARGEST_TEXT = 100_000;
const LONGEST_LINE = 4_000;
const LARGEST_DENOMINATOR = 1000n;
const LONGEST_REVIEW_MONTHS = 120n;

/** What each form of contest may be decided by; the first where the file does not say. */
const DECISIONS: Readonly<Record<Form, readonly [DecisionKind, ...DecisionKind[]]>> = {
  choose_one: ["table", "cumulation"],
  choose_up_to: ["seats"],
  levels: ["table"],
};

/** Return the rule-set that a file's text describes. Raises: RulesError naming the line or the key. */
export function readRuleSet(text: string): RuleSet {
  if ([...text].length > LARGEST_TEXT || text.normalize("NFC") !== text) {
    throw new RulesError("*", `not in NFC, or of more than ${LARGEST_TEXT} characters`);
  }
  if (text.split("\n").some((line) => [...line].length > LONGEST_LINE)) {
    throw new RulesError("*", `a line of more than ${LONGEST_LINE} characters`);
  }
  const ruleSet = readFile(new Table(readToml(text)));
  checkNames(ruleSet);
  checkCoverage(ruleSet);
  return ruleSet;
}

function readFile(file: Table): RuleSet {
  const contest = file.table("contest");
  const form = contest.choice("form", FORMS);
  const elects = form === "choose_up_to";
  const options = elects ? [] : contest.rows("option").map(readOption);
  contest.finish();
  const decision = file.has("decision") ? file.choice("decision", DECISIONS[form]) : DECISIONS[form][0];
  const cumulates = decision === "cumulation";
  // What a kind of decision has no use for is not taken, and so refused at the end.
  const rowsIf = (isUsed: boolean, name: string): readonly Table[] => (isUsed && file.has(name) ? file.rows(name) : []);
  const base = readBase(file.table("base"));
  file.maybe("member_concerned_votes", takeFlag);
  const ruleSet: RuleSet = {
    id: file.id("id"),
    title: file.wording("title"),
    source: readSource(file.table("source")),
    effectiveFrom: file.maybe("effective_from", (table, name) => table.day(name)),
    effectiveTo: file.maybe("effective_to", (table, name) => table.day(name)),
    form,
    options: options.map(({ option }) => option),
    postOptions: new Set(options.filter(({ isOfPost }) => isOfPost).map(({ option }) => option.id)),
    base,
    readings: rowsIf(true, "reading").map(readReading),
    quorum: file.maybe("quorum", (table, name) => readQuorum(table.table(name), base.kind)),
    decision,
    follows: cumulates ? undefined : file.maybe("follows", (table, name) => readFollows(table.table(name))),
    tests: file.rows("test").map((row) => readTest(row, elects)),
    ties: rowsIf(decision === "table", "tie").map(readTie),
    failures: rowsIf(!cumulates, "previous_failed").map(readFailures),
    cumulation: cumulates ? readCumulation(file.table("cumulation")) : undefined,
    standingTexts: elects ? readStandingTexts(file.table("candidate")) : new Map(),
    outcomes: file.rows("outcome").map((row) => readOutcome(row, !cumulates)),
    cases: file.rows("case").map((row) => readCase(row, elects)),
  };
  return whole(file, ruleSet);
}

function readOption(row: Table): { readonly option: Option; readonly isOfPost: boolean } {
  const option = { id: row.id("id"), text: row.wording("text") };
  const isOfPost = row.maybe("only_if", (table, name) => table.choice(name, ["holds_post"])) !== undefined;
  return whole(row, { option, isOfPost });
}

function readSource(table: Table): Source {
  const source = {
    document: table.wording("document"),
    number: table.maybe("number", (rest, name) => rest.text(name)),
    date: table.maybe("date", (rest, name) => rest.day(name)),
    clause: table.wording("clause"),
    mark: table.choice("mark", MARKS),
  };
  const note = table.maybe("note", (rest, name) => rest.wording(name));
  table.maybe("read_on", (rest, name) => rest.day(name));
  if (note === undefined && (source.number === undefined || source.date === undefined)) {
    throw table.refuse(source.number === undefined ? "number" : "date", "neither this key nor a note is there");
  }
  return whole(table, source);
}

function readBase(table: Table): BaseRule {
  const kind = table.choice("kind", BASES);
  const exempt: readonly BaseStanding[] = ["excluded", "counted_if_voting"];
  const present: readonly BaseStanding[] = ["counted", "counted_if_voting"];
  return whole(table, {
    kind,
    // Only a base of all members counts the exempt who stay away.
    exemptPresent: table.choice("exempt_present", kind === "all_members" ? [...exempt, "counted"] : exempt),
    transferredOut: table.choice("transferred_out", [...exempt, "counted"]),
    suspended: table.choice<BaseStanding>("suspended", ["excluded", "counted"]),
    excusedWholeCongress: table.maybe("excused_whole_congress", (rest, name) => rest.choice(name, present)) ?? "counted",
  });
}

function readQuorum(table: Table, own: BaseKind): QuorumRule {
  const bases: readonly BaseKind[] = ["summoned", "all_members"];
  const isOwnKnown = isKnownEarly(own) && own !== "present";
  return whole(table, { of: table.choice("of", isOwnKnown ? [...bases, own] : bases), threshold: readThreshold(table) });
}

function readReading(row: Table): Reading {
  return whole(row, { id: row.id("id"), mark: row.choice("mark", MARKS), text: row.wording("text") });
}

function readFollows(table: Table): Follows {
  return whole(table, { ruleSet: table.id("rule_set"), tests: table.ids("tests") });
}

function readTest(row: Table, ofCandidates: boolean): Test {
  const option = ofCandidates ? undefined : row.id("option");
  return whole(row, { id: row.id("id"), option, threshold: readThreshold(row) });
}

function readThreshold(row: Table): Threshold {
  const comparator = row.has("more_than") ? "more_than" : "at_least";
  const [numerator, denominator] = row.pair(comparator);
  const isFraction = numerator > 0n && numerator <= denominator && denominator <= LARGEST_DENOMINATOR;
  if (!isFraction || (comparator === "more_than" && numerator === denominator)) {
    throw row.refuse(comparator, "not a fraction above 0, or one that never passes");
  }
  return makeThreshold(comparator, numerator, denominator);
}

function readTie(row: Table): Tie {
  return whole(row, { id: row.id("id"), options: row.ids("options") });
}

function readFailures(row: Table): PastFailures {
  const failures = { id: row.id("id"), atLeast: row.integer("at_least") };
  if (failures.atLeast < 1n) {
    throw row.refuse("at_least", "not 1, 2, …");
  }
  return whole(row, failures);
}

function readCumulation(table: Table): Cumulation {
  return whole(table, { order: table.ids("order"), apart: table.id("apart"), otherwise: table.id("otherwise") });
}

function readStandingTexts(table: Table): ReadonlyMap<Standing, Text> {
  return whole(table, new Map(STANDINGS.map((standing) => [standing, table.wording(standing)])));
}

function readOutcome(row: Table, isConditional: boolean): Outcome {
  const when = isConditional ? row.rows("when").map((condition) => condition.rest(takeFlag)) : [];
  const months = row.maybe("review_after_months", takeInteger);
  if (months !== undefined && (months < 1n || months > LONGEST_REVIEW_MONTHS)) {
    throw row.refuse("review_after_months", `not 1, 2, … ${LONGEST_REVIEW_MONTHS}`);
  }
  return whole(row, {
    id: row.id("id"),
    when,
    text: row.wording("text"),
    next: row.wording("next"),
    clause: row.wording("clause"),
    reviewAfterMonths: months === undefined ? undefined : Number(months),
    proposed: row.maybe("proposed", takeFlag) ?? false,
  });
}

function readCase(row: Table, elects: boolean): WorkedCase {
  row.text("title");
  return whole(row, {
    key: row.key,
    base: row.maybe("base", takeInteger),
    counts: row.table("counts").rest(takeInteger),
    followed: row.maybe("followed", (table, name): Facts => table.table(name).rest(takeFlag)) ?? new Map(),
    outcome: row.id("outcome"),
    needed: row.maybe("needed", (table, name) => table.table(name).rest(takeInteger)) ?? new Map<string, bigint>(),
    ballots: elects ? row.integer("ballots") : row.maybe("ballots", takeInteger),
    invalid: row.maybe("invalid", takeInteger) ?? 0n,
    notReturned: row.maybe("not_returned", takeInteger) ?? 0n,
    holdsPost: row.maybe("holds_post", takeFlag) ?? false,
    previousFailed: row.maybe("previous_failed", takeInteger) ?? 0n,
    election: elects ? readSeatsCase(row) : undefined,
  });
}

function readSeatsCase(row: Table): SeatsCase {
  return {
    seats: row.integer("seats"),
    standings: row.table("candidates").rest((table, name) => table.choice(name, STANDINGS)),
    seatsLeft: row.integer("seats_left"),
  };
}

function takeFlag(table: Table, name: string): boolean {
  return table.flag(name);
}

function takeInteger(table: Table, name: string): bigint {
  return table.integer(name);
}

/** Return what was read of a table of which nothing is left. */
function whole<T>(table: Table, value: T): T {
  table.finish();
  return value;
}
