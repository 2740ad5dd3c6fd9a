/** What a teller is asked to sign of an election's paper ballots, with the words to show beside each number. */

import type { JsonObject } from "../crypto/encoding";
import { EncodingError } from "../crypto/errors";
import { Fields } from "../crypto/fields";
import { readPaperCounts, type PaperCounts } from "../crypto/paper";
import type { Sentence } from "./conversation";

const TEXT = ["vi", "en"] as const;

interface Wording {
  readonly vi: string;
  readonly en: string;
}

const BLANK: Wording = { vi: "phiếu trắng", en: "blank" };

/** The numbers to sign; title and lines are the server's word. */
export interface PaperRequest {
  readonly paper: PaperCounts;
  readonly title: Wording;
  readonly lines: readonly Sentence[];
}

/** Return what an untrusted request asks to sign. Raises: EncodingError. */
export function readPaperRequest(subject: JsonObject): PaperRequest {
  const fields = new Fields(subject, "paper request", ["title", "paper", "contests"]);
  const paper = readPaperCounts({ ...fields.object("paper"), signatures: [] });
  const contests = fields.objects("contests", ["text", "options"]);
  if (contests.length !== paper.counts.length) {
    throw new EncodingError("contests", "not as many as the counts");
  }
  return {
    paper,
    title: readWording(fields.member("title", TEXT)),
    lines: contests.map((contest, place) => describeContest(contest, paper.counts[place] ?? [])),
  };
}

function describeContest(contest: Fields, counts: readonly number[]): Sentence {
  const labels = [...contest.objects("options", TEXT).map(readWording), BLANK];
  if (labels.length !== counts.length) {
    throw new EncodingError("options", "not as many as the counts");
  }
  const join = (language: "vi" | "en"): string =>
    labels.map((label, place) => `${label[language]} ${String(counts[place])}`).join(", ");
  return {
    key: "paperLine",
    fields: { contest: readWording(contest.member("text", TEXT)), counts: { vi: join("vi"), en: join("en") } },
  };
}

function readWording(fields: Fields): Wording {
  return { vi: fields.text("vi"), en: fields.text("en") };
}
