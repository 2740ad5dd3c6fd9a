/** Draws the screens: plain elements, native controls, no markup from data. */

import type { Selection } from "../crypto/ballot";
import type { Contest, Text } from "../crypto/manifest";
import { buildContest } from "./contest_form";
import { element } from "./element";
import { drawQrCode } from "./qr_code";
import type { Link, Screen, TestNote } from "./stage";
import { say, type Language, type TextKey } from "./texts";

/** What the voter does on a screen. */
export interface Acts {
  readonly typeCode: (code: string) => void;
  readonly answerWords: (answer: { readonly same: boolean }) => void;
  readonly mark: (contest: number, selection: Selection | null) => void;
  readonly review: () => void;
  readonly change: (contest: number | null) => void;
  readonly cast: () => void;
  readonly test: () => void;
}

type Drawn = Screen | { readonly kind: "typing"; readonly problem: TextKey | null; readonly fields?: Record<string, string> };

/** Draws into one element of the page and keeps the focus where a reader expects it. */
export class Painter {
  private last: Drawn | null = null;
  private alarm: TextKey | null = null;

  constructor(
    private readonly place: HTMLElement,
    private readonly acts: Acts,
    private readonly language: () => Language,
    private readonly meeting: () => string,
  ) {}

  draw(screen: Drawn): void {
    const before = this.last;
    this.last = screen;
    const alarm = this.alarm === null ? [] : [element("p", { class: "alarm", role: "alert" }, this.say(this.alarm))];
    this.place.replaceChildren(...alarm, ...this.build(screen));
    if (before?.kind !== screen.kind) {
      window.scrollTo(0, 0);
      const heading = this.place.querySelector("h1");
      heading?.setAttribute("tabindex", "-1");
      heading?.focus({ preventScroll: true });
    }
    if (screen.kind === "choosing" && screen.at !== null) {
      document.getElementById(`contest-${screen.at}`)?.scrollIntoView();
    }
  }

  /** Show a sentence above everything that is drawn from now on. */
  raiseAlarm(text: TextKey): void {
    this.alarm = text;
    this.redraw();
  }

  /** Draw the same screen again, in another language or after the page came back from the browser's cache. */
  redraw(): void {
    if (this.last !== null) {
      this.draw(this.last);
    }
  }

  private build(screen: Drawn): Node[] {
    switch (screen.kind) {
      case "opening":
        return [this.heading("opening")];
      case "typing":
        return this.buildTyping(screen.problem);
      case "notice":
        return [
          this.heading(screen.title),
          element("p", { class: "call", role: "status" }, this.say(screen.body, { code: this.meeting() })),
          ...(screen.more === undefined || screen.more === this.alarm ? [] : [element("p", {}, this.say(screen.more))]),
          ...(screen.link === undefined ? [] : [this.link(screen.link)]),
        ];
      case "refused":
        return [element("h1", {}, screen.message), element("p", {}, this.say("notCast"))];
      case "words":
        return this.buildWords(screen.words);
      case "choosing":
        return this.buildChoosing(screen);
      case "reviewing":
        return screen.sending === null ? this.buildReview(screen) : this.buildSending(screen.sending);
      case "recorded":
        return this.buildRecorded(screen);
    }
  }

  private buildTyping(problem: TextKey | null): Node[] {
    const input = element("input", {
      id: "code",
      autocomplete: "off",
      autocapitalize: "characters",
      spellcheck: "false",
      maxlength: "40",
    });
    const form = element(
      "form",
      { class: "typing" },
      element("label", { for: "code" }, this.say("typeCode")),
      input,
      element("button", { class: "main" }, this.say("useCode")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.acts.typeCode(input.value);
    });
    const trouble = problem === null ? [] : [element("p", { class: "call", role: "alert" }, this.say(problem))];
    return [this.heading(problem === null ? "typeTitle" : "unreadableTitle"), ...trouble, form];
  }

  private buildWords(words: readonly string[]): Node[] {
    return [
      this.heading("wordsTitle"),
      element("p", {}, this.say("words")),
      element("p", { class: "words" }, words.join(" · ")),
      this.button("wordsSame", "main", () => this.acts.answerWords({ same: true })),
      this.button("wordsDiffer", "second", () => this.acts.answerWords({ same: false })),
    ];
  }

  private buildChoosing({ manifest, marks, note }: Extract<Screen, { kind: "choosing" }>): Node[] {
    const { contests, title, rehearsal } = manifest.content;
    const limits = new Set(contests.map((contest) => contest.marks));
    const [limit = 1] = limits;
    const hint = limits.size > 1 ? "chooseEach" : limit === 1 ? "chooseOne" : "chooseMany";
    const page = {
      read: (text: Text) => this.read(text),
      say: (key: TextKey, fields?: Readonly<Record<string, string | number>>) => this.say(key, fields),
      mark: (contest: number, selection: Selection | null) => this.mark(contest, selection),
    };
    return [
      ...(note === null ? [] : [this.buildNote(note)]),
      element("h1", {}, this.read(title)),
      ...(rehearsal ? [element("p", { class: "trial" }, this.say("rehearsal"))] : []),
      element("p", {}, this.say(hint, { count: limit })),
      ...contests.map((contest, index) => buildContest(contest, index, marks.get(index), page)),
      this.button("review", "main", () => this.acts.review()),
    ];
  }

  /** Pass a mark on, and keep it for when the same screen is drawn again in another language. */
  private mark(contest: number, selection: Selection | null): void {
    this.acts.mark(contest, selection);
    if (this.last?.kind === "choosing") {
      const marks = new Map(this.last.marks);
      if (selection === null) {
        marks.delete(contest);
      } else {
        marks.set(contest, selection);
      }
      this.last = { ...this.last, marks, at: contest };
    }
  }

  /** Say what became of a test; the phone beside it reads the picture. */
  private buildNote(note: TestNote): HTMLElement {
    if (!note.isPublished) {
      return element("section", { class: "note", role: "status" }, element("p", {}, this.say(note.reason)));
    }
    const address = note.address.split("#")[0] ?? "";
    return element(
      "section",
      { class: "note", role: "status" },
      element("h2", {}, this.say("testedTitle")),
      element("p", {}, this.say("tested")),
      this.trackerLine(note.tracker),
      element("p", {}, this.say("testedWhere", { address })),
      drawQrCode(note.address),
      element("p", {}, this.say("testedNext")),
    );
  }

  private buildSending(sending: TextKey): Node[] {
    return [
      this.heading("reviewTitle"),
      element("p", { class: "call", role: "status" }, this.say(sending === "orTellers" ? "unknown" : sending)),
      ...(sending === "orTellers" ? [element("p", { class: "call" }, this.say("orTellers"))] : []),
      element("button", { class: "main", disabled: "" }, this.say("sending")),
    ];
  }

  private buildReview({ manifest, marks, tracker }: Extract<Screen, { kind: "reviewing" }>): Node[] {
    const rows = manifest.content.contests.map((contest, index) =>
      this.buildReviewed(contest, marks.get(index), () => this.acts.change(index)),
    );
    const cast = this.button("sealing", "main", () => {
      cast.disabled = true;
      cast.textContent = this.say("sending");
      this.acts.cast();
    });
    cast.disabled = true;
    const line = this.trackerLine("…");
    const test = this.button("test", "second", () => this.askForTest(test, what));
    test.disabled = true;
    const what = element("p", {}, this.say("testHint"));
    // A phone must have bound itself to one ballot before it can know whether the voter casts or tests it.
    void tracker.then(
      (text) => {
        line.replaceChildren(...this.trackerLine(text).childNodes);
        cast.textContent = this.say("cast");
        cast.disabled = test.disabled = false;
      },
      () => undefined,
    );
    return [this.heading("reviewTitle"), ...rows, line, element("p", {}, this.say("reviewHint")), cast, what, test];
  }

  /** Ask once more before a test: what it opens is not secret. */
  private askForTest(button: HTMLButtonElement, what: HTMLElement): void {
    if (what.className === "") {
      what.className = "warning";
      what.textContent = this.say("testWarning");
      button.textContent = this.say("testSure");
    } else {
      button.disabled = true;
      this.acts.test();
    }
  }

  private buildReviewed(contest: Contest, marked: Selection | undefined, act: () => void): HTMLElement {
    const subject = this.read(contest.text);
    const change = this.button("change", "second", act);
    change.setAttribute("aria-label", `${this.say("change")}: ${subject}`);
    return element("section", { class: "reviewed" }, element("h2", {}, subject), ...this.wordMarks(contest, marked), change);
  }

  /** Return a contest's marks in words, and what the voter may have forgotten. */
  private wordMarks(contest: Contest, marked: Selection | undefined): Node[] {
    if (marked === undefined) {
      return [element("p", { class: "warning" }, this.say("notChosen", { subject: this.read(contest.text) }))];
    }
    if (marked.length === 0) {
      return [element("p", { class: "chosen" }, this.say("blank"))];
    }
    const names = marked.map((option) => this.read(contest.options[option]?.text ?? { vi: "", en: "" }));
    if (contest.marks === 1) {
      return names.map((name) => element("p", { class: "chosen" }, name));
    }
    const left = contest.marks - marked.length;
    const chosen = element("ul", { class: "chosen" }, ...names.map((name) => element("li", {}, name)));
    const fields = { subject: this.read(contest.text), chosen: marked.length, count: contest.marks };
    return [chosen, element("p", left > 0 ? { class: "warning" } : {}, this.say(left > 0 ? "notFull" : "full", fields))];
  }

  private buildRecorded(screen: Extract<Screen, { kind: "recorded" }>): Node[] {
    const { ballot, inclusion } = screen;
    const heading = element("h1", { class: "recorded" }, "✓ ", this.say("recordedTitle"));
    return [
      heading,
      element("p", { class: "call", role: "status" }, this.say("recorded", { time: ballot.time })),
      ...(inclusion === "included" ? [element("p", { class: "good", role: "status" }, `✓ ${this.say(inclusion)}`)] : []),
      this.trackerLine(ballot.tracker),
      element("p", {}, this.say("trackerUse")),
      element("p", {}, this.say("waitingNext")),
    ];
  }

  private trackerLine(tracker: string): HTMLElement {
    return element("p", { class: "tracker" }, `${this.say("tracker")}: `, element("b", {}, tracker));
  }

  private link({ text, address }: Link): HTMLElement {
    // Beside this page, which may have more to vote on.
    return element("p", {}, element("a", { href: address, target: "_blank", rel: "noopener" }, this.say(text)));
  }

  private heading(key: TextKey): HTMLElement {
    return element("h1", {}, this.say(key));
  }

  private button(key: TextKey, kind: string, act: () => void): HTMLButtonElement {
    const button = element("button", { class: kind, type: "button" }, this.say(key));
    button.addEventListener("click", act);
    return button;
  }

  private read(text: Text): string {
    return this.language() === "vi" ? text.vi : text.en;
  }

  private say(key: TextKey, fields: Readonly<Record<string, string | number>> = {}): string {
    return say(this.language(), key, fields);
  }
}
