/** A scanner on a cable types what it reads, like a very fast keyboard, and ends with Enter. */

const PAUSE_MS = 1500;
const LONGEST = 200;

/** Collects what is typed outside of fields while it listens; typing into a field is the field's own business. */
export class Scanner {
  private typed = "";
  private isListening = false;
  private last = 0;

  constructor(private readonly found: (text: string) => void) {
    document.addEventListener("keydown", (event) => this.take(event));
  }

  /** Listen from now on. */
  start(): void {
    this.typed = "";
    this.isListening = true;
  }

  /** Listen no more, and forget what was typed so far. */
  stop(): void {
    this.typed = "";
    this.isListening = false;
  }

  private take(event: KeyboardEvent): void {
    if (!this.isListening || event.target instanceof HTMLInputElement || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const now = performance.now();
    if (now - this.last > PAUSE_MS) {
      this.typed = "";
    }
    this.last = now;
    if (event.key === "Enter" && this.typed !== "") {
      event.preventDefault();
      const text = this.typed;
      this.typed = "";
      this.found(text);
    } else if (event.key.length === 1 && this.typed.length < LONGEST && (event.key !== " " || this.typed !== "")) {
      this.typed += event.key;
    }
  }
}
