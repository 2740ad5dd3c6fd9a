/** The server's addresses as a voter's phone uses them; every failure is either the server's word or no answer. */

import type { Language } from "./texts";

/** One election as the state tells it. */
export interface ElectionState {
  readonly id: string;
  readonly state: string;
  readonly election_hash: string | null;
}

/** A meeting's state. */
export interface MeetingState {
  readonly code: string;
  readonly current: string | null;
  readonly elections: readonly ElectionState[];
}

/** What a page needs to begin: the state, and the canonical texts of ceremony and current manifest. */
export interface Beginning {
  readonly state: MeetingState;
  readonly ceremony: string | null;
  readonly manifest: string | null;
}

/** What a slip is told about itself. */
export interface SlipStatus {
  readonly is_listed: boolean;
  readonly is_void: boolean;
  readonly ballot_hash: string | null;
}

/** The server refused, for good: `code` names the reason, `message` says it in the voter's words. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** No usable answer came: asking again may help. */
export class UnreachableError extends Error {}

const TRY_AGAIN = new Set([408, 425, 429, 500, 502, 503, 504]);
const ANSWER_MS = 15_000;

/** Where the voters' addresses begin, and what goes with every request: a phone has no cookie and needs none. */
export interface Door {
  readonly base: string;
  readonly credentials: RequestCredentials;
  readonly headers: Readonly<Record<string, string>>;
}

type Options = Omit<RequestInit, "headers"> & { readonly headers?: Readonly<Record<string, string>> };

const PHONE: Door = { base: "/api", credentials: "omit", headers: {} };

/** Speaks to the page's own server. */
export class Server {
  private etag: string | null = null;
  private state: MeetingState | null = null;

  constructor(
    private readonly meeting: string,
    private readonly language: () => Language,
    private readonly door: Door = PHONE,
  ) {}

  async begin(): Promise<Beginning> {
    return JSON.parse(await this.text(`/meetings/${this.meeting}/booth`)) as Beginning;
  }

  async readState(): Promise<MeetingState> {
    const headers: Record<string, string> = this.etag === null ? {} : { "If-None-Match": this.etag };
    const response = await this.request(`/meetings/${this.meeting}`, { headers });
    if (response.status !== 304 || this.state === null) {
      this.state = JSON.parse(await response.text()) as MeetingState;
      this.etag = response.headers.get("ETag");
    }
    return this.state;
  }

  async readStatus(electionHash: string, question: Uint8Array): Promise<SlipStatus> {
    return JSON.parse(await this.text(`/elections/${electionHash}/status`, post(question))) as SlipStatus;
  }

  async castBallot(electionHash: string, data: Uint8Array): Promise<Uint8Array> {
    return new TextEncoder().encode(await this.text(`/elections/${electionHash}/ballots`, post(data)));
  }

  /** Publish a tested ballot with its opening. */
  async publishTest(electionHash: string, body: Uint8Array): Promise<void> {
    await this.text(`/elections/${electionHash}/tests`, post(body));
  }

  async listClosed(electionHash: string): Promise<string> {
    const answer = JSON.parse(await this.text(`/elections/${electionHash}/closed`)) as { ballots: string };
    return answer.ballots;
  }

  /** Return what stands at another address of this door's. */
  async read(path: string): Promise<string> {
    return this.text(path);
  }

  /** Send an object to another address of this door's and return the answer. */
  async send(path: string, value: unknown): Promise<string> {
    const headers = { "Content-Type": "application/json" };
    return this.text(path, { method: "POST", headers, body: JSON.stringify(value) });
  }

  protected async text(path: string, options: Options = {}): Promise<string> {
    const response = await this.request(path, options);
    try {
      return await response.text();
    } catch {
      throw new UnreachableError("the answer broke off");
    }
  }

  private async request(path: string, options: Options): Promise<Response> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), ANSWER_MS);
    let response: Response;
    try {
      response = await fetch(`${this.door.base}${path}?lang=${this.language()}`, {
        ...options,
        headers: { ...this.door.headers, ...options.headers },
        cache: "no-store",
        credentials: this.door.credentials,
        signal: controller.signal,
      });
    } catch {
      throw new UnreachableError("no answer");
    } finally {
      clearTimeout(timer);
    }
    if (response.status === 304) {
      return response;
    }
    // A network's own log-in page answers anything with a page: that is no answer of the server's.
    if (response.headers.get("Content-Type")?.startsWith("application/json") !== true) {
      throw new UnreachableError("an answer of somebody else");
    }
    if (response.ok) {
      return response;
    }
    if (TRY_AGAIN.has(response.status)) {
      throw new UnreachableError(`status ${response.status}`);
    }
    throw await readRefusal(response);
  }
}

/** Return the options of a request that sends bytes. */
export function post(body: Uint8Array): Options {
  return { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: body as BodyInit };
}

async function readRefusal(response: Response): Promise<RefusedError> {
  try {
    const answer = JSON.parse(await response.text()) as { error: string; message: string };
    return new RefusedError(response.status, String(answer.error), String(answer.message));
  } catch {
    return new RefusedError(response.status, "unknown", "");
  }
}
