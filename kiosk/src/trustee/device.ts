/** A teller's phone from joining to the destruction of its share: one look at the server at a time. */

import { encodeCanonical, isJsonObject, type JsonObject } from "../crypto/encoding";
import { Fields } from "../crypto/fields";
import type { RandomBytes } from "../crypto/group";
import type { Trustee } from "../crypto/trustee";
import { COUNT_NAMES, notice, type Conversation, type CountName, type Screen, type View } from "./conversation";
import { Decrypting, type Tools } from "./decrypting";
import { DECLINED, KeyCeremony, type OpenStorage } from "./key_ceremony";
import { hasSent, LinkLostError, LinkRefusedError, nameSeat, type Request, type Room, type RoomLink } from "./link";
import { readPaperRequest } from "./paper";
import { describeSeats } from "./seats";
import type { PhoneStorage } from "./storage";

/** Refusals that only say that the room has moved on since this phone last looked. */
const PASSING = new Set(["attempt_over", "round_not_open", "occasion_unknown", "ceremony_not_begun"]);

/** Refusals after which this phone has no seat. */
const FINAL = new Set(["join_code_wrong", "seat_unknown", "seat_taken"]);

/** The server gives this phone no seat. */
export class SeatLostError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** What a device needs of the page around it. */
export interface Surroundings extends Tools {
  readonly storage: PhoneStorage;
  readonly openStorage: OpenStorage;
  readonly randomBytes: RandomBytes;
  readonly show: (view: View) => void;
}

/** Everything a phone does; `attempt` looks at the server once and does what can be done. */
export class TellerDevice {
  private readonly ceremony: KeyCeremony;
  private decrypting: Decrypting | null = null;
  private hasJoined = false;
  private isLost = false;
  private room: Room | null = null;
  private screen: Screen = notice("openingTitle", [{ key: "opening" }]);

  constructor(
    private readonly link: RoomLink,
    private readonly talk: Conversation,
    private readonly around: Surroundings,
  ) {
    this.ceremony = new KeyCeremony(link, talk, around.storage, around.openStorage, around.randomBytes);
  }

  /**
   * Do one step and show where things stand; return whether it sent anything, so that looking again at once is worth it.
   *
   * Raises: SeatLostError; StorageMissingError; CryptoError if the storage is damaged.
   */
  async attempt(): Promise<boolean> {
    const before = this.link.delivered;
    this.talk.begin();
    try {
      await this.step();
      this.isLost = false;
      this.talk.finish();
      this.screen = this.talk.screen ?? this.describeWaiting();
    } catch (error) {
      this.handleFailure(error);
    }
    this.show(this.screen);
    return this.link.delivered > before;
  }

  /** Show how far the review of the board has come. */
  showProgress(check: string, done: number, total: number): void {
    const body = [{ key: "review" }, { key: "reviewStep", fields: { check, done, total } }] as const;
    this.show({ ...notice("reviewTitle", body), progress: total > 0 ? done / total : 0 });
  }

  private async step(): Promise<void> {
    if (!this.hasJoined) {
      this.room = await this.link.join();
      this.hasJoined = true;
    }
    await this.link.flush();
    const room = await this.link.readRoom();
    this.room = room;
    await this.ceremony.step(room);
    const { trustee } = this.ceremony;
    if (trustee === null || !this.ceremony.isFinished || !room.hasKey) {
      return;
    }
    for (const request of room.requests) {
      await this.serve(room, request, trustee);
    }
    if (trustee.step === "destroyed" && this.isKnownDestroyed(room)) {
      this.talk.tell(notice("destroyedTitle", [{ key: "destroyed" }], "good"));
    }
  }

  private async serve(room: Room, request: Request, trustee: Trustee): Promise<void> {
    if (request.kind === "destroy") {
      await this.destroy(room, request, trustee);
    } else if (trustee.step === "holding" && request.kind === "counts") {
      await this.signCounts(room, request, trustee);
    } else if (trustee.step === "holding" && request.kind === "paper") {
      await this.signPaper(room, request, trustee);
    } else if (trustee.step === "holding" && request.kind === "whole") {
      await this.findDecrypting(trustee)?.step(room, request);
    }
  }

  private async signCounts(room: Room, request: Request, trustee: Trustee): Promise<void> {
    const subject = new Fields(request.subject, "counts request", ["election", "slot", "counts", "title"]);
    const title = subject.member("title", ["vi", "en"]);
    const about = { key: "election", fields: { title: { vi: title.text("vi"), en: title.text("en") } } } as const;
    if (hasSent(request, room.seat, "signature")) {
      this.talk.tell(notice("countsSigned", [about, { key: "countsSignedBody" }], "good"));
      return;
    }
    const counts = readCounts(subject.value("counts"));
    const question = `counts ${request.occasion} ${request.attempt} ${JSON.stringify(request.subject)}`;
    const answer = this.talk.ask(question, { ...notice("countsTitle", [about, { key: "countsHint" }]), counts }, [
      { answer: "right", label: "countsYes", tone: "main" },
      { answer: "wrong", label: "countsNo", tone: "second" },
    ]);
    if (answer === "right") {
      const signed = trustee.signCounts(request.election, subject.integer("slot"), counts);
      await this.link.send(request, "signature", encodeCanonical(signed));
    } else if (answer === "wrong") {
      this.offerAgain(question, notice("countsDeclined", [about, { key: "countsDeclinedBody" }], "wrong"));
      if (!hasSent(request, room.seat, "failure")) {
        await this.link.report(request, DECLINED, null);
      }
    }
  }

  private async signPaper(room: Room, request: Request, trustee: Trustee): Promise<void> {
    const { paper, title, lines } = readPaperRequest(request.subject);
    const about = { key: "election", fields: { title } } as const;
    if (hasSent(request, room.seat, "signature")) {
      this.talk.tell(notice("paperSigned", [about, { key: "paperSignedBody" }], "good"));
      return;
    }
    const { issued, exchanged, ballots, invalid } = paper;
    const numbers = { issued, exchanged, ballots, invalid };
    const question = `paper ${request.occasion} ${request.attempt} ${JSON.stringify(request.subject)}`;
    const screen = notice("paperTitle", [about, { key: "paperHint" }, { key: "paperNumbers", fields: numbers }, ...lines]);
    const answer = this.talk.ask(question, screen, [
      { answer: "right", label: "countsYes", tone: "main" },
      { answer: "wrong", label: "countsNo", tone: "second" },
    ]);
    if (answer === "right") {
      await this.link.send(request, "signature", encodeCanonical(trustee.signPaper(paper)));
    } else if (answer === "wrong") {
      this.offerAgain(question, notice("countsDeclined", [about, { key: "countsDeclinedBody" }], "wrong"));
      if (!hasSent(request, room.seat, "failure")) {
        await this.link.report(request, DECLINED, null);
      }
    }
  }

  private async destroy(room: Room, request: Request, trustee: Trustee): Promise<void> {
    if (hasSent(request, room.seat, "statement")) {
      return;
    }
    if (trustee.step !== "destroyed") {
      const question = `destroy ${request.attempt}`;
      const answer = this.talk.ask(question, notice("destroyTitle", [{ key: "destroy" }]), [
        { answer: "destroy", label: "destroyYes", tone: "grave" },
        { answer: "keep", label: "destroyNo", tone: "second" },
      ]);
      if (answer === "keep") {
        this.offerAgain(question, notice("destroyDeclined", [{ key: "destroyDeclinedBody" }]));
      }
      if (answer !== "destroy") {
        return;
      }
    }
    await this.link.send(request, "statement", encodeCanonical(await trustee.destroy()));
  }

  /** Show that a question was answered with no, and let the teller change that. */
  private offerAgain(question: string, screen: Screen): void {
    const again = `again ${question}`;
    if (this.talk.ask(again, screen, [{ answer: "again", label: "lookAgain", tone: "second" }]) === "again") {
      this.talk.forget(question);
      this.talk.forget(again);
    }
  }

  private findDecrypting(trustee: Trustee): Decrypting | null {
    const { holdings } = this.ceremony;
    if (this.decrypting === null && holdings !== null) {
      this.decrypting = new Decrypting(this.link, this.talk, trustee, holdings, this.around);
    }
    return this.decrypting;
  }

  /** Tell whether the statement has arrived; once the board has ended nobody asks for it any more. */
  private isKnownDestroyed(room: Room): boolean {
    return room.requests.every((request) => request.kind !== "destroy" || hasSent(request, room.seat, "statement"));
  }

  private describeWaiting(): Screen {
    const { keyWords } = this.ceremony;
    const screen = notice("waitingTitle", [{ key: "waiting" }]);
    return keyWords.length === 0 ? screen : { ...screen, keyWords };
  }

  private handleFailure(error: unknown): void {
    if (error instanceof LinkLostError) {
      this.isLost = true;
    } else if (error instanceof LinkRefusedError && FINAL.has(error.code)) {
      throw new SeatLostError(error.code);
    } else if (error instanceof LinkRefusedError) {
      this.isLost = false;
      if (!PASSING.has(error.code)) {
        const fields = { message: error.message };
        this.screen = notice("refusedTitle", [{ key: "serverSays", fields }], "wrong");
      }
    } else {
      throw error;
    }
  }

  private show(screen: Screen): void {
    const { room } = this;
    this.around.show({
      unit: room?.unit ?? "",
      name: room === null ? "" : nameSeat(room, room.seat),
      seat: room?.seat ?? 0,
      isRehearsal: room?.terms.rehearsal === true,
      isLost: this.isLost,
      screen,
      seats: room === null ? [] : describeSeats(room),
    });
  }
}

function readCounts(value: unknown): JsonObject & Readonly<Record<CountName, number>> {
  const fields = new Fields(isJsonObject(value as JsonObject) ? (value as JsonObject) : null, "counts", [...COUNT_NAMES]);
  return Object.fromEntries(COUNT_NAMES.map((name) => [name, fields.integer(name)])) as Record<CountName, number>;
}
