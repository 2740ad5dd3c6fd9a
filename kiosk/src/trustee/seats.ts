/** Everybody's state at a glance: who is in, and whose turn it is. */

import type { SeatLine } from "./conversation";
import { hasSent, type Request, type Room } from "./link";
import type { TextKey } from "./texts";

interface Stage {
  readonly round: string;
  readonly awaited: TextKey;
  readonly done: TextKey;
}

const CEREMONY: readonly Stage[] = [
  { round: "commitment", awaited: "seatMaking", done: "seatMade" },
  { round: "opening", awaited: "seatMaking", done: "seatMade" },
  { round: "share", awaited: "seatComparing", done: "seatCompared" },
  { round: "trial", awaited: "seatTrying", done: "seatTried" },
  { round: "confirmation", awaited: "seatKeeping", done: "seatKept" },
];

/** Return what each teller has done in the matter that is under way. */
export function describeSeats(room: Room): readonly SeatLine[] {
  const matter = room.hasKey ? room.requests.filter((each) => each.kind !== "ceremony").pop() : undefined;
  return room.terms.indexes.map((seat) => {
    const line = matter === undefined ? describeInCeremony(room, seat) : describeInMatter(matter, seat);
    return { name: room.names[seat - 1] ?? `#${seat}`, isOwn: seat === room.seat, ...line };
  });
}

type State = Pick<SeatLine, "state" | "tone">;

function describeInCeremony(room: Room, seat: number): State {
  const request = room.requests.find((each) => each.kind === "ceremony");
  if (room.hasKey) {
    return isIn("seatKept");
  }
  if (!room.joined.includes(seat)) {
    return isAwaited("seatNotJoined");
  }
  if (request === undefined || room.joined.length < room.terms.count) {
    return isIn("seatJoined");
  }
  const stage = CEREMONY.find(({ round }) => room.terms.indexes.some((each) => !hasSent(request, each, round)));
  if (stage === undefined) {
    return isIn("seatKept");
  }
  return hasSent(request, seat, stage.round) ? isIn(stage.done) : isAwaited(stage.awaited);
}

function describeInMatter(request: Request, seat: number): State {
  switch (request.kind) {
    case "counts":
    case "paper":
      if (hasSent(request, seat, "signature")) {
        return isIn("seatSigned");
      }
      return isAwaited(hasSent(request, seat, "failure") ? "seatObjected" : "seatSigning");
    case "whole":
      if (request.answered.includes(seat)) {
        return isIn("seatDecrypted");
      }
      if (request.present !== null) {
        return request.present.includes(seat) ? isAwaited("seatDecrypting") : { state: "seatMissing", tone: "plain" };
      }
      return hasSent(request, seat, "commitment") ? isIn("seatReviewed") : isAwaited("seatReviewing");
    default:
      return hasSent(request, seat, "statement") ? isIn("seatDestroyed") : isAwaited("seatHolding");
  }
}

function isIn(state: TextKey): State {
  return { state, tone: "in" };
}

function isAwaited(state: TextKey): State {
  return { state, tone: "awaited" };
}
