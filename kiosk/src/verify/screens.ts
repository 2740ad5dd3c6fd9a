/** Draws what the verifying page asks, does and found: plain elements, no markup from data. */

import { element } from "../booth/element";
import type { Language } from "../booth/texts";
import { buildElection } from "./elections";
import { quote, Speech } from "./speech";
import { explainCheck, type VerifyTextKey } from "./texts";
import type { Failure, Result } from "./work";

/** A sentence that says what is missing or wrong before anything is checked. */
export interface Problem {
  readonly key: VerifyTextKey;
  readonly fields?: Readonly<Record<string, string>>;
}

export type VerifyScreen =
  | { readonly kind: "asking"; readonly problem: Problem | null }
  | { readonly kind: "checking"; readonly check: string; readonly done: number; readonly total: number }
  | { readonly kind: "held"; readonly result: Result }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "broken"; readonly problem: string };

/** What somebody chose on the page. */
export interface Choice {
  archive: File | null;
  confirmation: File | null;
  head: string;
}

/** What somebody does on the page. */
export interface VerifyActs {
  readonly start: () => void;
  readonly stop: () => void;
}

const ORDER = ["V1", "V3", "V4", "V2", "V5", "V6", "V7", "V8", "V9", "V12"];

/** Draws into one element of the page. */
export class VerifyPainter {
  private last: VerifyScreen | null = null;
  private readonly step = element("p");
  private readonly bar = element("progress", { max: "1" });
  private readonly speech: Speech;

  constructor(
    private readonly place: HTMLElement,
    private readonly language: () => Language,
    private readonly choice: Choice,
    private readonly acts: VerifyActs,
  ) {
    this.speech = new Speech(language);
  }

  draw(screen: VerifyScreen): void {
    const isSameWork = screen.kind === "checking" && this.last?.kind === "checking";
    this.last = screen;
    if (screen.kind === "checking") {
      this.showProgress(screen);
    }
    if (!isSameWork) {
      this.repaint(screen);
    }
  }

  /** Draw the same screen again, in another language. */
  redraw(): void {
    if (this.last !== null) {
      this.repaint(this.last);
    }
  }

  private repaint(screen: VerifyScreen): void {
    this.place.replaceChildren(...this.build(screen));
    window.scrollTo(0, 0);
    const heading = this.place.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }

  private build(screen: VerifyScreen): Node[] {
    switch (screen.kind) {
      case "asking":
        return this.buildAsking(screen.problem);
      case "checking":
        this.showProgress(screen);
        this.bar.setAttribute("aria-label", this.say("checking"));
        return [
          element("h1", {}, this.say("checking")),
          this.bar,
          this.step,
          element("p", {}, this.say("patience")),
          this.button("stop", this.acts.stop, {}),
        ];
      case "held":
        return this.buildHeld(screen.result);
      case "failed":
        return this.buildFailed(screen.failure);
      case "broken":
        return [
          element("h1", { class: "warning" }, this.say("brokenTitle")),
          element("p", { class: "call" }, this.say("broken", { problem: quote(screen.problem) })),
          this.button("again", this.acts.stop, { class: "main" }),
        ];
    }
  }

  private buildAsking(problem: Problem | null): Node[] {
    const head = element("input", {
      id: "head",
      autocomplete: "off",
      autocapitalize: "characters",
      spellcheck: "false",
      value: this.choice.head,
      "aria-describedby": "head-hint",
    });
    head.addEventListener("input", () => {
      this.choice.head = head.value;
    });
    const form = element(
      "form",
      { class: "typing" },
      element("h2", {}, this.say("fileStep")),
      element("p", { id: "archive-hint" }, this.say("fileHint")),
      ...this.buildFile("archive", "fileLabel"),
      element("h2", {}, this.say("headStep")),
      element("p", { id: "head-hint" }, this.say("headHint")),
      element("label", { for: "head" }, this.say("headLabel")),
      head,
      element("h2", {}, this.say("confirmationStep")),
      element("p", { id: "confirmation-hint" }, this.say("confirmationHint")),
      ...this.buildFile("confirmation", "confirmationLabel"),
      element("p", { class: "warning", role: "alert" }, problem === null ? "" : this.say(problem.key, problem.fields)),
      element("button", { type: "submit", class: "main" }, this.say("start")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.acts.start();
    });
    return [
      element("h1", {}, this.say("heading")),
      element("p", {}, this.say("what")),
      element("p", { class: "call" }, this.say("offline")),
      form,
    ];
  }

  /** The browser's own chooser speaks the browser's language and breaks narrow pages: a label stands over it. */
  private buildFile(key: "archive" | "confirmation", label: VerifyTextKey): Node[] {
    const chosen = element("p", { id: `${key}-chosen`, role: "status" }, this.describeFile(this.choice[key]));
    const input = element("input", { id: key, type: "file", "aria-describedby": `${key}-hint ${key}-chosen` });
    input.addEventListener("change", () => {
      this.choice[key] = input.files?.[0] ?? null;
      chosen.textContent = this.describeFile(this.choice[key]);
    });
    const text = element("span", {}, `${this.say(label)}: ${this.say("choose")}`);
    return [element("label", { class: "chooser", for: key }, input, text), chosen];
  }

  private describeFile(file: File | null): string {
    return file === null ? this.say("noFile") : this.say("chosen", { name: quote(file.name), size: formatSize(file.size) });
  }

  private buildHeld(result: Result): Node[] {
    const [title, body] = result.isHeadCompared
      ? (["verifiedTitle", "verified"] as const)
      : (["consistentTitle", "consistent"] as const);
    const { superior, unit, place, date } = result;
    const { entries, ballots, proofs, signatures } = result.totals;
    return [
      element("h1", { class: result.isHeadCompared ? "recorded" : "" }, this.say(title)),
      ...(result.isRehearsal ? [element("p", { class: "trial" }, this.say("rehearsal"))] : []),
      element("p", { class: "call", role: "status" }, this.say(body)),
      element("p", {}, this.say("meeting", { superior, unit, place, date: this.speech.formatDate(date) })),
      element("p", { class: "counted" }, this.say("counted", this.speech.formatAll({ entries, ballots, proofs, signatures }))),
      ...(result.head === null ? [] : [element("p", { class: "head" }, this.say("head", { head: result.head }))]),
      element("h2", {}, this.say("resultsHeading")),
      ...result.elections.map((election) => buildElection(election, this.speech)),
      element("h2", {}, this.say("checksHeading")),
      element("ol", { class: "checks" }, ...result.checks.map((check) => this.buildCheck(check))),
      this.button("again", this.acts.stop, { class: "main" }),
    ];
  }

  private buildCheck({ name, counted }: Result["checks"][number]): Node {
    const label = this.say("objects", { name, counted: this.speech.format(counted) });
    return element("li", {}, element("b", {}, label), ` – ${explainCheck(this.language(), name)}`);
  }

  private buildFailed(failure: Failure): Node[] {
    const { check, entry, problem, expected, found } = failure;
    const line = (key: VerifyTextKey, value: string | null): Node[] =>
      value === null ? [] : [element("p", { class: "detail" }, this.say(key, { value: quote(value) }))];
    const hint = findHint(failure);
    return [
      element("h1", { class: "warning" }, this.say("failedTitle", { check })),
      element("p", { class: "call", role: "status" }, this.say("failed")),
      ...(hint === null ? [] : [element("p", {}, this.say(hint))]),
      element("p", {}, this.say("shouldHold")),
      element("p", { class: "chosen" }, explainCheck(this.language(), check)),
      ...(entry === null ? [] : [element("p", {}, this.say("entry", { entry, line: entry + 1 }))]),
      element("p", { class: "detail" }, this.say("detail", { problem: quote(problem) })),
      ...line("expected", expected),
      ...line("found", found),
      element("p", {}, this.say("keep")),
      this.button("again", this.acts.stop, { class: "main" }),
    ];
  }

  private showProgress({ check, done, total }: { readonly check: string; readonly done: number; readonly total: number }): void {
    const before = Math.max(0, ORDER.indexOf(check));
    // The length of V1 is not known before its end; V5, the ballots, is most of the work.
    const weights = ORDER.map((name) => (name === "V5" ? 20 : 1));
    const sum = (values: readonly number[]): number => values.reduce((left, right) => left + right, 0);
    const share = check === "V1" || total === 0 ? 0 : done / total;
    this.bar.value = (sum(weights.slice(0, before)) + (weights[before] ?? 0) * share) / sum(weights);
    const text = this.say("step", { check, done: this.speech.format(done), total: this.speech.format(total) });
    this.step.textContent = `${text}. ${explainCheck(this.language(), check)}`;
  }

  private button(key: VerifyTextKey, act: () => void, attributes: Readonly<Record<string, string>>): Node {
    const made = element("button", { type: "button", ...attributes }, this.say(key));
    made.addEventListener("click", act);
    return made;
  }

  private say(key: VerifyTextKey, fields?: Readonly<Record<string, string | number>>): string {
    return this.speech.say(key, fields);
  }
}

/** Return the size of a file as people write it. */
export function formatSize(bytes: number): string {
  return bytes < 100_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function findHint({ check, entry, problem }: Failure): VerifyTextKey | null {
  if (check !== "V1") {
    return null;
  }
  if (problem.startsWith("the head ")) {
    return "perhapsTyped";
  }
  if (problem.startsWith("the archive does not end in final")) {
    return "perhapsBoard";
  }
  return entry === 0 || entry === null ? "perhapsNoArchive" : null;
}
