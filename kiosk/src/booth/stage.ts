/** What a session shows, and what it needs of the page around it. */

import type { Selection } from "../crypto/ballot";
import type { RandomBytes } from "../crypto/group";
import type { Manifest } from "../crypto/manifest";
import type { Inclusion } from "./closed_box";
import type { Memory, RecordedBallot } from "./memory";
import type { Server } from "./server";
import type { TextKey } from "./texts";

export type Marks = ReadonlyMap<number, Selection>;

/** What became of a ballot that the voter tested; `address` shows on another device what it contained. */
export type TestNote =
  | { readonly isPublished: true; readonly tracker: string; readonly address: string }
  | { readonly isPublished: false; readonly reason: TextKey };

/** A page that the voter may go on to. */
export interface Link {
  readonly text: TextKey;
  readonly address: string;
}

export type Screen =
  | { readonly kind: "opening" }
  | {
      readonly kind: "notice";
      readonly title: TextKey;
      readonly body: TextKey;
      readonly more?: TextKey;
      readonly link?: Link;
    }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "words"; readonly words: readonly string[] }
  | {
      readonly kind: "choosing";
      readonly manifest: Manifest;
      readonly marks: Marks;
      readonly at: number | null;
      readonly note: TestNote | null;
    }
  | {
      readonly kind: "reviewing";
      readonly manifest: Manifest;
      readonly marks: Marks;
      /** Known as soon as the ballot is sealed. */
      readonly tracker: Promise<string>;
      readonly sending: TextKey | null;
    }
  | { readonly kind: "recorded"; readonly ballot: RecordedBallot; readonly inclusion: Inclusion | null };

/** What a session needs of the page around it. */
export interface Surroundings {
  readonly server: Server;
  readonly memory: Memory;
  readonly randomBytes: RandomBytes;
  readonly show: (screen: Screen) => void;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly pause: () => Promise<void>;
  readonly readTime: () => string;
  readonly random: () => number;
  /** Called once a ballot is confirmed: the address need not carry the slip any more. */
  readonly forgetAddress: () => void;
  /** Called when the closed box is not as it should be; it must stay on the page whatever is shown later. */
  readonly raiseAlarm: (text: TextKey) => void;
  /** Where any device checks ballots and slips, without a fragment. */
  readonly checkAddress: string;
}
