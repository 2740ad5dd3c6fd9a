/**
 * What can go wrong in the protocol: the same classes, with the same data, as `crypto/errors.py`.
 *
 * No message and no field ever holds a secret. Names are written out, because minifying renames classes.
 */

/** Any failure of the protocol; the fields of a subclass are its data. */
export class CryptoError extends Error {
  override readonly name: string = "CryptoError";
}

/** Bytes are not the one canonical encoding of what they claim to be. */
export class EncodingError extends CryptoError {
  override readonly name: string = "EncodingError";

  constructor(
    readonly what: string,
    readonly problem: string,
  ) {
    super(`${what}: ${problem}`);
  }
}

/** Thirty-two bytes are not the canonical encoding of a group element, or are the identity where it is barred. */
export class InvalidElementError extends EncodingError {
  override readonly name: string = "InvalidElementError";
}

/** Thirty-two bytes are not a scalar below the group order. */
export class InvalidScalarError extends EncodingError {
  override readonly name: string = "InvalidScalarError";
}

/** A manifest has another key, type or value than its form allows; `what` names where, `problem` says what. */
export class InvalidManifestError extends EncodingError {
  override readonly name: string = "InvalidManifestError";
}

export type SlipProblem = "length" | "character" | "check character" | "fragment";

/** A slip code is not 20 characters of the alphabet with a right check character. */
export class InvalidSlipError extends CryptoError {
  override readonly name: string = "InvalidSlipError";

  constructor(readonly problem: SlipProblem) {
    super(`slip code: ${problem}`);
  }
}

/** A proof does not hold; `where` names its statement, for example `contest 2, option 0`. */
export class InvalidProofError extends CryptoError {
  override readonly name: string = "InvalidProofError";

  constructor(readonly where: string) {
    super(`proof does not hold: ${where}`);
  }
}

/** A signature does not hold for its message; `what` names the message. */
export class InvalidSignatureError extends CryptoError {
  override readonly name: string = "InvalidSignatureError";

  constructor(readonly what: string) {
    super(`signature does not hold: ${what}`);
  }
}

/** A ballot's layout, selection or election is not what its manifest asks for. */
export class InvalidBallotError extends CryptoError {
  override readonly name: string = "InvalidBallotError";
  readonly expected: string | number | undefined;
  readonly got: string | number | undefined;

  constructor(
    readonly problem: string,
    details: { readonly expected?: string | number; readonly got?: string | number } = {},
  ) {
    super(`ballot: ${problem} (expected ${details.expected ?? "-"}, got ${details.got ?? "-"})`);
    this.expected = details.expected;
    this.got = details.got;
  }
}

/** What a tested ballot is said to contain is not what it contains; `problem` says where. */
export class OpeningError extends CryptoError {
  override readonly name: string = "OpeningError";

  constructor(readonly problem: string) {
    super(`opening: ${problem}`);
  }
}

/** The key ceremony does not hold; `trustee` is the index of who caused it, or undefined. */
export class CeremonyError extends CryptoError {
  override readonly name: string = "CeremonyError";

  constructor(
    readonly problem: string,
    readonly trustee?: number,
  ) {
    super(`ceremony: ${problem}${trustee === undefined ? "" : ` (trustee ${trustee})`}`);
  }
}

/** A total cannot be found; `contest` and `option` name it. */
export class TallyError extends CryptoError {
  override readonly name: string = "TallyError";

  constructor(
    readonly problem: string,
    readonly contest: number,
    readonly option: number,
  ) {
    super(`tally of contest ${contest}, option ${option}: ${problem}`);
  }
}

/** An entry cannot follow the entries before it. */
export class BoardError extends CryptoError {
  override readonly name: string = "BoardError";

  constructor(readonly problem: string) {
    super(`board: ${problem}`);
  }
}

/** Where a check failed, and what it expected there; left out where no one entry or value is at fault. */
export interface FailureDetails {
  readonly entry?: number | undefined;
  readonly expected?: string | number | undefined;
  readonly found?: string | number | undefined;
}

/** A named check of the archive failed: `check` is "V1" … "V12", `entry` the number of the board's entry. */
export class VerificationError extends CryptoError {
  override readonly name: string = "VerificationError";
  readonly entry: number | undefined;
  readonly expected: string | number | undefined;
  readonly found: string | number | undefined;

  constructor(
    readonly check: string,
    readonly problem: string,
    { entry, expected, found }: FailureDetails = {},
  ) {
    super(`${check}: ${problem}; entry ${entry ?? "-"}; expected ${expected ?? "-"}; found ${found ?? "-"}`);
    this.entry = entry;
    this.expected = expected;
    this.found = found;
  }
}

/** A trustee's device refuses to decrypt; `reason` says why. */
export class DecryptionRefusedError extends CryptoError {
  override readonly name: string = "DecryptionRefusedError";

  constructor(readonly reason: string) {
    super(`decryption refused: ${reason}`);
  }
}

/** Fewer than the threshold of partial decryptions hold; `rejected` lists the trustees whose share was wrong. */
export class NotEnoughSharesError extends CryptoError {
  override readonly name: string = "NotEnoughSharesError";

  constructor(
    readonly threshold: number,
    readonly valid: number,
    readonly rejected: readonly number[],
  ) {
    super(`${valid} valid partial decryptions, ${threshold} needed; rejected: [${rejected.join(", ")}]`);
  }
}
