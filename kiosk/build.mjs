/**
 * Build what runs in a browser: one file per page, the same bytes on every machine.
 *
 *   node kiosk/build.mjs                  the shipped bundles, into ballot_server/web/bundles
 *   node kiosk/build.mjs --out DIR        the same into another folder
 *   node kiosk/build.mjs --record         also write their digests to kiosk/bundles.sha256
 *   node kiosk/build.mjs --tests DIR      the test suite instead, for Node and for a browser
 *
 * Beside the bundles stands inputs.json, the digest of every file they were made of, by which the installer knows
 * whether they are still those of the sources.
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { build } from "esbuild";

const KIOSK = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(KIOSK);

/** What is shipped: the bundle's name and the source it starts from. A page whose source is not there is left out. */
const PAGES = {
  "booth.css": "src/booth/booth.css",
  "booth.js": "src/booth/main.ts",
  "check.css": "src/check/check.css",
  "check.js": "src/check/main.ts",
  "kiosk.css": "src/kiosk/kiosk.css",
  "kiosk.js": "src/kiosk/main.ts",
  "trustee.css": "src/trustee/trustee.css",
  "trustee.js": "src/trustee/main.ts",
  "verify.css": "src/verify/verify.css",
  "verify.js": "src/verify/main.ts",
};

/** What is shipped as it comes from a package: the bundle's name and the file. */
const COPIES = {
  "zxing_reader.wasm": "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm",
};

const NODE_TESTS = ["crypto.test.ts", "exchange.ts", "rules.ts", "trustee-device.ts", "verifier.ts"];
const BROWSER_TESTS = ["crypto-check.ts"];

/** Files that decide what comes out without being part of it. */
const RECIPE = ["kiosk/build.mjs", "kiosk/package-lock.json", "kiosk/tsconfig.json"];

const COMMON = {
  absWorkingDir: KIOSK,
  bundle: true,
  charset: "utf8",
  // The licences of what is bundled ask for their notices to be kept.
  legalComments: "eof",
  loader: { ".txt": "text" },
  logLevel: "warning",
  metafile: true,
  target: "es2020",
  write: false,
};

async function bundle(source, options) {
  const result = await build({ ...COMMON, entryPoints: [source], ...options });
  const code = result.outputFiles.find((file) => !file.path.endsWith(".map"));
  return { code: code.contents, inputs: Object.keys(result.metafile.inputs) };
}

function digestOf(data) {
  return createHash("sha256").update(data).digest("hex");
}

function digestOfFile(path) {
  const absolute = join(ROOT, path);
  return existsSync(absolute) ? digestOf(readFileSync(absolute)) : null;
}

/** Return a path that esbuild names, relative to its working folder, as one relative to the repository. */
function toRepositoryPath(input) {
  return relative(ROOT, resolve(KIOSK, input)).split(sep).join("/");
}

async function buildPages(folder) {
  const inputs = new Set([...RECIPE, ...Object.values(PAGES).map((source) => `kiosk/${source}`)]);
  const digests = {};
  mkdirSync(folder, { recursive: true });
  for (const [name, source] of Object.entries(PAGES)) {
    if (!existsSync(join(KIOSK, source))) {
      rmSync(join(folder, name), { force: true });
      continue;
    }
    const page = await bundle(source, { format: "iife", minify: true });
    page.inputs.map(toRepositoryPath).forEach((path) => inputs.add(path));
    writeFileSync(join(folder, name), page.code);
    digests[name] = digestOf(page.code);
  }
  for (const [name, source] of Object.entries(COPIES)) {
    const content = readFileSync(join(KIOSK, source));
    writeFileSync(join(folder, name), content);
    digests[name] = digestOf(content);
  }
  const own = [...inputs].filter((path) => !path.includes("node_modules/")).sort();
  const record = { inputs: Object.fromEntries(own.map((path) => [path, digestOfFile(path)])), outputs: digests };
  writeFileSync(join(folder, "inputs.json"), `${JSON.stringify(record, null, 2)}\n`);
  return digests;
}

async function buildTests(folder) {
  mkdirSync(folder, { recursive: true });
  for (const source of NODE_TESTS) {
    const { code } = await bundle(`test/${source}`, { format: "esm", platform: "node", target: "node20" });
    writeFileSync(join(folder, source.replace(/\.ts$/, ".mjs")), code);
  }
  for (const source of BROWSER_TESTS) {
    const { code } = await bundle(`test/${source}`, { format: "iife", minify: true });
    writeFileSync(join(folder, source.replace(/\.ts$/, ".js")), code);
  }
}

const { values } = parseArgs({
  options: { out: { type: "string" }, record: { type: "boolean" }, tests: { type: "string" } },
});

if (values.tests !== undefined) {
  await buildTests(resolve(values.tests));
} else {
  const digests = await buildPages(resolve(values.out ?? join(ROOT, "ballot_server", "web", "bundles")));
  if (values.record === true) {
    const lines = Object.entries(digests).map(([name, digest]) => `${digest}  ${name}\n`);
    writeFileSync(join(KIOSK, "bundles.sha256"), lines.join(""));
  }
}
