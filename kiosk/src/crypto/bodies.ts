/** What each kind of board entry holds. Spec: "Board". */

import type { JsonObject } from "./encoding";
import type { Element } from "./group";
import type { Manifest } from "./manifest";
import type { PaperCounts, PaperElection } from "./paper";
import type { VerificationKey } from "./signing";
import type { MeetingCode } from "./slip";

/** The kinds of board entries, by the name that travels. */
export const ENTRY_KINDS = [
  ...(["meeting", "ceremony", "list", "manifest", "paper_election", "annulled", "closed", "paper_counts"] as const),
  ...(["aggregate", "partial_decryption", "tally", "outcome", "minutes", "destroyed", "final"] as const),
];

export type EntryKind = (typeof ENTRY_KINDS)[number];

/** Tell whether a text names a kind of entries. */
export function isEntryKind(text: string): text is EntryKind {
  return (ENTRY_KINDS as readonly string[]).includes(text);
}

/** The meeting, and the server's key that signs every entry. */
export interface MeetingBody {
  readonly kind: "meeting";
  readonly code: MeetingCode;
  readonly superior: string;
  readonly unit: string;
  readonly place: string;
  readonly date: string;
  readonly serverKey: VerificationKey;
  readonly rehearsal: boolean;
}

/** What other entries name of a ceremony; `record` is the whole body, which `Ceremony.fromBody` checks. */
export interface CeremonyBody {
  readonly kind: "ceremony";
  readonly count: number;
  readonly threshold: number;
  readonly ceremonyHash: Uint8Array;
  readonly key: Element;
  readonly publicShares: readonly Element[];
  readonly record: JsonObject;
}

/** The credentials of one series and slot, as one byte string. */
export interface ListBody {
  readonly kind: "list";
  readonly series: string;
  readonly slot: number;
  readonly credentials: Uint8Array;
}

/** A sealed election. */
export interface ManifestBody {
  readonly kind: "manifest";
  readonly election: string;
  readonly manifest: Manifest;
}

/** A sealed election that is held on paper only. */
export interface PaperElectionBody {
  readonly kind: "paper_election";
  readonly election: string;
  readonly sealed: PaperElection;
}

/** What the tellers counted of an election's paper ballots. */
export interface PaperCountsBody extends PaperCounts {
  readonly kind: "paper_counts";
}

/** An election that no longer counts, and why. */
export interface AnnulledBody {
  readonly kind: "annulled";
  readonly election: string;
  readonly ground: string;
}

/** A credential with its slip's signature that it is void. */
export interface VoidCredential {
  readonly credential: Uint8Array;
  readonly signature: Uint8Array;
}

/** The ballots of a closed election, joined; the hashes of tested ballots; the void credentials. */
export interface ClosedBody {
  readonly kind: "closed";
  readonly election: string;
  readonly electionHash: Uint8Array;
  readonly ballots: Uint8Array;
  readonly tested: readonly Uint8Array[];
  readonly void: readonly VoidCredential[];
}

/** The sum of an election's ballots; `ciphertexts` is the encoded aggregate. */
export interface AggregateBody {
  readonly kind: "aggregate";
  readonly election: string;
  readonly electionHash: Uint8Array;
  readonly ballots: number;
  readonly ciphertexts: Uint8Array;
  readonly aggregateHash: Uint8Array;
}

/** What other entries name of a partial decryption; `record` is the whole body. */
export interface PartialDecryptionBody {
  readonly kind: "partial_decryption";
  readonly election: string;
  readonly aggregateHash: Uint8Array;
  readonly trustee: number;
  readonly record: JsonObject;
}

/** The counts of every contest, blank last, and whose partial decryptions gave them. */
export interface TallyBody {
  readonly kind: "tally";
  readonly election: string;
  readonly aggregateHash: Uint8Array;
  readonly trustees: readonly number[];
  readonly counts: readonly (readonly number[])[];
}

/** What the counts mean by the rules; opaque here. */
export interface OutcomeBody {
  readonly kind: "outcome";
  readonly election: string;
  readonly electionHash: Uint8Array;
  readonly result: JsonObject;
}

/** The SHA-256 of the printed minutes, and their numbers; opaque here. */
export interface MinutesBody {
  readonly kind: "minutes";
  readonly sha256: Uint8Array;
  readonly numbers: JsonObject;
}

/** A trustee's signed word that its share is gone. */
export interface DestroyedBody {
  readonly kind: "destroyed";
  readonly trustee: number;
  readonly signature: Uint8Array;
}

/** How many objects of each sort a verifier must have checked. */
export interface Totals {
  readonly entries: number;
  readonly ballots: number;
  readonly proofs: number;
  readonly signatures: number;
}

/** The last entry: the totals of the whole board. */
export interface FinalBody extends Totals {
  readonly kind: "final";
}

/** A body that belongs to an election which is sealed already. */
export type ElectionBody =
  | AnnulledBody
  | ClosedBody
  | PaperCountsBody
  | AggregateBody
  | PartialDecryptionBody
  | TallyBody
  | OutcomeBody;

export type Body =
  | MeetingBody
  | CeremonyBody
  | ListBody
  | ManifestBody
  | PaperElectionBody
  | ElectionBody
  | MinutesBody
  | DestroyedBody
  | FinalBody;
