/**
 * The base of an election, recomputed from what it is made of, and the quorum.
 *
 * Nothing about single members is known here: only how many official members there are, and how many of them are left
 * out for which reason, each at most once.
 */

import type { JsonObject } from "../crypto/encoding";
import { RulesError } from "./errors";
import { CLASS_BASES, isKnownEarly, type BaseKind, type BaseRule, type QuorumRule } from "./model";
import { isBlank } from "./table";
import { countNeeded, passes, writeThreshold } from "./threshold";

/** All official members, and those left out of the base. */
export interface ClassCounts {
  readonly official: bigint;
  readonly exempt: bigint;
  readonly suspended: bigint;
  readonly transferredOut: bigint;
  readonly excused: bigint;
  readonly notIncumbent: bigint;
}

/** A base as it was sealed; the value is null where it depends on the count. */
export interface Base {
  readonly kind: BaseKind;
  readonly value: bigint | null;
  readonly parts: ClassCounts;
  /** What the bare words of the clause would give, where a reading departs from them. */
  readonly bareWords: bigint | null;
  /** Where a number comes from that the chair entered. */
  readonly ground: string | null;
}

/** Everybody entitled to vote with the members concerned who are barred, and those of them in the room. */
export interface HeadCount {
  readonly summoned: bigint;
  readonly present: bigint;
}

/** Return how many official members are not left out. */
export function countRemaining({ official, ...leftOut }: ClassCounts): bigint {
  return Object.values(leftOut).reduce((rest: bigint, count: bigint) => rest - count, official);
}

/** Check that a base is what its rule makes of its parts. Raises: RulesError. */
export function checkBase(base: Base, rule: BaseRule, heads: HeadCount): void {
  const { kind, value, parts, bareWords, ground } = base;
  const isFixed = rule.kind === "fixed";
  const isRight = isFixed ? isRightNumber(base, heads) : value === computeValue(rule.kind, parts, heads) && ground === null;
  const words = rule.kind === "official_minus_exempt" ? parts.official - parts.exempt : null;
  if (kind !== rule.kind || !isRight || bareWords !== words) {
    throw new RulesError("base", `${value ?? "none"} of ${kind} does not follow from its parts`);
  }
  checkParts(parts, rule);
}

/** A number that the chair enters has a ground, and holds all who may vote. */
function isRightNumber({ value, ground }: Base, { present }: HeadCount): boolean {
  return value !== null && value >= 1n && value >= present && ground !== null && !isBlank(ground);
}

function computeValue(kind: BaseKind, parts: ClassCounts, { summoned, present }: HeadCount): bigint | null {
  if ((CLASS_BASES as readonly string[]).includes(kind)) {
    return countRemaining(parts);
  }
  if (!isKnownEarly(kind)) {
    return null;
  }
  return kind === "summoned" ? summoned : present;
}

/** Check that nobody is left out whom the rule counts, and that there are not more left out than members. */
function checkParts(parts: ClassCounts, rule: BaseRule): void {
  const mustBeNone =
    (rule.exemptPresent === "counted" && parts.exempt !== 0n) ||
    (rule.transferredOut === "counted" && parts.transferredOut !== 0n) ||
    (rule.suspended === "counted" && parts.suspended !== 0n) ||
    (rule.excusedWholeCongress === "counted" && parts.excused !== 0n) ||
    (rule.kind !== "incumbents" && parts.notIncumbent !== 0n);
  if (mustBeNone || countRemaining(parts) < 0n || Object.values(parts).some((count: bigint) => count < 0n)) {
    throw new RulesError("base.parts", "the rule cannot give these parts");
  }
}

/** Return a base as results write it; rare parts and the ground only where there are any. */
export function writeBase({ kind, value, parts, bareWords, ground }: Base): JsonObject {
  return {
    value: value === null ? null : Number(value),
    kind,
    parts: {
      official: Number(parts.official),
      exempt: Number(parts.exempt),
      suspended: Number(parts.suspended),
      transferred_out: Number(parts.transferredOut),
      ...(parts.excused === 0n ? {} : { excused: Number(parts.excused) }),
      ...(parts.notIncumbent === 0n ? {} : { not_incumbent: Number(parts.notIncumbent) }),
    },
    bare_words: bareWords === null ? null : Number(bareWords),
    ...(ground === null ? {} : { ground }),
  };
}

/** A quorum as it was at the opening. */
export interface Quorum {
  readonly rule: QuorumRule;
  readonly needed: bigint;
  readonly got: bigint;
  readonly met: boolean;
}

/** Return how many must be in the room, and are. */
export function measureQuorum(rule: QuorumRule, base: Base, { summoned, present }: HeadCount): Quorum {
  const own = rule.of === "all_members" ? base.parts.official : (base.value ?? 0n);
  const whole = rule.of === "summoned" ? summoned : own;
  const needed = countNeeded(rule.threshold, whole);
  return { rule, needed, got: present, met: passes(rule.threshold, whole, present) };
}

/** Return a quorum as results write it. */
export function writeQuorum({ rule, needed, got, met }: Quorum): JsonObject {
  return { of: rule.of, ...writeThreshold(rule.threshold), needed: Number(needed), got: Number(got), met };
}
