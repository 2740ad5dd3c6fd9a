/**
 * One voter's evening: from a slip to recorded ballots, one election after another, without a tap in between.
 *
 * The session decides which screen is shown; `show` draws it. What arrives from the server never touches marks in
 * progress, except that a vote which was stopped or closed ends them.
 */

import { ElectionContext, encryptBallotInSlices, type SealedBallot, type Selection } from "../crypto/ballot";
import { concatBytes, encodeHex, equalBytes } from "../crypto/bytes";
import { Confirmation, verifyConfirmation } from "../crypto/confirmation";
import { decodeBase64 } from "../crypto/encoding";
import { CryptoError } from "../crypto/errors";
import { multiplyBase, randomScalar } from "../crypto/group";
import type { Manifest } from "../crypto/manifest";
import { encodeOpening } from "../crypto/opening";
import type { SlipFragment } from "../crypto/slip";
import { formatTracker } from "../crypto/tracker";
import { findInBox, readClosedBox } from "./closed_box";
import { deliver } from "./delivery";
import type { RecordedBallot } from "./memory";
import { RefusedError, UnreachableError, type MeetingState } from "./server";
import { askStatus, DistrustError, enterElection, type Entry } from "./slip";
import type { Link, Marks, Surroundings, TestNote } from "./stage";
import type { TextKey } from "./texts";

const POLL_MS = 2000;
const POLL_JITTER_MS = 2500;
const CLOSED_STATES: readonly string[] = ["closed", "tallied", "published"];

interface Current {
  readonly entry: Entry;
  readonly electionHash: string;
  marks: Marks;
  stage: "words" | "choosing" | "reviewing" | "sending";
  sealing: Promise<SealedBallot> | null;
  note: TestNote | null;
}

/** What the closed box must say of this slip; `ballotHash` is null if it did not vote. */
interface Watch {
  readonly electionHash: string;
  readonly credential: string;
  readonly ballotHash: string | null;
}

export class Session {
  private current: Current | null = null;
  private recorded: RecordedBallot | null = null;
  private watch: Watch | null = null;
  /** The election whose notice stands on the page, so that it is not asked about again at every poll. */
  private settled: string | null = null;
  private hasComparedWords = false;

  constructor(
    private readonly slip: SlipFragment,
    private readonly around: Surroundings,
  ) {}

  /** Follow the meeting until the page is closed. */
  async run(): Promise<never> {
    this.around.show({ kind: "opening" });
    for (;;) {
      await this.step();
      await this.around.wait(POLL_MS + this.around.random() * POLL_JITTER_MS);
    }
  }

  /** The voter says whether the eight words are those on the screen. */
  answerWords({ same }: { readonly same: boolean }): void {
    if (this.current?.stage !== "words") {
      return;
    }
    if (!same) {
      this.giveUp("distrustTitle", "distrust");
      return;
    }
    this.hasComparedWords = true;
    this.current.stage = "choosing";
    this.showChoosing(null);
  }

  /** The voter marks one contest; an empty selection is a blank vote, null takes the last mark away. */
  mark(contest: number, selection: Selection | null): void {
    if (this.current?.stage === "choosing") {
      const marks = new Map(this.current.marks);
      if (selection === null) {
        marks.delete(contest);
      } else {
        marks.set(contest, [...selection].sort((left, right) => left - right));
      }
      this.current.marks = marks;
    }
  }

  /** The voter wants to see the whole ballot; it is sealed meanwhile. */
  review(): void {
    const { current } = this;
    if (current?.stage !== "choosing") {
      return;
    }
    current.stage = "reviewing";
    const { context } = current.entry.manifest;
    const selections = context.shape.map((_, index) => current.marks.get(index) ?? []);
    const { randomBytes, pause } = this.around;
    current.sealing = encryptBallotInSlices(context, current.entry.credential, selections, randomBytes, pause);
    // A failure shows when the ballot is cast; until then nobody waits for it.
    current.sealing.catch(() => undefined);
    this.showReview(current, null);
  }

  /** The voter goes back to change a contest; the sealed ballot is thrown away. */
  change(contest: number | null): void {
    if (this.current?.stage === "reviewing") {
      this.current.stage = "choosing";
      this.current.sealing = null;
      this.showChoosing(contest);
    }
  }

  /** The voter casts; from here on no further act is needed. */
  async cast(): Promise<void> {
    const { current } = this;
    if (current?.stage !== "reviewing" || current.sealing === null) {
      return;
    }
    current.stage = "sending";
    this.showReview(current, "sending");
    const sealed = await current.sealing;
    const data = sealed.cast(this.around.randomBytes);
    const pending = {
      electionHash: current.electionHash,
      credential: current.entry.credential.public.toHex(),
      ballotHash: encodeHex(sealed.ballotHash),
      data,
    };
    this.around.memory.savePending(pending);
    current.marks = new Map();
    await this.send(current, sealed.ballotHash, data);
  }

  /**
   * The voter tests the phone: the sealed ballot is opened for everybody who knows its tracker, and can never be cast.
   *
   * Whatever the server answers, it knows the opening by then, so the voter goes on with an empty choice.
   */
  async test(): Promise<void> {
    const { current } = this;
    if (current?.stage !== "reviewing" || current.sealing === null) {
      return;
    }
    current.stage = "sending";
    this.showReview(current, "testing");
    const sealed = await current.sealing;
    const body = concatBytes(sealed.test(this.around.randomBytes), encodeOpening(sealed.scalars));
    try {
      await deliver(
        this.around,
        () => this.around.server.publishTest(current.electionHash, body),
        (text) => this.showReview(current, text === "unknown" ? "testUnknown" : text),
      );
      const tracker = formatTracker(sealed.ballotHash);
      const fragment = `t.${this.slip.meeting}.${tracker.replace(/-/g, "")}`;
      current.note = { isPublished: true, tracker, address: `${this.around.checkAddress}#${fragment}` };
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== "all_tests_used") {
        this.refuse(error);
        return;
      }
      current.note = { isPublished: false, reason: "testsUsed" };
    }
    current.marks = new Map();
    current.sealing = null;
    current.stage = "choosing";
    this.showChoosing(null);
  }

  private async step(): Promise<void> {
    try {
      await this.follow(await this.around.server.readState());
    } catch (error) {
      this.handleFailure(error);
    }
  }

  private handleFailure(error: unknown): void {
    if (error instanceof DistrustError) {
      this.giveUp("distrustTitle", "distrust");
    } else if (error instanceof RefusedError) {
      this.around.show(
        error.code === "meeting_unknown"
          ? { kind: "notice", title: "otherMeetingTitle", body: "otherMeeting" }
          : { kind: "refused", message: error.message },
      );
    } else if (error instanceof UnreachableError) {
      // Marks and a recorded ballot stay on the page while the network is away.
      if (this.current === null && this.recorded === null) {
        this.around.show({ kind: "notice", title: "waitingTitle", body: "unreachable" });
        this.settled = null;
      }
    } else {
      throw error;
    }
  }

  private async follow(state: MeetingState): Promise<void> {
    if (this.current?.stage === "sending") {
      return;
    }
    if (this.current !== null) {
      this.endIfStopped(state, this.current);
      if (this.current !== null) {
        return;
      }
    }
    await this.checkBox(state);
    const open = state.elections.find((election) => election.state === "open" && election.election_hash !== null);
    if (open?.election_hash !== undefined && open.election_hash !== null) {
      if (open.election_hash !== this.settled) {
        await this.enter(open.election_hash);
      }
      return;
    }
    await this.rest(state);
  }

  /** Nothing is open: show the recorded ballot, what became of a closed vote, or that the voter waits. */
  private async rest(state: MeetingState): Promise<void> {
    if (this.recorded !== null) {
      return;
    }
    const closed = state.elections.find((election) => election.id === state.current && election.state === "closed");
    const closedHash = closed?.election_hash ?? null;
    if (closedHash !== null && closedHash !== this.settled) {
      await this.enter(closedHash);
      await this.checkBox(state);
    } else if (closedHash === null && this.settled !== "waiting" && !isClosed(state, this.settled)) {
      this.settled = "waiting";
      this.around.show({ kind: "notice", title: "waitingTitle", body: "waiting" });
    }
  }

  private async enter(electionHash: string): Promise<void> {
    const { server, memory, randomBytes } = this.around;
    const beginning = await server.begin();
    if (beginning.ceremony === null || beginning.manifest === null) {
      return;
    }
    const election = beginning.state.elections.find((each) => each.id === beginning.state.current);
    if (election?.election_hash !== electionHash) {
      return;
    }
    const entry = enterElection(this.slip, electionHash, beginning.ceremony, beginning.manifest);
    const status = await server.readStatus(electionHash, askStatus(entry, randomBytes));
    this.settled = electionHash;
    if (status.is_listed && !status.is_void) {
      this.watch = { electionHash, credential: entry.credential.public.toHex(), ballotHash: status.ballot_hash };
    }
    const recorded = memory.loadRecorded();
    if (status.ballot_hash !== null) {
      this.showSpent(electionHash, status.ballot_hash, recorded, election.state);
    } else if (status.is_void) {
      this.around.show({ kind: "notice", title: "voidTitle", body: "void" });
    } else if (!status.is_listed) {
      this.around.show({ kind: "notice", title: "notEntitledTitle", body: "notEntitled" });
    } else if (election.state !== "open") {
      this.around.show({ kind: "notice", title: "closedTitle", body: "closedNotCast" });
    } else {
      await this.begin(entry, electionHash);
    }
  }

  private async begin(entry: Entry, electionHash: string): Promise<void> {
    const current: Current = { entry, electionHash, marks: new Map(), stage: "choosing", sealing: null, note: null };
    this.current = current;
    this.recorded = null;
    const pending = this.around.memory.loadPending(electionHash, entry.credential.public.toHex());
    if (pending !== null) {
      current.stage = "sending";
      this.showReview(current, "unknown");
      const ballotHash = Uint8Array.from(pending.ballotHash.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
      await this.send(current, ballotHash, pending.data);
      return;
    }
    if (this.slip.fingerprint === null && !this.hasComparedWords) {
      current.stage = "words";
      this.around.show({ kind: "words", words: entry.keyWords });
    } else {
      this.showChoosing(null);
    }
    await this.warmUp(entry.manifest);
  }

  /**
   * Seal a blank vote of a made-up slip for the first contest, and throw it away.
   *
   * A phone compiles code as it runs it: done while the voter reads, this shortens the wait on slow phones later.
   */
  private async warmUp(manifest: Manifest): Promise<void> {
    const { randomBytes, pause } = this.around;
    const secret = randomScalar(randomBytes);
    const { electionHash, key, shape } = manifest.context;
    const context = new ElectionContext(electionHash, key, shape.slice(0, 1));
    await encryptBallotInSlices(context, { secret, public: multiplyBase(secret) }, [[]], randomBytes, pause);
  }

  /** Send one sealed ballot until the server has said yes or no; always the same bytes. */
  private async send(current: Current, ballotHash: Uint8Array, data: Uint8Array): Promise<void> {
    try {
      const answer = await deliver(
        this.around,
        () => this.around.server.castBallot(current.electionHash, data),
        (text) => this.showReview(current, text),
      );
      this.accept(current, ballotHash, answer);
    } catch (error) {
      this.refuse(error);
    }
  }

  private accept(current: Current, ballotHash: Uint8Array, answer: Uint8Array): void {
    const { manifest } = current.entry;
    try {
      const confirmation = Confirmation.decode(answer);
      verifyConfirmation(confirmation, manifest.content.serverKey);
      if (
        !equalBytes(confirmation.ballotHash, ballotHash) ||
        !equalBytes(confirmation.electionHash, manifest.electionHash)
      ) {
        throw new DistrustError("confirmation of another ballot");
      }
    } catch (error) {
      if (error instanceof CryptoError || error instanceof DistrustError) {
        this.giveUp("distrustTitle", "distrust");
        return;
      }
      throw error;
    }
    const recorded: RecordedBallot = {
      electionHash: current.electionHash,
      ballotHash: encodeHex(ballotHash),
      tracker: formatTracker(ballotHash),
      time: this.around.readTime(),
    };
    this.current = null;
    if (this.watch?.electionHash === recorded.electionHash) {
      this.watch = { ...this.watch, ballotHash: recorded.ballotHash };
    }
    this.around.memory.saveRecorded(recorded);
    this.around.forgetAddress();
    this.showRecorded(recorded);
  }

  private refuse(error: unknown): void {
    this.current = null;
    if (!(error instanceof RefusedError)) {
      throw error;
    }
    switch (error.code) {
      case "credential_spent":
        this.around.show({ kind: "notice", title: "usedTitle", body: "used" });
        break;
      case "election_closed":
        this.around.show({ kind: "notice", title: "closedTitle", body: "closedNotCast" });
        break;
      case "election_annulled":
        this.around.show({ kind: "notice", title: "annulledTitle", body: "annulled" });
        break;
      default:
        this.around.show({ kind: "refused", message: error.message });
    }
  }

  private endIfStopped(state: MeetingState, current: Current): void {
    const election = state.elections.find((each) => each.election_hash === current.electionHash);
    if (election?.state === "open") {
      return;
    }
    this.current = null;
    if (election?.state === "annulled" || election === undefined) {
      this.around.show({ kind: "notice", title: "annulledTitle", body: "annulled" });
      this.settled = "waiting";
    } else {
      this.around.show({ kind: "notice", title: "closedTitle", body: "closedNotCast" });
      this.settled = current.electionHash;
    }
  }

  /** Once the election is closed, compare what stands under this slip with what this slip did. */
  private async checkBox(state: MeetingState): Promise<void> {
    const { watch, recorded } = this;
    if (watch === null || !isClosed(state, watch.electionHash)) {
      return;
    }
    const box = readClosedBox(decodeBase64(await this.around.server.listClosed(watch.electionHash)));
    const inclusion = findInBox(box, watch.credential, watch.ballotHash);
    this.watch = null;
    if (inclusion === "missing" || inclusion === "strange") {
      this.around.raiseAlarm(inclusion);
    }
    if (recorded !== null) {
      this.around.show({ kind: "recorded", ballot: recorded, inclusion });
      return;
    }
    const { meeting, code } = this.slip;
    const link: Link = { text: "proof", address: `${this.around.checkAddress}#${meeting}.${code}` };
    const body = watch.ballotHash === null ? "closedNotCast" : "closedCast";
    this.around.show({ kind: "notice", title: "closedTitle", body, more: inclusion, link });
  }

  private showSpent(electionHash: string, ballotHash: string, recorded: RecordedBallot | null, state: string): void {
    if (recorded?.electionHash === electionHash && recorded.ballotHash === ballotHash) {
      this.showRecorded(recorded);
    } else if (state === "open") {
      this.around.show({ kind: "notice", title: "usedTitle", body: "used" });
    } else {
      this.around.show({ kind: "notice", title: "closedTitle", body: "closedCast" });
    }
  }

  private showRecorded(recorded: RecordedBallot): void {
    this.recorded = recorded;
    this.settled = recorded.electionHash;
    this.around.show({ kind: "recorded", ballot: recorded, inclusion: null });
  }

  private showChoosing(at: number | null): void {
    if (this.current !== null) {
      const { entry, marks, note } = this.current;
      this.around.show({ kind: "choosing", manifest: entry.manifest, marks, at, note });
    }
  }

  private showReview(current: Current, sending: TextKey | null): void {
    const { manifest } = current.entry;
    const tracker = current.sealing?.then((sealed) => formatTracker(sealed.ballotHash)) ?? Promise.resolve("");
    this.around.show({ kind: "reviewing", manifest, marks: current.marks, tracker, sending });
  }

  private giveUp(title: TextKey, body: TextKey): void {
    this.current = null;
    this.settled = "given up";
    this.around.show({ kind: "notice", title, body, more: "notCast" });
  }
}

function isClosed(state: MeetingState, electionHash: string | null): boolean {
  return state.elections.some((each) => each.election_hash === electionHash && CLOSED_STATES.includes(each.state));
}
