/** Asks the server every few seconds whether it is there, and which meeting is on. */

const ASK_MS = 4000;
const ANSWER_MS = 5000;
const FAILURES = 2;

/** How the server is: `over` means that this device may not be used as a kiosk any more. */
export type Reach = "there" | "away" | "over";

/** Follows the server as long as the page lives. */
export class Pulse {
  private failures = 0;
  private reach: Reach = "there";

  constructor(
    private readonly address: string,
    private readonly changed: (reach: Reach) => void,
    private readonly toldMeeting: (meeting: string) => void,
  ) {}

  async run(): Promise<never> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
      this.take(await this.ask());
    }
  }

  private take(reach: Reach): void {
    this.failures = reach === "away" ? this.failures + 1 : 0;
    const shown = reach === "away" && this.failures < FAILURES ? this.reach : reach;
    if (shown !== this.reach) {
      this.reach = shown;
      this.changed(shown);
    }
  }

  private async ask(): Promise<Reach> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), ANSWER_MS);
    try {
      const response = await fetch(this.address, {
        cache: "no-store",
        credentials: "same-origin",
        signal: controller.signal,
      });
      if (response.status === 401 || response.status === 403) {
        return "over";
      }
      if (!response.ok) {
        return "away";
      }
      const answer = (await response.json()) as { meeting?: unknown };
      this.toldMeeting(typeof answer.meeting === "string" ? answer.meeting : "");
      return "there";
    } catch {
      return "away";
    } finally {
      clearTimeout(timer);
    }
  }
}
