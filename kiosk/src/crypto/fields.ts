/** Strict reading of untrusted JSON objects: exactly these keys, exactly these types, within these ranges. */

import { compareBytes } from "./bytes";
import { decodeBase64, decodeHex, isJsonObject, type JsonObject, type JsonValue } from "./encoding";
import { EncodingError } from "./errors";
import { decodePublicElement, type Element } from "./group";

export const DIGEST_BYTES = 32;
export const LARGEST_COUNT = 2 ** 31 - 1;
export const LONGEST_TEXT = 2000;

// Line ends, escape sequences and marks that turn the direction of writing could forge what is shown.
const CONTROLS = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** An inclusive range of integers. */
export interface Range {
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * The members of one object, read by name; every refusal names the object and the member.
 *
 * what: the object's name in errors; keys: all keys it must have, no more and no fewer.
 *
 * Raises: EncodingError, here and in every method.
 */
export class Fields {
  private readonly members: JsonObject;

  constructor(
    value: JsonValue,
    readonly what: string,
    keys: readonly string[],
  ) {
    if (!isJsonObject(value)) {
      throw new EncodingError(what, "not an object");
    }
    const present = Object.keys(value);
    for (const key of [...keys].sort()) {
      if (!present.includes(key)) {
        throw new EncodingError(what, `key ${key} is missing`);
      }
    }
    for (const key of present.sort()) {
      if (!keys.includes(key)) {
        throw new EncodingError(what, `key ${JSON.stringify(key.slice(0, 40))} is unknown`);
      }
    }
    this.members = value;
  }

  /** The object itself, for whoever reads the rest of it. */
  get whole(): JsonObject {
    return this.members;
  }

  /** Return a value that is not looked at. */
  value(key: string): JsonValue {
    const value = this.members[key];
    if (value === undefined) {
      throw new EncodingError(this.what, `key ${key} is missing`);
    }
    return value;
  }

  /** Return a string of 1 to `longest` code points, all on one line. */
  text(key: string, longest = LONGEST_TEXT): string {
    const value = this.value(key);
    if (typeof value !== "string" || value === "" || [...value].length > longest) {
      throw this.refuse(key, `not a text of 1 to ${longest} characters`);
    }
    if (CONTROLS.test(value)) {
      throw this.refuse(key, "a control character, or one that turns the direction of writing");
    }
    return value;
  }

  /** Return an integer of the range; true and false are none. */
  integer(key: string, range: Range = {}): number {
    return this.checkInteger(this.value(key), key, range);
  }

  /** Return a list of integers of the range. */
  integers(key: string, range: Range = {}): readonly number[] {
    return this.values(key).map((value) => this.checkInteger(value, key, range));
  }

  /** Return a list of lists of integers from 0. */
  integerRows(key: string): readonly (readonly number[])[] {
    return this.values(key).map((row) => {
      if (!Array.isArray(row)) {
        throw this.refuse(key, "not a list of lists");
      }
      return (row as readonly JsonValue[]).map((value) => this.checkInteger(value, key, {}));
    });
  }

  /** Return true or false. */
  flag(key: string): boolean {
    const value = this.value(key);
    if (typeof value !== "boolean") {
      throw this.refuse(key, "not true or false");
    }
    return value;
  }

  /** Return an object whose members are not looked at. */
  object(key: string): JsonObject {
    const value = this.value(key);
    if (!isJsonObject(value)) {
      throw this.refuse(key, "not an object");
    }
    return value;
  }

  /** Return a list whose members are not looked at. */
  values(key: string): readonly JsonValue[] {
    const value = this.value(key);
    if (!Array.isArray(value)) {
      throw this.refuse(key, "not a list");
    }
    return value as readonly JsonValue[];
  }

  /** Return exactly `length` bytes written in hexadecimal. */
  digest(key: string, length = DIGEST_BYTES): Uint8Array {
    return this.decodeDigest(this.value(key), key, length);
  }

  /** Return a list of byte strings of one length, each greater than the one before. */
  ascendingDigests(key: string, length = DIGEST_BYTES): readonly Uint8Array[] {
    const digests = this.values(key).map((value) => this.decodeDigest(value, key, length));
    if (digests.some((digest, index) => index > 0 && compareBytes(digests[index - 1] ?? digest, digest) >= 0)) {
      throw this.refuse(key, "not strictly ascending");
    }
    return digests;
  }

  /** Return a group element other than the identity. */
  publicElement(key: string): Element {
    return this.decodePublicElement(this.value(key), key);
  }

  /** Return a list of group elements other than the identity. */
  publicElements(key: string): readonly Element[] {
    return this.values(key).map((value) => this.decodePublicElement(value, key));
  }

  /** Return bytes written in canonical base64. */
  encoded(key: string): Uint8Array {
    const value = this.value(key);
    if (typeof value !== "string") {
      throw this.refuse(key, "not base64");
    }
    return this.rename(key, () => decodeBase64(value));
  }

  /** Return the objects of a list, each with exactly `keys`. */
  objects(key: string, keys: readonly string[]): readonly Fields[] {
    return this.values(key).map((value, index) => new Fields(value, `${this.what}.${key}[${index}]`, keys));
  }

  /** Return the object under a key, with exactly `keys`. */
  member(key: string, keys: readonly string[]): Fields {
    return new Fields(this.value(key), `${this.what}.${key}`, keys);
  }

  /** Return the error that says what is wrong with a member; the caller throws it. */
  refuse(key: string, problem: string): EncodingError {
    return new EncodingError(`${this.what}.${key}`, problem);
  }

  private checkInteger(value: JsonValue, key: string, { minimum = 0, maximum = LARGEST_COUNT }: Range): number {
    if (typeof value !== "number" || !Number.isInteger(value) || value < minimum || value > maximum) {
      throw this.refuse(key, `not an integer from ${minimum} to ${maximum}`);
    }
    return value;
  }

  private decodeDigest(value: JsonValue, key: string, length: number): Uint8Array {
    if (typeof value !== "string") {
      throw this.refuse(key, "not hexadecimal");
    }
    return this.rename(key, () => decodeHex(value, length));
  }

  private decodePublicElement(value: JsonValue, key: string): Element {
    const data = this.decodeDigest(value, key, DIGEST_BYTES);
    return this.rename(key, () => decodePublicElement(data));
  }

  private rename<T>(key: string, decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      throw error instanceof EncodingError ? this.refuse(key, error.problem) : error;
    }
  }
}
