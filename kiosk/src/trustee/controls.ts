/** Text size and language at the top of the page; both work on every screen. */

import { element } from "./screens";
import { say, type Language } from "./texts";

const TEXT_STEPS = 4;

/** Put the buttons in their place; return how to know the language. */
export function addControls(first: Language, redraw: (language: Language) => void): () => Language {
  let language = first;
  let size = 0;
  const smaller = element("button", { type: "button", class: "control" }, "A−");
  const larger = element("button", { type: "button", class: "control" }, "A+");
  const other = element("button", { type: "button", class: "control" });
  const resize = (change: number): void => {
    size = Math.min(TEXT_STEPS - 1, Math.max(0, size + change));
    document.documentElement.className = `text-${size}`;
  };
  const label = (): void => {
    smaller.setAttribute("aria-label", say(language, "smaller"));
    larger.setAttribute("aria-label", say(language, "larger"));
    other.textContent = say(language, "otherLanguage");
    other.lang = language === "vi" ? "en" : "vi";
    document.documentElement.lang = language;
  };
  smaller.addEventListener("click", () => resize(-1));
  larger.addEventListener("click", () => resize(1));
  other.addEventListener("click", () => {
    language = language === "vi" ? "en" : "vi";
    label();
    redraw(language);
  });
  label();
  document.getElementById("controls")?.replaceChildren(smaller, larger, other);
  return () => language;
}
