/** Run every check under `node --test`. */

import test from "node:test";

import { CHECKS } from "./checks/all";

for (const { name, run } of CHECKS) {
  test(name, run);
}
