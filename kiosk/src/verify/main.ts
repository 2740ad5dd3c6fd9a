/** The page that checks an archive, and the worker behind it: one file, as which it is loaded decides. */

import { Controls } from "../booth/controls";
import type { Language } from "../booth/texts";
import { normaliseHead } from "../crypto/board";
import { EncodingError } from "../crypto/errors";
import { formatSize, VerifyPainter, type Choice, type Problem } from "./screens";
import { runWorker, type Job, type News } from "./work";

/** A phone has the archive in memory some times over; the command takes up to a gibibyte. */
const LARGEST_FILE_BYTES = 256_000_000;
const LARGEST_CONFIRMATION_BYTES = 10_000;

/** A choice that cannot be checked as it is. */
class ChoiceError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.key);
  }
}

function runPage(place: HTMLElement, script: string): void {
  const choice: Choice = { archive: null, confirmation: null, head: "" };
  const controls = new Controls(document.documentElement.lang === "en" ? "en" : "vi", () => painter.redraw());
  const speak = (): Language => controls.language;
  const painter = new VerifyPainter(place, speak, choice, { start: () => void start(), stop });
  let isWorking = false;
  // The worker is loaded with the page, so that it is there when the network is switched off.
  let worker = createWorker();

  function createWorker(): Worker {
    const made = new Worker(script);
    made.onmessage = ({ data }: MessageEvent<News>) => {
      isWorking = data.kind === "progress";
      painter.draw(data.kind === "progress" ? { ...data, kind: "checking" } : data);
    };
    made.onerror = (event) => {
      isWorking = false;
      painter.draw({ kind: "broken", problem: event.message });
    };
    return made;
  }

  function stop(): void {
    if (isWorking) {
      // It listens to nobody while it computes.
      isWorking = false;
      worker.terminate();
      worker = createWorker();
    }
    painter.draw({ kind: "asking", problem: null });
  }

  async function start(): Promise<void> {
    let job: Job;
    try {
      job = await readJob(choice);
    } catch (error) {
      if (!(error instanceof ChoiceError)) {
        throw error;
      }
      painter.draw({ kind: "asking", problem: error.problem });
      return;
    }
    isWorking = true;
    painter.draw({ kind: "checking", check: "V1", done: 0, total: 0 });
    worker.postMessage(job, [job.archive, ...(job.confirmation === null ? [] : [job.confirmation])]);
  }

  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file !== undefined && document.getElementById("archive") !== null) {
      choice.archive = file;
      painter.redraw();
    }
  });
  painter.draw({ kind: "asking", problem: null });
}

/** Return what is to be checked. Raises: ChoiceError. */
async function readJob({ archive, confirmation, head }: Choice): Promise<Job> {
  if (archive === null) {
    throw new ChoiceError({ key: "needFile" });
  }
  if (archive.size > LARGEST_FILE_BYTES) {
    const fields = { size: formatSize(archive.size), limit: formatSize(LARGEST_FILE_BYTES) };
    throw new ChoiceError({ key: "tooLarge", fields });
  }
  if (confirmation !== null && confirmation.size > LARGEST_CONFIRMATION_BYTES) {
    throw new ChoiceError({ key: "notConfirmation" });
  }
  const typed = head.trim() === "" ? null : head;
  if (typed !== null) {
    checkHead(typed);
  }
  try {
    return {
      archive: await archive.arrayBuffer(),
      head: typed,
      confirmation: confirmation === null ? null : await confirmation.arrayBuffer(),
    };
  } catch {
    throw new ChoiceError({ key: "unreadable" });
  }
}

function checkHead(head: string): void {
  try {
    normaliseHead(head);
  } catch (error) {
    throw error instanceof EncodingError ? new ChoiceError({ key: "badHead" }) : error;
  }
}

if (typeof document === "undefined") {
  runWorker(globalThis as unknown as Parameters<typeof runWorker>[0]);
} else {
  const place = document.getElementById("verify");
  const script = document.currentScript;
  if (place !== null && script instanceof HTMLScriptElement) {
    runPage(place, script.src);
  }
}
