/** Canonical JSON, base64, hexadecimal, base32, words and trackers. */

import base32 from "../../../crypto/vectors/base32.json";
import rfc8785 from "../../../crypto/vectors/rfc8785.json";
import tracker from "../../../crypto/vectors/tracker.json";
import words from "../../../crypto/vectors/words.json";
import { sha256 } from "@noble/hashes/sha2.js";

import { ALPHABET, encodeBase32 } from "../../src/crypto/base32";
import { encodeText } from "../../src/crypto/bytes";
import {
  decodeBase64,
  decodeCanonical,
  decodeCanonicalObject,
  decodeHex,
  encodeBase64,
  encodeCanonical,
  type JsonValue,
} from "../../src/crypto/encoding";
import { formatTracker } from "../../src/crypto/tracker";
import { encodeWords, loadWords } from "../../src/crypto/words";
import { checkEach, encodeHex, expectEqual, expectError, hexToBytes, takeBytes, type Check } from "./check";

const BAD_BASE64 = ["QQ", "QQ=", "QR==", "QQ==\n", " QQ==", "Q-==", "QQ==QQ==", "é", "QQ=A", "=", "===="];
const BAD_HEX = ["", "00", "0000FF", "00 0ff", "0x00ff", "00000g", "0000000", "００００００"];
const BAD_VALUES: readonly unknown[] = [1.5, 2 ** 53, -(2 ** 53), NaN, "e\u0301", "\ud800", "กำ", { é: 1 }, undefined];

export const encodingChecks: readonly Check[] = [
  ...checkEach("encodeCanonical matches the vectors", rfc8785.accepted, (vector) => {
    expectEqual(encodeHex(encodeCanonical(JSON.parse(vector.text) as JsonValue)), vector.canonical);
  }),
  ...checkEach("decodeCanonical returns the value of the vectors", rfc8785.accepted, (vector) => {
    expectEqual(encodeHex(encodeCanonical(decodeCanonical(hexToBytes(vector.canonical)))), vector.canonical);
  }),
  ...checkEach("decodeCanonical refuses other forms", rfc8785.refused, (vector) => {
    expectError(() => decodeCanonical(takeBytes(vector, "bytes")), "EncodingError");
  }),
  ...checkEach("encodeCanonical refuses values outside the form", BAD_VALUES, (value) => {
    expectError(() => encodeCanonical(value as JsonValue), "EncodingError");
  }),
  ...checkEach("decodeCanonicalObject refuses another kind", ["[]", "1", "null", '"a"'], (text) => {
    expectError(() => decodeCanonicalObject(encodeText(text)), "EncodingError");
  }),
  ...checkEach("decodeCanonical keeps keys that objects have by themselves", ["__proto__", "constructor"], (key) => {
    const text = `{"${key}":{"a":1}}`;
    expectEqual(encodeHex(encodeCanonical(decodeCanonical(encodeText(text)))), encodeHex(encodeText(text)));
  }),
  ...checkEach("decodeBase64 returns what encodeBase64 wrote", [0, 1, 2, 3, 4, 255], (length) => {
    const data = Uint8Array.from({ length }, (_, index) => index);
    expectEqual(encodeHex(decodeBase64(encodeBase64(data))), encodeHex(data));
  }),
  ...checkEach("decodeBase64 refuses other forms", BAD_BASE64, (text) => {
    expectError(() => decodeBase64(text), "EncodingError");
  }),
  ...checkEach("decodeHex refuses other forms", BAD_HEX, (text) => {
    expectError(() => decodeHex(text, 3), "EncodingError");
  }),
  { name: "decodeHex returns the bytes", run: () => expectEqual([...decodeHex("00ff10", 3)], [0, 255, 16]) },
];

export const wordChecks: readonly Check[] = [
  ...checkEach("encodeBase32 matches the vectors", base32.cases, (vector) => {
    expectEqual(encodeBase32(hexToBytes(vector.data), vector.characters), vector.text);
  }),
  { name: "the alphabet is that of the vectors", run: () => expectEqual(ALPHABET, base32.alphabet) },
  {
    name: "encodeBase32 refuses too few bytes",
    run: () => expectError(() => encodeBase32(new Uint8Array(1), 2), "EncodingError"),
  },
  ...checkEach("encodeWords matches the vectors", words.cases, (vector) => {
    expectEqual(encodeWords(hexToBytes(vector.digest), vector.words.length), vector.words);
  }),
  {
    name: "the bundled list of words is the published one",
    run: () => expectEqual(encodeHex(sha256(encodeText(`${loadWords().join("\n")}\n`))), words.sha256),
  },
  {
    name: "encodeWords refuses too few bytes",
    run: () => expectError(() => encodeWords(new Uint8Array(2), 2), "EncodingError"),
  },
  ...checkEach("formatTracker matches the vectors", tracker.cases, (vector) => {
    expectEqual(formatTracker(hexToBytes(vector.ballot_hash)), vector.tracker);
  }),
];
