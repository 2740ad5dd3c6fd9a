/**
 * TOML 1.0 for rule-sets: texts, whole numbers, truths, dates, arrays and tables, each key once.
 *
 * A rule-set holds no fraction with a point and no time of day, so those are refused here already. Everything else is
 * taken and refused exactly as the service's reader does it: were a text read by one verifier only, two honest people
 * would quarrel over one archive. For that reason nothing of later versions of TOML is read.
 */

import { readDay, type Day } from "./days";
import { RulesError } from "./errors";

/** Deeper than any rule-set; what is deeper would be refused later anyhow, and must not exhaust the stack. */
const DEEPEST = 32;

/** The service's reader takes no longer decimal number. */
const MOST_DIGITS = 4300;

const BLANKS = /[ \t]*/y;
const COMMENT = /#[^\x00-\x08\x0a-\x1f\x7f]*/y;
const GAP = /[ \t\n]*/y;
const BARE_KEY = /[A-Za-z0-9_-]+/y;
// One character at a time: a repetition in a repetition would take for ever over a quote that is not closed.
const BASIC = /"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\n])*"/y;
const LITERAL = /'([^'\x00-\x08\x0a-\x1f\x7f]*)'/y;
const OPENED = /("""|''')\n?/y;
const PLAIN_LINES = { '"""': /[^"\\\x00-\x08\x0b-\x1f\x7f]+/y, "'''": /[^'\x00-\x08\x0b-\x1f\x7f]+/y };
const JOINED_LINES = /\\[ \t]*\n[ \t\n]*/y;
const ESCAPE = /\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([btnfr"\\]))/y;
const DATE = /[0-9]{4}-[0-9]{2}-[0-9]{2}/y;
const TRUTH = /true|false/y;
const OTHER_BASE = /0(?:x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|o[0-7](?:_?[0-7])*|b[01](?:_?[01])*)/y;
const DECIMAL = /[+-]?(?:0|[1-9](?:_?[0-9])*)/y;

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  ...{ b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", '"': '"', "\\": "\\" },
};

/** A date as it is written in a file. */
export class TomlDate {
  constructor(readonly day: Day) {}
}

/**
 * How a table came about, which decides what may still be added to it: as part of a header's path, by a header of its
 * own, by the dots of a key, or between braces.
 */
type Origin = "path" | "header" | "dots" | "braces";

/** A table; its members stand in the order of the file. */
export class TomlTable {
  readonly members = new Map<string, TomlValue>();

  constructor(public origin: Origin) {}
}

export type TomlValue = string | bigint | boolean | TomlDate | TomlTable | readonly TomlValue[];

/** Return the table that a file's text describes. Raises: RulesError naming the line. */
export function readToml(text: string): TomlTable {
  return new Reader(text.replace(/\r\n/g, "\n")).readFile();
}

class Reader {
  private place = 0;
  private depth = 0;
  private readonly root = new TomlTable("header");
  /** The arrays that headers in double brackets have begun; to others nothing is added. */
  private readonly growing = new Map<readonly TomlValue[], TomlTable[]>();

  constructor(private readonly text: string) {}

  readFile(): TomlTable {
    let current = this.root;
    while (this.place < this.text.length) {
      this.take(BLANKS);
      if (this.startsWith("[")) {
        current = this.readHeader();
      } else if (!this.startsWith("#") && !this.startsWith("\n") && this.place < this.text.length) {
        this.readMember(current);
      }
      this.take(BLANKS);
      this.take(COMMENT);
      if (this.place < this.text.length) {
        this.expect("\n");
      }
    }
    return this.root;
  }

  private readHeader(): TomlTable {
    const isRow = this.startsWith("[[");
    this.place += isRow ? 2 : 1;
    this.take(BLANKS);
    const path = this.readKey();
    this.expect(isRow ? "]]" : "]");
    const last = path.pop() ?? "";
    const parent = path.reduce((table, name) => this.enter(table, name), this.root);
    return isRow ? this.addRow(parent, last) : this.declare(parent, last);
  }

  /** Return the table of a name on a header's path: of a growing array the last row. */
  private enter(table: TomlTable, name: string): TomlTable {
    const found = table.members.get(name);
    if (found === undefined) {
      return this.addTable(table, name, "path");
    }
    const rows = Array.isArray(found) ? this.growing.get(found) : undefined;
    const entered = rows === undefined ? found : rows[rows.length - 1];
    if (!(entered instanceof TomlTable) || entered.origin === "braces") {
      throw this.refuse(`${name} takes no more members`);
    }
    return entered;
  }

  private declare(parent: TomlTable, name: string): TomlTable {
    const found = parent.members.get(name);
    if (found === undefined) {
      return this.addTable(parent, name, "header");
    }
    if (!(found instanceof TomlTable) || found.origin !== "path") {
      throw this.refuse(`${name} stands there twice`);
    }
    found.origin = "header";
    return found;
  }

  private addRow(parent: TomlTable, name: string): TomlTable {
    const row = new TomlTable("header");
    const found = parent.members.get(name);
    const rows = Array.isArray(found) ? this.growing.get(found) : undefined;
    if (rows !== undefined) {
      rows.push(row);
    } else if (found === undefined) {
      const begun = [row];
      this.growing.set(begun, begun);
      parent.members.set(name, begun);
    } else {
      throw this.refuse(`${name} stands there twice`);
    }
    return row;
  }

  private readMember(table: TomlTable): void {
    const path = this.readKey();
    this.expect("=");
    this.take(BLANKS);
    const value = this.readValue();
    const last = path.pop() ?? "";
    const parent = path.reduce((outer, name) => this.descend(outer, name), table);
    if (parent.members.has(last)) {
      throw this.refuse(`${last} stands there twice`);
    }
    parent.members.set(last, value);
  }

  /** Return the table of a name before a dot in a key: one that no header and no braces have made. */
  private descend(table: TomlTable, name: string): TomlTable {
    const found = table.members.get(name);
    if (found === undefined) {
      return this.addTable(table, name, "dots");
    }
    if (!(found instanceof TomlTable) || found.origin === "header" || found.origin === "braces") {
      throw this.refuse(`${name} takes no more members`);
    }
    found.origin = "dots";
    return found;
  }

  private addTable(parent: TomlTable, name: string, origin: Origin): TomlTable {
    const table = new TomlTable(origin);
    parent.members.set(name, table);
    return table;
  }

  /** Return the parts of a key, and skip the blanks after it. */
  private readKey(): string[] {
    const parts = [this.readKeyPart()];
    this.take(BLANKS);
    while (this.startsWith(".")) {
      this.place += 1;
      this.take(BLANKS);
      parts.push(this.readKeyPart());
      this.take(BLANKS);
    }
    return parts;
  }

  private readKeyPart(): string {
    const part = this.take(BARE_KEY)?.[0] ?? this.takeLine();
    if (part === undefined) {
      throw this.refuse("no key");
    }
    return part;
  }

  private readValue(): TomlValue {
    const date = this.take(DATE)?.[0];
    if (date !== undefined) {
      const day = readDay(date);
      if (day === undefined) {
        throw this.refuse(`${date} is no day`);
      }
      return new TomlDate(day);
    }
    const delimiter = this.take(OPENED)?.[1];
    if (delimiter !== undefined) {
      return this.readLines(delimiter as keyof typeof PLAIN_LINES);
    }
    const value = this.takeLine() ?? this.takeTruth() ?? this.takeInteger() ?? this.takeNested();
    if (value === undefined) {
      throw this.refuse("no value");
    }
    return value;
  }

  private takeTruth(): boolean | undefined {
    const truth = this.take(TRUTH)?.[0];
    return truth === undefined ? undefined : truth === "true";
  }

  private takeInteger(): bigint | undefined {
    const other = this.take(OTHER_BASE)?.[0];
    const digits = (other ?? this.take(DECIMAL)?.[0])?.replace(/_/g, "");
    if (digits === undefined) {
      return undefined;
    }
    if (other === undefined && digits.replace(/^[+-]/, "").length > MOST_DIGITS) {
      throw this.refuse("a number is too long");
    }
    return BigInt(digits);
  }

  private takeNested(): TomlValue | undefined {
    if (!this.startsWith("[") && !this.startsWith("{")) {
      return undefined;
    }
    this.depth += 1;
    if (this.depth > DEEPEST) {
      throw this.refuse("nested too deeply");
    }
    const value = this.startsWith("[") ? this.readArray() : this.readBraces();
    this.depth -= 1;
    return value;
  }

  private readArray(): TomlValue {
    const values: TomlValue[] = [];
    this.place += 1;
    this.skipGap();
    while (!this.startsWith("]")) {
      values.push(this.readValue());
      this.skipGap();
      if (!this.startsWith("]")) {
        this.expect(",");
        this.skipGap();
      }
    }
    this.place += 1;
    return values;
  }

  private readBraces(): TomlTable {
    const table = new TomlTable("braces");
    this.place += 1;
    this.take(BLANKS);
    if (!this.startsWith("}")) {
      this.readMember(table);
      this.take(BLANKS);
      while (!this.startsWith("}")) {
        this.expect(",");
        this.take(BLANKS);
        this.readMember(table);
        this.take(BLANKS);
      }
    }
    this.place += 1;
    return table;
  }

  /** Return a text between quotes on one line, if one is next. */
  private takeLine(): string | undefined {
    const literal = this.take(LITERAL)?.[1];
    if (literal !== undefined) {
      return literal;
    }
    const start = this.place;
    const basic = this.take(BASIC);
    if (basic === undefined) {
      return undefined;
    }
    const end = this.place;
    this.place = start + 1;
    let value = "";
    while (this.place < end - 1) {
      value += this.take(PLAIN_LINES['"""'])?.[0] ?? this.readEscape();
    }
    this.place = end;
    return value;
  }

  /** Return a text over several lines, after its opening quotes. */
  private readLines(delimiter: keyof typeof PLAIN_LINES): string {
    const quote = delimiter.slice(0, 1);
    let value = "";
    while (!this.startsWith(delimiter)) {
      const plain = this.take(PLAIN_LINES[delimiter])?.[0];
      if (plain !== undefined) {
        value += plain;
      } else if (this.startsWith(quote)) {
        value += quote;
        this.place += 1;
      } else if (this.take(JOINED_LINES) === undefined) {
        value += this.readEscape();
      }
    }
    this.place += delimiter.length;
    // Up to two quotes more are the text's own.
    for (let more = 0; more < 2 && this.startsWith(quote); more++) {
      value += quote;
      this.place += 1;
    }
    return value;
  }

  private readEscape(): string {
    const [, short, long, letter] = this.take(ESCAPE) ?? [];
    const code = short ?? long;
    if (code === undefined) {
      const character = letter === undefined ? undefined : SHORT_ESCAPES[letter];
      if (character === undefined) {
        throw this.refuse("a character that a text may not hold");
      }
      return character;
    }
    const point = Number.parseInt(code, 16);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      throw this.refuse(`U+${code} is no character`);
    }
    return String.fromCodePoint(point);
  }

  /** Skip blanks, line ends and comments. */
  private skipGap(): void {
    do {
      this.take(GAP);
    } while (this.take(COMMENT) !== undefined);
  }

  private startsWith(text: string): boolean {
    return this.text.startsWith(text, this.place);
  }

  private expect(text: string): void {
    if (!this.startsWith(text)) {
      throw this.refuse(`${JSON.stringify(text)} is missing`);
    }
    this.place += text.length;
  }

  /** Return what a sticky pattern finds at the place, and go behind it. */
  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.place;
    const found = pattern.exec(this.text) ?? undefined;
    this.place += found?.[0].length ?? 0;
    return found;
  }

  private refuse(problem: string): RulesError {
    return new RulesError(`line ${this.text.slice(0, this.place).split("\n").length}`, problem);
  }
}
