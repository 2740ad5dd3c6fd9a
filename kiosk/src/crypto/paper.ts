/**
 * Paper ballots: beside phones in one election, or alone in an election of their own.
 *
 * What tellers counted by hand stands on the board as a `paper_counts` entry. An election that is held on paper only is
 * sealed by a `paper_election` entry in the manifest's place: there is no key, no list and no ballot to encrypt.
 * Spec: "Paper".
 */

import { sha256 } from "@noble/hashes/sha2.js";

import type { ContestShape } from "./ballot";
import { encodeHex } from "./bytes";
import { readContests, readText, shapeContests, writeContest, writeText, type Contest, type Text } from "./contests";
import { readCounts, writeCounts, type Counts } from "./counts";
import { encodeCanonical, type JsonObject, type JsonValue } from "./encoding";
import { EncodingError, InvalidManifestError } from "./errors";
import { Fields } from "./fields";
import { readSignatures, type CountSignature } from "./manifest";
import { checkProtocol, readIdentifier, readMeetingCode } from "./names";
import type { MeetingCode } from "./slip";
import { PROTOCOL } from "./transcript";

const COUNTS_KEYS = [
  ...["election", "election_hash", "issued", "exchanged", "ballots", "invalid", "reasons", "counts", "signatures"],
];
const ELECTION_KEYS = ["protocol", "meeting", "election", "title", "contests", "counts", "rules", "rehearsal"];

/** Why so many paper ballots are invalid. */
export interface InvalidReason {
  readonly reason: string;
  readonly count: number;
}

/**
 * What the tellers counted of an election's paper ballots.
 *
 * issued: paper ballots handed out; exchanged: slips voided against one while the election was open; ballots: paper
 * ballots that came back, `invalid` of them; counts: per contest and option, blank last, of the valid ones.
 */
export interface PaperCounts {
  readonly election: string;
  readonly electionHash: Uint8Array;
  readonly issued: number;
  readonly exchanged: number;
  readonly ballots: number;
  readonly invalid: number;
  readonly reasons: readonly InvalidReason[];
  readonly counts: readonly (readonly number[])[];
  readonly signatures: readonly CountSignature[];
}

/** Return the paper counts of an untrusted body; neither sums nor signatures are checked. Raises: EncodingError. */
export function readPaperCounts(value: JsonValue): PaperCounts {
  const fields = new Fields(value, "paper_counts", COUNTS_KEYS);
  const reasons = fields.objects("reasons", ["reason", "count"]).map((member) => ({
    reason: member.text("reason"),
    count: member.integer("count", { minimum: 1 }),
  }));
  if (new Set(reasons.map(({ reason }) => reason)).size !== reasons.length) {
    throw fields.refuse("reasons", "a reason stands there twice");
  }
  return {
    election: readIdentifier(fields, "election"),
    electionHash: fields.digest("election_hash"),
    issued: fields.integer("issued"),
    exchanged: fields.integer("exchanged"),
    ballots: fields.integer("ballots"),
    invalid: fields.integer("invalid"),
    reasons,
    counts: fields.integerRows("counts"),
    signatures: readSignatures(fields, "signatures"),
  };
}

/** Return what is signed of paper counts: the body without its signatures. */
export function writePaperCounts(paper: PaperCounts): JsonObject {
  return {
    election: paper.election,
    election_hash: encodeHex(paper.electionHash),
    issued: paper.issued,
    exchanged: paper.exchanged,
    ballots: paper.ballots,
    invalid: paper.invalid,
    reasons: paper.reasons.map(({ reason, count }) => ({ reason, count })),
    counts: paper.counts,
  };
}

/** What the seal of an election on paper states; `counts` are of paper ballots. */
export interface PaperElectionContent {
  readonly meeting: MeetingCode;
  readonly election: string;
  readonly title: Text;
  readonly contests: readonly Contest[];
  readonly counts: Counts;
  readonly rules: JsonObject;
  readonly rehearsal: boolean;
}

/** A sealed election that is held on paper only, and the hash that follows from its content. */
export class PaperElection {
  readonly electionHash: Uint8Array;
  readonly shape: readonly ContestShape[];

  constructor(readonly content: PaperElectionContent) {
    this.electionHash = sha256(encodeCanonical(this.toObject()));
    this.shape = shapeContests(content.contests);
  }

  /** Return the election of an untrusted object. Raises: InvalidManifestError, as a manifest does. */
  static fromObject(value: JsonValue): PaperElection {
    try {
      return new PaperElection(readContent(new Fields(value, "paper_election", ELECTION_KEYS)));
    } catch (error) {
      throw error instanceof EncodingError ? new InvalidManifestError(error.what, error.problem) : error;
    }
  }

  /** Return the election as it travels and is hashed. */
  toObject(): JsonObject {
    const { content } = this;
    return {
      protocol: PROTOCOL,
      meeting: content.meeting,
      election: content.election,
      title: writeText(content.title),
      contests: content.contests.map(writeContest),
      counts: writeCounts(content.counts),
      rules: content.rules,
      rehearsal: content.rehearsal,
    };
  }
}

function readContent(fields: Fields): PaperElectionContent {
  checkProtocol(fields, "protocol");
  return {
    meeting: readMeetingCode(fields, "meeting"),
    election: readIdentifier(fields, "election"),
    title: readText(fields, "title"),
    contests: readContests(fields),
    counts: readCounts(fields),
    rules: fields.object("rules"),
    rehearsal: fields.flag("rehearsal"),
  };
}
