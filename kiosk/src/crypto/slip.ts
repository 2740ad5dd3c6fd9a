/**
 * What a slip carries: the secret code, its check character, and the address in its QR.
 *
 * No error here repeats a code.
 */

import { ALPHABET } from "./base32";
import { EncodingError, InvalidSlipError } from "./errors";
import type { RandomBytes } from "./group";

export type SlipCode = string & { readonly __brand: "SlipCode" };
export type MeetingCode = string & { readonly __brand: "MeetingCode" };

export const SLIP_CHARACTERS = 20;
export const SECRET_CHARACTERS = 19;
export const MEETING_CHARACTERS = 8;
export const FINGERPRINT_CHARACTERS = 16;
export const LONGEST_URL = 80;

const FIELD_POLYNOMIAL = 0b100101;

/** What follows the # of a slip's address; `fingerprint` is null on slips printed before the key exists. */
export interface SlipFragment {
  readonly meeting: MeetingCode;
  readonly code: SlipCode;
  readonly fingerprint: string | null;
}

/**
 * Return the character that makes one wrong or two exchanged characters of a slip code show.
 *
 * secret: 19 characters of the alphabet.
 *
 * Spec: "compute_check_character".
 */
export function computeCheckCharacter(secret: string): string {
  let check = 0;
  for (const character of [...secret].reverse()) {
    check = multiplyByX(check ^ ALPHABET.indexOf(character));
  }
  return ALPHABET.charAt(check);
}

/** Return a fresh code of 95 random bits and its check character. Spec: "generate_slip_code". */
export function generateSlipCode(randomBytes: RandomBytes): SlipCode {
  const secret = generateCharacters(SECRET_CHARACTERS, randomBytes);
  return (secret + computeCheckCharacter(secret)) as SlipCode;
}

/** Return a fresh meeting code of 8 characters. Spec: "generate_meeting_code". */
export function generateMeetingCode(randomBytes: RandomBytes): MeetingCode {
  return generateCharacters(MEETING_CHARACTERS, randomBytes) as MeetingCode;
}

/**
 * Return the 20 characters that a voter meant by what was typed or scanned.
 *
 * Raises: InvalidSlipError for another length, a character outside the alphabet or a wrong check character.
 *
 * Spec: "normalise_slip_code".
 */
export function normaliseSlipCode(text: string): SlipCode {
  const code = normaliseCharacters(text, SLIP_CHARACTERS);
  if (computeCheckCharacter(code.slice(0, SECRET_CHARACTERS)) !== code.charAt(SECRET_CHARACTERS)) {
    throw new InvalidSlipError("check character");
  }
  return code as SlipCode;
}

/** Return the 8 characters of a meeting code as typed or scanned. Raises: InvalidSlipError. */
export function normaliseMeetingCode(text: string): MeetingCode {
  return normaliseCharacters(text, MEETING_CHARACTERS) as MeetingCode;
}

/** Return the code as printed: five groups of four joined by hyphens. */
export function formatSlipCode(code: SlipCode): string {
  return (code.match(/.{4}/g) ?? []).join("-");
}

/**
 * Return the address that a slip's QR holds, the secret in its fragment.
 *
 * address: scheme, host and port without a final slash; fingerprint: of the key, null before the key exists.
 *
 * Raises: EncodingError if the address has a final slash or a fragment, or the whole is above 80 characters.
 * Spec: "format_slip_url".
 */
export function formatSlipUrl(
  address: string,
  meeting: MeetingCode,
  code: SlipCode,
  fingerprint: string | null,
): string {
  if (address.endsWith("/") || !/^[\x00-\x7f]*$/.test(address) || /[ #?]/.test(address)) {
    throw new EncodingError("slip address", "not a scheme, host and port alone");
  }
  const parts = fingerprint === null ? [meeting, code] : [meeting, code, fingerprint];
  const url = `${address}/v#${parts.join(".")}`;
  if (url.length > LONGEST_URL) {
    throw new EncodingError("slip address", `${url.length} characters in all, at most ${LONGEST_URL}`);
  }
  return url;
}

/**
 * Return what a slip's address carries after its #, each part normalised.
 *
 * Raises: InvalidSlipError. Spec: "format_slip_url".
 */
export function parseSlipFragment(fragment: string): SlipFragment {
  const [meeting = "", code, fingerprint, ...surplus] = fragment.split(".");
  if (code === undefined || surplus.length > 0) {
    throw new InvalidSlipError("fragment");
  }
  return {
    fingerprint: fingerprint === undefined ? null : normaliseCharacters(fingerprint, FINGERPRINT_CHARACTERS),
    meeting: normaliseMeetingCode(meeting),
    code: normaliseSlipCode(code),
  };
}

function generateCharacters(count: number, randomBytes: RandomBytes): string {
  return Array.from(randomBytes(count), (byte) => ALPHABET.charAt(byte % 32)).join("");
}

/**
 * Return the characters of the alphabet that were meant by what was typed or scanned, in capitals and without hyphens.
 *
 * Raises: InvalidSlipError for another length or a character outside the alphabet.
 */
export function normaliseCharacters(text: string, length: number): string {
  // Only ASCII is folded: upper-casing elsewhere turns a dotless i into I and a long s into S.
  if (!/^[\x00-\x7f]*$/.test(text)) {
    throw new InvalidSlipError("character");
  }
  const code = text.toUpperCase().replace(/[ -]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  if ([...code].some((character) => !ALPHABET.includes(character))) {
    throw new InvalidSlipError("character");
  }
  if (code.length !== length) {
    throw new InvalidSlipError("length");
  }
  return code;
}

/** Return x·value in GF(32) = GF(2)[x]/(x⁵ + x² + 1). */
function multiplyByX(value: number): number {
  const doubled = value << 1;
  return (doubled & 32) === 0 ? doubled : doubled ^ FIELD_POLYNOMIAL;
}
