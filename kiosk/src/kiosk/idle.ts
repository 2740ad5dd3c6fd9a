/** Somebody who walks away: a warning first, with time to answer it, then the next voter's turn. */

const QUIET_MS = 120_000;
const WARNING_SECONDS = 30;

/** What a page shows and does. */
export interface IdleActs {
  /** seconds: left until the end, null once the warning is over. */
  readonly warn: (seconds: number | null) => void;
  readonly end: () => void;
}

/** Watches for two quiet minutes while it is told to. */
export class Idle {
  private quiet: ReturnType<typeof setTimeout> | null = null;
  private countdown: ReturnType<typeof setInterval> | null = null;
  private isWatching = false;

  constructor(private readonly acts: IdleActs) {
    for (const name of ["pointerdown", "keydown", "input", "wheel", "touchmove"]) {
      document.addEventListener(name, () => this.notice(), { passive: true });
    }
  }

  /** Watch from now on; the two minutes begin anew. */
  start(): void {
    this.stop();
    this.isWatching = true;
    this.quiet = setTimeout(() => this.warn(), QUIET_MS);
  }

  /** Watch no more, and take a warning away. */
  stop(): void {
    this.isWatching = false;
    if (this.quiet !== null) {
      clearTimeout(this.quiet);
      this.quiet = null;
    }
    if (this.countdown !== null) {
      clearInterval(this.countdown);
      this.countdown = null;
      this.acts.warn(null);
    }
  }

  /** Whoever answers the warning gets two more minutes, as often as wanted; other taps prolong only before it. */
  private notice(): void {
    if (this.isWatching && this.countdown === null) {
      this.start();
    }
  }

  private warn(): void {
    let left = WARNING_SECONDS;
    this.acts.warn(left);
    this.countdown = setInterval(() => {
      left -= 1;
      if (left > 0) {
        this.acts.warn(left);
      } else {
        this.stop();
        this.acts.end();
      }
    }, 1000);
  }
}
