/**
 * The rules that a manifest seals: the whole text of the rule-set, the base with its parts, and what is known beforehand.
 *
 * Nothing in them is trusted. The text is read anew; mark, validity, base, quorum and the number of voters are computed
 * again and compared.
 */

import type { JsonValue } from "../crypto/encoding";
import { checkBase, countRemaining, measureQuorum, writeBase, writeQuorum, type Base, type HeadCount, type Quorum } from "./base";
import { formatDay, readDay, type Day } from "./days";
import { RulesError } from "./errors";
import { isSameJson } from "./json";
import { Members } from "./members";
import { BASES, BLANK, electsCandidates, type Mark, type RuleSet } from "./model";
import { readRuleSet } from "./rule_set";

/** Later dates leave the calendar when months are added. */
const LAST_YEAR = 9000;

const RULES_KEYS = [
  ...["rule_set", "text", "origin", "mark", "in_force", "meeting_date", "base", "summoned", "present", "barred", "contests"],
];
const PARTS_KEYS = ["official", "exempt", "suspended", "transferred_out"];
const CONTEST_KEYS = ["id", "follows", "previous_failed", "holds_post"];

/** The contest of an earlier election on which an outcome depends too. */
export interface FollowedContest {
  readonly election: string;
  readonly contest: string;
}

/** What is known of a contest before the ballot; candidates and seats where the rule-set leaves them to it. */
export interface SealedContest {
  readonly id: string;
  readonly follows: FollowedContest | undefined;
  readonly previousFailed: bigint;
  readonly holdsPost: boolean;
  readonly candidates: readonly string[];
  readonly seats: bigint | undefined;
}

/** The rules of one election; `summoned` and `present` are entitled to vote in it. */
export interface SealedRules {
  readonly ruleSet: RuleSet;
  readonly text: string;
  readonly mark: Mark;
  readonly inForce: boolean;
  readonly meetingDate: Day;
  readonly base: Base;
  readonly summoned: bigint;
  readonly present: bigint;
  readonly quorum: Quorum | undefined;
  readonly contests: readonly SealedContest[];
}

/** Return the rules that an untrusted object seals. Raises: RulesError. */
export function readSealedRules(value: JsonValue): SealedRules {
  const members = new Members(value, "rules", RULES_KEYS, ["barred_present", "quorum"]);
  members.text("origin");
  const text = members.text("text");
  const ruleSet = readRuleSet(text);
  const meetingDate = readMeetingDate(members.text("meeting_date"));
  const inForce = isInForce(ruleSet, meetingDate);
  // What a rule-set says of its own time is verified for no other.
  const mark = inForce ? ruleSet.source.mark : "?";
  requireSame("rule_set", members.text("rule_set"), ruleSet.id);
  requireSame("mark", members.text("mark"), mark);
  requireSame("in_force", members.flag("in_force"), inForce);
  const base = readBase(members.value("base"));
  const [summoned, present] = [members.integer("summoned"), members.integer("present")];
  const heads = checkHeads(ruleSet, base, { summoned, present }, members);
  const quorum = ruleSet.quorum === undefined ? undefined : measureQuorum(ruleSet.quorum, base, heads);
  requireSame("quorum", members.value("quorum"), quorum === undefined ? null : writeQuorum(quorum));
  if (quorum !== undefined && !quorum.met) {
    throw new RulesError("rules.quorum", `${quorum.got} of ${quorum.needed}: too few in the room`);
  }
  const contests = members.list("contests").map(readContest);
  checkContests(ruleSet, contests);
  return { ruleSet, text, mark, inForce, meetingDate, base, summoned, present, quorum, contests };
}

/** Check that an election can follow another: the rule-set that it names, and the same base. Raises: RulesError. */
export function checkFollows(later: SealedRules, earlier: SealedRules): void {
  requireSame("follows", earlier.ruleSet.id, later.ruleSet.follows?.ruleSet ?? "");
  requireSame("follows", electsCandidates(earlier.ruleSet), false);
  requireSame("follows", writeBase(earlier.base), writeBase(later.base));
}

function readMeetingDate(text: string): Day {
  const day = readDay(text);
  if (day === undefined || day.year > LAST_YEAR) {
    throw new RulesError("rules.meeting_date", `${text} is no day`);
  }
  return day;
}

/** Tell whether a version was in force on a day, its first and last day included. */
function isInForce({ effectiveFrom, effectiveTo }: RuleSet, day: Day): boolean {
  const on = formatDay(day);
  return (
    (effectiveFrom === undefined || formatDay(effectiveFrom) <= on) &&
    (effectiveTo === undefined || on <= formatDay(effectiveTo))
  );
}

function readBase(value: JsonValue): Base {
  const members = new Members(value, "rules.base", ["value", "kind", "parts", "bare_words"], ["ground"]);
  const parts = new Members(members.value("parts"), "rules.base.parts", PARTS_KEYS, ["excused", "not_incumbent"]);
  const kind = BASES.find((known) => known === members.text("kind"));
  if (kind === undefined) {
    throw new RulesError("rules.base.kind", "there is no such base");
  }
  return {
    kind,
    value: members.maybe("value", readInteger) ?? null,
    parts: {
      official: parts.integer("official"),
      exempt: parts.integer("exempt"),
      suspended: parts.integer("suspended"),
      transferredOut: parts.integer("transferred_out"),
      excused: parts.integerOrZero("excused"),
      notIncumbent: parts.integerOrZero("not_incumbent"),
    },
    bareWords: members.maybe("bare_words", readInteger) ?? null,
    ground: members.maybe("ground", (own, name) => own.text(name)) ?? null,
  };
}

/** Check the numbers of people against each other and against the base; return those counted with the barred. */
function checkHeads(ruleSet: RuleSet, base: Base, voters: HeadCount, members: Members): HeadCount {
  const { summoned, present } = voters;
  const [barred, barredPresent] = [members.integer("barred"), members.integerOrZero("barred_present")];
  requireOrder("rules.barred", 0n, barredPresent, barred);
  requireOrder("rules.present", 0n, present, summoned);
  const heads = { summoned: summoned + barred, present: present + barredPresent };
  checkBase(base, ruleSet.base, heads);
  const entitled = countRemaining(base.parts) - barred;
  // Suspended members whom the base counts do not vote, and the parts do not say how many they are.
  const isRight = ruleSet.base.suspended === "excluded" ? summoned === entitled : summoned <= entitled;
  if (!isRight) {
    throw new RulesError("rules.summoned", `${summoned} of ${entitled} who are in the base and not barred`);
  }
  return heads;
}

function readContest(value: JsonValue, index: number): SealedContest {
  const members = new Members(value, `rules.contests[${index + 1}]`, CONTEST_KEYS, ["candidates", "seats"]);
  return {
    id: members.text("id"),
    follows: members.maybe("follows", (own, name) => readFollowed(own.value(name))),
    previousFailed: members.integer("previous_failed"),
    holdsPost: members.flag("holds_post"),
    candidates: members.has("candidates") ? members.list("candidates").map(readCandidate) : [],
    seats: members.maybe("seats", readInteger),
  };
}

function readFollowed(value: JsonValue): FollowedContest {
  const members = new Members(value, "rules.contests.follows", ["election", "contest"]);
  return { election: members.text("election"), contest: members.text("contest") };
}

function readCandidate(value: JsonValue): string {
  if (typeof value !== "string") {
    throw new RulesError("rules.contests.candidates", "not a list of names");
  }
  return value;
}

function readInteger(members: Members, name: string): bigint {
  return members.integer(name);
}

function checkContests(ruleSet: RuleSet, contests: readonly SealedContest[]): void {
  const follows = ruleSet.follows !== undefined;
  const partners = contests.flatMap((contest) => contest.follows ?? []);
  requireDistinct("rules.contests", contests.map(({ id }) => id));
  requireDistinct("rules.contests.follows", partners.map(({ election, contest }) => JSON.stringify([election, contest])));
  if (contests.length === 0) {
    throw new RulesError("rules.contests", "there is none");
  }
  for (const contest of contests) {
    if ((contest.follows !== undefined) !== follows || contest.previousFailed < 0n) {
      throw new RulesError(`rules.contests ${contest.id}`, "what it follows, or how often it failed");
    }
    checkCandidates(contest, electsCandidates(ruleSet));
  }
}

/** Check that a contest names candidates and seats exactly where the rule-set leaves them to it. */
function checkCandidates({ id, candidates, seats }: SealedContest, elects: boolean): void {
  requireDistinct(`rules.contests ${id}`, elects ? [...candidates, BLANK] : candidates);
  const isRight = elects
    ? seats !== undefined && seats >= 1n && seats <= BigInt(candidates.length)
    : candidates.length === 0 && seats === undefined;
  if (!isRight) {
    throw new RulesError(`rules.contests ${id}`, "candidates or seats are not as the rule-set asks");
  }
}

function requireOrder(key: string, ...numbers: readonly bigint[]): void {
  if (numbers.some((number, index) => index > 0 && number < (numbers[index - 1] ?? number))) {
    throw new RulesError(key, `not ${numbers.join(" ≤ ")}`);
  }
}

function requireDistinct(key: string, names: readonly string[]): void {
  if (new Set(names).size !== names.length) {
    throw new RulesError(key, "one stands there twice");
  }
}

function requireSame(key: string, found: JsonValue, expected: JsonValue): void {
  if (!isSameJson(found, expected)) {
    throw new RulesError(`rules.${key}`, `${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
  }
}
