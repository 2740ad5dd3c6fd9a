/** Draws the kiosk's own screens around those of the booth: plain elements, native controls, no markup from data. */

import { element } from "../booth/element";
import type { RecordedBallot } from "../booth/memory";
import type { Language } from "../booth/texts";
import type { CameraState } from "./camera";
import { sayKiosk, type KioskKey } from "./texts";
import type { VoidEnd } from "./voiding";

/** What people do on the kiosk's own screens. */
export interface KioskActs {
  readonly typing: () => void;
  readonly typeCode: (code: string) => void;
  readonly leave: () => void;
  readonly openStaff: () => void;
  readonly scanToVoid: () => void;
  readonly confirmVoid: () => void;
}

/** What a scan screen shows beside the camera's picture. */
export interface ScanView {
  readonly isVoiding: boolean;
  readonly camera: CameraState;
  readonly problem: string | null;
}

/** Builds the nodes of each screen in the present language. */
export class KioskScreens {
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly acts: KioskActs,
    private readonly language: () => Language,
  ) {}

  /** Build what changes while somebody scans or types: the heading, the camera's picture, what went wrong. */
  buildScanTop(view: ScanView): Node[] {
    const heading = view.isVoiding ? "staffScanTitle" : view.camera === "none" ? "typeTitle" : "scanTitle";
    const picture = element("div", { class: `picture ${view.camera}` }, this.video);
    const trouble = view.problem === null ? [] : [element("p", { class: "call", role: "alert" }, view.problem)];
    const camera =
      view.camera === "none"
        ? [this.text("noCamera")]
        : [this.text(view.camera === "opening" ? "cameraWaiting" : "scan"), picture];
    return [this.heading(heading), ...trouble, ...camera];
  }

  /** Build the rest of a scan screen, which stays as it is while somebody types. */
  buildScanRest({ isVoiding, canType }: { readonly isVoiding: boolean; readonly canType: boolean }): Node[] {
    return [
      canType ? this.buildTyping() : this.text("noMeeting"),
      ...(isVoiding
        ? [this.text("lostWhat"), this.button("staffBack", "second", this.acts.leave)]
        : [this.button("staff", "second staff", this.acts.openStaff)]),
    ];
  }

  buildRecorded(ballot: RecordedBallot): Node[] {
    return [
      element("h1", { class: "recorded" }, "✓ ", this.say("recordedTitle")),
      element("p", { class: "call", role: "status" }, this.say("recorded", { time: ballot.time })),
      element("p", { class: "tracker" }, `${this.say("tracker")}: `, element("b", {}, ballot.tracker)),
      this.text("trackerUse"),
      this.text("takeSlip"),
    ];
  }

  buildStaff(): Node[] {
    const boxes = (["clerkHere", "tellerHere"] as const).map((key) => {
      const input = element("input", { type: "checkbox", id: key });
      return { input, row: element("label", { class: "option", for: key }, input, element("span", {}, this.say(key))) };
    });
    const warning = element("p", { class: "warning", role: "alert" });
    const go = this.button("staffScan", "main", () => {
      if (boxes.every(({ input }) => input.checked)) {
        this.acts.scanToVoid();
      } else {
        warning.textContent = this.say("bothNeeded");
      }
    });
    return [
      this.heading("staffTitle"),
      this.text("staffWhat"),
      ...boxes.map(({ row }) => row),
      warning,
      go,
      this.button("staffBack", "second", this.acts.leave),
    ];
  }

  buildConfirm(isOpen: boolean): Node[] {
    return [
      this.heading("confirmTitle"),
      element("p", { class: "call" }, this.say(isOpen ? "confirmOpen" : "confirmBetween")),
      this.button("confirm", "main", this.acts.confirmVoid),
      this.button("staffBack", "second", this.acts.leave),
    ];
  }

  buildWorking(): Node[] {
    return [this.heading("working")];
  }

  buildVoidEnd(end: VoidEnd): Node[] {
    const [title, body] = this.describe(end);
    return [
      this.heading(title),
      element("p", { class: "call", role: "status" }, body),
      this.button("again", "second", this.acts.scanToVoid),
    ];
  }

  /** The button that ends a visit, with the seconds after which it ends by itself. */
  buildDone(seconds: number | null): Node[] {
    const countdown = seconds === null ? [] : [this.buildCountdown(seconds)];
    return [this.button("done", "main", this.acts.leave), ...countdown];
  }

  buildCountdown(seconds: number): HTMLElement {
    return element("p", { class: "countdown", "aria-hidden": "true" }, this.say("countdown", { seconds }));
  }

  buildLeave(): Node[] {
    return [this.button("leave", "second leave", this.acts.leave)];
  }

  buildIdle(seconds: number, moreTime: () => void): Node[] {
    return [
      this.heading("idleTitle"),
      element("p", { role: "alert" }, this.say("idle", { seconds })),
      this.button("moreTime", "main", moreTime),
    ];
  }

  buildPause(reach: "away" | "over"): Node[] {
    return [
      this.heading(reach === "away" ? "pauseTitle" : "overTitle"),
      element("p", { role: "alert" }, this.say(reach === "away" ? "pause" : "over")),
    ];
  }

  say(key: KioskKey, fields: Readonly<Record<string, string | number>> = {}): string {
    return sayKiosk(this.language(), key, fields);
  }

  private describe(end: VoidEnd): readonly [KioskKey, string] {
    switch (end.kind) {
      case "brought_back":
        return ["voidedTitle", this.say("voidedBetween")];
      case "exchanged":
        return ["voidedTitle", this.say("voidedOpen")];
      case "spent":
        return ["spentTitle", this.say("spent")];
      case "already":
        return ["alreadyTitle", this.say("already")];
      case "unreachable":
        return ["refusedTitle", this.say("noAnswer")];
      case "refused":
        return ["refusedTitle", end.message];
    }
  }

  private buildTyping(): HTMLElement {
    const input = element("input", {
      id: "code",
      autocomplete: "off",
      autocapitalize: "characters",
      spellcheck: "false",
      maxlength: "200",
    });
    const form = element(
      "form",
      { class: "typing" },
      element("label", { for: "code" }, this.say("typeCode")),
      input,
      element("button", { class: "second" }, this.say("useCode")),
    );
    input.addEventListener("input", this.acts.typing);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.acts.typeCode(input.value);
    });
    return form;
  }

  private heading(key: KioskKey): HTMLElement {
    return element("h1", { tabindex: "-1" }, this.say(key));
  }

  private text(key: KioskKey): HTMLElement {
    return element("p", {}, this.say(key));
  }

  private button(key: KioskKey, kind: string, act: () => void): HTMLButtonElement {
    const button = element("button", { class: kind, type: "button" }, this.say(key));
    button.addEventListener("click", act);
    return button;
  }
}
