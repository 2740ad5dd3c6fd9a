/** Strict reading of a file's tables: every member is taken once with its type, and what is left over is refused. */

import type { Text } from "../crypto/contests";
import type { Day } from "./days";
import { RulesError } from "./errors";
import { TomlDate, TomlTable, type TomlValue } from "./toml";

const ID = /^[a-z][a-z0-9_-]{0,39}$/;
// White space as the service knows it: other than in a browser, separators of records are, and a byte order mark is not.
const NOT_BLANK = /[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Tell whether a text says nothing. */
export function isBlank(text: string): boolean {
  return !NOT_BLANK.test(text);
}

/** One table of a file; `key` is its place, empty for the whole. Raises: RulesError, in every method. */
export class Table {
  private readonly left: Map<string, TomlValue>;

  constructor(
    table: TomlTable,
    readonly key = "",
  ) {
    this.left = new Map(table.members);
  }

  has(name: string): boolean {
    return this.left.has(name);
  }

  /** Return the names not yet taken, in the order of the file. */
  names(): readonly string[] {
    return [...this.left.keys()];
  }

  text(name: string): string {
    const value = this.take(name);
    if (typeof value !== "string" || isBlank(value)) {
      throw this.refuse(name, "not a text");
    }
    return value;
  }

  /** Return a name of a lower-case letter, then letters, digits, hyphens or underscores, 40 at most. */
  id(name: string): string {
    const value = this.take(name);
    if (typeof value !== "string" || !ID.test(value)) {
      throw this.refuse(name, "not a name of a-z 0-9 - _");
    }
    return value;
  }

  /** Return at least one text. */
  ids(name: string): readonly string[] {
    const value = this.take(name);
    if (!Array.isArray(value) || value.length === 0 || value.some((item) => typeof item !== "string")) {
      throw this.refuse(name, "not a list of names");
    }
    return value as readonly string[];
  }

  /** Return a whole number from 0 on. */
  integer(name: string): bigint {
    const value = this.take(name);
    if (typeof value !== "bigint" || value < 0n) {
      throw this.refuse(name, "not a whole number from 0 on");
    }
    return value;
  }

  /** Return a list of exactly two whole numbers. */
  pair(name: string): readonly [bigint, bigint] {
    const value = this.take(name);
    const [first, second] = Array.isArray(value) && value.length === 2 ? (value as readonly TomlValue[]) : [];
    if (typeof first !== "bigint" || typeof second !== "bigint") {
      throw this.refuse(name, "not two whole numbers");
    }
    return [first, second];
  }

  flag(name: string): boolean {
    const value = this.take(name);
    if (typeof value !== "boolean") {
      throw this.refuse(name, "neither true nor false");
    }
    return value;
  }

  day(name: string): Day {
    const value = this.take(name);
    if (!(value instanceof TomlDate)) {
      throw this.refuse(name, "not a date");
    }
    return value.day;
  }

  /** Return one of the words allowed. */
  choice<T extends string>(name: string, allowed: readonly T[]): T {
    const value = this.take(name);
    const found = allowed.find((word) => word === value);
    if (found === undefined) {
      throw this.refuse(name, `none of ${allowed.join(", ")}`);
    }
    return found;
  }

  /** Return a text in both languages. */
  wording(name: string): Text {
    const table = this.table(name);
    const wording = { vi: table.text("vi"), en: table.text("en") };
    table.finish();
    return wording;
  }

  table(name: string): Table {
    return this.open(this.take(name), name, this.locate(name));
  }

  /** Return the rows of a list of at least one table. */
  rows(name: string): readonly Table[] {
    const value = this.take(name);
    if (!Array.isArray(value) || value.length === 0) {
      throw this.refuse(name, "not a list of tables");
    }
    return (value as readonly TomlValue[]).map((row, index) => this.open(row, name, `${this.locate(name)}[${index + 1}]`));
  }

  /** Return all members that are left, each read alike. */
  rest<T>(read: (table: Table, name: string) => T): ReadonlyMap<string, T> {
    return new Map(this.names().map((name) => [name, read(this, name)]));
  }

  /** Return a member if it is there. */
  maybe<T>(name: string, read: (table: Table, name: string) => T): T | undefined {
    return this.has(name) ? read(this, name) : undefined;
  }

  /** Check that nothing is left. */
  finish(): void {
    for (const name of this.left.keys()) {
      throw this.refuse(name, "this key means nothing here");
    }
  }

  locate(name: string): string {
    return this.key === "" ? name : `${this.key}.${name}`;
  }

  /** Return the error that says what is wrong with a member; the caller throws it. */
  refuse(name: string, problem: string): RulesError {
    return new RulesError(this.locate(name), problem);
  }

  private open(value: TomlValue, name: string, key: string): Table {
    if (!(value instanceof TomlTable)) {
      throw this.refuse(name, "not a table");
    }
    return new Table(value, key);
  }

  private take(name: string): TomlValue {
    const value = this.left.get(name);
    if (value === undefined) {
      throw this.refuse(name, "this key is missing");
    }
    this.left.delete(name);
    return value;
  }
}
