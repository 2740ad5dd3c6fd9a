/** The board: an append-only chain of entries, each signed by the server over the hash of the one before. */

import { sha256 } from "@noble/hashes/sha2.js";

import { ALPHABET, encodeBase32 } from "./base32";
import { isEntryKind, type EntryKind } from "./bodies";
import { encodeHex } from "./bytes";
import { decodeCanonicalObject, encodeCanonical, type JsonObject } from "./encoding";
import { EncodingError } from "./errors";
import { Fields } from "./fields";
import { SIGNATURE_BYTES, verifyMessage, type VerificationKey } from "./signing";

export const HEAD_CHARACTERS = 32;
const HEAD_DIGITS = 64;
const ENTRY_KEYS = ["body", "kind", "number", "previous", "signature"];
// What Python's `isspace` calls white space, written out: the classes of both languages' expressions differ.
const WHITE_SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g;

/** One signed entry. Spec: "Board". */
export class Entry {
  private hash: Uint8Array | undefined;

  constructor(
    readonly number: number,
    readonly previous: Uint8Array,
    readonly kind: EntryKind,
    readonly body: JsonObject,
    readonly signature: Uint8Array,
    private readonly encoded?: Uint8Array,
  ) {}

  /**
   * Return the entry of untrusted canonical bytes; its signature, its order and its body's keys are not looked at.
   *
   * Raises: EncodingError.
   */
  static decode(data: Uint8Array): Entry {
    const fields = new Fields(decodeCanonicalObject(data), "entry", ENTRY_KEYS);
    const number = fields.integer("number");
    const previous = fields.digest("previous");
    const kind = fields.text("kind");
    if (!isEntryKind(kind)) {
      throw fields.refuse("kind", "unknown");
    }
    return new Entry(number, previous, kind, fields.object("body"), fields.digest("signature", SIGNATURE_BYTES), data);
  }

  /** The SHA-256 of the canonical entry, which the next one carries. */
  get entryHash(): Uint8Array {
    this.hash ??= sha256(this.encode());
    return this.hash;
  }

  /** Return the canonical bytes, without the archive's line feed. */
  encode(): Uint8Array {
    return this.encoded ?? encodeCanonical({ ...this.toMessage(), signature: encodeHex(this.signature) });
  }

  /** Check the server's signature. Raises: InvalidSignatureError. */
  verifySignature(serverKey: VerificationKey): void {
    verifyMessage("entry", this.toMessage(), serverKey, this.signature);
  }

  private toMessage(): JsonObject {
    return { body: this.body, kind: this.kind, number: this.number, previous: encodeHex(this.previous) };
  }
}

/** Return the hash of the last outcome or annulled entry, which the minutes print; undefined before the first. */
export function boardHead(entries: Iterable<Entry>): Uint8Array | undefined {
  let head: Uint8Array | undefined;
  for (const entry of entries) {
    head = entry.kind === "outcome" || entry.kind === "annulled" ? entry.entryHash : head;
  }
  return head;
}

/** Return the first 160 bits of a head as 32 characters in groups of four, joined by "-". Spec: "board_head". */
export function formatHead(head: Uint8Array): string {
  return (encodeBase32(head, HEAD_CHARACTERS).match(/.{4}/g) ?? []).join("-");
}

/**
 * Return a head as typed in its plain form: 32 characters of the slip alphabet or 64 hexadecimal digits.
 *
 * Raises: EncodingError if it is neither. Spec: "board_head".
 */
export function normaliseHead(code: string): string {
  const plain = code.replace(WHITE_SPACE, "").replace(/-/g, "");
  // Only ASCII is folded: upper-casing elsewhere turns a dotless i into I and a long s into S.
  if (!/^[\x00-\x7f]*$/.test(plain)) {
    throw new EncodingError("head", "a character outside the alphabet");
  }
  const upper = plain.toUpperCase();
  if (upper.length === HEAD_DIGITS && /^[0-9A-F]*$/.test(upper)) {
    return upper.toLowerCase();
  }
  const characters = upper.replace(/O/g, "0").replace(/[IL]/g, "1");
  if (characters.length !== HEAD_CHARACTERS || [...characters].some((character) => !ALPHABET.includes(character))) {
    throw new EncodingError("head", `not ${HEAD_CHARACTERS} characters or ${HEAD_DIGITS} digits`);
  }
  return characters;
}

/** Tell whether a head as typed names this head; a code of another form does not. */
export function matchesHead(code: string, head: Uint8Array): boolean {
  let plain: string;
  try {
    plain = normaliseHead(code);
  } catch {
    return false;
  }
  return plain === (plain.length === HEAD_DIGITS ? encodeHex(head) : encodeBase32(head, HEAD_CHARACTERS));
}
