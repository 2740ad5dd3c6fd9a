/**
 * What the page shows, and what the teller answers; without an answer nothing leaves the phone.
 *
 * The device lives in a worker and says after every look at the server what is to be seen now: one question, or one
 * notice. It never waits for an answer: a question that is asked again finds the answer given meanwhile, and one that is
 * not asked again has gone from the page. So a teller can never answer something that is no longer so.
 */

import type { TextKey } from "./texts";

/** What fills a sentence's places; a text in both languages is read in the page's. */
export type FieldValue = string | number | { readonly vi: string; readonly en: string };
export type FieldMap = Readonly<Record<string, FieldValue>>;

/** One sentence by its key. */
export interface Sentence {
  readonly key: TextKey;
  readonly fields?: FieldMap;
}

export type Tone = "plain" | "good" | "wrong";

export const COUNT_NAMES = ["printed", "handed_out", "left_over", "brought_back", "lost", "present"] as const;
export type CountName = (typeof COUNT_NAMES)[number];

/** An answer that can be given; `tone` "grave" cannot be taken back. */
export interface Choice {
  readonly answer: string;
  readonly label: TextKey;
  readonly tone: "main" | "second" | "grave";
}

/** What stands on the page. `question` names what `choices` answer. */
export interface Screen {
  readonly title: Sentence;
  readonly tone: Tone;
  readonly body: readonly Sentence[];
  readonly words?: readonly string[];
  readonly keyWords?: readonly string[];
  readonly counts?: Readonly<Record<CountName, number>>;
  readonly ballots?: number;
  /** How much of a long work is done, 0 to 1. */
  readonly progress?: number;
  readonly question?: string;
  readonly choices?: readonly Choice[];
}

/** One teller as the list of everybody shows it. */
export interface SeatLine {
  readonly name: string;
  readonly isOwn: boolean;
  readonly state: TextKey;
  readonly tone: "in" | "awaited" | "plain";
}

/** Everything on the page. */
export interface View {
  readonly unit: string;
  readonly name: string;
  readonly seat: number;
  readonly isRehearsal: boolean;
  readonly isLost: boolean;
  readonly screen: Screen;
  readonly seats: readonly SeatLine[];
}

/** One look's worth of things to show, and the answers given so far. */
export class Conversation {
  private readonly answers = new Map<string, string>();
  private shown: Screen | null = null;
  private hasQuestion = false;
  /** What stands on the page while the next look is under way. */
  private offered: Screen | null = null;

  /** Begin the next look at the server; what stands on the page can still be answered. */
  begin(): void {
    this.shown = null;
    this.hasQuestion = false;
  }

  /** End a look: from here on only what it asked can be answered. */
  finish(): void {
    this.offered = this.shown;
  }

  /** Return what is to be seen; null if nothing was said. */
  get screen(): Screen | null {
    return this.shown;
  }

  /** Take a question off the page that is not to be answered any more. */
  drop(): void {
    this.begin();
  }

  /** Show something, unless a question stands there; what is told last is seen. */
  tell(screen: Screen): void {
    if (!this.hasQuestion) {
      this.shown = screen;
    }
  }

  /**
   * Return the answer to a question, null while there is none; then the question is seen.
   *
   * The first question of a look is seen until it is answered. `question` must name all that the answer is about.
   */
  ask(question: string, screen: Screen, choices: readonly Choice[]): string | null {
    const answer = this.answers.get(question);
    if (answer !== undefined) {
      return answer;
    }
    if (!this.hasQuestion) {
      this.shown = { ...screen, question, choices };
      this.hasQuestion = true;
    }
    return null;
  }

  /** Take the first answer to the question that stands on the page; any other is dropped. */
  answer(question: string, answer: string): void {
    const { offered } = this;
    const isOffered = offered?.question === question && offered.choices?.some((choice) => choice.answer === answer) === true;
    if (isOffered && !this.answers.has(question)) {
      this.answers.set(question, answer);
    }
  }

  /** Forget an answer, so that the question is asked again. */
  forget(question: string): void {
    this.answers.delete(question);
  }
}

/** Return a notice. */
export function notice(title: TextKey, body: readonly Sentence[], tone: Tone = "plain", fields?: FieldMap): Screen {
  return { title: fields === undefined ? { key: title } : { key: title, fields }, tone, body };
}
