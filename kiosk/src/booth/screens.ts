/** Draws the screens: plain elements, native controls, no markup from data. */

import type { Selection } from "../crypto/ballot";
import type { Contest, Text } from "../crypto/manifest";
import type { Marks, Screen } from "./session";
import { say, type Language, type TextKey } from "./texts";

/** What the voter does on a screen. */
export interface Acts {
  readonly typeCode: (code: string) => void;
  readonly answerWords: (answer: { readonly same: boolean }) => void;
  readonly mark: (contest: number, selection: Selection) => void;
  readonly review: () => void;
  readonly change: (contest: number | null) => void;
  readonly cast: () => void;
}

type Drawn = Screen | { readonly kind: "typing"; readonly problem: TextKey | null; readonly fields?: Record<string, string> };

/** Draws into one element of the page and keeps the focus where a reader expects it. */
export class Painter {
  private last: Drawn | null = null;

  constructor(
    private readonly place: HTMLElement,
    private readonly acts: Acts,
    private readonly language: () => Language,
    private readonly meeting: () => string,
  ) {}

  draw(screen: Drawn): void {
    const before = this.last;
    this.last = screen;
    this.place.replaceChildren(...this.build(screen));
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
          ...(screen.more === undefined ? [] : [element("p", {}, this.say(screen.more))]),
        ];
      case "refused":
        return [element("h1", {}, screen.message), element("p", {}, this.say("notCast"))];
      case "words":
        return this.buildWords(screen.words);
      case "choosing":
        return this.buildChoosing(screen.manifest.content.contests, screen.manifest.content.title, screen.marks, screen);
      case "reviewing":
        return this.buildReview(screen.manifest.content.contests, screen.marks, screen.sending);
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

  private buildChoosing(
    contests: readonly Contest[],
    title: Text,
    marks: Marks,
    screen: { readonly manifest: { readonly content: { readonly rehearsal: boolean } } },
  ): Node[] {
    const most = Math.max(...contests.map((contest) => contest.marks));
    return [
      element("h1", {}, this.read(title)),
      ...(screen.manifest.content.rehearsal ? [element("p", { class: "trial" }, this.say("rehearsal"))] : []),
      element("p", {}, most === 1 ? this.say("chooseOne") : this.say("chooseMany", { count: most })),
      ...contests.map((contest, index) => this.buildContest(contest, index, marks.get(index))),
      this.button("review", "main", () => this.acts.review()),
    ];
  }

  private buildContest(contest: Contest, index: number, marked: Selection | undefined): HTMLElement {
    const warning = element("p", { class: "warning", role: "alert" });
    const inputs: HTMLInputElement[] = [];
    const update = (changed: HTMLInputElement): void => {
      const blank = inputs[contest.options.length];
      const selection = contest.options.flatMap((_, option) => (inputs[option]?.checked === true ? [option] : []));
      if (selection.length > contest.marks) {
        // Nothing is taken away in silence: the new mark is refused and the voter told why.
        changed.checked = false;
        warning.textContent = this.say("chosenTooMany", { count: contest.marks });
        return;
      }
      warning.textContent = "";
      if (contest.marks > 1 && blank !== undefined && changed !== blank && selection.length > 0) {
        blank.checked = false;
      }
      if (contest.marks > 1 && changed === blank && blank.checked) {
        for (const input of inputs.slice(0, -1)) {
          input.checked = false;
        }
        this.acts.mark(index, []);
        return;
      }
      this.acts.mark(index, selection);
    };
    const labels = [...contest.options.map((option) => this.read(option.text)), this.say("blank")];
    const rows = labels.map((label, option) => {
      const input = element("input", {
        type: contest.marks === 1 ? "radio" : "checkbox",
        name: `contest-${index}`,
        id: `contest-${index}-${option}`,
      });
      input.checked =
        marked !== undefined && (option === contest.options.length ? marked.length === 0 : marked.includes(option));
      input.addEventListener("change", () => update(input));
      inputs.push(input);
      return element("label", { class: "option", for: input.id }, input, element("span", {}, label));
    });
    return element(
      "fieldset",
      { id: `contest-${index}` },
      element("legend", {}, this.read(contest.text)),
      ...rows,
      warning,
    );
  }

  private buildReview(contests: readonly Contest[], marks: Marks, sending: TextKey | null): Node[] {
    if (sending !== null) {
      return [
        this.heading("reviewTitle"),
        element("p", { class: "call", role: "status" }, this.say(sending === "orTellers" ? "unknown" : sending)),
        ...(sending === "orTellers" ? [element("p", { class: "call" }, this.say("orTellers"))] : []),
        element("button", { class: "main", disabled: "" }, this.say("sending")),
      ];
    }
    const rows = contests.map((contest, index) => {
      const selection = marks.get(index) ?? [];
      const subject = this.read(contest.text);
      const chosen = selection.map((option) => this.read(contest.options[option]?.text ?? { vi: "", en: "" })).join(", ");
      const words = marks.has(index)
        ? element("p", { class: "chosen" }, selection.length === 0 ? this.say("blank") : chosen)
        : element("p", { class: "warning" }, this.say("notChosen", { subject }));
      const change = this.button("change", "second", () => this.acts.change(index));
      change.setAttribute("aria-label", `${this.say("change")}: ${subject}`);
      return element("section", { class: "reviewed" }, element("h2", {}, subject), words, change);
    });
    const cast = this.button("cast", "main", () => {
      cast.disabled = true;
      cast.textContent = this.say("sending");
      this.acts.cast();
    });
    return [this.heading("reviewTitle"), ...rows, element("p", {}, this.say("reviewHint")), cast];
  }

  private buildRecorded(screen: Extract<Screen, { kind: "recorded" }>): Node[] {
    const { ballot, inclusion } = screen;
    const heading = element("h1", { class: "recorded" }, "✓ ", this.say("recordedTitle"));
    return [
      heading,
      element("p", { class: "call", role: "status" }, this.say("recorded", { time: ballot.time })),
      ...(inclusion === null
        ? []
        : [element("p", { class: inclusion === "included" ? "good" : "warning", role: "alert" }, this.say(inclusion))]),
      element("p", { class: "tracker" }, `${this.say("tracker")}: `, element("b", {}, ballot.tracker)),
      element("p", {}, this.say("trackerUse")),
      element("p", {}, this.say("waitingNext")),
    ];
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

/** Return a new element with attributes and children; strings become text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
