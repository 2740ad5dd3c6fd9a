/** One round of messages between trustees: exactly one from each, whatever their order. */

import { CeremonyError } from "./errors";

/** What one message says: whose it is, and its content. */
export type RoundMessage<T> = readonly [trustee: number, content: T];

/**
 * Return each expected trustee's message.
 *
 * read: decodes one message.
 * Raises: CeremonyError naming a trustee whose message is missing, there twice, or not expected; what `read` raises.
 */
export function collectRound<T>(
  messages: readonly Uint8Array[],
  read: (message: Uint8Array) => RoundMessage<T>,
  expected: readonly number[],
): ReadonlyMap<number, T> {
  const found = new Map<number, T>();
  for (const message of messages) {
    const [trustee, content] = read(message);
    if (found.has(trustee)) {
      throw new CeremonyError("two messages in one round", trustee);
    }
    if (!expected.includes(trustee)) {
      throw new CeremonyError("a message from someone who takes no part", trustee);
    }
    found.set(trustee, content);
  }
  for (const trustee of expected) {
    if (!found.has(trustee)) {
      throw new CeremonyError("the message of this round is missing", trustee);
    }
  }
  return found;
}
