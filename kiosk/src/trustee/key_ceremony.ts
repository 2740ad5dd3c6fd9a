/**
 * The phone in the key ceremony: one step of `crypto/participant` whenever the others' messages are in.
 *
 * Every step reads its round from the journal first and from the server only then, and sends what the server does not
 * have yet. So going on after a closed tab, or after the server was restarted, is not a case of its own.
 */

import { computeKeyFingerprint } from "../crypto/credential";
import { encodeHex } from "../crypto/encoding";
import { CeremonyError } from "../crypto/errors";
import type { RandomBytes } from "../crypto/group";
import { Trustee } from "../crypto/trustee";
import type { TrusteeStorage } from "../crypto/trustee_storage";
import { encodeWords } from "../crypto/words";
import { notice, type Conversation, type Screen, type Sentence } from "./conversation";
import { CeremonyJournal } from "./journal";
import { hasSent, nameSeat, type Report, type Request, type Room, type RoomLink } from "./link";
import type { PhoneStorage } from "./storage";
import type { TextKey } from "./texts";

export const DECLINED = "declined";
const KEY_WORDS = 8;
const FORGOTTEN = "this phone's browser has lost the ceremony under way";

/** From a ceremony's id and a trustee's index. */
export type OpenStorage = (ceremony: Uint8Array, index: number) => Promise<TrusteeStorage>;

const WAITING: Readonly<Record<string, TextKey>> = {
  share: "ceremonyComparing",
  trial: "ceremonyTrying",
  confirmation: "ceremonyKeeping",
};

/** A phone's part in the ceremony; `trustee` exists once the chair has begun one. */
export class KeyCeremony {
  isFinished = false;
  keyWords: readonly string[] = [];
  private device: Trustee | null = null;
  private kept: TrusteeStorage | null = null;
  private journal: CeremonyJournal | null = null;
  /** Which ceremony `device` belongs to, or which one failed. */
  private ceremony = "";
  private failure: Screen | null = null;

  constructor(
    private readonly link: RoomLink,
    private readonly talk: Conversation,
    private readonly storage: PhoneStorage,
    private readonly openStorage: OpenStorage,
    private readonly randomBytes: RandomBytes,
  ) {}

  get trustee(): Trustee | null {
    return this.device;
  }

  get holdings(): TrusteeStorage | null {
    return this.kept;
  }

  /** Do what can be done now. Raises: LinkLostError, LinkRefusedError; CeremonyError for a damaged storage. */
  async step(room: Room): Promise<void> {
    const request = room.requests.find((each) => each.kind === "ceremony");
    if (this.isFinished || request === undefined) {
      return;
    }
    if (this.ceremony !== encodeHex(room.terms.ceremony)) {
      await this.begin(room, request);
    }
    if (this.device !== null) {
      await this.work(this.device, room, request);
    }
    if (!this.isFinished && !room.hasKey && request.reports.length > 0) {
      await this.stop(room, request);
    } else if (this.failure !== null) {
      this.talk.tell(this.failure);
    }
  }

  private async begin(room: Room, request: Request): Promise<void> {
    const { terms, seat } = room;
    this.device = null;
    this.failure = null;
    this.kept = await this.openStorage(terms.ceremony, seat);
    this.journal = await CeremonyJournal.load(this.storage, terms, seat);
    // Only while the ceremony is under way do random bytes come from the journal.
    let source = this.randomBytes;
    const device = await Trustee.open(seat, terms, (count) => source(count), this.kept);
    this.ceremony = encodeHex(terms.ceremony);
    if (device.step === "new") {
      if (this.journal === null && hasSent(request, seat, "commitment")) {
        await this.giveUp(room, request, FORGOTTEN, seat, notice("forgottenTitle", [{ key: "forgotten" }], "wrong"));
        return;
      }
      this.journal ??= await CeremonyJournal.begin(this.storage, terms, seat, this.randomBytes);
      const replayed = this.journal.replayBytes();
      source = (count) => (device.step === "holding" ? this.randomBytes(count) : replayed(count));
    }
    this.device = device;
  }

  private async work(device: Trustee, room: Room, request: Request): Promise<void> {
    try {
      while (await this.advance(device, room, request)) {
        // The next step may be possible at once, above all after a closed tab.
      }
    } catch (error) {
      if (!(error instanceof CeremonyError)) {
        throw error;
      }
      const body = [describeFault(room, error), { key: "stopped" }, detail(error.problem)] as const;
      await this.giveUp(room, request, error.problem, error.trustee ?? null, notice("stoppedTitle", body, "wrong"));
    }
  }

  /** Do one step; return whether another may follow. */
  private async advance(device: Trustee, room: Room, request: Request): Promise<boolean> {
    switch (device.step) {
      case "new":
        return this.send(room, request, "commitment", device.makeCommitment());
      case "committed":
        return this.receive(room, request, "commitment", (messages) => device.receiveCommitments(messages));
      case "commitments in":
        return this.send(room, request, "opening", device.makeOpening());
      case "opened":
        return this.receive(room, request, "opening", (messages) => device.receiveOpenings(messages));
      case "words shown":
        return this.compareWords(device, room, request);
      case "words confirmed":
        return this.sendShares(device, room, request);
      case "shares made":
        return this.receive(room, request, "share", (messages) => messages.forEach((each) => device.receiveShare(each)));
      case "shares in":
        return this.send(room, request, "trial", device.makeTrialDecryptions());
      case "trial made":
        return this.receive(room, request, "trial", (messages) => device.receiveTrialDecryptions(messages));
      case "trial done":
        await device.makeConfirmation();
        return true;
      case "holding":
        return this.confirm(device, room, request);
      case "destroyed":
        this.isFinished = true;
        return false;
      default:
        return false;
    }
  }

  private async send(room: Room, request: Request, round: string, body: Uint8Array): Promise<boolean> {
    if (!hasSent(request, room.seat, round)) {
      await this.link.send(request, round, body);
    }
    return true;
  }

  private async receive(
    room: Room,
    request: Request,
    round: string,
    take: (messages: readonly Uint8Array[]) => void,
  ): Promise<boolean> {
    let messages = this.journal?.findRound(round) ?? null;
    if (messages === null) {
      messages = await this.link.readRound(request, round);
      if (messages === null) {
        this.tellWaiting(room, round);
        return false;
      }
      await this.journal?.keepRound(round, messages);
    }
    take(messages);
    return true;
  }

  private async compareWords(device: Trustee, room: Room, request: Request): Promise<boolean> {
    if (this.journal?.hasConfirmedWords !== true) {
      const { words } = device;
      const screen = { ...notice("wordsTitle", [{ key: "words" }, describeTerms(room)]), words };
      const answer = this.talk.ask(`words ${this.ceremony} ${words.join(" ")}`, screen, [
        { answer: "same", label: "wordsSame", tone: "main" },
        { answer: "differ", label: "wordsDiffer", tone: "second" },
      ]);
      if (answer === "differ") {
        const declined = notice("wordsDeclinedTitle", [{ key: "wordsDeclined" }], "wrong");
        await this.giveUp(room, request, DECLINED, null, declined);
      }
      if (answer !== "same") {
        return false;
      }
      await this.journal?.confirmWords();
    }
    device.confirmWords();
    return true;
  }

  private async sendShares(device: Trustee, room: Room, request: Request): Promise<boolean> {
    const others = room.terms.indexes.filter((index) => index !== device.index);
    // All are queued before the first leaves, whatever the network does; the server takes each once.
    const messages = device.makeShares();
    if (!hasSent(request, room.seat, "share")) {
      others.forEach((receiver, place) => this.link.put(request, "share", messages[place] ?? new Uint8Array(), receiver));
      await this.link.flush();
    }
    return true;
  }

  private async confirm(device: Trustee, room: Room, request: Request): Promise<boolean> {
    if (this.journal !== null) {
      await this.storage.clearJournals();
      this.journal = null;
    }
    if (!hasSent(request, room.seat, "confirmation")) {
      await this.link.send(request, "confirmation", await device.makeConfirmation());
    }
    const messages = await this.link.readRound(request, "confirmation");
    if (messages === null) {
      this.tellWaiting(room, "confirmation");
      return false;
    }
    const ceremony = device.receiveConfirmations(messages);
    this.keyWords = encodeWords(computeKeyFingerprint(ceremony.ceremonyHash, ceremony.key), KEY_WORDS);
    this.isFinished = true;
    return false;
  }

  /** Stop for good in this ceremony, and tell the others why. */
  private async giveUp(room: Room, request: Request, problem: string, trustee: number | null, screen: Screen): Promise<void> {
    this.failure = screen;
    await this.forget();
    this.talk.tell(screen);
    if (!hasSent(request, room.seat, "failure")) {
      await this.link.report(request, problem, trustee);
    }
  }

  /** Somebody has stopped the ceremony: say who and why, in the words of this room. */
  private async stop(room: Room, request: Request): Promise<void> {
    if (this.device?.step !== "holding") {
      await this.forget();
    }
    const reports = request.reports.map((report) => describeReport(room, report));
    this.talk.drop();
    this.talk.tell(this.failure ?? notice("stoppedTitle", [...reports, { key: "stopped" }], "wrong"));
  }

  private async forget(): Promise<void> {
    this.device = null;
    if (this.journal !== null) {
      await this.storage.clearJournals();
      this.journal = null;
    }
  }

  private tellWaiting(room: Room, round: string): void {
    const isJoining = room.joined.length < room.terms.count;
    const key = isJoining ? "ceremonyJoining" : (WAITING[round] ?? "ceremonyWorking");
    const screen = notice("ceremonyTitle", [{ key }, describeTerms(room)]);
    const hasWords = round === "share" && this.device !== null;
    this.talk.tell(hasWords && this.device !== null ? { ...screen, words: this.device.words } : screen);
  }
}

function describeTerms(room: Room): Sentence {
  return { key: "ceremonyTerms", fields: { count: room.terms.count, threshold: room.terms.threshold } };
}

function describeFault(room: Room, error: CeremonyError): Sentence {
  if (error.trustee === undefined) {
    return { key: "badNobody" };
  }
  return { key: isAboutShare(error.problem) ? "badShare" : "badData", fields: { name: nameSeat(room, error.trustee) } };
}

function describeReport(room: Room, report: Report): Sentence {
  const reporter = nameSeat(room, report.reporter);
  if (report.problem === DECLINED) {
    return { key: "reportDeclined", fields: { reporter } };
  }
  if (report.atFault === null || report.atFault === report.reporter) {
    return { key: "reportOther", fields: { reporter } };
  }
  const key = isAboutShare(report.problem) ? "reportShare" : "reportData";
  return { key, fields: { reporter, name: nameSeat(room, report.atFault) } };
}

function isAboutShare(problem: string): boolean {
  return /^(the|a) share|of the share|two different shares/.test(problem);
}

function detail(problem: string): Sentence {
  return { key: "detail", fields: { problem } };
}
