/** What somebody asks the checking page: by typing, by pasting an address, or by a link's fragment. */

import {
  MEETING_CHARACTERS,
  normaliseCharacters,
  normaliseMeetingCode,
  normaliseSlipCode,
  parseSlipFragment,
  type MeetingCode,
  type SlipCode,
} from "../crypto/slip";

const TRACKER_CHARACTERS = 20;
const TRACKER_MARK = "t.";

/** About a ballot or about a slip; `meeting` is null where any meeting may be meant. */
export type Question =
  | { readonly kind: "tracker"; readonly meeting: MeetingCode | null; readonly tracker: string }
  | { readonly kind: "slip"; readonly meeting: MeetingCode | null; readonly code: SlipCode };

/** Return the question about a ballot. Raises: InvalidSlipError. */
export function readTracker(text: string): Question {
  const [, fragment] = text.split("#");
  return fragment === undefined
    ? { kind: "tracker", meeting: null, tracker: normaliseCharacters(text, TRACKER_CHARACTERS) }
    : readFragment(fragment);
}

/** Return the question about a slip; the slip's whole address will do. Raises: InvalidSlipError. */
export function readSlip(text: string): Question {
  const [, fragment] = text.split("#");
  return fragment === undefined
    ? { kind: "slip", meeting: null, code: normaliseSlipCode(text) }
    : readFragment(fragment);
}

/** Return what follows the # of this page's address: t.MEETING.TRACKER, or what a slip's address carries. */
export function readFragment(fragment: string): Question {
  if (fragment.startsWith(TRACKER_MARK)) {
    const parts = fragment.slice(TRACKER_MARK.length);
    const meeting = normaliseMeetingCode(parts.slice(0, MEETING_CHARACTERS));
    return { kind: "tracker", meeting, tracker: normaliseCharacters(parts.slice(MEETING_CHARACTERS + 1), TRACKER_CHARACTERS) };
  }
  const { meeting, code } = parseSlipFragment(fragment);
  return { kind: "slip", meeting, code };
}
