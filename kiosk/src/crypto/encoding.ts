/**
 * The one canonical form of everything hashed or signed that is not a ballot: RFC 8785 with stricter values.
 *
 * `decodeCanonical` parses, serialises again and compares. That alone refuses duplicate keys, although `JSON.parse`
 * keeps the last of them in silence: what it kept is shorter than what arrived.
 */

import { encodeHex, encodeText, equalBytes } from "./bytes";
import { EncodingError } from "./errors";

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

const DEEPEST_LEVEL = 32;
const ASCII = /^[\x00-\x7f]*$/;
// Which strings are in NFC depends on the version of Unicode wherever characters that combine may still be added. Two
// verifiers must not disagree about an archive, so only blocks where that is settled are allowed: Latin with every mark,
// Greek letters, Cyrillic; Vietnamese letters, punctuation, currencies, symbols; Chinese characters and their
// punctuation; pictographs. Lone surrogates are outside them too. What is outside is searched for, because a class that
// must fit a whole string makes the expression remember every place of a string of megabytes.
const UNSETTLED = new RegExp(
  "[^\\u{0}-\\u{377}\\u{391}-\\u{3c9}\\u{400}-\\u{52f}" +
    "\\u{1e00}-\\u{1eff}\\u{2000}-\\u{20c0}\\u{2100}-\\u{2bff}" +
    "\\u{3000}-\\u{303f}\\u{4e00}-\\u{9fff}\\u{fe0f}\\u{ff01}-\\u{ff5e}" +
    "\\u{1f000}-\\u{1faff}]",
  "u",
);
const NOT_BASE64 = /[^A-Za-z0-9+/]/;

/** Return the canonical bytes of a value. Raises: EncodingError. Spec: "encode_canonical". */
export function encodeCanonical(value: JsonValue): Uint8Array {
  return encodeText(serialise(value, 0));
}

/** Return the value of untrusted canonical bytes. Raises: EncodingError. Spec: "decode_canonical". */
export function decodeCanonical(data: Uint8Array): JsonValue {
  const value = parse(data);
  if (!equalBytes(encodeCanonical(value), data)) {
    throw refuse("not in canonical form");
  }
  return value;
}

/** Return the object of untrusted canonical bytes. Raises: EncodingError also for any other kind of value. */
export function decodeCanonicalObject(data: Uint8Array): JsonObject {
  const value = decodeCanonical(data);
  if (!isJsonObject(value)) {
    throw refuse("not an object");
  }
  return value;
}

/** Tell whether a value is an object rather than a list or a leaf. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Return standard base64 with padding. */
export function encodeBase64(data: Uint8Array): string {
  let characters = "";
  for (const byte of data) {
    characters += String.fromCharCode(byte);
  }
  return btoa(characters);
}

/** Return the bytes of canonical base64. Raises: EncodingError for slack bits, white space, missing padding. */
export function decodeBase64(text: string): Uint8Array {
  const padding = text.endsWith("==") ? 2 : Number(text.endsWith("="));
  if (text.length % 4 !== 0 || NOT_BASE64.test(text.slice(0, text.length - padding))) {
    throw new EncodingError("base64", "not base64");
  }
  const characters = atob(text);
  const data = new Uint8Array(characters.length);
  for (let index = 0; index < data.length; index++) {
    data[index] = characters.charCodeAt(index);
  }
  if (encodeBase64(data) !== text) {
    throw new EncodingError("base64", "not in canonical form");
  }
  return data;
}

/** Return exactly `length` bytes of lower-case hexadecimal. Raises: EncodingError. */
export function decodeHex(text: string, length: number): Uint8Array {
  if (text.length !== 2 * length || !/^[0-9a-f]*$/.test(text)) {
    throw new EncodingError("hexadecimal", `not ${2 * length} lower-case hexadecimal digits`);
  }
  return Uint8Array.from({ length }, (_, index) => Number.parseInt(text.slice(2 * index, 2 * index + 2), 16));
}

export { encodeHex };

function parse(data: Uint8Array): JsonValue {
  let text: string;
  try {
    // A byte order mark stays in the text, where the parser refuses it.
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw refuse("not UTF-8");
  }
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw refuse("not JSON");
  }
}

function serialise(value: JsonValue, depth: number): string {
  if (depth > DEEPEST_LEVEL) {
    throw refuse("nested too deeply");
  }
  if (value === null || typeof value === "boolean") {
    return String(value);
  }
  if (typeof value === "number") {
    return serialiseInteger(value);
  }
  if (typeof value === "string") {
    return serialiseText(value);
  }
  if (Array.isArray(value)) {
    return `[${(value as readonly JsonValue[]).map((member) => serialise(member, depth + 1)).join()}]`;
  }
  if (!isPlainObject(value)) {
    throw refuse(`a ${typeof value} is not allowed`);
  }
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([key, member]) => `${serialiseKey(key)}:${serialise(member, depth + 1)}`).join()}}`;
}

function serialiseInteger(value: number): string {
  if (!Number.isSafeInteger(value)) {
    throw refuse("only integers of ±(2⁵³ − 1) are allowed as numbers");
  }
  return JSON.stringify(value);
}

function serialiseText(value: string): string {
  if (UNSETTLED.test(value)) {
    throw refuse("string with a character outside the allowed blocks of Unicode");
  }
  if (value.normalize("NFC") !== value) {
    throw refuse("string not in NFC");
  }
  return JSON.stringify(value);
}

function serialiseKey(key: string): string {
  if (!ASCII.test(key)) {
    throw refuse("object key not ASCII");
  }
  return JSON.stringify(key);
}

function isPlainObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function refuse(problem: string): EncodingError {
  return new EncodingError("canonical JSON", problem);
}
