// Makes the page: one HTML file with everything in it.
//   node build.mjs --engine <wasm script> --chapters chapters.json --network network.json --out landscape.html
// Without --network there is no chapter on the network; without --engine no laboratory. --licences FILE writes what the page embeds, as text.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

import { embedded, licencesHtml, licencesText } from "./licences.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const largest = 5e6;

async function bundle(entry, options = {}) {
  const result = await build({
    absWorkingDir: here, entryPoints: [entry], bundle: true, minify: true, write: false, metafile: true, format: "iife", target: "es2022",
    legalComments: "none", loader: { ".woff2": "dataurl" }, ...options,
  });
  return { text: result.outputFiles[0].text.trim(), inputs: Object.keys(result.metafile.inputs) };
}

// What would end a <script> early is written so that JavaScript reads the same.
const inScript = text => text.replaceAll(/<\/(script)/gi, "<\\/$1").replaceAll("<!--", "<\\!--");
const pack = text => gzipSync(text, { level: 9 }).toString("base64");
const packed = file => (file ? pack(readFileSync(file)) : "");

const { values: given } = parseArgs({
  options: { engine: { type: "string" }, chapters: { type: "string" }, network: { type: "string" }, out: { type: "string" }, licences: { type: "string" } },
});

const [main, space, worker, style] = await Promise.all([
  bundle("src/main.ts"), bundle("src/space/space.ts", { globalName: "GradusSpace", footer: { js: "globalThis.GradusSpace=GradusSpace;" } }),
  bundle("src/engine/worker.ts"), bundle("style/page.css"),
]);
const packages = embedded(here, [main, space, worker, style].flatMap(part => part.inputs));
if (given.licences) writeFileSync(given.licences, licencesText(packages));

if (given.out) {
  const parts = {
    style: style.text, main: inScript(main.text), space: pack(space.text), worker: pack(worker.text), licences: licencesHtml(packages),
    engine: packed(given.engine), chapters: packed(given.chapters), network: packed(given.network),
  };
  const page = readFileSync(join(here, "src/index.html"), "utf8").replaceAll(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
  const bytes = Buffer.byteLength(page);
  if (bytes > largest) throw new Error(`${given.out}: ${bytes} bytes, more than the ${largest} that the page may have`);
  mkdirSync(dirname(given.out), { recursive: true });
  writeFileSync(given.out, page);
  console.log(`${given.out}: ${(bytes / 1024 / 1024).toFixed(2)} MiB`);
}
