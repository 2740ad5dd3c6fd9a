/**
 * Strict reading of the body of each kind of board entry: keys, types, ranges, ascending lists.
 *
 * Whether a body may follow the entries before it is `BoardState`'s concern, whether it is true is for the checks.
 */

import type {
  Body,
  CeremonyBody,
  ClosedBody,
  EntryKind,
  ListBody,
  ManifestBody,
  MeetingBody,
  PartialDecryptionBody,
  TallyBody,
  VoidCredential,
} from "./bodies";
import { compareBytes } from "./bytes";
import { MOST_TRUSTEES } from "./ceremony";
import { SLOTS } from "./credential";
import { CIPHERTEXT_BYTES } from "./elgamal";
import type { JsonValue } from "./encoding";
import { Fields } from "./fields";
import { ELEMENT_BYTES } from "./group";
import { Manifest } from "./manifest";
import { checkProtocol, readIdentifier, readMeetingCode, readSeries } from "./names";
import { PaperElection, readPaperCounts } from "./paper";
import { SCHNORR_BYTES } from "./proofs/schnorr";
import { SIGNATURE_BYTES, type VerificationKey } from "./signing";

/** D ‖ proof. */
const DECRYPTION_BYTES = 4 * ELEMENT_BYTES;
const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const TRUSTEE = { minimum: 1, maximum: MOST_TRUSTEES };

const KEYS: Readonly<Record<Exclude<EntryKind, "manifest" | "paper_election" | "paper_counts">, string>> = {
  meeting: "protocol code superior unit place date server_key rehearsal",
  ceremony: "ceremony count threshold openings ceremony_hash key public_shares confirmations",
  list: "series slot credentials",
  annulled: "election ground",
  closed: "election election_hash ballots tested void",
  aggregate: "election election_hash ballots ciphertexts aggregate_hash",
  partial_decryption: "election aggregate_hash trustee decryptions",
  tally: "election aggregate_hash trustees counts",
  outcome: "election election_hash result",
  minutes: "sha256 numbers",
  destroyed: "trustee signature",
  final: "entries ballots proofs signatures",
};

/**
 * Return the body of an entry of this kind from an untrusted object.
 *
 * Raises: EncodingError; InvalidManifestError for a manifest or a paper election.
 */
export function readBody(kind: EntryKind, value: JsonValue): Body {
  if (kind === "manifest") {
    return readManifest(value);
  }
  if (kind === "paper_election") {
    const sealed = PaperElection.fromObject(value);
    return { kind, election: sealed.content.election, sealed };
  }
  if (kind === "paper_counts") {
    return { kind, ...readPaperCounts(value) };
  }
  const fields = new Fields(value, kind, KEYS[kind].split(" "));
  switch (kind) {
    case "meeting":
      return readMeeting(fields);
    case "ceremony":
      return readCeremony(fields);
    case "list":
      return readList(fields);
    case "annulled":
      return { kind, election: readIdentifier(fields, "election"), ground: fields.text("ground") };
    case "closed":
      return readClosed(fields);
    case "aggregate":
      return {
        kind,
        ...readNamed(fields),
        ballots: fields.integer("ballots"),
        ciphertexts: readWhole(fields, "ciphertexts", CIPHERTEXT_BYTES),
        aggregateHash: fields.digest("aggregate_hash"),
      };
    case "partial_decryption":
      return readPartialDecryption(fields);
    case "tally":
      return readTally(fields);
    case "outcome":
      return { kind, ...readNamed(fields), result: fields.object("result") };
    case "minutes":
      return { kind, sha256: fields.digest("sha256"), numbers: fields.object("numbers") };
    case "destroyed":
      return {
        kind,
        trustee: fields.integer("trustee", TRUSTEE),
        signature: fields.digest("signature", SIGNATURE_BYTES),
      };
    case "final":
      return {
        kind,
        entries: fields.integer("entries"),
        ballots: fields.integer("ballots"),
        proofs: fields.integer("proofs"),
        signatures: fields.integer("signatures"),
      };
  }
}

function readManifest(value: JsonValue): ManifestBody {
  const manifest = Manifest.fromObject(value);
  return { kind: "manifest", election: manifest.content.election, manifest };
}

function readMeeting(fields: Fields): MeetingBody {
  checkProtocol(fields, "protocol");
  const date = fields.text("date");
  if (!isDate(date)) {
    throw fields.refuse("date", "not a date YYYY-MM-DD");
  }
  return {
    kind: "meeting",
    code: readMeetingCode(fields, "code"),
    superior: fields.text("superior"),
    unit: fields.text("unit"),
    place: fields.text("place"),
    date,
    serverKey: fields.digest("server_key") as VerificationKey,
    rehearsal: fields.flag("rehearsal"),
  };
}

/** Tell whether a text is a day of the Gregorian calendar from year 0001 on, written YYYY-MM-DD. */
function isDate(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) {
    return false;
  }
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (DAYS_OF_MONTHS[month - 1] ?? 0);
  return year >= 1 && day >= 1 && day <= days;
}

function readCeremony(fields: Fields): CeremonyBody {
  const count = fields.integer("count", TRUSTEE);
  for (const key of ["openings", "confirmations", "public_shares"]) {
    if (fields.values(key).length !== count) {
      throw fields.refuse(key, `not ${count} of them`);
    }
  }
  return {
    kind: "ceremony",
    count,
    threshold: fields.integer("threshold", { minimum: 1, maximum: count }),
    ceremonyHash: fields.digest("ceremony_hash"),
    key: fields.publicElement("key"),
    publicShares: fields.publicElements("public_shares"),
    record: fields.whole,
  };
}

function readList(fields: Fields): ListBody {
  return {
    kind: "list",
    series: readSeries(fields, "series"),
    slot: fields.integer("slot", { maximum: SLOTS - 1 }),
    credentials: readWhole(fields, "credentials", ELEMENT_BYTES),
  };
}

function readClosed(fields: Fields): ClosedBody {
  return {
    kind: "closed",
    ...readNamed(fields),
    ballots: fields.encoded("ballots"),
    tested: fields.ascendingDigests("tested"),
    void: readVoid(fields),
  };
}

function readVoid(fields: Fields): readonly VoidCredential[] {
  const members = fields.objects("void", ["credential", "signature"]).map((member) => ({
    credential: member.digest("credential", ELEMENT_BYTES),
    signature: member.digest("signature", SCHNORR_BYTES),
  }));
  members.forEach(({ credential }, index) => {
    const previous = members[index - 1];
    if (previous !== undefined && compareBytes(previous.credential, credential) >= 0) {
      throw fields.refuse("void", "not strictly ascending");
    }
  });
  return members;
}

function readPartialDecryption(fields: Fields): PartialDecryptionBody {
  readWhole(fields, "decryptions", DECRYPTION_BYTES);
  return {
    kind: "partial_decryption",
    election: readIdentifier(fields, "election"),
    aggregateHash: fields.digest("aggregate_hash"),
    trustee: fields.integer("trustee", TRUSTEE),
    record: fields.whole,
  };
}

function readTally(fields: Fields): TallyBody {
  const trustees = fields.integers("trustees", TRUSTEE);
  if (trustees.some((trustee, index) => trustee <= (trustees[index - 1] ?? 0))) {
    throw fields.refuse("trustees", "not strictly ascending");
  }
  return {
    kind: "tally",
    election: readIdentifier(fields, "election"),
    aggregateHash: fields.digest("aggregate_hash"),
    trustees,
    counts: fields.integerRows("counts"),
  };
}

function readNamed(fields: Fields): { readonly election: string; readonly electionHash: Uint8Array } {
  return { election: readIdentifier(fields, "election"), electionHash: fields.digest("election_hash") };
}

/** Return bytes that hold whole members of a size. */
function readWhole(fields: Fields, key: string, size: number): Uint8Array {
  const data = fields.encoded(key);
  if (data.length % size !== 0) {
    throw fields.refuse(key, `not a multiple of ${size} bytes`);
  }
  return data;
}
