/** Sending one thing to the server until it has said yes or no, however often that takes; always the same bytes. */

import { UnreachableError } from "./server";
import type { TextKey } from "./texts";

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 8000;
const SLOW_AFTER_MS = 3000;
const TELLERS_AFTER_MS = 60_000;

/** What the page lends: a wait in milliseconds, and randomness for the waits, 0 to 1. */
export interface Patience {
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
}

/**
 * Return the server's answer.
 *
 * send: throws UnreachableError where asking again may help; tell: says on the page why it takes so long.
 * Raises: whatever else `send` throws.
 */
export async function deliver<T>(patience: Patience, send: () => Promise<T>, tell: (text: TextKey) => void): Promise<T> {
  let delay = FIRST_RETRY_MS;
  let waited = 0;
  let isOver = false;
  void patience.wait(SLOW_AFTER_MS).then(() => {
    if (!isOver && waited === 0) {
      tell("slow");
    }
  });
  for (;;) {
    try {
      const answer = await send();
      isOver = true;
      return answer;
    } catch (error) {
      if (!(error instanceof UnreachableError)) {
        isOver = true;
        throw error;
      }
    }
    tell(waited >= TELLERS_AFTER_MS ? "orTellers" : "unknown");
    const rest = delay * (0.5 + patience.random() / 2);
    await patience.wait(rest);
    waited += rest + 1;
    delay = Math.min(2 * delay, LONGEST_RETRY_MS);
  }
}
