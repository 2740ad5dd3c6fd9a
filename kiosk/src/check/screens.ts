/** Draws what the checking page asks and finds: plain elements, no markup from data. */

import { element } from "../booth/element";
import type { Language } from "../booth/texts";
import type { Selection } from "../crypto/ballot";
import type { Contest, Manifest, Text } from "../crypto/manifest";
import type { SlipFinding, TrackerFinding } from "./look_up";
import { say, type CheckTextKey } from "./texts";

export type CheckScreen =
  | { readonly kind: "asking"; readonly problem: CheckTextKey | null }
  | { readonly kind: "checking" }
  | { readonly kind: "ballot"; readonly tracker: string; readonly finding: TrackerFinding }
  | { readonly kind: "slip"; readonly findings: readonly SlipFinding[] }
  | {
      readonly kind: "failed";
      readonly title: "unreachableTitle" | "refusedTitle" | "disagreeTitle";
      readonly message: string | null;
      readonly retry: () => void;
    };

/** What somebody does on the page. */
export interface CheckActs {
  readonly askTracker: (text: string) => void;
  readonly askSlip: (text: string) => void;
  readonly again: () => void;
}

const TROUBLE: readonly string[] = ["lie", "nothing"];

/** Draws into one element of the page. */
export class CheckPainter {
  private last: CheckScreen | null = null;

  constructor(
    private readonly place: HTMLElement,
    private readonly language: () => Language,
    private readonly acts: CheckActs,
  ) {}

  draw(screen: CheckScreen): void {
    this.last = screen;
    this.place.replaceChildren(...this.build(screen));
    window.scrollTo(0, 0);
    const heading = this.place.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }

  /** Draw the same screen again, in another language. */
  redraw(): void {
    if (this.last !== null) {
      this.draw(this.last);
    }
  }

  private build(screen: CheckScreen): Node[] {
    switch (screen.kind) {
      case "asking":
        return this.buildAsking(screen.problem);
      case "checking":
        return [this.heading("heading"), element("p", { class: "call", role: "status" }, this.say("checking"))];
      case "ballot":
        return [...this.buildBallot(screen.finding, screen.tracker), this.button("again", "second", this.acts.again)];
      case "slip":
        return [...this.buildSlip(screen.findings), this.button("again", "second", this.acts.again)];
      case "failed":
        return this.buildFailed(screen);
    }
  }

  private buildAsking(problem: CheckTextKey | null): Node[] {
    const trouble = problem === null ? [] : [element("p", { class: "call", role: "alert" }, this.say(problem))];
    return [
      this.heading("heading"),
      element("p", {}, this.say("what")),
      ...trouble,
      ...this.buildForm("tracker", this.acts.askTracker),
      ...this.buildForm("slip", this.acts.askSlip),
    ];
  }

  private buildForm(about: "tracker" | "slip", act: (text: string) => void): Node[] {
    const input = element("input", {
      id: about,
      autocomplete: "off",
      autocapitalize: "characters",
      spellcheck: "false",
      maxlength: "120",
    });
    const form = element(
      "form",
      { class: "typing" },
      element("h2", {}, this.say(`${about}Heading`)),
      element("p", {}, this.say(`${about}What`)),
      element("label", { for: about }, this.say(`${about}Label`)),
      input,
      element("button", { class: "main" }, this.say(`${about}Button`)),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      act(input.value);
    });
    return [form];
  }

  private buildBallot(finding: TrackerFinding, tracker: string): Node[] {
    const groups = (tracker.match(/.{5}/g) ?? []).join("-");
    const line = element("p", { class: "tracker" }, `${this.say("tracker")}: `, element("b", {}, groups));
    const style = TROUBLE.includes(finding.kind) ? "call" : "good";
    switch (finding.kind) {
      case "tested":
        return [this.heading("testedTitle"), line, ...this.buildContent(finding.manifest, finding.selections)];
      case "nothing":
        return [
          this.heading("nothingTitle"),
          line,
          element("p", { class: style, role: "alert" }, this.say(finding.isOpen ? "nothingOpen" : "nothing")),
        ];
      case "counted":
      case "testedBefore":
      case "lie": {
        const fields = { title: this.read(finding.title), ballots: finding.kind === "counted" ? finding.ballots : 0 };
        const mark = finding.kind === "counted" ? "✓ " : "";
        return [
          element("h1", {}, mark, this.say(`${finding.kind}Title`)),
          line,
          element("p", { class: style, role: "status" }, this.say(finding.kind, fields)),
        ];
      }
    }
  }

  private buildContent(manifest: Manifest, selections: readonly Selection[]): Node[] {
    const { contests, title } = manifest.content;
    return [
      element("p", {}, this.read(title)),
      ...contests.map((contest, index) =>
        element(
          "section",
          { class: "finding" },
          element("h2", {}, this.read(contest.text)),
          ...this.wordSelection(contest, selections[index] ?? []),
        ),
      ),
      element("p", { class: "call" }, this.say("testedAfter")),
      element("p", {}, this.say("testedNotCounted")),
    ];
  }

  private wordSelection(contest: Contest, selection: Selection): Node[] {
    const names =
      selection.length === 0
        ? [this.say("blank")]
        : selection.map((option) => this.read(contest.options[option]?.text ?? { vi: "?", en: "?" }));
    return names.map((name) => element("p", { class: "chosen" }, name));
  }

  private buildSlip(findings: readonly SlipFinding[]): Node[] {
    if (findings.length === 0) {
      return [
        this.heading("notListedTitle"),
        element("p", { class: "call", role: "status" }, this.say("notListed")),
      ];
    }
    return [this.heading("slipTitle"), ...findings.map((finding) => this.buildSlipFinding(finding))];
  }

  private buildSlipFinding({ title, state, ballots, tracker }: SlipFinding): HTMLElement {
    const style = state === "unused" ? "good" : "chosen";
    const mark = state === "unused" ? "✓ " : "";
    return element(
      "section",
      { class: "finding" },
      element("h2", {}, this.read(title)),
      element("p", { class: style, role: "status" }, mark + this.say(state, { ballots })),
      ...(tracker === null
        ? []
        : [
            element("p", { class: "tracker" }, `${this.say("tracker")}: `, element("b", {}, tracker)),
            element("p", {}, this.say("usedAfter")),
          ]),
    );
  }

  private buildFailed({ title, message, retry }: Extract<CheckScreen, { kind: "failed" }>): Node[] {
    const body = message ?? this.say(title === "disagreeTitle" ? "disagree" : "unreachable");
    return [
      this.heading(title),
      element("p", { class: "call", role: "alert" }, body),
      this.button("retry", "main", retry),
      this.button("again", "second", this.acts.again),
    ];
  }

  private heading(key: CheckTextKey): HTMLElement {
    return element("h1", {}, this.say(key));
  }

  private button(key: CheckTextKey, kind: string, act: () => void): HTMLButtonElement {
    const button = element("button", { class: kind, type: "button" }, this.say(key));
    button.addEventListener("click", act);
    return button;
  }

  private read(text: Text): string {
    return this.language() === "vi" ? text.vi : text.en;
  }

  private say(key: CheckTextKey, fields: Readonly<Record<string, string | number>> = {}): string {
    return say(this.language(), key, fields);
  }
}
