/** The names that board entries carry: elections, series, meeting codes, the version of the protocol. */

import { ALPHABET } from "./base32";
import type { Fields } from "./fields";
import { MEETING_CHARACTERS, type MeetingCode } from "./slip";
import { PROTOCOL } from "./transcript";

const IDENTIFIER = /^[a-z0-9_-]{1,40}$/;
const SERIES = /^[A-Z]$/;
const MEETING_CODE = new RegExp(`^[${ALPHABET}]{${MEETING_CHARACTERS}}$`);

/** Return an id of 1 to 40 of a–z 0–9 - _ from an untrusted object. Raises: EncodingError. */
export function readIdentifier(fields: Fields, key: string): string {
  return readPattern(fields, key, IDENTIFIER, "not 1 to 40 of a-z 0-9 - _");
}

/** Return a meeting code from an untrusted object. Raises: EncodingError. */
export function readMeetingCode(fields: Fields, key: string): MeetingCode {
  return readPattern(fields, key, MEETING_CODE, "not a meeting code") as MeetingCode;
}

/** Return a series letter from an untrusted object. Raises: EncodingError. */
export function readSeries(fields: Fields, key: string): string {
  return readPattern(fields, key, SERIES, "not a letter A to Z");
}

/** Check that an untrusted object names this version of the protocol. Raises: EncodingError. */
export function checkProtocol(fields: Fields, key: string): void {
  if (fields.text(key) !== PROTOCOL) {
    throw fields.refuse(key, `not ${PROTOCOL}`);
  }
}

/** Return ascending, distinct series letters, at least one, from an untrusted object. Raises: EncodingError. */
export function readSeriesList(fields: Fields, key: string): readonly string[] {
  const series = fields.values(key).map((value) => {
    if (typeof value !== "string" || !SERIES.test(value)) {
      throw fields.refuse(key, "not a list of letters A to Z");
    }
    return value;
  });
  if (series.length === 0 || series.some((letter, index) => index > 0 && (series[index - 1] ?? "") >= letter)) {
    throw fields.refuse(key, "not ascending, distinct and at least one");
  }
  return series;
}

function readPattern(fields: Fields, key: string, pattern: RegExp, problem: string): string {
  const value = fields.text(key);
  if (!pattern.test(value)) {
    throw fields.refuse(key, problem);
  }
  return value;
}
