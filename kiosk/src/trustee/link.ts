/**
 * The phone's line to the server: requests, answers, and what is still to be sent.
 *
 * What the server says is read strictly where it matters, by `crypto`; here only its shape is held to. Messages travel
 * as canonical JSON text and are compared byte for byte, so they are bytes on this side.
 */

import { CeremonyTerms, CEREMONY_ID_BYTES } from "../crypto/ceremony";
import { decodeHex, encodeCanonical, encodeHex, isJsonObject, type JsonObject, type JsonValue } from "../crypto/encoding";
import { KEY_BYTES, type VerificationKey } from "../crypto/signing";

/** What a device of this room said is wrong. */
export interface Report {
  readonly reporter: number;
  readonly atFault: number | null;
  readonly problem: string;
}

/** One thing that is asked for; `present` is null while the exchange of words is open. */
export interface Request {
  readonly occasion: string;
  readonly kind: string;
  readonly election: string;
  readonly attempt: number;
  readonly subject: JsonObject;
  readonly senders: Readonly<Record<string, readonly number[]>>;
  readonly present: readonly number[] | null;
  readonly answered: readonly number[];
  readonly reports: readonly Report[];
}

/** What the server says of the meeting. */
export interface Room {
  readonly meeting: string;
  readonly unit: string;
  readonly seat: number;
  readonly names: readonly string[];
  readonly joined: readonly number[];
  readonly terms: CeremonyTerms;
  readonly hasKey: boolean;
  readonly requests: readonly Request[];
}

/** The server does not answer, or cannot now: try again later. */
export class LinkLostError extends Error {}

/** The server refused; `message` is its own sentence. */
export class LinkRefusedError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** From method, path, body and headers: status and body of the answer; throws LinkLostError. */
export type Transport = (
  method: string,
  path: string,
  body: Uint8Array | null,
  headers: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly body: Uint8Array }>;

interface Letter {
  readonly request: Request;
  readonly round: string;
  readonly receiver: number;
  readonly body: Uint8Array;
}

const ANSWER_MS = 10_000;
/** A board may be some megabytes, and the room's Wi-Fi slow. */
const BOARD_MS = 300_000;
const BOARD = "/board";
const LONGEST_PROBLEM = 300;
const TRY_AGAIN = 429;
const SERVER_FAILED = 500;

/** Return whether a seat's message of a round is in. */
export function hasSent(request: Request, seat: number, round: string): boolean {
  return request.senders[round]?.includes(seat) === true;
}

/** Return a seat's name, for reading. */
export function nameSeat(room: Room, seat: number): string {
  return room.names[seat - 1] ?? `#${seat}`;
}

/** Return the names of seats, for reading. */
export function nameSeats(room: Room, seats: readonly number[]): string {
  return seats.map((seat) => nameSeat(room, seat)).join(", ");
}

/** Return every seat of the room. */
export function listSeats(room: Room): readonly number[] {
  return room.terms.indexes;
}

/** A phone's requests; messages wait in order until the server has taken them. */
export class RoomLink {
  private readonly headers: Readonly<Record<string, string>>;
  private letters: Letter[] = [];
  private taken = 0;

  constructor(
    private readonly transport: Transport,
    code: string,
    device: Uint8Array,
  ) {
    this.headers = { Authorization: `Bearer ${code}`, "Phieukin-Device": encodeHex(device) };
  }

  /** How many messages the server has taken. */
  get delivered(): number {
    return this.taken;
  }

  /** Take the seat. Raises: LinkLostError, LinkRefusedError, here and in every method. */
  async join(): Promise<Room> {
    return readRoom(parse(await this.ask("POST", "/join", {})));
  }

  async readRoom(): Promise<Room> {
    return readRoom(parse(await this.ask("GET", "/room")));
  }

  /** Return a round's messages, null while it is incomplete. */
  async readRound(request: Request, round: string): Promise<readonly Uint8Array[] | null> {
    const query = new URLSearchParams({ occasion: request.occasion, attempt: String(request.attempt), round });
    const found = parse(await this.ask("GET", `/round?${query.toString()}`));
    if (found["complete"] !== true) {
      return null;
    }
    return readList(found["messages"]).map((message) => new TextEncoder().encode(readText(message)));
  }

  readBoard(): Promise<Uint8Array> {
    return this.ask("GET", BOARD);
  }

  /** Give up an attempt whose secrets this device has lost. */
  async beginAgain(request: Request): Promise<void> {
    await this.ask("POST", "/attempts", { occasion: request.occasion, attempt: request.attempt });
  }

  /** Send a message, now or with a later `flush`. */
  async send(request: Request, round: string, body: Uint8Array): Promise<void> {
    this.put(request, round, body);
    await this.flush();
  }

  /** Keep a message for the next `flush`; receiver 0 means everybody. */
  put(request: Request, round: string, body: Uint8Array, receiver = 0): void {
    this.letters.push({ request, round, receiver, body });
  }

  /** Tell everybody what is wrong, once an attempt. */
  async report(request: Request, problem: string, trustee: number | null): Promise<void> {
    await this.send(request, "failure", encodeCanonical({ problem: problem.slice(0, LONGEST_PROBLEM), trustee }));
  }

  /** Send what could not be sent before, in order; a letter that is refused is dropped with its attempt's others. */
  async flush(): Promise<void> {
    for (;;) {
      const [letter] = this.letters;
      if (letter === undefined) {
        return;
      }
      const { occasion, attempt } = letter.request;
      const body = new TextDecoder().decode(letter.body);
      try {
        await this.ask("POST", "/messages", { occasion, attempt, round: letter.round, receiver: letter.receiver, body });
      } catch (error) {
        if (error instanceof LinkRefusedError) {
          this.letters = this.letters.filter((other) => other.request !== letter.request);
        }
        throw error;
      }
      this.letters.shift();
      this.taken += 1;
    }
  }

  private async ask(method: string, path: string, payload?: JsonObject): Promise<Uint8Array> {
    const sent = payload === undefined ? null : new TextEncoder().encode(JSON.stringify(payload));
    const headers = sent === null ? this.headers : { ...this.headers, "Content-Type": "application/json" };
    const { status, body } = await this.transport(method, `/api/trustee${path}`, sent, headers);
    if (status === 200) {
      return body;
    }
    if (status >= SERVER_FAILED || status === TRY_AGAIN) {
      throw new LinkLostError(`status ${status}`);
    }
    const refusal = parse(body);
    throw new LinkRefusedError(readText(refusal["error"]), readText(refusal["message"]));
  }
}

/** Return a transport over the browser's own requests to the page's own server. */
export function createTransport(language: () => string): Transport {
  return async (method, path, body, headers) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), path.endsWith(BOARD) ? BOARD_MS : ANSWER_MS);
    try {
      const address = `${path}${path.includes("?") ? "&" : "?"}lang=${language()}`;
      const options = { cache: "no-store", credentials: "omit", signal: controller.signal } as const;
      const response = await fetch(address, { ...options, method, headers, body: body as BodyInit | null });
      return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
    } catch {
      throw new LinkLostError("no answer");
    } finally {
      clearTimeout(timer);
    }
  };
}

function readRoom(value: JsonObject): Room {
  const terms = new CeremonyTerms(
    decodeHex(readText(value["ceremony"]), CEREMONY_ID_BYTES),
    decodeHex(readText(value["server_key"]), KEY_BYTES) as VerificationKey,
    readNumber(value["count"]),
    readNumber(value["threshold"]),
    { rehearsal: value["rehearsal"] === true },
  );
  return {
    meeting: readText(value["meeting"]),
    unit: readText(value["unit"]),
    seat: readNumber(value["seat"]),
    names: readList(value["names"]).map(readText),
    joined: readList(value["joined"]).map(readNumber),
    terms,
    hasKey: value["has_key"] === true,
    requests: readList(value["requests"]).map(readRequest),
  };
}

function readRequest(value: JsonValue): Request {
  const members = readObject(value);
  const occasion = readText(members["occasion"]);
  const [kind = "", election = ""] = occasion.split(":");
  const present = members["present"] ?? null;
  return {
    occasion,
    kind,
    election,
    attempt: readNumber(members["attempt"]),
    subject: readObject(members["subject"]),
    senders: Object.fromEntries(
      Object.entries(readObject(members["senders"])).map(([round, seats]) => [round, readList(seats).map(readNumber)]),
    ),
    present: present === null ? null : readList(present).map(readNumber),
    answered: readList(members["answered"]).map(readNumber),
    reports: readList(members["reports"]).map(readReport),
  };
}

function readReport(value: JsonValue): Report {
  const members = readObject(value);
  const atFault = members["at_fault"] ?? null;
  return {
    reporter: readNumber(members["reporter"]),
    atFault: atFault === null ? null : readNumber(atFault),
    problem: readText(members["problem"]),
  };
}

function parse(data: Uint8Array): JsonObject {
  try {
    return readObject(JSON.parse(new TextDecoder().decode(data)) as JsonValue);
  } catch {
    throw new LinkLostError("an answer of somebody else");
  }
}

function readObject(value: JsonValue | undefined): JsonObject {
  if (!isJsonObject(value)) {
    throw new LinkLostError("not an object");
  }
  return value;
}

function readList(value: JsonValue | undefined): readonly JsonValue[] {
  if (!Array.isArray(value)) {
    throw new LinkLostError("not a list");
  }
  return value as readonly JsonValue[];
}

function readText(value: JsonValue | undefined): string {
  if (typeof value !== "string") {
    throw new LinkLostError("not a text");
  }
  return value;
}

function readNumber(value: JsonValue | undefined): number {
  if (typeof value !== "number") {
    throw new LinkLostError("not a number");
  }
  return value;
}
