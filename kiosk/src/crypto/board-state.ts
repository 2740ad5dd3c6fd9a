/**
 * What the entries so far allow next: the one place that knows the order of a board.
 *
 * A board is folded entry by entry: `advance` refuses what may not come now and remembers what later entries depend
 * on, no ballot and no list.
 */

import { ballotSize, countProofs, type ContestShape } from "./ballot";
import type { Body, CeremonyBody, ClosedBody, ElectionBody, ManifestBody, MeetingBody, Totals } from "./bodies";
import { BoardError, EncodingError } from "./errors";

/** How far an election has come. */
export type Stage = "open" | "closed" | "aggregated" | "tallied" | "decided";

/** One election as the board knows it: `ballots` their number, `trustees` who has decrypted. */
export class ElectionState {
  stage: Stage = "open";
  isAnnulled = false;
  ballots = 0;
  /** How many ballots came back on paper, once they are counted. */
  paper: number | undefined;
  readonly trustees = new Set<number>();

  constructor(
    readonly shape: readonly ContestShape[],
    readonly floor: number,
    /** Whether it is sealed for phones, beside which there may be paper, or for paper alone. */
    readonly channel: "phones" | "paper",
  ) {}

  /** Whether nothing of this election is missing for the minutes. */
  get isFinished(): boolean {
    return this.isAnnulled || this.stage === "decided";
  }

  /** How many ciphertexts the aggregate has: one per option, the blank ones included. */
  get ciphertexts(): number {
    return this.shape.reduce((sum, contest) => sum + contest.options + 1, 0);
  }
}

/** Return the name of a series' slot among sets of them. */
export function nameSlot(series: string, slot: number): string {
  return `${series}${slot}`;
}

/** A board folded to what decides the next entry; at first, the empty board. */
export class BoardState {
  meeting: MeetingBody | undefined;
  ceremony: CeremonyBody | undefined;
  readonly lists = new Set<string>();
  readonly elections = new Map<string, ElectionState>();
  totals: Totals = { entries: 0, ballots: 0, proofs: 0, signatures: 0 };
  previous: Uint8Array = new Uint8Array(32);
  head: Uint8Array | undefined;
  private readonly usedSlots = new Set<string>();
  private readonly destroyed = new Set<number>();
  private hasMinutes = false;
  private isFinal = false;

  /** The number of the next entry. */
  get number(): number {
    return this.totals.entries;
  }

  /**
   * Fold in an entry of this body and hash.
   *
   * Raises: BoardError if it may not come now; EncodingError if ballots do not fill whole ballots. The state is of no
   * use after either.
   */
  advance(body: Body, entryHash: Uint8Array): void {
    if (this.isFinal) {
      throw new BoardError("nothing may follow final");
    }
    if ((this.meeting === undefined) !== (body.kind === "meeting")) {
      throw new BoardError("meeting comes first, and once");
    }
    if (this.hasMinutes && body.kind !== "destroyed" && body.kind !== "final") {
      throw new BoardError("only destroyed and final may follow the minutes");
    }
    this.fold(body);
    this.count({ entries: 1, signatures: 1 });
    this.previous = entryHash;
    if (body.kind === "outcome" || body.kind === "annulled") {
      this.head = entryHash;
    }
  }

  private fold(body: Body): void {
    switch (body.kind) {
      case "meeting":
        this.meeting = body;
        break;
      case "ceremony":
        insist(this.ceremony === undefined, "a second ceremony");
        this.ceremony = body;
        this.count({ proofs: body.count, signatures: body.count });
        break;
      case "list": {
        const name = nameSlot(body.series, body.slot);
        insist(!this.lists.has(name), `a second list of series ${body.series}, slot ${body.slot}`);
        this.lists.add(name);
        break;
      }
      case "manifest":
        this.open(body);
        break;
      case "paper_election":
        insist(!this.elections.has(body.election), `a second election ${body.election}`);
        this.elections.set(body.election, new ElectionState(body.sealed.shape, 0, "paper"));
        break;
      case "minutes":
        for (const [name, election] of this.elections) {
          insist(election.isFinished, `minutes while election ${name} is neither annulled nor decided`);
        }
        this.hasMinutes = true;
        break;
      case "destroyed":
        insist(this.hasMinutes, "a share destroyed before the minutes");
        this.requireTrustee(body.trustee);
        insist(!this.destroyed.has(body.trustee), `the share of trustee ${body.trustee} is destroyed already`);
        this.destroyed.add(body.trustee);
        this.count({ signatures: 1 });
        break;
      case "final":
        insist(this.hasMinutes, "final without minutes");
        this.isFinal = true;
        break;
      default:
        this.foldElection(body);
    }
  }

  private open({ election, manifest }: ManifestBody): void {
    const { series, slot, floor, countSignatures } = manifest.content;
    insist(this.ceremony !== undefined, "a manifest before the ceremony");
    insist(!this.elections.has(election), `a second manifest of election ${election}`);
    for (const letter of series) {
      const name = nameSlot(letter, slot);
      insist(this.lists.has(name), `a manifest without the list of series ${letter}, slot ${slot}`);
      insist(!this.usedSlots.has(name), `slot ${slot} of series ${letter} is used already`);
      this.usedSlots.add(name);
    }
    this.elections.set(election, new ElectionState(manifest.context.shape, floor, "phones"));
    this.count({ signatures: countSignatures.length });
  }

  private foldElection(body: ElectionBody): void {
    const election = this.elections.get(body.election);
    if (election === undefined) {
      throw new BoardError(`no election ${body.election}`);
    }
    insist(!election.isAnnulled, `election ${body.election} is annulled`);
    const at = (stage: Stage): void => {
      insist(election.stage === stage, `election ${body.election} is ${election.stage}, not ${stage}`);
    };
    switch (body.kind) {
      case "annulled":
        election.isAnnulled = true;
        break;
      case "closed":
        insist(election.channel === "phones", `election ${body.election} is held on paper`);
        at("open");
        this.close(election, body);
        break;
      case "paper_counts":
        insist(election.paper === undefined, `a second count of the paper ballots of election ${body.election}`);
        at(election.channel === "paper" ? "open" : "closed");
        election.paper = body.ballots;
        election.stage = election.channel === "paper" ? "tallied" : "closed";
        this.count({ signatures: body.signatures.length });
        break;
      case "aggregate":
        at("closed");
        insist(election.ballots > 0, `election ${body.election} has no ballots, so it has no aggregate`);
        election.stage = "aggregated";
        break;
      case "partial_decryption":
        at("aggregated");
        this.requireTrustee(body.trustee);
        insist(election.ballots >= election.floor, `election ${body.election}: fewer ballots than ${election.floor}`);
        insist(!election.trustees.has(body.trustee), `a second partial decryption by trustee ${body.trustee}`);
        election.trustees.add(body.trustee);
        break;
      case "tally":
        at(election.ballots > 0 ? "aggregated" : "closed");
        insist(election.ballots === 0 || this.hasThreshold(election), `election ${body.election}: too few decryptions`);
        election.stage = "tallied";
        this.count({ proofs: body.trustees.length * election.ciphertexts });
        break;
      case "outcome":
        at("tallied");
        election.stage = "decided";
        break;
    }
  }

  private close(election: ElectionState, body: ClosedBody): void {
    const size = ballotSize(election.shape);
    if (body.ballots.length % size !== 0) {
      throw new EncodingError("closed.ballots", `not a multiple of ${size} bytes`);
    }
    const ballots = body.ballots.length / size;
    election.ballots = ballots;
    election.stage = "closed";
    this.count({ ballots, proofs: ballots * countProofs(election.shape), signatures: ballots + body.void.length });
  }

  private hasThreshold(election: ElectionState): boolean {
    return this.ceremony !== undefined && election.trustees.size >= this.ceremony.threshold;
  }

  private requireTrustee(trustee: number): void {
    insist(this.ceremony !== undefined && trustee <= this.ceremony.count, `no trustee ${trustee}`);
  }

  private count({ entries = 0, ballots = 0, proofs = 0, signatures = 0 }: Partial<Totals>): void {
    this.totals = {
      entries: this.totals.entries + entries,
      ballots: this.totals.ballots + ballots,
      proofs: this.totals.proofs + proofs,
      signatures: this.totals.signatures + signatures,
    };
  }
}

function insist(holds: boolean, problem: string): void {
  if (!holds) {
    throw new BoardError(problem);
  }
}
