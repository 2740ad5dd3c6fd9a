/** How the page speaks: its sentences, numbers, days, and texts of an untrusted archive. */

import type { Language } from "../booth/texts";
import type { Text } from "../crypto/contests";
import { say, type VerifyTextKey } from "./texts";

const LONGEST_VALUE = 300;

export type Fields = Readonly<Record<string, string | number>>;

/** Everything that is said, in the language of the moment. */
export class Speech {
  constructor(private readonly language: () => Language) {}

  say(key: VerifyTextKey, fields?: Fields): string {
    return say(this.language(), key, fields);
  }

  /** Return a text of the archive, of which nothing can be believed. */
  choose(text: Text): string {
    return quote(text[this.language()]);
  }

  format(count: number): string {
    return count.toLocaleString(this.language() === "vi" ? "vi-VN" : "en-GB");
  }

  formatAll(counts: Readonly<Record<string, number>>): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, this.format(count)]));
  }

  /** Return a share such as 66.67 as people write it. */
  formatShare(share: string): string {
    return `${this.language() === "vi" ? share.replace(".", ",") : share}%`;
  }

  formatDate(date: string): string {
    const [year, month, day] = date.split("-").map(Number);
    return `${day}/${month}/${year}`;
  }
}

/** Return a value of an untrusted archive in one short line. */
export function quote(value: string): string {
  const short = value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
  return short.replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "�");
}
