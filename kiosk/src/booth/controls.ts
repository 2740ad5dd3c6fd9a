/** Text size and language at the top of a page: both work on every screen, and go back to what they were for a new voter. */

import { element } from "./element";
import { say, type Language } from "./texts";

const TEXT_STEPS = 4;

/** The two size buttons and the language button, in the page's place for them. */
export class Controls {
  private size = 0;
  private chosen: Language;
  private readonly smaller = element("button", { type: "button", class: "control" }, "A−");
  private readonly larger = element("button", { type: "button", class: "control" }, "A+");
  private readonly other = element("button", { type: "button", class: "control" });

  /** redraw: called when another language was chosen. */
  constructor(
    private readonly first: Language,
    private readonly redraw: () => void,
  ) {
    this.chosen = first;
    this.smaller.addEventListener("click", () => this.resize(this.size - 1));
    this.larger.addEventListener("click", () => this.resize(this.size + 1));
    this.other.addEventListener("click", () => this.speak(this.chosen === "vi" ? "en" : "vi"));
    this.label();
    document.getElementById("controls")?.replaceChildren(this.smaller, this.larger, this.other);
  }

  get language(): Language {
    return this.chosen;
  }

  /** Go back to the size and language that the page began with. */
  reset(): void {
    this.resize(0);
    this.speak(this.first);
  }

  private resize(size: number): void {
    this.size = Math.min(TEXT_STEPS - 1, Math.max(0, size));
    document.documentElement.className = `text-${this.size}`;
  }

  private speak(language: Language): void {
    if (language !== this.chosen) {
      this.chosen = language;
      this.label();
      this.redraw();
    }
  }

  private label(): void {
    this.smaller.setAttribute("aria-label", say(this.chosen, "smaller"));
    this.larger.setAttribute("aria-label", say(this.chosen, "larger"));
    this.other.textContent = say(this.chosen, "otherLanguage");
    this.other.lang = this.chosen === "vi" ? "en" : "vi";
    document.documentElement.lang = this.chosen;
    const help = document.getElementById("help");
    if (help !== null) {
      help.textContent = say(this.chosen, "help");
    }
  }
}
