/** What an election asks: its contests and their options, in both languages. */

import { ContestShape } from "./ballot";
import type { JsonObject } from "./encoding";
import type { Fields } from "./fields";
import { readIdentifier } from "./names";

/** One text in both languages. */
export interface Text {
  readonly vi: string;
  readonly en: string;
}

/** What can be marked in a contest; *blank* is not listed, every contest has it. */
export interface Option {
  readonly id: string;
  readonly text: Text;
}

/** One question with its options in the order of the ballot, and the largest number of marks. */
export interface Contest {
  readonly id: string;
  readonly text: Text;
  readonly options: readonly Option[];
  readonly marks: number;
}

/** Return the number of options and marks of each contest, which fix the length of every ballot. */
export function shapeContests(contests: readonly Contest[]): readonly ContestShape[] {
  return contests.map((contest) => new ContestShape(contest.options.length, contest.marks));
}

/** Return a text as it travels. */
export function writeText(text: Text): JsonObject {
  return { vi: text.vi, en: text.en };
}

/** Return a contest as it travels. */
export function writeContest(contest: Contest): JsonObject {
  return {
    id: contest.id,
    text: writeText(contest.text),
    options: contest.options.map((option) => ({ id: option.id, text: writeText(option.text) })),
    marks: contest.marks,
  };
}

/** Return an untrusted text in both languages. Raises: EncodingError. */
export function readText(fields: Fields, key: string): Text {
  const member = fields.member(key, ["vi", "en"]);
  return { vi: member.text("vi"), en: member.text("en") };
}

/** Return the contests of an untrusted object, at least one. Raises: EncodingError. */
export function readContests(fields: Fields): readonly Contest[] {
  const contests = fields.objects("contests", ["id", "text", "options", "marks"]).map(readContest);
  if (contests.length === 0) {
    throw fields.refuse("contests", "an election has at least one");
  }
  checkIdsDistinct(fields, "contests", contests);
  return contests;
}

function readContest(fields: Fields): Contest {
  const options = fields.objects("options", ["id", "text"]).map((member) => {
    return { id: readIdentifier(member, "id"), text: readText(member, "text") };
  });
  if (options.length === 0) {
    throw fields.refuse("options", "a contest has at least one");
  }
  checkIdsDistinct(fields, "options", options);
  return {
    id: readIdentifier(fields, "id"),
    text: readText(fields, "text"),
    options,
    marks: fields.integer("marks", { minimum: 1, maximum: options.length }),
  };
}

function checkIdsDistinct(fields: Fields, key: string, members: readonly { readonly id: string }[]): void {
  if (new Set(members.map((member) => member.id)).size !== members.length) {
    throw fields.refuse(key, "two have one id");
  }
}
