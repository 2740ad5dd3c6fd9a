/** The page where any device checks a tested ballot, a counted one, or that a slip is unused. */

import { Controls } from "../booth/controls";
import { RefusedError, UnreachableError } from "../booth/server";
import type { Language } from "../booth/texts";
import { CryptoError } from "../crypto/errors";
import { normaliseMeetingCode, type MeetingCode } from "../crypto/slip";
import { findSlip, findTracker, type SlipFinding, type TrackerFinding } from "./look_up";
import { readFragment, readSlip, readTracker, type Question } from "./question";
import { CheckPainter, type CheckScreen } from "./screens";
import { CheckServer, DisagreementError } from "./server";

const place = document.getElementById("check");
if (place === null) {
  throw new Error("the page has no place for what it finds");
}

const here = (place.dataset["meetings"] ?? "").split(" ").filter((code) => code !== "").map(normaliseMeetingCode);
const controls = new Controls(document.documentElement.lang === "en" ? "en" : "vi", () => painter.redraw());
const speak = (): Language => controls.language;
const painter = new CheckPainter(place, speak, {
  askTracker: (text) => ask(() => readTracker(text), "trackerUnreadable"),
  askSlip: (text) => ask(() => readSlip(text), "slipUnreadable"),
  again: () => painter.draw({ kind: "asking", problem: null }),
});

function ask(read: () => Question, problem: "trackerUnreadable" | "slipUnreadable"): void {
  let question: Question;
  try {
    question = read();
  } catch (error) {
    if (!(error instanceof CryptoError)) {
      throw error;
    }
    painter.draw({ kind: "asking", problem });
    return;
  }
  void answer(question);
}

async function answer(question: Question): Promise<void> {
  painter.draw({ kind: "checking" });
  let screen: CheckScreen;
  try {
    screen = await lookUp(question);
  } catch (error) {
    screen = describeFailure(error, () => void answer(question));
  }
  painter.draw(screen);
}

async function lookUp(question: Question): Promise<CheckScreen> {
  const meetings = question.meeting === null ? here : [question.meeting];
  if (question.kind === "tracker") {
    return { kind: "ballot", tracker: question.tracker, finding: await askEach(meetings, question.tracker) };
  }
  const findings: SlipFinding[] = [];
  for (const meeting of meetings) {
    findings.push(...(await findSlip(new CheckServer(meeting, speak), meeting, question.code)));
  }
  return { kind: "slip", findings };
}

/** Return the first meeting's answer that says something. */
async function askEach(meetings: readonly MeetingCode[], tracker: string): Promise<TrackerFinding> {
  let isOpen = false;
  for (const meeting of meetings) {
    const finding = await findTracker(new CheckServer(meeting, speak), tracker);
    if (finding.kind !== "nothing") {
      return finding;
    }
    isOpen ||= finding.isOpen;
  }
  return { kind: "nothing", isOpen };
}

function describeFailure(error: unknown, retry: () => void): CheckScreen {
  if (error instanceof UnreachableError) {
    return { kind: "failed", title: "unreachableTitle", message: null, retry };
  }
  if (error instanceof RefusedError) {
    return { kind: "failed", title: "refusedTitle", message: error.message, retry };
  }
  if (error instanceof DisagreementError || error instanceof CryptoError) {
    return { kind: "failed", title: "disagreeTitle", message: null, retry };
  }
  throw error;
}

function begin(): void {
  const fragment = location.hash.slice(1);
  // A slip's secret stays neither in the address nor in the history.
  history.replaceState(null, "", location.pathname + location.search);
  if (fragment === "") {
    painter.draw({ kind: "asking", problem: null });
  } else {
    ask(() => readFragment(fragment), fragment.startsWith("t.") ? "trackerUnreadable" : "slipUnreadable");
  }
}

// Another link followed in the same tab changes the fragment alone.
window.addEventListener("hashchange", begin);
begin();
