/** Long computations in short steps, so that a page stays responsive while a slow phone encrypts. */

/** A computation that yields between steps and returns its result. */
export type Steps<T> = Generator<void, T, void>;

/** Return the result of a computation without a pause. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
  }
}

/** Return the result of a computation, waiting for `pause` after every step. */
export async function finishInSlices<T>(steps: Steps<T>, pause: () => Promise<void>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
    await pause();
  }
}

/**
 * Return a pause that lets the page work once `budgetMs` have passed since it last could, and else costs nothing.
 *
 * now: a clock in milliseconds; rest: waits until the page has handled what was waiting.
 */
export function createPause(now: () => number, rest: () => Promise<void>, budgetMs: number): () => Promise<void> {
  let restedAt = now();
  return async () => {
    if (now() - restedAt >= budgetMs) {
      await rest();
      restedAt = now();
    }
  };
}
