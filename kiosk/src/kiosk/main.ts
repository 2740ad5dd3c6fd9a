/** The page of a kiosk: one voter after another, each with a slip; and the staff's place to bring slips back. */

import { Controls } from "../booth/controls";
import { element } from "../booth/element";
import { Painter } from "../booth/screens";
import type { Door } from "../booth/server";
import type { Screen } from "../booth/stage";
import type { Language } from "../booth/texts";
import type { Selection } from "../crypto/ballot";
import { CryptoError } from "../crypto/errors";
import { createRandomBytes } from "../crypto/random";
import { parseSlipFragment, type SlipFragment } from "../crypto/slip";
import { Camera, type CameraState } from "./camera";
import { Idle } from "./idle";
import { Pulse, type Reach } from "./pulse";
import { Scanner } from "./scanner";
import { KioskScreens } from "./screens";
import { Visit } from "./visit";
import { Voider, type VoidEnd, type VoidTerms } from "./voiding";

const RECORDED_SECONDS = 14;
const NOTICE_SECONDS = 25;
const PROBLEM_MS = 8000;
/** A code that was begun and left is taken away. */
const TYPED_MS = 60_000;
const BASE = "/api/kiosk";

/** Where the kiosk is; `visit` shows the booth's own screens. */
type Stage =
  | { readonly kind: "scan"; readonly isVoiding: boolean }
  | { readonly kind: "visit"; readonly visit: Visit; screen: Screen }
  | { readonly kind: "staff" }
  | { readonly kind: "confirm"; readonly slip: SlipFragment; readonly terms: VoidTerms }
  | { readonly kind: "working" }
  | { readonly kind: "voided"; readonly end: VoidEnd };

function find(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`the page has no ${id}`);
  }
  return found;
}

class Kiosk {
  private readonly place = find("booth");
  private readonly foot = find("foot");
  private readonly warning = find("warning");
  private readonly pause = find("pause");
  private readonly controls: Controls;
  private readonly camera: Camera;
  private readonly scanner = new Scanner((text) => this.takeText(text));
  private readonly screens: KioskScreens;
  private painter: Painter;
  private readonly idle: Idle;
  private readonly voider: Voider;
  private readonly door: Door;
  private readonly checkAddress: string;
  private stage: Stage = { kind: "scan", isVoiding: false };
  private cameraState: CameraState = "opening";
  private problem: string | null = null;
  private problemTimer: ReturnType<typeof setTimeout> | null = null;
  private typedTimer: ReturnType<typeof setTimeout> | null = null;
  private readonly scanTop = element("div");
  private countdown: ReturnType<typeof setInterval> | null = null;
  private meeting: string;
  private reach: Reach = "there";

  constructor() {
    const { meeting = "", mark = "", wasm = "", check = "" } = this.place.dataset;
    this.checkAddress = check;
    this.meeting = meeting;
    this.door = { base: BASE, credentials: "same-origin", headers: { "X-Form-Mark": mark } };
    const speak = this.speak;
    this.controls = new Controls(document.documentElement.lang === "en" ? "en" : "vi", () => this.redraw());
    this.camera = new Camera(
      wasm,
      (text) => this.takeText(text),
      (state) => this.takeCamera(state),
    );
    this.screens = new KioskScreens(
      this.camera.video,
      {
        typing: () => this.forgetLater(),
        typeCode: (code) => this.takeText(code),
        leave: () => this.reset(),
        openStaff: () => this.enter({ kind: "staff" }),
        scanToVoid: () => this.enter({ kind: "scan", isVoiding: true }),
        confirmVoid: () => void this.confirmVoid(),
      },
      speak,
    );
    this.painter = this.createPainter();
    this.idle = new Idle({ warn: (seconds) => this.warn(seconds), end: () => this.reset() });
    this.voider = new Voider(this.door, speak, createRandomBytes(globalThis.crypto));
    const pulse = new Pulse(
      BASE,
      (reach) => this.takeReach(reach),
      (told) => this.takeMeeting(told),
    );
    void pulse.run();
    this.enter(this.stage);
  }

  private readonly speak = (): Language => this.controls.language;

  /** Each visit has a painter of its own, so that nothing it was told outlives it. */
  private createPainter(): Painter {
    const session = (): Visit["session"] | null => (this.stage.kind === "visit" ? this.stage.visit.session : null);
    const acts = {
      typeCode: () => undefined,
      answerWords: (answer: { readonly same: boolean }) => session()?.answerWords(answer),
      mark: (contest: number, selection: Selection | null) => session()?.mark(contest, selection),
      review: () => session()?.review(),
      change: (contest: number | null) => session()?.change(contest),
      cast: () => void session()?.cast(),
      test: () => void session()?.test(),
    };
    const meeting = (): string => (this.stage.kind === "visit" ? this.stage.visit.slip.meeting : "");
    return new Painter(this.place, acts, this.speak, meeting);
  }

  /** The next voter's turn: nothing of the one before is left, and the page looks as it did at first. */
  private reset(): void {
    this.enter({ kind: "scan", isVoiding: false });
    this.controls.reset();
    window.scrollTo(0, 0);
  }

  private enter(stage: Stage): void {
    if (this.stage.kind === "visit" && (stage.kind !== "visit" || stage.visit !== this.stage.visit)) {
      this.stage.visit.end();
    }
    this.stage = stage;
    this.stopCountdown();
    this.setProblem(null);
    this.stopForgetting();
    if (stage.kind === "scan") {
      this.scanner.start();
      void this.camera.start();
    } else {
      this.scanner.stop();
      this.camera.stop();
    }
    this.redraw();
    this.place.querySelector("h1")?.focus({ preventScroll: true });
    this.watch();
  }

  /** Whoever is in the middle of something is asked after two quiet minutes; a ballot under way is waited for. */
  private watch(): void {
    const { stage } = this;
    const isSending = stage.kind === "visit" && stage.screen.kind === "reviewing" && stage.screen.sending !== null;
    const isFirst = stage.kind === "scan" && !stage.isVoiding;
    if (isFirst || isSending || stage.kind === "working" || this.countdown !== null || this.reach !== "there") {
      this.idle.stop();
    } else {
      this.idle.start();
    }
  }

  private takeText(text: string): void {
    const { stage } = this;
    if (stage.kind !== "scan" || this.reach !== "there") {
      return;
    }
    const slip = this.parse(text);
    if (slip === null) {
      this.setProblem(this.screens.say("unreadable"));
      this.drawScanTop(stage.isVoiding);
    } else if (stage.isVoiding) {
      void this.beginVoid(slip);
    } else {
      this.beginVisit(slip);
    }
  }

  /** Return the slip of a scanned address or of a typed code, or null. */
  private parse(text: string): SlipFragment | null {
    const [, fragment] = text.trim().split("#", 2);
    try {
      return parseSlipFragment(fragment ?? `${this.meeting}.${text}`);
    } catch (error) {
      if (error instanceof CryptoError) {
        return null;
      }
      throw error;
    }
  }

  private beginVisit(slip: SlipFragment): void {
    const visit: Visit = new Visit(
      slip,
      this.door,
      () => this.controls.language,
      {
        show: (screen) => this.takeScreen(visit, screen),
        raiseAlarm: (text) => this.painter.raiseAlarm(text),
        checkAddress: this.checkAddress,
      },
    );
    this.painter = this.createPainter();
    this.enter({ kind: "visit", visit, screen: { kind: "opening" } });
    visit.run();
  }

  private takeScreen(visit: Visit, screen: Screen): void {
    if (this.stage.kind !== "visit" || this.stage.visit !== visit) {
      return;
    }
    const isOther = this.stage.screen.kind !== screen.kind;
    this.stage.screen = stay(screen);
    this.stopCountdown();
    if (screen.kind === "recorded") {
      visit.end();
      this.startCountdown(RECORDED_SECONDS);
    } else if (isFinal(screen)) {
      this.startCountdown(NOTICE_SECONDS);
    }
    this.redraw();
    if (isOther) {
      window.scrollTo(0, 0);
      this.place.querySelector("h1")?.focus({ preventScroll: true });
    }
    this.watch();
  }

  private async beginVoid(slip: SlipFragment): Promise<void> {
    this.enter({ kind: "working" });
    if (slip.meeting !== this.meeting && this.meeting !== "") {
      const message = this.screens.say("otherMeeting", { code: slip.meeting });
      this.finishVoid({ kind: "refused", message });
      return;
    }
    const terms = await this.voider.readTerms(slip);
    if (this.stage.kind === "working") {
      if ("kind" in terms) {
        this.finishVoid(terms);
      } else {
        this.enter({ kind: "confirm", slip, terms });
      }
    }
  }

  private async confirmVoid(): Promise<void> {
    if (this.stage.kind !== "confirm") {
      return;
    }
    const { slip, terms } = this.stage;
    this.enter({ kind: "working" });
    this.finishVoid(await this.voider.void(slip, terms));
  }

  private finishVoid(end: VoidEnd): void {
    this.enter({ kind: "voided", end });
  }

  private takeCamera(state: CameraState): void {
    this.cameraState = state;
    if (this.stage.kind === "scan") {
      this.drawScanTop(this.stage.isVoiding);
    }
  }

  private takeMeeting(meeting: string): void {
    if (meeting !== this.meeting) {
      this.meeting = meeting;
      if (this.stage.kind === "scan") {
        this.redraw();
      }
    }
  }

  private takeReach(reach: Reach): void {
    this.reach = reach;
    this.drawPause();
    this.watch();
  }

  private setProblem(problem: string | null): void {
    if (this.problemTimer !== null) {
      clearTimeout(this.problemTimer);
      this.problemTimer = null;
    }
    this.problem = problem;
    if (problem !== null) {
      this.problemTimer = setTimeout(() => {
        this.setProblem(null);
        if (this.stage.kind === "scan") {
          this.drawScanTop(this.stage.isVoiding);
        }
      }, PROBLEM_MS);
    }
  }

  private forgetLater(): void {
    this.stopForgetting();
    this.typedTimer = setTimeout(() => this.enter(this.stage), TYPED_MS);
  }

  private stopForgetting(): void {
    if (this.typedTimer !== null) {
      clearTimeout(this.typedTimer);
      this.typedTimer = null;
    }
  }

  private startCountdown(seconds: number): void {
    let left = seconds;
    this.drawCountdown = left;
    this.countdown = setInterval(() => {
      left -= 1;
      this.drawCountdown = left;
      if (left > 0) {
        this.foot.querySelector(".countdown")?.replaceWith(this.screens.buildCountdown(left));
      } else {
        this.reset();
      }
    }, 1000);
  }

  private drawCountdown = 0;

  private stopCountdown(): void {
    if (this.countdown !== null) {
      clearInterval(this.countdown);
      this.countdown = null;
    }
  }

  /** Draw the present stage, in the present language. */
  private redraw(): void {
    const { stage } = this;
    this.foot.replaceChildren();
    switch (stage.kind) {
      case "scan":
        this.drawScan(stage.isVoiding);
        break;
      case "visit":
        this.drawVisit(stage.screen);
        break;
      case "staff":
        this.place.replaceChildren(...this.screens.buildStaff());
        break;
      case "confirm":
        this.place.replaceChildren(...this.screens.buildConfirm(stage.terms.open_slots.length > 0));
        break;
      case "working":
        this.place.replaceChildren(...this.screens.buildWorking());
        break;
      case "voided":
        this.place.replaceChildren(...this.screens.buildVoidEnd(stage.end));
        this.foot.replaceChildren(...this.screens.buildDone(null));
        break;
    }
    this.drawPause();
  }

  private drawScan(isVoiding: boolean): void {
    const canType = this.meeting !== "";
    this.place.replaceChildren(this.scanTop, ...this.screens.buildScanRest({ isVoiding, canType }));
    this.drawScanTop(isVoiding);
  }

  private drawScanTop(isVoiding: boolean): void {
    const { cameraState: camera, problem } = this;
    this.scanTop.replaceChildren(...this.screens.buildScanTop({ isVoiding, camera, problem }));
    // Taken out of the page for a moment, the picture stands still.
    void this.camera.video.play().catch(() => undefined);
  }

  private drawVisit(screen: Screen): void {
    if (screen.kind === "recorded") {
      this.place.replaceChildren(...this.screens.buildRecorded(screen.ballot));
      this.foot.replaceChildren(...this.screens.buildDone(this.drawCountdown));
      return;
    }
    this.painter.draw(screen);
    if (isFinal(screen)) {
      this.foot.replaceChildren(...this.screens.buildDone(this.drawCountdown));
    } else if (screen.kind !== "reviewing" || screen.sending === null) {
      this.foot.replaceChildren(...this.screens.buildLeave());
    }
  }

  private warn(seconds: number | null): void {
    this.warning.hidden = seconds === null;
    if (seconds === null) {
      this.warning.replaceChildren();
      return;
    }
    const isNew = this.warning.childElementCount === 0;
    this.warning.replaceChildren(...this.screens.buildIdle(seconds, () => this.idle.start()));
    if (isNew) {
      this.warning.querySelector("h1")?.focus();
    }
  }

  private drawPause(): void {
    this.pause.hidden = this.reach === "there";
    this.pause.replaceChildren(...(this.reach === "there" ? [] : this.screens.buildPause(this.reach)));
  }
}

/** Return a screen without a way to another page: from a kiosk nobody goes anywhere. */
function stay(screen: Screen): Screen {
  if (screen.kind !== "notice") {
    return screen;
  }
  const { link: _, ...rest } = screen;
  return rest;
}

/** Tell whether a screen of the booth is the last one of a visit: all that waits for something is not. */
function isFinal(screen: Screen): boolean {
  return screen.kind === "refused" || (screen.kind === "notice" && screen.title !== "waitingTitle");
}

// Back leads nowhere: behind this page lie only the ones by which the device became a kiosk.
history.pushState(null, "");
window.addEventListener("popstate", () => history.pushState(null, ""));
// A page that comes back from the browser's own store begins anew.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});
new Kiosk();
