/** The platform's random source in the form that the protocol takes it. */

import type { RandomBytes } from "./group";

/**
 * Return a source over `crypto.getRandomValues`, the one part of Web Crypto that plain-HTTP pages have.
 *
 * platform: `globalThis.crypto`; one call gives at most 65,536 bytes.
 */
export function createRandomBytes(platform: Pick<Crypto, "getRandomValues">): RandomBytes {
  return (count) => platform.getRandomValues(new Uint8Array(count));
}
