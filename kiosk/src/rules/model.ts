/** A rule-set as its file says it; docs/rules.md explains the keys. Numbers are BigInt throughout. */

import type { Option, Text } from "../crypto/contests";
import type { Day } from "./days";
import type { Threshold } from "./threshold";

/** An option of every contest, never written in a list of options. */
export const BLANK = "blank";

/** How far a statement was compared with its source, from word for word down to not at all. */
export const MARKS = ["V", "S", "P", "I", "?"] as const;
export type Mark = (typeof MARKS)[number];

export const FORMS = ["choose_one", "choose_up_to", "levels"] as const;
export type Form = (typeof FORMS)[number];

/** How an outcome is drawn. */
export type DecisionKind = "table" | "cumulation" | "seats";

/** Bases that follow from how many members there are of each class. */
export const CLASS_BASES = ["official_minus_exempt", "official_members", "all_members", "incumbents"] as const;
/** Bases that are numbers when the election opens. */
export const EARLY_BASES = [...CLASS_BASES, "summoned", "present", "fixed"] as const;
/** Bases that depend on the count. */
export const LATE_BASES = ["issued", "returned", "valid", "votes_cast"] as const;
export const BASES = [...EARLY_BASES, ...LATE_BASES] as const;
export type BaseKind = (typeof BASES)[number];

export type BaseStanding = "excluded" | "counted_if_voting" | "counted";

export interface BaseRule {
  readonly kind: BaseKind;
  readonly exemptPresent: BaseStanding;
  readonly transferredOut: BaseStanding;
  readonly suspended: BaseStanding;
  readonly excusedWholeCongress: BaseStanding;
}

/** A part of a base that must be in the room. */
export interface QuorumRule {
  readonly of: BaseKind;
  readonly threshold: Threshold;
}

/** Where a rule-set comes from; a copy that bears no number or no date has a note instead. */
export interface Source {
  readonly document: Text;
  readonly number: string | undefined;
  readonly date: Day | undefined;
  readonly clause: Text;
  readonly mark: Mark;
}

/** What a rule-set takes its source to mean beyond the words. */
export interface Reading {
  readonly id: string;
  readonly mark: Mark;
  readonly text: Text;
}

/** A threshold for an option's votes, or for those of each candidate. */
export interface Test {
  readonly id: string;
  readonly option: string | undefined;
  readonly threshold: Threshold;
}

export interface Tie {
  readonly id: string;
  readonly options: readonly string[];
}

export interface PastFailures {
  readonly id: string;
  readonly atLeast: bigint;
}

export interface Cumulation {
  readonly order: readonly string[];
  readonly apart: string;
  readonly otherwise: string;
}

export interface Follows {
  readonly ruleSet: string;
  readonly tests: readonly string[];
}

export type Facts = ReadonlyMap<string, boolean>;

/** What follows where every condition of any row of `when` is as it says. */
export interface Outcome {
  readonly id: string;
  readonly when: readonly Facts[];
  readonly text: Text;
  readonly next: Text;
  readonly clause: Text;
  readonly reviewAfterMonths: number | undefined;
  readonly proposed: boolean;
}

export const STANDINGS = ["elected", "not_elected", "tied"] as const;
export type Standing = (typeof STANDINGS)[number];

/** A worked case of an election. */
export interface SeatsCase {
  readonly seats: bigint;
  readonly standings: ReadonlyMap<string, Standing>;
  readonly seatsLeft: bigint;
}

/** A count with the outcome that the file itself promises for it. */
export interface WorkedCase {
  readonly key: string;
  readonly base: bigint | undefined;
  readonly counts: ReadonlyMap<string, bigint>;
  readonly followed: Facts;
  readonly outcome: string;
  readonly needed: ReadonlyMap<string, bigint>;
  readonly ballots: bigint | undefined;
  readonly invalid: bigint;
  readonly notReturned: bigint;
  readonly holdsPost: boolean;
  readonly previousFailed: bigint;
  readonly election: SeatsCase | undefined;
}

export interface RuleSet {
  readonly id: string;
  readonly title: Text;
  readonly source: Source;
  readonly effectiveFrom: Day | undefined;
  readonly effectiveTo: Day | undefined;
  readonly form: Form;
  /** None where each contest names its candidates. */
  readonly options: readonly Option[];
  /** The ids of options for a person who holds a post. */
  readonly postOptions: ReadonlySet<string>;
  readonly base: BaseRule;
  readonly readings: readonly Reading[];
  readonly quorum: QuorumRule | undefined;
  readonly decision: DecisionKind;
  readonly follows: Follows | undefined;
  readonly tests: readonly Test[];
  readonly ties: readonly Tie[];
  readonly failures: readonly PastFailures[];
  readonly cumulation: Cumulation | undefined;
  readonly standingTexts: ReadonlyMap<Standing, Text>;
  readonly outcomes: readonly Outcome[];
  readonly cases: readonly WorkedCase[];
}

/** Tell whether each contest names its own candidates and seats. */
export function electsCandidates(ruleSet: RuleSet): boolean {
  return ruleSet.form === "choose_up_to";
}

/** Tell whether a base is a number when the election opens. */
export function isKnownEarly(kind: BaseKind): boolean {
  return (EARLY_BASES as readonly string[]).includes(kind);
}

/** Tell whether an outcome follows from the results of all conditions. */
export function follows(outcome: Outcome, facts: Facts): boolean {
  return outcome.when.some((row) => holdsOf(row, facts));
}

function holdsOf(row: Facts, facts: Facts): boolean {
  for (const [name, value] of row) {
    if (facts.get(name) !== value) {
      return false;
    }
  }
  return true;
}

/** The two conditions that an election has of its own. */
export const SEATS_FILLED = "seats_filled";
export const SEATS_TIED = "seats_tied";

/** Return the names on which outcomes may depend. */
export function listConditions({ decision, tests, ties, failures, follows: followed }: RuleSet): readonly string[] {
  if (decision === "cumulation") {
    return [];
  }
  const own = decision === "seats" ? [SEATS_FILLED, SEATS_TIED] : [...tests, ...ties].map(({ id }) => id);
  return [...own, ...failures.map(({ id }) => id), ...(followed?.tests ?? [])];
}
