/** Comparing JSON values: true is not 1, and the order of an object's members does not matter. */

import { isJsonObject, type JsonValue } from "../crypto/encoding";

/** Tell whether two values say the same. */
export function isSameJson(left: JsonValue, right: JsonValue): boolean {
  return findDifference(left, right) === undefined;
}

/** Return the place of the first difference, such as `contests[0].counts.agree`, or undefined where there is none. */
export function findDifference(left: JsonValue, right: JsonValue, place = ""): string | undefined {
  if (Array.isArray(left) && Array.isArray(right)) {
    const [ours, theirs] = [left, right] as [readonly JsonValue[], readonly JsonValue[]];
    if (ours.length !== theirs.length) {
      return place;
    }
    return findFirst(ours, (value, index) => findDifference(value, theirs[index] ?? null, `${place}[${index}]`));
  }
  if (isJsonObject(left) && isJsonObject(right)) {
    const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
    return findFirst(names, (name) => {
      const inside = place === "" ? name : `${place}.${name}`;
      return Object.keys(left).includes(name) && Object.keys(right).includes(name)
        ? findDifference(left[name] ?? null, right[name] ?? null, inside)
        : inside;
    });
  }
  return left === right ? undefined : place;
}

/** Return the value at a place that `findDifference` names, in JSON; empty where there is none. */
export function showAt(value: JsonValue, place: string): string {
  const steps = place.match(/[^.[\]]+/g) ?? [];
  let found: JsonValue | undefined = value;
  for (const step of steps) {
    if (Array.isArray(found)) {
      found = (found as readonly JsonValue[])[Number(step)];
    } else {
      found = isJsonObject(found) && Object.keys(found).includes(step) ? found[step] : undefined;
    }
  }
  return found === undefined ? "–" : JSON.stringify(found);
}

function findFirst<T>(values: readonly T[], find: (value: T, index: number) => string | undefined): string | undefined {
  for (const [index, value] of values.entries()) {
    const found = find(value, index);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
