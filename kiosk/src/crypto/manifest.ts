/**
 * The manifest: everything that is fixed about an election before its first ballot, and the hash that names it.
 *
 * Every ballot and every proof carries the hash, so none of them can be moved to an election that differs in anything.
 */

import { sha256 } from "@noble/hashes/sha2.js";

import { ElectionContext } from "./ballot";
import { encodeHex } from "./bytes";
import { MOST_TRUSTEES } from "./ceremony";
import { readContests, readText, shapeContests, writeContest, writeText, type Contest, type Text } from "./contests";
import { readCounts, writeCounts, type Counts } from "./counts";
import { SLOTS } from "./credential";
import { encodeCanonical, type JsonObject, type JsonValue } from "./encoding";
import { EncodingError, InvalidManifestError } from "./errors";
import { Fields } from "./fields";
import type { Element } from "./group";
import { checkProtocol, readIdentifier, readMeetingCode, readSeriesList } from "./names";
import { SIGNATURE_BYTES, type VerificationKey } from "./signing";
import type { MeetingCode } from "./slip";
import { PROTOCOL } from "./transcript";

export type { Contest, Option, Text } from "./contests";
export { writeCounts, type Counts } from "./counts";

/** The smallest number of ballots that may be decrypted outside a rehearsal. */
export const LOWEST_FLOOR = 3;

const MANIFEST_KEYS = [
  ...["protocol", "meeting", "election", "title", "series", "slot", "contests", "key", "ceremony_hash", "trustees"],
  ...["credentials_hash", "credentials", "counts", "count_signatures", "server_key", "rehearsal", "floor", "rules"],
];

/** A trustee's signature of counts. */
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
    this.context = new ElectionContext(this.electionHash, content.key, shapeContests(content.contests));
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
      count_signatures: content.countSignatures.map(writeSignature),
      server_key: encodeHex(content.serverKey),
      rehearsal: content.rehearsal,
      floor: content.floor,
      rules: content.rules,
    };
  }
}

function writeTrustees(trustees: TrusteeSet): JsonObject {
  return {
    count: trustees.count,
    threshold: trustees.threshold,
    public_shares: trustees.publicShares.map((share) => share.toHex()),
  };
}

/** Return a trustee's signature as it travels. */
export function writeSignature({ trustee, signature }: CountSignature): JsonObject {
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
    countSignatures: readSignatures(fields, "count_signatures"),
    serverKey: fields.digest("server_key") as VerificationKey,
    rehearsal,
    floor: fields.integer("floor", { minimum: rehearsal ? 1 : LOWEST_FLOOR }),
    rules: fields.object("rules"),
  };
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

/** Return untrusted signatures of trustees, ascending by trustee. Raises: EncodingError. */
export function readSignatures(fields: Fields, key: string): readonly CountSignature[] {
  const signatures = fields.objects(key, ["trustee", "signature"]).map((member) => {
    return {
      trustee: member.integer("trustee", { minimum: 1, maximum: MOST_TRUSTEES }),
      signature: member.digest("signature", SIGNATURE_BYTES),
    };
  });
  if (signatures.some(({ trustee }, index) => trustee <= (signatures[index - 1]?.trustee ?? 0))) {
    throw fields.refuse(key, "trustees not strictly ascending");
  }
  return signatures;
}
