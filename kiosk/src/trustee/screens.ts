/** Draws the tellers' page: plain elements, native controls, no markup from data. */

import { COUNT_NAMES, type Choice, type CountName, type Screen, type SeatLine, type Sentence, type View } from "./conversation";
import { say, type Language, type TextKey } from "./texts";

/** A tap that comes sooner was meant for what stood there before. */
const SETTLE_MS = 400;

const TONES = { plain: "call", good: "good", wrong: "wrong" } as const;

/** Draws views into one element of the page. */
export class Painter {
  private last: View | null = null;
  private settling = 0;

  constructor(
    private readonly place: HTMLElement,
    private readonly answer: (question: string, answer: string) => void,
    private readonly language: () => Language,
  ) {}

  draw(view: View): void {
    const before = this.last;
    this.last = view;
    const isSame = before !== null && identify(before.screen) === identify(view.screen);
    const focused = isSame ? this.place.querySelector<HTMLElement>("button:focus")?.dataset["answer"] : undefined;
    if (!isSame) {
      this.settling = performance.now() + SETTLE_MS;
      setTimeout(() => this.listButtons().forEach((each) => (each.disabled = false)), SETTLE_MS);
    }
    this.place.replaceChildren(...this.build(view));
    if (isSame) {
      this.place.querySelector<HTMLElement>(`button[data-answer="${focused ?? ""}"]`)?.focus();
      return;
    }
    window.scrollTo(0, 0);
    const heading = this.place.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }

  /** Draw the same again, in another language. */
  redraw(): void {
    if (this.last !== null) {
      this.draw(this.last);
    }
  }

  private build(view: View): Node[] {
    const { screen } = view;
    return [
      ...(view.isLost ? [element("p", { class: "lost", role: "alert" }, this.say("lost"))] : []),
      ...(view.name === ""
        ? []
        : [element("p", { class: "who" }, this.say("who", { seat: view.seat, name: view.name, unit: view.unit }))]),
      ...(view.isRehearsal ? [element("p", { class: "trial" }, this.say("rehearsal"))] : []),
      ...this.buildScreen(screen),
      ...(view.seats.length === 0 ? [] : this.buildSeats(view.seats)),
    ];
  }

  private buildScreen(screen: Screen): Node[] {
    const [first, ...rest] = screen.body;
    const isElection = first?.key === "election";
    const told = isElection ? rest : screen.body;
    return [
      element("h1", {}, this.sentence(screen.title)),
      ...(isElection ? [element("h2", {}, this.sentence(first))] : []),
      ...(screen.ballots === undefined
        ? []
        : [element("p", { class: "ballots" }, this.say("wholeBallots", { ballots: screen.ballots }))]),
      ...(screen.words === undefined ? [] : [this.buildWords(screen.words)]),
      ...told.map((sentence, place) =>
        element("p", place === 0 ? { class: TONES[screen.tone], role: "status" } : {}, this.sentence(sentence)),
      ),
      ...(screen.progress === undefined ? [] : [this.buildProgress(screen)]),
      ...(screen.counts === undefined ? [] : [this.buildCounts(screen.counts)]),
      ...(screen.choices ?? []).map((choice) => this.buildChoice(screen, choice)),
      ...(screen.keyWords === undefined
        ? []
        : [
            element("p", {}, this.say("keyWords")),
            element("p", { class: "small-words" }, screen.keyWords.join(" · ")),
          ]),
    ];
  }

  private buildWords(words: readonly string[]): HTMLElement {
    return element("ol", { class: "words" }, ...words.map((word) => element("li", {}, word)));
  }

  private buildProgress(screen: Screen): HTMLElement {
    const label = this.sentence(screen.title);
    return element("progress", { max: "1", value: String(screen.progress ?? 0), "aria-label": label });
  }

  private buildCounts(counts: Readonly<Record<CountName, number>>): HTMLElement {
    return element(
      "dl",
      { class: "counts" },
      ...COUNT_NAMES.map((name) =>
        element(
          "div",
          {},
          element("dt", {}, this.say(`count_${name}`), element("small", {}, this.say(`count_${name}_hint`))),
          element("dd", {}, String(counts[name])),
        ),
      ),
    );
  }

  private buildChoice(screen: Screen, choice: Choice): HTMLElement {
    const { question = "" } = screen;
    const button = element(
      "button",
      { type: "button", class: choice.tone, "data-answer": choice.answer },
      say(this.language(), choice.label, screen.title.fields),
    );
    button.disabled = performance.now() < this.settling;
    button.addEventListener("click", () => {
      this.listButtons().forEach((each) => (each.disabled = true));
      this.answer(question, choice.answer);
    });
    return button;
  }

  private buildSeats(seats: readonly SeatLine[]): Node[] {
    const rows = seats.map(({ name, isOwn, state, tone }) =>
      element(
        "li",
        {},
        element("span", {}, isOwn ? this.say("own", { name }) : name),
        element("span", { class: tone }, this.say(state)),
      ),
    );
    return [element("h2", {}, this.say("everybody")), element("ul", { class: "seats" }, ...rows)];
  }

  private listButtons(): readonly HTMLButtonElement[] {
    return [...this.place.querySelectorAll("button")];
  }

  private sentence({ key, fields }: Sentence): string {
    return say(this.language(), key, fields);
  }

  private say(key: TextKey, fields?: Sentence["fields"]): string {
    return say(this.language(), key, fields);
  }
}

function identify(screen: Screen): string {
  return `${screen.title.key} ${screen.question ?? ""}`;
}

/** Return an element with attributes and children; text is always text. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
