/** What a verifier collects while it reads a board, and what it reports at the end. */

import type { Aggregate } from "../aggregate";
import type {
  AggregateBody,
  AnnulledBody,
  CeremonyBody,
  ClosedBody,
  DestroyedBody,
  FinalBody,
  ListBody,
  MeetingBody,
  MinutesBody,
  OutcomeBody,
  PaperCountsBody,
  PartialDecryptionBody,
  TallyBody,
  Totals,
} from "../bodies";
import type { BoardState } from "../board-state";
import type { VerificationError } from "../errors";
import type { Manifest } from "../manifest";
import type { PaperElection } from "../paper";
import type { CheckName } from "./faults";

/** Called with a check's name, how many of its objects are done and how many there are. */
export type Progress = (check: CheckName, done: number, total: number) => void;

/** A body with the number and hash of its entry. */
export interface Placed<T> {
  readonly number: number;
  readonly entryHash: Uint8Array;
  readonly body: T;
}

/** All entries of one election; what it has not is undefined. */
export interface ElectionRecord {
  readonly name: string;
  readonly number: number;
  readonly sealed: Manifest | PaperElection;
  annulled?: Placed<AnnulledBody>;
  closed?: Placed<ClosedBody>;
  paper?: Placed<PaperCountsBody>;
  aggregate?: Placed<AggregateBody>;
  readonly partials: Map<number, Placed<PartialDecryptionBody>>;
  tally?: Placed<TallyBody>;
  outcome?: Placed<OutcomeBody>;
}

/** All entries of a board, sorted by what they are about; elections and lists in the order of their entries. */
export interface BoardRecord {
  readonly meeting: MeetingBody;
  ceremony?: Placed<CeremonyBody>;
  readonly lists: Placed<ListBody>[];
  readonly elections: Map<string, ElectionRecord>;
  minutes?: Placed<MinutesBody>;
  readonly destroyed: Placed<DestroyedBody>[];
  final?: Placed<FinalBody>;
  readonly state: BoardState;
}

/** What later checks need of an election's ballots once each has been verified; hashes are in hexadecimal. */
export interface VerifiedBallots {
  readonly hashes: ReadonlySet<string>;
  readonly aggregate: Aggregate;
}

/** A check that held: how many objects it ran over, and the proofs and signatures it verified. */
export interface CheckResult {
  readonly name: CheckName;
  readonly counted: number;
  readonly proofs: number;
  readonly signatures: number;
}

/**
 * A verified election; what it has not is undefined.
 *
 * entry: of its seal; ground: why it was annulled; ballots, counts: of phones alone; paper: the paper ballots beside
 * them, or alone; finding: what is damaged in it, if it was annulled.
 */
export interface ElectionReport {
  readonly name: string;
  readonly entry: number;
  readonly sealed: Manifest | PaperElection;
  readonly ground: string | undefined;
  readonly finding: VerificationError | undefined;
  readonly paper: Placed<PaperCountsBody> | undefined;
  readonly ballots: number | undefined;
  readonly counts: readonly (readonly number[])[] | undefined;
  /** The outcome as the rules wrote it; not checked here. */
  readonly outcome: Placed<OutcomeBody> | undefined;
}

/** A verified archive. Without `headCompared` it is only consistent: it may be another one than the minutes'. */
export interface Report {
  readonly checks: readonly CheckResult[];
  readonly totals: Totals;
  readonly head: Uint8Array | undefined;
  readonly headCompared: boolean;
  readonly meeting: MeetingBody;
  readonly elections: readonly ElectionReport[];
  readonly minutes: Placed<MinutesBody> | undefined;
}
