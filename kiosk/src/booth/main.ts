/** The page that a slip's QR code opens. */

import { createRandomBytes } from "../crypto/random";
import { CryptoError } from "../crypto/errors";
import { parseSlipFragment, type SlipFragment } from "../crypto/slip";
import { createPause } from "../crypto/steps";
import { Memory } from "./memory";
import { element, Painter } from "./screens";
import { Server } from "./server";
import { Session } from "./session";
import { say, type Language } from "./texts";

const SLICE_MS = 8;
const TEXT_STEPS = 4;

let language: Language = document.documentElement.lang === "en" ? "en" : "vi";
let session: Session | null = null;
let slip: SlipFragment | null = null;

const place = document.getElementById("booth");
if (place === null) {
  throw new Error("the page has no place for the booth");
}

const painter = new Painter(
  place,
  {
    typeCode,
    answerWords: (answer) => session?.answerWords(answer),
    mark: (contest, selection) => session?.mark(contest, selection),
    review: () => session?.review(),
    change: (contest) => session?.change(contest),
    cast: () => void session?.cast(),
  },
  () => language,
  () => slip?.meeting ?? "",
);

function typeCode(code: string): void {
  const meeting = place?.dataset["meeting"] ?? "";
  start(`${meeting}.${code}`);
}

function start(fragment: string): void {
  try {
    slip = parseSlipFragment(fragment);
  } catch (error) {
    if (!(error instanceof CryptoError)) {
      throw error;
    }
    painter.draw({ kind: "typing", problem: fragment === "" ? null : "unreadable" });
    return;
  }
  const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
  session = new Session(slip, {
    server: new Server(slip.meeting, () => language),
    memory: new Memory(() => window.sessionStorage),
    randomBytes: createRandomBytes(globalThis.crypto),
    show: (screen) => painter.draw(screen),
    wait,
    pause: createPause(() => performance.now(), createRest(), SLICE_MS),
    readTime: () => new Date().toLocaleTimeString(language === "vi" ? "vi-VN" : "en-GB", { timeStyle: "short" }),
    random: Math.random,
    forgetAddress: () => history.replaceState(null, "", location.pathname),
  });
  void session.run();
}

/** Return a rest that lets the page handle what waits; a timer would add four milliseconds each time. */
function createRest(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}

/** Put text size and language at the top of the page; both work on every screen. */
function addControls(): void {
  let size = 0;
  const resize = (change: number): void => {
    size = Math.min(TEXT_STEPS - 1, Math.max(0, size + change));
    document.documentElement.className = `text-${size}`;
  };
  const smaller = element("button", { type: "button", class: "control" }, "A−");
  const larger = element("button", { type: "button", class: "control" }, "A+");
  const other = element("button", { type: "button", class: "control" });
  const help = document.getElementById("help");
  const label = (): void => {
    smaller.setAttribute("aria-label", say(language, "smaller"));
    larger.setAttribute("aria-label", say(language, "larger"));
    other.textContent = say(language, "otherLanguage");
    other.lang = language === "vi" ? "en" : "vi";
    document.documentElement.lang = language;
    if (help !== null) {
      help.textContent = say(language, "help");
    }
  };
  smaller.addEventListener("click", () => resize(-1));
  larger.addEventListener("click", () => resize(1));
  other.addEventListener("click", () => {
    language = language === "vi" ? "en" : "vi";
    label();
    painter.redraw();
  });
  label();
  document.getElementById("controls")?.replaceChildren(smaller, larger, other);
}

addControls();
// Another slip scanned into the same tab changes nothing but the fragment: it begins with a page of its own.
window.addEventListener("hashchange", () => location.reload());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});
start(location.hash.slice(1));
