// A real browser on the built page: LANDSCAPE_PAGE, LANDSCAPE_ANSWER and CHROMIUM say where things are when not in their usual places.
//   const page = await open();              // waits until the chapters are built and the laboratory has drawn its first runs
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { after, afterEach } from "node:test";
import { gunzipSync } from "node:zlib";

import { chromium } from "playwright-core";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
export const pageFile = resolve(process.env.LANDSCAPE_PAGE ?? join(root, "build/landscape/landscape.html"));
export const answerProgram = resolve(process.env.LANDSCAPE_ANSWER ?? join(root, "build/examples/landscape/landscape_answer"));
const browsers = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].filter(Boolean);
const program = browsers.find(existsSync);

// The reason to skip, which node --test prints; false where there is none.
export const skip = !program ? `no browser found (looked for ${browsers.join(", ")})` : false;
if (!skip && !existsSync(pageFile)) throw new Error(`${pageFile} is not there: ./run landscape makes it`);

let browser = null;
const contexts = [];
afterEach(() => Promise.all(contexts.splice(0).map(context => context.close())));
after(() => browser?.close());

export async function open({ width = 1440, height = 900, hash = "", scheme = "light", motion = "no-preference", ready = true, watch } = {}) {
  browser ??= await chromium.launch({
    executablePath: program,
    args: ["--enable-unsafe-swiftshader", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
  });
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: motion });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(30000);
  watch?.(page);
  await page.goto(pathToFileURL(pageFile).href + hash);
  if (!ready) return page;
  await page.waitForFunction(() => document.documentElement.dataset.built === "true");
  await page.waitForFunction(() => document.getElementById("bench").dataset.ready === "true");
  return page;
}

// The chapters that the page holds.
export function chapters() {
  const page = readFileSync(pageFile, "utf8");
  return ["chapters-data", "network-data"].flatMap(id => {
    const packed = page.match(new RegExp(`id="${id}">([^<]*)<`))[1];
    return packed ? JSON.parse(gunzipSync(Buffer.from(packed, "base64"))).chapters : [];
  });
}

// The picture on a canvas as one number, and how many colours are in it.
export const picture = canvas => canvas.evaluate(element => {
  const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
  const words = new Uint32Array(data.buffer), colours = new Set(words);
  let sum = 0;
  for (const word of words) sum = (Math.imul(sum, 31) + word) | 0;
  return { sum, colours: colours.size };
});

// Waits until `read` gives something other than `before`.
export async function changed(read, before, what) {
  for (let i = 0; i < 100; ++i) {
    const now = await read();
    if (JSON.stringify(now) !== JSON.stringify(before)) return now;
    await new Promise(done => setTimeout(done, 50));
  }
  throw new Error(`${what} did not change within five seconds`);
}
