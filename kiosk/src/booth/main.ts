/** The page that a slip's QR code opens. */

import { createRandomBytes } from "../crypto/random";
import { CryptoError } from "../crypto/errors";
import { parseSlipFragment, type SlipFragment } from "../crypto/slip";
import { createPause } from "../crypto/steps";
import { Controls } from "./controls";
import { Memory } from "./memory";
import { createRest } from "./rest";
import { Painter } from "./screens";
import { Server } from "./server";
import { Session } from "./session";
import type { Language } from "./texts";

const SLICE_MS = 8;

let session: Session | null = null;
let slip: SlipFragment | null = null;

const place = document.getElementById("booth");
if (place === null) {
  throw new Error("the page has no place for the booth");
}

const controls = new Controls(document.documentElement.lang === "en" ? "en" : "vi", () => painter.redraw());
const speak = (): Language => controls.language;

const painter = new Painter(
  place,
  {
    typeCode,
    answerWords: (answer) => session?.answerWords(answer),
    mark: (contest, selection) => session?.mark(contest, selection),
    review: () => session?.review(),
    change: (contest) => session?.change(contest),
    cast: () => void session?.cast(),
    test: () => void session?.test(),
  },
  speak,
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
    server: new Server(slip.meeting, speak),
    memory: new Memory(() => window.sessionStorage),
    randomBytes: createRandomBytes(globalThis.crypto),
    show: (screen) => painter.draw(screen),
    wait,
    pause: createPause(() => performance.now(), createRest(), SLICE_MS),
    readTime: () => new Date().toLocaleTimeString(speak() === "vi" ? "vi-VN" : "en-GB", { timeStyle: "short" }),
    random: Math.random,
    forgetAddress: () => history.replaceState(null, "", location.pathname),
    raiseAlarm: (text) => painter.raiseAlarm(text),
    checkAddress: `${location.origin}/check`,
  });
  void session.run();
}

// Another slip scanned into the same tab changes nothing but the fragment: it begins with a page of its own.
window.addEventListener("hashchange", () => location.reload());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});
start(location.hash.slice(1));
