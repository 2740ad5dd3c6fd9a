/**
 * The verification itself, in a worker of its own: however long it takes, the page answers every tap.
 *
 * It asks nothing of the network. What it tells the page are plain texts and numbers, and only after all checks held.
 */

import { formatHead } from "../crypto/board";
import type { Totals } from "../crypto/bodies";
import type { Text } from "../crypto/contests";
import { VerificationError } from "../crypto/errors";
import { createRandomBytes } from "../crypto/random";
import type { ElectionReport, Report } from "../crypto/verify/model";
import { verifyArchive } from "../crypto/verify/verification";
import { verifyResults, type RulesReport } from "../rules/verify";
import { describeContest, describeRules, type ContestOutcome, type RulesShown } from "./outcomes";

/** So often the page is told how far the work has come. */
const TELL_MS = 60;

/** What the page gives the worker; without a head the archive is not compared with the minutes. */
export interface Job {
  readonly archive: ArrayBuffer;
  readonly head: string | null;
  readonly confirmation: ArrayBuffer | null;
}

/** What the worker tells the page. */
export type News =
  | { readonly kind: "progress"; readonly check: string; readonly done: number; readonly total: number }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "held"; readonly result: Result }
  | { readonly kind: "broken"; readonly problem: string };

/** The check that did not hold. */
export interface Failure {
  readonly check: string;
  readonly problem: string;
  readonly entry: number | null;
  readonly expected: string | null;
  readonly found: string | null;
}

/** One contest with the counts of its options, blank last, phones and paper together, and what they came to. */
export interface ContestResult {
  readonly text: Text;
  readonly options: readonly Text[];
  readonly counts: readonly number[];
  readonly outcome: ContestOutcome | null;
}

/** What an election came to; `damage` is what was found in an annulled one. */
export interface ElectionResult {
  readonly title: Text;
  readonly ground: string | null;
  readonly damage: Failure | null;
  readonly ballots: number | null;
  readonly paper: number | null;
  readonly rules: RulesShown | null;
  readonly contests: readonly ContestResult[];
}

/** A verified archive. */
export interface Result {
  readonly checks: readonly { readonly name: string; readonly counted: number }[];
  readonly totals: Totals;
  readonly head: string | null;
  readonly isHeadCompared: boolean;
  readonly isRehearsal: boolean;
  readonly superior: string;
  readonly unit: string;
  readonly place: string;
  readonly date: string;
  readonly elections: readonly ElectionResult[];
}

/** The part of a worker's global scope that is used here; the types of the page's own do not have it. */
interface Scope {
  onmessage: ((event: MessageEvent<Job>) => void) | null;
  postMessage(message: News): void;
}

/** Serve a page: one job, one answer. */
export function runWorker(scope: Scope): void {
  scope.onmessage = ({ data }) => scope.postMessage(work(data, (news) => scope.postMessage(news)));
}

function work(job: Job, tell: (news: News) => void): News {
  let toldAt = -Infinity;
  const onProgress = (check: string, done: number, total: number): void => {
    const now = performance.now();
    if (now - toldAt >= TELL_MS) {
      toldAt = now;
      tell({ kind: "progress", check, done, total });
    }
  };
  try {
    const report = verifyArchive(new Uint8Array(job.archive), {
      randomBytes: createRandomBytes(globalThis.crypto),
      head: job.head ?? undefined,
      confirmations: job.confirmation === null ? [] : [new Uint8Array(job.confirmation)],
      onProgress,
    });
    return { kind: "held", result: describeReport(report, verifyResults(report)) };
  } catch (error) {
    return error instanceof VerificationError
      ? { kind: "failed", failure: describeFailure(error) }
      : { kind: "broken", problem: String(error) };
  }
}

function describeFailure({ check, problem, entry, expected, found }: VerificationError): Failure {
  return {
    check,
    problem,
    entry: entry ?? null,
    expected: expected === undefined ? null : String(expected),
    found: found === undefined ? null : String(found),
  };
}

function describeReport(report: Report, rules: RulesReport): Result {
  const { superior, unit, place, date, rehearsal } = report.meeting;
  const checks = [...report.checks, ...rules.checks].map(({ name, counted }) => ({ name, counted }));
  return {
    checks: checks.sort((left, right) => Number(left.name.slice(1)) - Number(right.name.slice(1))),
    totals: report.totals,
    head: report.head === undefined ? null : formatHead(report.head),
    isHeadCompared: report.headCompared,
    isRehearsal: rehearsal,
    superior,
    unit,
    place,
    date,
    elections: report.elections.map((election) => describeElection(election, rules)),
  };
}

function describeElection(election: ElectionReport, { sealed: rules, decided }: RulesReport): ElectionResult {
  const { name, sealed, ground, finding, ballots, counts, paper } = election;
  const { title, contests } = sealed.content;
  const rows = [counts, paper?.body.counts].filter((row) => row !== undefined);
  const isCounted = counts !== undefined || (ballots === undefined && paper !== undefined);
  const decision = decided.get(name);
  const own = rules.get(name);
  return {
    title,
    ground: ground ?? null,
    damage: finding === undefined ? null : describeFailure(finding),
    ballots: ballots ?? null,
    paper: paper?.body.ballots ?? null,
    rules: own === undefined ? null : describeRules(own, decision),
    contests: contests.map((contest, index) => {
      const drawn = decision?.contests[index];
      return {
        text: contest.text,
        options: contest.options.map((option) => option.text),
        counts: isCounted
          ? [...contest.options, null].map((_, option) => rows.reduce((sum, row) => sum + (row[index]?.[option] ?? 0), 0))
          : [],
        outcome: drawn === undefined || own === undefined ? null : describeContest(contest, drawn, own),
      };
    }),
  };
}
