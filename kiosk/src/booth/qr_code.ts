/**
 * QR codes of short addresses: byte mode, correction level L, versions 1 to 5, one block each.
 *
 * Source: ISO/IEC 18004.
 */

const DATA_BYTES: readonly number[] = [19, 34, 55, 80, 108];
const CORRECTION_BYTES: readonly number[] = [7, 10, 15, 20, 26];
const QUIET_ZONE = 4;
const FIELD_POLYNOMIAL = 0x11d;
const FORMAT_POLYNOMIAL = 0x537;
const FORMAT_MASK = 0x5412;
const LEVEL_L = 1;
const SVG = "http://www.w3.org/2000/svg";

const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
];

/** A text does not fit into the largest code drawn here. */
export class TextTooLongError extends Error {}

/** Return a picture of a code with its white margin. Raises: TextTooLongError above 106 bytes. */
export function drawQrCode(text: string): SVGElement {
  const rows = encodeQrCode(text);
  const side = rows.length + 2 * QUIET_ZONE;
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${side} ${side}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", text);
  const path = document.createElementNS(SVG, "path");
  const dark = rows.flatMap((row, y) =>
    row.flatMap((module, x) => (module ? [`M${x + QUIET_ZONE} ${y + QUIET_ZONE}h1v1h-1z`] : [])),
  );
  path.setAttribute("d", dark.join(""));
  picture.append(path);
  return picture;
}

/** Return the modules of a code, row by row, dark ones true. Raises: TextTooLongError. */
export function encodeQrCode(text: string): readonly (readonly boolean[])[] {
  const bytes = new TextEncoder().encode(text);
  const version = DATA_BYTES.findIndex((capacity) => bytes.length + 2 <= capacity) + 1;
  if (version === 0) {
    throw new TextTooLongError(`${bytes.length} bytes`);
  }
  const data = encodeData(bytes, DATA_BYTES[version - 1] ?? 0);
  const codewords = [...data, ...computeCorrection(data, CORRECTION_BYTES[version - 1] ?? 0)];
  const candidates = MASKS.map((_, mask) => layOut(version, codewords, mask));
  return candidates.reduce((best, each) => (countPenalty(each) < countPenalty(best) ? each : best));
}

function encodeData(bytes: Uint8Array, capacity: number): readonly number[] {
  // Four bits of mode, eight of length, the bytes, four bits of end: every byte straddles two.
  const halves = [4, bytes.length >> 4, bytes.length & 15, ...[...bytes].flatMap((byte) => [byte >> 4, byte & 15]), 0];
  const data = Array.from({ length: halves.length / 2 }, (_, at) => ((halves[2 * at] ?? 0) << 4) | (halves[2 * at + 1] ?? 0));
  for (let pad = 0xec; data.length < capacity; pad ^= 0xec ^ 0x11) {
    data.push(pad);
  }
  return data;
}

function multiply(left: number, right: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * FIELD_POLYNOMIAL) ^ (((right >> bit) & 1) * left);
  }
  return product;
}

/** Return the remainder of the data by the generator polynomial of this degree. */
function computeCorrection(data: readonly number[], degree: number): readonly number[] {
  const divisor: number[] = [...Array<number>(degree - 1).fill(0), 1];
  for (let place = 0, root = 1; place < degree; place += 1, root = multiply(root, 2)) {
    for (let at = 0; at < degree; at += 1) {
      divisor[at] = multiply(divisor[at] ?? 0, root) ^ (divisor[at + 1] ?? 0);
    }
  }
  const remainder = Array<number>(degree).fill(0);
  for (const byte of data) {
    const factor = byte ^ (remainder.shift() ?? 0);
    remainder.push(0);
    divisor.forEach((coefficient, at) => {
      remainder[at] = (remainder[at] ?? 0) ^ multiply(coefficient, factor);
    });
  }
  return remainder;
}

function layOut(version: number, codewords: readonly number[], mask: number): readonly (readonly boolean[])[] {
  const side = 17 + 4 * version;
  const rows: (boolean | null)[][] = Array.from({ length: side }, () => Array<boolean | null>(side).fill(null));
  const set = (row: number, column: number, isDark: boolean): void => {
    const line = rows[row];
    if (line !== undefined && column >= 0 && column < side) {
      line[column] = isDark;
    }
  };
  drawPatterns(version, side, set);
  drawFormat(side, mask, set);
  let bit = 0;
  for (let right = side - 1, isUp = true; right > 0; right -= 2, isUp = !isUp) {
    right -= right === 6 ? 1 : 0;
    for (let step = 0; step < side; step += 1) {
      const row = isUp ? side - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (rows[row]?.[column] === null) {
          const value = (((codewords[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
          set(row, column, value !== MASKS[mask]?.(row, column));
          bit += 1;
        }
      }
    }
  }
  return rows.map((row) => row.map((module) => module === true));
}

type SetModule = (row: number, column: number, isDark: boolean) => void;

function drawPatterns(version: number, side: number, set: SetModule): void {
  for (let at = 8; at < side - 8; at += 1) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [top, left] of [[3, 3], [3, side - 4], [side - 4, 3]] as const) {
    drawSquares(top, left, 4, set);
  }
  if (version > 1) {
    drawSquares(side - 7, side - 7, 2, set);
  }
}

/** Draw rings around a centre: a finder of radius 4 with its white rim, or an alignment pattern of radius 2. */
function drawSquares(row: number, column: number, radius: number, set: SetModule): void {
  for (let down = -radius; down <= radius; down += 1) {
    for (let across = -radius; across <= radius; across += 1) {
      const ring = Math.max(Math.abs(down), Math.abs(across));
      set(row + down, column + across, radius === 4 ? ring !== 2 && ring !== 4 : ring !== 1);
    }
  }
}

function drawFormat(side: number, mask: number, set: SetModule): void {
  const content = (LEVEL_L << 3) | mask;
  let remainder = content << 10;
  for (let bit = 14; bit >= 10; bit -= 1) {
    remainder ^= ((remainder >> bit) & 1) * (FORMAT_POLYNOMIAL << (bit - 10));
  }
  const format = ((content << 10) | remainder) ^ FORMAT_MASK;
  for (let bit = 0; bit < 15; bit += 1) {
    const isDark = ((format >> bit) & 1) === 1;
    set(bit < 6 ? bit : bit < 8 ? bit + 1 : side - 15 + bit, 8, isDark);
    set(8, bit < 8 ? side - 1 - bit : bit === 8 ? 7 : 14 - bit, isDark);
  }
  set(side - 8, 8, true);
}

/** Return how hard a code is to read: long runs, blocks, what looks like a finder, and uneven darkness. */
function countPenalty(rows: readonly (readonly boolean[])[]): number {
  const across = rows.map((row) => row.map(Number).join(""));
  const down = rows.map((_, column) => across.map((row) => row.charAt(column)).join(""));
  let penalty = 0;
  for (const line of [...across, ...down]) {
    penalty += (line.match(/0{5,}|1{5,}/g) ?? []).reduce((sum, run) => sum + run.length - 2, 0);
    penalty += 40 * (line.match(/(?=10111010000|00001011101)/g) ?? []).length;
  }
  across.slice(1).forEach((row, above) => {
    for (let column = 1; column < row.length; column += 1) {
      const block = row.slice(column - 1, column + 1) + (across[above]?.slice(column - 1, column + 1) ?? "");
      penalty += block === "0000" || block === "1111" ? 3 : 0;
    }
  });
  const dark = across.join("").replace(/0/g, "").length / rows.length ** 2;
  return penalty + 10 * Math.floor(Math.abs(dark - 0.5) * 20);
}
