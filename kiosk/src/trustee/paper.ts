/** What a teller is asked to sign of an election's paper ballots, with the words to show beside each number. */

import { equalBytes } from "../crypto/bytes";
import type { Contest, Text } from "../crypto/contests";
import type { JsonObject } from "../crypto/encoding";
import { EncodingError } from "../crypto/errors";
import { Fields } from "../crypto/fields";
import { Manifest } from "../crypto/manifest";
import { readPaperCounts, type PaperCounts } from "../crypto/paper";
import type { Sentence } from "./conversation";

const BLANK: Text = { vi: "phiếu trắng", en: "blank" };

/** The numbers to sign; title and lines are those of the manifest whose hash is signed with them. */
export interface PaperRequest {
  readonly paper: PaperCounts;
  readonly title: Text;
  readonly lines: readonly Sentence[];
}

/**
 * Return what an untrusted request asks to sign.
 *
 * What is signed are numbers by place: under other names of the options a teller would confirm another count.
 * Raises: EncodingError; InvalidManifestError.
 */
export function readPaperRequest(subject: JsonObject): PaperRequest {
  const fields = new Fields(subject, "paper request", ["manifest", "paper"]);
  const paper = readPaperCounts({ ...fields.object("paper"), signatures: [] });
  const { content, electionHash } = Manifest.fromObject(fields.object("manifest"));
  if (paper.election !== content.election || !equalBytes(paper.electionHash, electionHash)) {
    throw new EncodingError("manifest", "not the one of these numbers");
  }
  if (content.contests.length !== paper.counts.length) {
    throw new EncodingError("contests", "not as many as the counts");
  }
  return {
    paper,
    title: content.title,
    lines: [
      ...paper.reasons.map(({ reason, count }): Sentence => ({ key: "paperReason", fields: { reason, count } })),
      ...content.contests.map((contest, place) => describeContest(contest, paper.counts[place] ?? [])),
    ],
  };
}

function describeContest({ text, options }: Contest, counts: readonly number[]): Sentence {
  const labels = [...options.map((option) => option.text), BLANK];
  if (labels.length !== counts.length) {
    throw new EncodingError("options", "not as many as the counts");
  }
  const join = (language: "vi" | "en"): string =>
    labels.map((label, place) => `${label[language]} ${String(counts[place])}`).join(", ");
  return { key: "paperLine", fields: { contest: text, counts: { vi: join("vi"), en: join("en") } } };
}
