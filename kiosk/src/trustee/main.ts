/** The page that a seat's QR code opens, and the worker behind it: one file, as which it is loaded decides. */

import { ALPHABET } from "../crypto/base32";
import { addControls } from "./controls";
import { notice } from "./conversation";
import { Painter } from "./screens";
import type { TextKey } from "./texts";
import { runWorker, type FromDevice, type ToDevice } from "./worker";

const CODE = new RegExp(`^([${ALPHABET}]{16})(?:\\.[${ALPHABET}]{16})?$`);

/** Return the join code of an address's fragment; what follows its point is for programs. */
function readCode(fragment: string): string | null {
  return CODE.exec(fragment.toUpperCase())?.[1] ?? null;
}

function runPage(place: HTMLElement, script: string): void {
  const worker = new Worker(script);
  const send = (message: ToDevice): void => worker.postMessage(message);
  const painter = new Painter(place, (question, answer) => send({ kind: "answer", question, answer }), () => language());
  const language = addControls(document.documentElement.lang === "en" ? "en" : "vi", (chosen) => {
    send({ kind: "language", language: chosen });
    painter.redraw();
  });
  const stop = (title: TextKey, body: TextKey): void => {
    const screen = notice(title, [{ key: body }], "wrong");
    painter.draw({ unit: "", name: "", seat: 0, isRehearsal: false, isLost: false, screen, seats: [] });
  };
  worker.onmessage = ({ data }: MessageEvent<FromDevice>) => {
    painter.draw(data.view);
    if (data.view.name !== "") {
      keep();
    }
  };
  worker.onerror = () => stop("tooOldTitle", "tooOld");
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      isAwake = false;
      send({ kind: "wake" });
    }
  });
  send({ kind: "start", code: readCode(location.hash.slice(1)), language: language() });
}

let isKept = false;
let isAwake = false;

/** Ask the browser to keep this page's storage and the phone's screen: it may refuse, and then the page works without. */
function keep(): void {
  if (!isKept) {
    isKept = true;
    navigator.storage?.persist().catch(() => undefined);
  }
  if (!isAwake && "wakeLock" in navigator && document.visibilityState === "visible") {
    isAwake = true;
    navigator.wakeLock.request("screen").catch(() => undefined);
  }
}

if (typeof document === "undefined") {
  runWorker(globalThis as unknown as Parameters<typeof runWorker>[0]);
} else {
  const place = document.getElementById("trustee");
  const script = document.currentScript;
  if (place !== null && script instanceof HTMLScriptElement) {
    runPage(place, script.src);
    // Another seat's code opened in the same tab changes nothing but the fragment.
    window.addEventListener("hashchange", () => location.reload());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) {
        location.reload();
      }
    });
  }
}
