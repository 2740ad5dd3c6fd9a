/**
 * The manifest: everything that is fixed about an election before its first ballot, and the hash that names it.
 *
 * Every ballot and every proof carries the hash, so none of them can be moved to an election that differs in anything.
 */

import { sha256 } from "@noble/hashes/sha2.js";

import { ContestShape, ElectionContext } from "./ballot";
import { encodeHex } from "./bytes";
import { MOST_TRUSTEES } from "./ceremony";
import { SLOTS } from "./credential";
import { encodeCanonical, type JsonObject, type JsonValue } from "./encoding";
import { EncodingError, InvalidManifestError } from "./errors";
import { Fields } from "./fields";
import type { Element } from "./group";
import { checkProtocol, readIdentifier, readMeetingCode, readSeriesList } from "./names";
import { SIGNATURE_BYTES, type VerificationKey } from "./signing";
import type { MeetingCode } from "./slip";
import { PROTOCOL } from "./transcript";

/** The smallest number of ballots that may be decrypted outside a rehearsal. */
export const LOWEST_FLOOR = 3;

const MANIFEST_KEYS = [
  ...["protocol", "meeting", "election", "title", "series", "slot", "contests", "key", "ceremony_hash", "trustees"],
  ...["credentials_hash", "credentials", "counts", "count_signatures", "server_key", "rehearsal", "floor", "rules"],
];

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

/** The paper counts of an election, signed by the tellers before it opens. */
export interface Counts {
  readonly printed: number;
  readonly handedOut: number;
  readonly broughtBack: number;
  readonly lost: number;
  readonly leftOver: number;
  readonly present: number;
}

/** A trustee's signature of the counts of one election. */
export interface CountSignature {
  readonly trustee: number;
  readonly signature: Uint8Array;
}

/** Who holds the key: how many, how many are needed, and each one's public share X₁ … Xₙ. */
export interface TrusteeSet {
  readonly count: number;
  readonly threshold: number;
  readonly publicShares: readonly Element[];
}

/** What a manifest states. */
export interface ManifestContent {
  readonly meeting: MeetingCode;
  readonly election: string;
  readonly title: Text;
  readonly series: readonly string[];
  readonly slot: number;
  readonly contests: readonly Contest[];
  readonly key: Element;
  readonly ceremonyHash: Uint8Array;
  readonly trustees: TrusteeSet;
  readonly credentialsHash: Uint8Array;
  readonly credentials: number;
  readonly counts: Counts;
  readonly countSignatures: readonly CountSignature[];
  readonly serverKey: VerificationKey;
  readonly rehearsal: boolean;
  readonly floor: number;
  readonly rules: JsonObject;
}

/** A sealed election: its content, and the hash and context that follow from it. Spec: "Manifest". */
export class Manifest {
  /** The SHA-256 of the canonical manifest: the election's name in every ballot and proof. */
  readonly electionHash: Uint8Array;
  /** What a ballot of this election is encrypted and verified under. */
  readonly context: ElectionContext;

  constructor(readonly content: ManifestContent) {
    this.electionHash = sha256(encodeCanonical(this.toObject()));
    const shape = content.contests.map((contest) => new ContestShape(contest.options.length, contest.marks));
    this.context = new ElectionContext(this.electionHash, content.key, shape);
  }

  /**
   * Return the manifest of an untrusted object; what it refers to on the board is not looked at.
   *
   * Raises: InvalidManifestError for any other key, type or range than the specification's.
   */
  static fromObject(value: JsonValue): Manifest {
    try {
      return new Manifest(readContent(new Fields(value, "manifest", MANIFEST_KEYS)));
    } catch (error) {
      throw error instanceof EncodingError ? new InvalidManifestError(error.what, error.problem) : error;
    }
  }

  /** Return the manifest as it travels and is hashed. */
  toObject(): JsonObject {
    const { content } = this;
    return {
      protocol: PROTOCOL,
      meeting: content.meeting,
      election: content.election,
      title: writeText(content.title),
      series: content.series,
      slot: content.slot,
      contests: content.contests.map(writeContest),
      key: content.key.toHex(),
      ceremony_hash: encodeHex(content.ceremonyHash),
      trustees: writeTrustees(content.trustees),
      credentials_hash: encodeHex(content.credentialsHash),
      credentials: content.credentials,
      counts: writeCounts(content.counts),
      count_signatures: content.countSignatures.map(writeCountSignature),
      server_key: encodeHex(content.serverKey),
      rehearsal: content.rehearsal,
      floor: content.floor,
      rules: content.rules,
    };
  }
}

/** Return the counts as they travel. */
export function writeCounts(counts: Counts): JsonObject {
  return {
    printed: counts.printed,
    handed_out: counts.handedOut,
    brought_back: counts.broughtBack,
    lost: counts.lost,
    left_over: counts.leftOver,
    present: counts.present,
  };
}

function writeText(text: Text): JsonObject {
  return { vi: text.vi, en: text.en };
}

function writeContest(contest: Contest): JsonObject {
  return {
    id: contest.id,
    text: writeText(contest.text),
    options: contest.options.map((option) => ({ id: option.id, text: writeText(option.text) })),
    marks: contest.marks,
  };
}

function writeTrustees(trustees: TrusteeSet): JsonObject {
  return {
    count: trustees.count,
    threshold: trustees.threshold,
    public_shares: trustees.publicShares.map((share) => share.toHex()),
  };
}

function writeCountSignature({ trustee, signature }: CountSignature): JsonObject {
  return { trustee, signature: encodeHex(signature) };
}

function readContent(fields: Fields): ManifestContent {
  checkProtocol(fields, "protocol");
  const rehearsal = fields.flag("rehearsal");
  return {
    meeting: readMeetingCode(fields, "meeting"),
    election: readIdentifier(fields, "election"),
    title: readText(fields, "title"),
    series: readSeriesList(fields, "series"),
    slot: fields.integer("slot", { maximum: SLOTS - 1 }),
    contests: readContests(fields),
    key: fields.publicElement("key"),
    ceremonyHash: fields.digest("ceremony_hash"),
    trustees: readTrustees(fields),
    credentialsHash: fields.digest("credentials_hash"),
    credentials: fields.integer("credentials"),
    counts: readCounts(fields),
    countSignatures: readCountSignatures(fields),
    serverKey: fields.digest("server_key") as VerificationKey,
    rehearsal,
    floor: fields.integer("floor", { minimum: rehearsal ? 1 : LOWEST_FLOOR }),
    rules: fields.object("rules"),
  };
}

function readText(fields: Fields, key: string): Text {
  const member = fields.member(key, ["vi", "en"]);
  return { vi: member.text("vi"), en: member.text("en") };
}

function readContests(fields: Fields): readonly Contest[] {
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

function readTrustees(fields: Fields): TrusteeSet {
  const member = fields.member("trustees", ["count", "threshold", "public_shares"]);
  const publicShares = member.publicElements("public_shares");
  const count = member.integer("count", { minimum: 1, maximum: MOST_TRUSTEES });
  if (publicShares.length !== count) {
    throw member.refuse("public_shares", `${publicShares.length} for ${count} trustees`);
  }
  return { count, threshold: member.integer("threshold", { minimum: 1, maximum: count }), publicShares };
}

function readCounts(fields: Fields): Counts {
  const keys = ["printed", "handed_out", "brought_back", "lost", "left_over", "present"];
  const member = fields.member("counts", keys);
  return {
    printed: member.integer("printed"),
    handedOut: member.integer("handed_out"),
    broughtBack: member.integer("brought_back"),
    lost: member.integer("lost"),
    leftOver: member.integer("left_over"),
    present: member.integer("present"),
  };
}

function readCountSignatures(fields: Fields): readonly CountSignature[] {
  const signatures = fields.objects("count_signatures", ["trustee", "signature"]).map((member) => {
    return {
      trustee: member.integer("trustee", { minimum: 1, maximum: MOST_TRUSTEES }),
      signature: member.digest("signature", SIGNATURE_BYTES),
    };
  });
  if (signatures.some(({ trustee }, index) => trustee <= (signatures[index - 1]?.trustee ?? 0))) {
    throw fields.refuse("count_signatures", "trustees not strictly ascending");
  }
  return signatures;
}
