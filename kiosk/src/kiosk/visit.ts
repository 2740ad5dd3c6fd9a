/** One voter at the kiosk: a booth session that ends for good when the next voter's turn begins. */

import { Memory } from "../booth/memory";
import { createRest } from "../booth/rest";
import { Server, type Door } from "../booth/server";
import { Session } from "../booth/session";
import type { Screen } from "../booth/stage";
import type { Language, TextKey } from "../booth/texts";
import { createRandomBytes } from "../crypto/random";
import type { SlipFragment } from "../crypto/slip";
import { createPause } from "../crypto/steps";

const SLICE_MS = 8;

/** What a visit needs of the page; `checkAddress` is the voters' page that looks up tested ballots. */
export interface VisitPage {
  readonly show: (screen: Screen) => void;
  readonly raiseAlarm: (text: TextKey) => void;
  readonly checkAddress: string;
}

/** A session of which nothing is left once it is over: what was waiting never comes back, and nothing is drawn. */
export class Visit {
  readonly session: Session;
  private isOver = false;

  constructor(
    readonly slip: SlipFragment,
    door: Door,
    language: () => Language,
    page: VisitPage,
  ) {
    this.session = new Session(slip, {
      server: new Server(slip.meeting, language, door),
      // A kiosk keeps nothing, not even over a reload: the memory has no storage.
      memory: new Memory(() => {
        throw new Error("a kiosk stores nothing");
      }),
      randomBytes: createRandomBytes(globalThis.crypto),
      show: (screen) => {
        if (!this.isOver) {
          page.show(screen);
        }
      },
      raiseAlarm: (text) => {
        if (!this.isOver) {
          page.raiseAlarm(text);
        }
      },
      checkAddress: page.checkAddress,
      wait: (milliseconds) =>
        new Promise((resolve) => {
          setTimeout(() => {
            if (!this.isOver) {
              resolve();
            }
          }, milliseconds);
        }),
      pause: createPause(() => performance.now(), createRest(), SLICE_MS),
      readTime: () => new Date().toLocaleTimeString(language() === "vi" ? "vi-VN" : "en-GB", { timeStyle: "short" }),
      random: Math.random,
      forgetAddress: () => undefined,
    });
  }

  /** Follow the meeting until the visit is over. */
  run(): void {
    void this.session.run();
  }

  end(): void {
    this.isOver = true;
  }
}
