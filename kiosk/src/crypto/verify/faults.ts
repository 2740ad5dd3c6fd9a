/** The names of the checks, and how anything that goes wrong becomes the failure of one of them. */

import type { EntryKind } from "../bodies";
import { encodeHex, equalBytes } from "../bytes";
import { CryptoError, VerificationError } from "../errors";
import type { Steps } from "../steps";

/** The checks of this package, by number. */
export const CHECKS = ["V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "V12"] as const;

export type CheckName = (typeof CHECKS)[number];

/** Which check fails when the body of an entry has not the form of its kind. */
export const FORM_CHECKS: Readonly<Record<EntryKind, CheckName>> = {
  meeting: "V1",
  ceremony: "V3",
  list: "V4",
  manifest: "V2",
  paper_election: "V2",
  annulled: "V1",
  closed: "V5",
  paper_counts: "V6",
  aggregate: "V8",
  partial_decryption: "V9",
  tally: "V9",
  outcome: "V1",
  minutes: "V1",
  destroyed: "V1",
  final: "V1",
};

/** Run an action; any error of the protocol in it is the failure of a check at an entry. */
export function failing<T>(check: CheckName, entry: number | undefined, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw toFailure(check, entry, error);
  }
}

/** Return what to throw for an error: the failure of a check, or what it was if it is none of the protocol's. */
export function toFailure(check: CheckName, entry: number | undefined, error: unknown): unknown {
  if (error instanceof VerificationError || !(error instanceof CryptoError)) {
    return error;
  }
  return new VerificationError(check, error.message, { entry });
}

/** By election, the first failure of V5 to V9 in an annulled one: it is reported, and stops nothing. */
export type Findings = Map<string, VerificationError>;

/**
 * Run the steps of a check about an election, unless something was found in it already.
 *
 * A failure in an annulled election is noted among the findings, for that election counts for nothing.
 */
export function* noting(election: Noted, findings: Findings, check: () => Steps<void>): Steps<void> {
  if (findings.has(election.name)) {
    return;
  }
  try {
    yield* check();
  } catch (error) {
    if (election.annulled === undefined || !(error instanceof VerificationError)) {
      throw error;
    }
    findings.set(election.name, error);
  }
}

/** What `noting` asks of an election. */
interface Noted {
  readonly name: string;
  readonly annulled?: object;
}

type Value = string | number | boolean | Uint8Array;

/** Fail a check unless two values are the same; bytes are shown in hexadecimal. */
export function requireEqual(
  check: CheckName,
  entry: number | undefined,
  what: string,
  { expected, found }: { readonly expected: Value; readonly found: Value },
): void {
  const isEqual =
    expected instanceof Uint8Array && found instanceof Uint8Array ? equalBytes(expected, found) : expected === found;
  if (!isEqual) {
    throw new VerificationError(check, `${what} differs`, { entry, expected: show(expected), found: show(found) });
  }
}

/** Fail a check if a number is above its limit. */
export function requireAtMost(
  check: CheckName,
  entry: number | undefined,
  what: string,
  { limit, found }: { readonly limit: number; readonly found: number },
): void {
  if (found > limit) {
    throw new VerificationError(check, what, { entry, expected: `at most ${limit}`, found });
  }
}

function show(value: Value): string | number {
  if (value instanceof Uint8Array) {
    return encodeHex(value);
  }
  return typeof value === "boolean" ? String(value) : value;
}
