/** Strict reading of the objects that a manifest's rules are made of: these members, of these types, and no others. */

import { isJsonObject, type JsonObject, type JsonValue } from "../crypto/encoding";
import { RulesError } from "./errors";

/** The members of one untrusted object. Raises: RulesError, here and in every method. */
export class Members {
  private readonly members: JsonObject;

  constructor(
    value: JsonValue,
    private readonly key: string,
    required: readonly string[],
    optional: readonly string[] = [],
  ) {
    if (!isJsonObject(value)) {
      throw new RulesError(key, "not an object");
    }
    const unknown = Object.keys(value).find((name) => !required.includes(name) && !optional.includes(name));
    const missing = required.find((name) => !Object.keys(value).includes(name));
    if (unknown !== undefined || missing !== undefined) {
      throw new RulesError(key, missing === undefined ? `${unknown} is unknown` : `${missing} is missing`);
    }
    this.members = value;
  }

  /** Return a value that is not looked at; null where it may be missing and is. */
  value(name: string): JsonValue {
    return this.members[name] ?? null;
  }

  has(name: string): boolean {
    return Object.keys(this.members).includes(name);
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value !== "string") {
      throw this.refuse(name, "not a text");
    }
    return value;
  }

  flag(name: string): boolean {
    const value = this.value(name);
    if (typeof value !== "boolean") {
      throw this.refuse(name, "neither true nor false");
    }
    return value;
  }

  integer(name: string): bigint {
    const value = this.value(name);
    if (typeof value !== "number" || !Number.isSafeInteger(value)) {
      throw this.refuse(name, "not a whole number");
    }
    return BigInt(value);
  }

  /** Return a whole number, or 0 where the member is missing. */
  integerOrZero(name: string): bigint {
    return this.has(name) ? this.integer(name) : 0n;
  }

  /** Return what is read of a member, or undefined where it is null or missing. */
  maybe<T>(name: string, read: (members: this, name: string) => T): T | undefined {
    return this.value(name) === null ? undefined : read(this, name);
  }

  list(name: string): readonly JsonValue[] {
    const value = this.value(name);
    if (!Array.isArray(value)) {
      throw this.refuse(name, "not a list");
    }
    return value as readonly JsonValue[];
  }

  private refuse(name: string, problem: string): RulesError {
    return new RulesError(`${this.key}.${name}`, problem);
  }
}
