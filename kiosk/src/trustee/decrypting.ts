/** The phone in a decryption: review the board, exchange the words of the whole, let the teller confirm, answer. */

import { encodeCanonical } from "../crypto/encoding";
import { CryptoError, DecryptionRefusedError, VerificationError } from "../crypto/errors";
import type { BoardReview, Trustee } from "../crypto/trustee";
import type { TrusteeStorage } from "../crypto/trustee_storage";
import { notice, type Conversation, type Screen, type Sentence } from "./conversation";
import { DECLINED } from "./key_ceremony";
import { hasSent, nameSeat, nameSeats, type Request, type Room, type RoomLink } from "./link";

/** So long the phone waits for the others before it asks whether somebody is missing. */
export const PATIENCE_MS = 20_000;

/** One attempt, as far as this phone has come. */
interface Exchange {
  readonly election: string;
  readonly attempt: number;
  readonly began: number;
  stage: "committed" | "revealed" | "over";
  readonly missing: Set<number>;
  /** What is seen once this phone's part is over. */
  last: Screen | null;
}

interface Title {
  readonly vi: string;
  readonly en: string;
}

/** What this phone verified itself; the title is the manifest's, not what the server calls it. */
interface Reviewed {
  readonly election: string;
  readonly title: Title;
  readonly ballots: number;
}

/** What a phone needs of the page around it to decrypt. */
export interface Tools {
  readonly review: BoardReview;
  /** Milliseconds from any beginning. */
  readonly now: () => number;
}

/** A phone's part in every decryption of a meeting, one election after the other. */
export class Decrypting {
  private exchange: Exchange | null = null;
  private reviewed: Reviewed | null = null;

  constructor(
    private readonly link: RoomLink,
    private readonly talk: Conversation,
    private readonly trustee: Trustee,
    private readonly storage: TrusteeStorage,
    private readonly tools: Tools,
  ) {}

  /** Do what can be done now. Raises: LinkLostError, LinkRefusedError. */
  async step(room: Room, request: Request): Promise<void> {
    const { exchange } = this;
    try {
      if (exchange === null || exchange.election !== request.election || exchange.attempt !== request.attempt) {
        await this.begin(room, request);
      } else if (exchange.stage === "committed") {
        await this.receiveCommitments(room, request, exchange);
      } else if (exchange.stage === "revealed") {
        await this.receiveReveals(room, request, exchange);
      }
    } catch (error) {
      if (error instanceof VerificationError) {
        const body = [{ key: "boardWrong", fields: { check: error.check } }, detail(error.problem)] as const;
        await this.stop(room, request, error.message, notice("boardWrongTitle", body, "wrong"));
      } else if (error instanceof CryptoError) {
        await this.stop(room, request, readReason(error), describeRefusal(room, error));
      } else {
        throw error;
      }
    }
    if (this.exchange?.stage === "over" && this.exchange.last !== null) {
      this.talk.tell(this.exchange.last);
    }
  }

  private async begin(room: Room, request: Request): Promise<void> {
    this.exchange = null;
    const hasAnswered = (await this.storage.findAnswer(request.election)) !== undefined;
    if (hasAnswered && !request.answered.includes(room.seat)) {
      // Confirmed and stored before the tab was closed or the network lost: it may leave.
      await this.reviewOnce(request.election);
      await this.answer(request);
    }
    const answered = notice("answeredTitle", [...this.describeTitle(request), { key: "answeredBefore" }], "good");
    if (hasSent(request, room.seat, "commitment")) {
      // This page was loaded again and has lost the nonce. If its part is done already, nobody waits for it.
      if (!hasAnswered || !hasSent(request, room.seat, "reveal")) {
        await this.link.beginAgain(request);
      } else {
        this.end(request, answered);
      }
      return;
    }
    if (request.present !== null) {
      this.end(request, hasAnswered ? answered : this.describeGoneOn(request));
      return;
    }
    await this.reviewOnce(request.election);
    const commitment = this.trustee.makeWholeCommitment();
    const { election, attempt } = request;
    const began = this.tools.now();
    this.exchange = { election, attempt, began, stage: "committed", missing: new Set(), last: null };
    await this.link.send(request, "commitment", commitment);
  }

  private async reviewOnce(election: string): Promise<void> {
    if (this.reviewed?.election === election) {
      return;
    }
    this.reviewed = null;
    const archive = await this.link.readBoard();
    const closed = await this.trustee.reviewBoard(archive, election, this.tools.review);
    this.reviewed = { election, title: findTitle(archive, election), ballots: closed.ballots };
  }

  private async receiveCommitments(room: Room, request: Request, exchange: Exchange): Promise<void> {
    const present = request.present ?? request.senders["commitment"] ?? [];
    const absent = room.terms.indexes.filter((seat) => !present.includes(seat));
    if (request.present !== null && !request.present.includes(room.seat)) {
      this.end(request, this.describeGoneOn(request));
      return;
    }
    if (!absent.every((seat) => exchange.missing.has(seat))) {
      await this.askAboutMissing(room, request, exchange, absent);
      return;
    }
    const messages = await this.link.readRound(request, "commitment");
    if (messages === null) {
      const missing: Sentence = { key: "missingConfirmed", fields: { names: nameSeats(room, absent) } };
      this.talk.tell(notice("exchangeTitle", [...this.describeTitle(request), missing]));
      return;
    }
    this.trustee.receiveWholeCommitments(messages, new Set(absent));
    exchange.stage = "revealed";
    await this.link.send(request, "reveal", this.trustee.makeWholeReveal());
  }

  private async askAboutMissing(
    room: Room,
    request: Request,
    exchange: Exchange,
    absent: readonly number[],
  ): Promise<void> {
    const names = nameSeats(room, absent);
    this.tellWaiting(request, names);
    // The others may have confirmed before this phone's patience is over: then it asks at once.
    if (request.present === null && this.tools.now() - exchange.began < PATIENCE_MS) {
      return;
    }
    const question = `missing ${request.occasion} ${request.attempt} ${absent.join()}`;
    const screen = notice("missingTitle", [...this.describeTitle(request), { key: "missing", fields: { names } }], "plain", {
      names,
    });
    if (this.talk.ask(question, screen, [{ answer: "missing", label: "missingYes", tone: "second" }]) !== "missing") {
      return;
    }
    for (const seat of absent) {
      exchange.missing.add(seat);
      this.link.put(request, "missing", encodeCanonical({ missing: seat }), seat);
    }
    await this.link.flush();
  }

  private async receiveReveals(room: Room, request: Request, exchange: Exchange): Promise<void> {
    if (this.trustee.wholeStep === "revealed") {
      const messages = await this.link.readRound(request, "reveal");
      if (messages === null) {
        const sent = request.senders["reveal"] ?? [];
        this.tellWaiting(request, nameSeats(room, (request.present ?? []).filter((seat) => !sent.includes(seat))));
        return;
      }
      this.trustee.receiveWholeReveals(messages);
    }
    const { reviewed } = this;
    if (reviewed === null) {
      throw new DecryptionRefusedError("no closed election was reviewed");
    }
    const words = this.trustee.wholeWords;
    const shown = { words, ballots: reviewed.ballots };
    const answered: Screen = { ...notice("answeredTitle", [...this.describeTitle(request), { key: "answered" }], "good"), ...shown };
    if (request.answered.includes(room.seat)) {
      this.end(request, answered);
      return;
    }
    const screen: Screen = { ...notice("wholeTitle", [...this.describeTitle(request), { key: "whole" }]), ...shown };
    const question = `whole ${request.occasion} ${request.attempt} ${reviewed.ballots} ${words.join(" ")}`;
    const answer = this.talk.ask(question, screen, [
      { answer: "same", label: "wholeYes", tone: "main" },
      { answer: "differ", label: "wholeNo", tone: "second" },
    ]);
    if (answer === "same") {
      this.trustee.confirmWhole();
      exchange.stage = "over";
      exchange.last = answered;
      await this.answer(request);
    } else if (answer === "differ") {
      this.end(request, notice("wholeDeclinedTitle", [{ key: "wholeDeclined" }], "wrong"));
      await this.link.report(request, DECLINED, null);
    }
  }

  private async answer(request: Request): Promise<void> {
    const partial = await this.trustee.makePartialDecryption();
    await this.link.send(request, "partial", encodeCanonical(partial.toBody()));
  }

  private async stop(room: Room, request: Request, problem: string, screen: Screen): Promise<void> {
    this.end(request, screen);
    this.reviewed = null;
    if (!hasSent(request, room.seat, "failure")) {
      await this.link.report(request, problem, null);
    }
  }

  private end(request: Request, screen: Screen): void {
    const { election, attempt } = request;
    this.exchange = { election, attempt, began: this.tools.now(), stage: "over", missing: new Set(), last: screen };
  }

  private tellWaiting(request: Request, names: string): void {
    this.talk.tell(notice("exchangeTitle", [...this.describeTitle(request), { key: "exchange", fields: { names } }]));
  }

  private describeGoneOn(request: Request): Screen {
    return notice("wentOnTitle", [...this.describeTitle(request), { key: "wentOn" }]);
  }

  /** Return the title if this phone has read it on the board itself, else nothing. */
  private describeTitle(request: Request): readonly Sentence[] {
    const { reviewed } = this;
    return reviewed?.election === request.election ? [{ key: "election", fields: { title: reviewed.title } }] : [];
  }
}

/** Return the title of an election on a board that was verified. */
function findTitle(archive: Uint8Array, election: string): Title {
  for (const line of new TextDecoder().decode(archive).split("\n")) {
    const entry = line === "" ? null : (JSON.parse(line) as { kind: string; body: { election?: string; title?: Title } });
    if (entry?.kind === "manifest" && entry.body.election === election && entry.body.title !== undefined) {
      return { vi: entry.body.title.vi, en: entry.body.title.en };
    }
  }
  throw new DecryptionRefusedError("the board has no manifest of this election");
}

function describeRefusal(room: Room, error: CryptoError): Screen {
  const reason = readReason(error);
  const [, seat] = /trustee (\d+) is about to decrypt something else/.exec(reason) ?? [];
  const body: Sentence =
    seat === undefined
      ? { key: "refusedDecryption" }
      : { key: "refusedDiffers", fields: { name: nameSeat(room, Number(seat)) } };
  return notice("refusedDecryptionTitle", [body, detail(reason)], "wrong");
}

function readReason(error: CryptoError): string {
  return error instanceof DecryptionRefusedError ? error.reason : error.message;
}

function detail(problem: string): Sentence {
  return { key: "detail", fields: { problem } };
}
