/** Why a rule-set's text, sealed rules or counts are refused. */

/** Something about the rules does not hold; `key` is the place, rows of an array count from 1. */
export class RulesError extends Error {
  override readonly name = "RulesError";

  constructor(
    readonly key: string,
    readonly problem: string,
  ) {
    super(`${key}: ${problem}`);
  }
}
