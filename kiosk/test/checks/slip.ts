/** Slips and the credentials they carry. */

import credential from "../../../crypto/vectors/credential.json";
import rfc5869 from "../../../crypto/vectors/rfc5869.json";
import slip from "../../../crypto/vectors/slip.json";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

import {
  computeKeyFingerprint,
  decodeCredentialList,
  deriveCredential,
  encodeCredentialList,
  formatKeyFingerprint,
  hashCredentials,
} from "../../src/crypto/credential";
import { InvalidSlipError } from "../../src/crypto/errors";
import { decodeElement, encodeScalar } from "../../src/crypto/group";
import {
  computeCheckCharacter,
  formatSlipCode,
  formatSlipUrl,
  generateMeetingCode,
  generateSlipCode,
  normaliseMeetingCode,
  normaliseSlipCode,
  parseSlipFragment,
  type SlipCode,
} from "../../src/crypto/slip";
import { encodeWords } from "../../src/crypto/words";
import { checkEach, encodeHex, expectEqual, expectError, hexToBytes, takeBytes, takeElement, type Check } from "./check";

export const slipChecks: readonly Check[] = [
  ...checkEach("computeCheckCharacter matches the vectors", slip.check_characters, (vector) => {
    expectEqual(computeCheckCharacter(vector.secret), vector.check);
  }),
  ...checkEach("generateSlipCode matches the vectors", slip.generated, (vector) => {
    expectEqual(
      generateSlipCode(() => hexToBytes(vector.random)),
      vector.code,
    );
  }),
  ...checkEach("normaliseSlipCode accepts what a voter types", slip.normalised, (vector) => {
    expectEqual(normaliseSlipCode(vector.typed), vector.code);
  }),
  ...checkEach("normaliseSlipCode names what is wrong", slip.refused, (vector) => {
    try {
      normaliseSlipCode(vector.typed);
    } catch (error) {
      expectEqual(error instanceof InvalidSlipError && error.problem, vector.problem);
      return;
    }
    throw new Error("no error");
  }),
  ...checkEach("formatSlipCode matches the vectors", slip.formatted, (vector) => {
    expectEqual(formatSlipCode(vector.code as SlipCode), vector.printed);
  }),
  ...checkEach("formatSlipUrl matches the vectors", slip.urls, (vector) => {
    const [meeting, code] = [normaliseMeetingCode(vector.meeting), normaliseSlipCode(vector.code)];
    expectEqual(formatSlipUrl(vector.address, meeting, code, vector.fingerprint), vector.url);
  }),
  ...checkEach("parseSlipFragment returns what formatSlipUrl wrote", slip.urls, (vector) => {
    const { meeting, code, fingerprint } = parseSlipFragment(vector.url.slice(vector.url.indexOf("#") + 1));
    expectEqual([meeting, code, fingerprint], [vector.meeting, vector.code, vector.fingerprint]);
  }),
  ...checkEach("parseSlipFragment refuses broken fragments", slip.fragments_refused, (fragment) => {
    expectError(() => parseSlipFragment(fragment), "InvalidSlipError");
  }),
  ...checkEach("formatSlipUrl refuses other addresses", ["http://a/", "http://a#", "http://a b", `http://${"a".repeat(60)}`], (address) => {
    const [meeting, code] = [normaliseMeetingCode("7QKX3M0Z"), normaliseSlipCode("5TS07AGJWKMX72CT119W")];
    expectError(() => formatSlipUrl(address, meeting, code, null), "EncodingError");
  }),
  {
    name: "a random source that does not repeat gives different meeting codes",
    run: () => {
      let next = 0;
      const source = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => next++);
      expectEqual(generateMeetingCode(source) === generateMeetingCode(source), false);
    },
  },
];

export const credentialChecks: readonly Check[] = [
  ...checkEach("the library's HKDF matches RFC 5869", rfc5869.cases, (vector) => {
    const { ikm, salt, info, length, okm } = vector;
    expectEqual(encodeHex(hkdf(sha256, hexToBytes(ikm), hexToBytes(salt), hexToBytes(info), length)), okm);
  }),
  ...checkEach("deriveCredential matches the vectors", credential.derived, (vector) => {
    const pair = deriveCredential(normaliseSlipCode(vector.code), normaliseMeetingCode(vector.meeting), vector.slot);
    expectEqual([encodeHex(encodeScalar(pair.secret)), pair.public.toHex()], [vector.secret, vector.public]);
  }),
  ...checkEach("deriveCredential refuses another slot", [-1, 24, 0.5], (slot) => {
    const [code, meeting] = [normaliseSlipCode("5TS07AGJWKMX72CT119W"), normaliseMeetingCode("7QKX3M0Z")];
    expectError(() => deriveCredential(code, meeting, slot), "EncodingError");
  }),
  ...checkEach("encodeCredentialList and hashCredentials match the vectors", credential.lists, (vector) => {
    const members = vector.members.map((member) => decodeElement(hexToBytes(member)));
    expectEqual(encodeHex(encodeCredentialList(members)), vector.list);
    expectEqual(encodeHex(hashCredentials([members])), vector.hash);
  }),
  ...checkEach("decodeCredentialList returns the members in order", credential.lists, (vector) => {
    expectEqual(
      decodeCredentialList(hexToBytes(vector.list))
        .map((member) => member.toHex())
        .join(""),
      vector.list,
    );
  }),
  ...checkEach("decodeCredentialList refuses broken lists", credential.lists_refused, (vector) => {
    expectError(() => decodeCredentialList(takeBytes(vector, "list")));
  }),
  {
    name: "hashCredentials refuses a credential in two lists",
    run: () => {
      const members = (credential.lists[0]?.members ?? []).map((member) => decodeElement(hexToBytes(member)));
      expectError(() => hashCredentials([members, members.slice(0, 1)]), "EncodingError");
    },
  },
  ...checkEach("computeKeyFingerprint matches the vectors", credential.fingerprints, (vector) => {
    const texts = { ceremony_hash: vector.ceremony_hash, key: vector.key };
    const fingerprint = computeKeyFingerprint(takeBytes(texts, "ceremony_hash"), takeElement(texts, "key"));
    expectEqual(
      [encodeHex(fingerprint), formatKeyFingerprint(fingerprint), encodeWords(fingerprint, vector.words.length)],
      [vector.fingerprint, vector.printed, vector.words],
    );
  }),
];
