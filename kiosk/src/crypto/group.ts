/**
 * The group ristretto255 (RFC 9496), through @noble/curves.
 *
 * An `Element` keeps the decoded point beside its encoding, so that a chain of operations neither decodes nor encodes in
 * between. A `Scalar` is an integer 0 ≤ s < ORDER. Untrusted bytes enter through `decodeElement`, `decodePublicElement`
 * and `decodeScalar` only.
 *
 * Multiplication is total: a zero scalar or an identity gives the identity. The library throws for a zero scalar, and
 * passing that on would let one voter make two verifiers disagree, because a zero challenge is legal.
 */

import { ed25519, ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { hexToBytes } from "@noble/hashes/utils.js";

import { encodeHex, readLittleEndian } from "./bytes";
import { InvalidElementError, InvalidScalarError } from "./errors";

type Point = InstanceType<typeof ristretto255.Point>;

export type Scalar = bigint & { readonly __brand: "Scalar" };

/** A source of `count` random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

export const ELEMENT_BYTES = 32;
export const SCALAR_BYTES = 32;
export const ORDER: bigint = 2n ** 252n + 27742317777372353535851937790883648493n;
export const ZERO = 0n as Scalar;

/** A group element, compared by `equals`, never by identity of objects. */
export class Element {
  private encoded: Uint8Array | undefined;

  constructor(
    readonly point: Point,
    encoded?: Uint8Array,
  ) {
    this.encoded = encoded;
  }

  /** Return the canonical 32 bytes. */
  toBytes(): Uint8Array {
    this.encoded ??= this.point.toBytes();
    return this.encoded.slice();
  }

  /** Return the canonical bytes in hexadecimal. */
  toHex(): string {
    return encodeHex(this.toBytes());
  }

  /** Tell whether this is the identity. */
  isIdentity(): boolean {
    return this.point.is0();
  }

  /** Tell whether this and another are one element. */
  equals(other: Element): boolean {
    return this.point.equals(other.point);
  }
}

export const IDENTITY = new Element(ristretto255.Point.ZERO);
// Equal to the library's BASE but not that object, whose first use builds tables for half a second on a slow phone.
export const GENERATOR = new Element(ristretto255.Point.BASE.negate().negate());

/** Windows of four bits: 512 additions to build a table, 64 for each multiplication by it. */
const WINDOW_BITS = 4;
const precomputed = new WeakSet<Element>();

/**
 * Return the element that 32 untrusted bytes encode; the identity is accepted.
 *
 * Raises: InvalidElementError for another length or a non-canonical or off-group encoding.
 * Source: RFC 9496, section 4.3.1.
 */
export function decodeElement(data: Uint8Array): Element {
  if (data.length !== ELEMENT_BYTES) {
    throw new InvalidElementError("group element", `${data.length} bytes instead of ${ELEMENT_BYTES}`);
  }
  try {
    return new Element(ristretto255.Point.fromBytes(data), data.slice());
  } catch {
    throw new InvalidElementError("group element", "not a canonical ristretto255 encoding");
  }
}

/** Return the element that 32 untrusted bytes encode, refusing the identity. Raises: InvalidElementError. */
export function decodePublicElement(data: Uint8Array): Element {
  const element = decodeElement(data);
  if (element.isIdentity()) {
    throw new InvalidElementError("group element", "the identity is not allowed here");
  }
  return element;
}

/** Return the scalar that 32 untrusted little-endian bytes encode. Raises: InvalidScalarError. */
export function decodeScalar(data: Uint8Array): Scalar {
  if (data.length !== SCALAR_BYTES) {
    throw new InvalidScalarError("scalar", `${data.length} bytes instead of ${SCALAR_BYTES}`);
  }
  const value = readLittleEndian(data);
  if (value >= ORDER) {
    throw new InvalidScalarError("scalar", "not below the group order");
  }
  return value as Scalar;
}

/** Return the scalar as 32 little-endian bytes. */
export function encodeScalar(scalar: Scalar): Uint8Array {
  return hexToBytes(scalar.toString(16).padStart(2 * SCALAR_BYTES, "0")).reverse();
}

/** Return any integer modulo ORDER. */
export function toScalar(value: bigint): Scalar {
  const rest = value % ORDER;
  return (rest < 0n ? rest + ORDER : rest) as Scalar;
}

/** Return 64 uniform bytes, little-endian, modulo ORDER. Raises: InvalidScalarError for another length. */
export function reduceScalar(digest: Uint8Array): Scalar {
  if (digest.length !== 64) {
    throw new InvalidScalarError("wide scalar", `${digest.length} bytes instead of 64`);
  }
  return toScalar(readLittleEndian(digest));
}

/** Return a uniform scalar from 64 random bytes. */
export function randomScalar(randomBytes: RandomBytes): Scalar {
  return reduceScalar(randomBytes(64));
}

/**
 * Return the element that 64 uniform bytes map to. Raises: InvalidElementError for another length.
 *
 * Source: RFC 9496, section 4.3.4.
 */
export function elementFromHash(digest: Uint8Array): Element {
  if (digest.length !== 64) {
    throw new InvalidElementError("hash to group", `${digest.length} bytes instead of 64`);
  }
  const map = ristretto255_hasher.deriveToCurve;
  if (map === undefined) {
    throw new InvalidElementError("hash to group", "the library lacks it");
  }
  return new Element(map(digest));
}

/**
 * Tell whether 32 bytes are a canonical Ed25519 point of the prime-order subgroup, the identity left out.
 *
 * A key of small order, which signature libraries accept, would make one signature hold for every message.
 */
export function isSigningKey(data: Uint8Array): boolean {
  try {
    // The second argument asks for RFC 8032's decoding, which refuses y ≥ p; ZIP 215's would accept it.
    const point = ed25519.Point.fromBytes(data, false);
    return !point.is0() && point.isTorsionFree();
  } catch {
    return false;
  }
}

/** Return left + right. */
export function add(left: Element, right: Element): Element {
  return new Element(left.point.add(right.point));
}

/** Return left − right. */
export function subtract(left: Element, right: Element): Element {
  return new Element(left.point.subtract(right.point));
}

/**
 * Make further multiplications of an element four times as fast, at the price of about three of them.
 *
 * It takes some milliseconds, once: a page does it for the election's key before the voter waits for a ballot.
 */
export function precompute(element: Element): void {
  if (!precomputed.has(element) && !element.isIdentity()) {
    element.point.precompute(WINDOW_BITS, false);
    precomputed.add(element);
  }
}

/** Return scalar·element for every scalar and element, in a time that does not depend on a non-zero scalar. */
export function multiply(scalar: Scalar, element: Element): Element {
  if (scalar === 0n || element.isIdentity()) {
    return IDENTITY;
  }
  return new Element(element.point.multiply(scalar));
}

/** Return scalar·G for every scalar, in a time that does not depend on a non-zero scalar. */
export function multiplyBase(scalar: Scalar): Element {
  precompute(GENERATOR);
  return multiply(scalar, GENERATOR);
}

/** Return scalar·element faster than `multiply`; for scalars that anybody may know, as a verifier's are. */
export function multiplyPublic(scalar: Scalar, element: Element): Element {
  if (scalar === 0n || element.isIdentity()) {
    return IDENTITY;
  }
  return new Element(element.point.multiplyUnsafe(scalar));
}

/** Return scalar·G as `multiplyPublic` does. */
export function multiplyBasePublic(scalar: Scalar): Element {
  precompute(GENERATOR);
  return multiplyPublic(scalar, GENERATOR);
}

/** Return the sum of the elements, the identity for none. */
export function sumElements(elements: Iterable<Element>): Element {
  let total = IDENTITY;
  for (const element of elements) {
    total = add(total, element);
  }
  return total;
}
