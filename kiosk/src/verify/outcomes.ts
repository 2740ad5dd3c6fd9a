/** What the worker tells the page of rules and outcomes: plain texts and numbers, already checked. */

import { sha256 } from "@noble/hashes/sha2.js";

import { encodeHex, encodeText } from "../crypto/bytes";
import type { Contest, Text } from "../crypto/contests";
import type { JsonObject } from "../crypto/encoding";
import { writeBase } from "../rules/base";
import { formatDay } from "../rules/days";
import { formatShare, type DecidedContest, type DecidedElection } from "../rules/election";
import installed from "../rules/installed.json";
import { BLANK, type BaseKind, type Mark } from "../rules/model";
import type { SealedRules } from "../rules/sealed";
import type { Threshold } from "../rules/threshold";

/** The rules that an election was held under; `isInstalled` tells whether the program knows their very text. */
export interface RulesShown {
  readonly title: Text;
  readonly document: Text;
  readonly number: string | null;
  readonly date: string | null;
  readonly clause: Text;
  readonly mark: Mark;
  readonly inForce: boolean;
  readonly isInstalled: boolean;
  readonly base: BaseShown;
  readonly summoned: number;
  readonly present: number;
  readonly quorum: { readonly needed: number; readonly got: number } | null;
}

/** A base with those whom it counts and leaves out; no value where each contest has its own. */
export interface BaseShown {
  readonly kind: BaseKind;
  readonly value: number | null;
  readonly parts: JsonObject;
  readonly ground: string | null;
}

/** What one test asked of one option, or of each candidate alike. */
export interface TestShown {
  readonly option: Text | null;
  readonly comparator: Threshold["comparator"];
  readonly fraction: readonly [number, number];
  readonly base: number;
  readonly needed: number;
  readonly got: number;
  readonly passed: boolean;
}

/**
 * What a contest came to.
 *
 * shares: of the base, in percent; none where the base is 0; cumulation: only where the outcome needed it.
 */
export interface ContestOutcome {
  readonly shares: readonly string[];
  readonly tests: readonly TestShown[];
  readonly text: Text;
  readonly next: Text;
  readonly clause: Text;
  readonly proposed: boolean;
  readonly reviewOn: string | null;
  readonly standings: readonly { readonly name: Text; readonly text: Text }[];
  readonly seatsLeft: number | null;
  readonly cumulation: readonly { readonly form: Text; readonly run: number; readonly needed: number; readonly reached: boolean }[];
}

const UNKNOWN: Text = { vi: "–", en: "–" };

/** Return what is to be said of an election's rules. */
export function describeRules(sealed: SealedRules, decided: DecidedElection | undefined): RulesShown {
  const { title, source } = sealed.ruleSet;
  const { kind, parts, value, ground } = sealed.base;
  const bases = new Set(decided?.contests.map(({ decision }) => decision.base));
  const [counted = value] = bases.size === 1 ? bases : [];
  const written = writeBase({ kind, parts, value: counted, bareWords: null, ground });
  return {
    title,
    document: source.document,
    number: source.number ?? null,
    date: source.date === undefined ? null : formatDay(source.date),
    clause: source.clause,
    mark: sealed.mark,
    inForce: sealed.inForce,
    isInstalled: installed.includes(encodeHex(sha256(encodeText(sealed.text)))),
    base: { kind, value: counted === null ? null : Number(counted), parts: written["parts"] as JsonObject, ground },
    summoned: Number(sealed.summoned),
    present: Number(sealed.present),
    quorum: sealed.quorum === undefined ? null : { needed: Number(sealed.quorum.needed), got: Number(sealed.quorum.got) },
  };
}

/** Return what is to be said of a decided contest. */
export function describeContest(contest: Contest, { votes, decision }: DecidedContest, { ruleSet, base }: SealedRules): ContestOutcome {
  const name = (id: string): Text => contest.options.find((option) => option.id === id)?.text ?? UNKNOWN;
  const { outcome, seats } = decision;
  const counted = [...votes].filter(([option]) => base.kind !== "votes_cast" || option !== BLANK);
  // Of each candidate the same is asked, so it is said once.
  const tests = seats === undefined ? decision.tests : decision.tests.filter(({ option }) => option === contest.options[0]?.id);
  // Where one form passes alone nothing is added up.
  const cumulated = decision.tests.some(({ passed }) => passed) ? [] : decision.cumulation;
  return {
    shares: decision.base > 0n ? counted.map(([, count]) => formatShare(count, decision.base)) : [],
    tests: tests.map((test) => ({
      option: seats === undefined ? name(test.option) : null,
      comparator: test.threshold.comparator,
      fraction: [Number(test.threshold.numerator), Number(test.threshold.denominator)],
      base: Number(test.base),
      needed: Number(test.needed),
      got: Number(test.got),
      passed: test.passed,
    })),
    text: outcome.text,
    next: outcome.next,
    clause: outcome.clause,
    proposed: outcome.proposed,
    reviewOn: decision.reviewOn === undefined ? null : formatDay(decision.reviewOn),
    standings: [...(seats?.standings ?? [])].map(([id, standing]) => {
      return { name: name(id), text: ruleSet.standingTexts.get(standing) ?? UNKNOWN };
    }),
    seatsLeft: seats === undefined ? null : Number(seats.left),
    cumulation: cumulated.map(({ form, run, needed, reached }) => {
      return { form: name(form), run: Number(run), needed: Number(needed), reached };
    }),
  };
}
