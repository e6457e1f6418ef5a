// A report in a real browser: its curves and their values, zoom, both themes, no request to anywhere. REPORT_PAGE says where the page is,
// one of examples/35_report; playwright-core is the landscape page's.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const { chromium } = createRequire(join(root, "examples/landscape/page/package.json"))("playwright-core");
const file = resolve(process.env.REPORT_PAGE ?? join(root, "build/report/adam/report.html"));
const program = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].filter(Boolean).find(existsSync);
const skip = program ? false : "no browser found";
let browser = null;
after(() => browser?.close());

async function open({ width = 1280, scheme = "light" } = {}) {
  browser ??= await chromium.launch({ executablePath: program, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
  const wrong = [];
  page.on("pageerror", error => wrong.push(String(error)));
  page.on("request", request => { if (!/^(file|data):/.test(request.url())) wrong.push(request.url()); });
  await page.goto(pathToFileURL(file).href);
  return { page, wrong };
}

test("curves are what was logged", { skip }, async () => {
  const { page, wrong } = await open();
  const loss = await page.evaluate(() => report.charts.find(c => c.title === "loss").curves.map(c => ({ label: c.label, steps: c.steps, values: c.values })));
  assert.deepEqual([...new Set(loss.map(c => c.label))].sort(), ["batch_loss · adam", "batch_loss · sgd", "loss · adam", "loss · sgd", "val_loss · adam", "val_loss · sgd"]);
  const training = loss.find(c => c.label === "loss · adam"), batches = loss.find(c => c.label === "batch_loss · adam");
  assert.ok(training.values.every(v => v > 0 && v < 3) && training.values.at(-1) < training.values[0]);
  assert.equal(batches.steps.at(-1), training.steps.at(-1));
  assert.equal(batches.steps.length, batches.steps.at(-1));
  // What is drawn has as many corners as there are numbers.
  const path = await page.locator('[data-chart="loss"] path[data-curve="loss · adam"]').getAttribute("d");
  assert.equal(path.match(/[ML]/g).length, training.values.length);
  const titles = await page.locator(".chart h3").allTextContents();
  for (const title of ["loss", "accuracy", "learning rate", "norm of the gradient", "update / weight"]) assert.ok(titles.includes(title), titles.join());
  const layers = await page.evaluate(() => report.charts.find(c => c.title === "norm of the gradient").curves.map(c => c.label));
  assert.ok(["look", "think", "output"].every(layer => layers.includes(`${layer} · adam`)), layers.join());
  assert.deepEqual(wrong, []);
});

test("dragging zooms every chart, a double click shows all", { skip }, async () => {
  const { page, wrong } = await open();
  const chart = page.locator('[data-chart="loss"] svg').first();
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox(), seen = () => page.evaluate(() => report.charts.map(c => [c.seen.x0, c.seen.x1]));
  const before = await seen();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 100);
  assert.match(await page.locator('[data-chart="loss"] .legend output').first().textContent(), /at \d+$/);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + 100, { steps: 4 });
  await page.mouse.up();
  const zoomed = await seen();
  assert.ok(zoomed.every(([a, b], i) => a > before[i][0] && b < before[i][1] && a === zoomed[0][0]), JSON.stringify(zoomed));
  await chart.dblclick();
  assert.deepEqual(await seen(), before);
  await page.locator('[data-chart="loss"] .top button').first().click();
  assert.equal(await page.locator('[data-chart="loss"] .top button').first().textContent(), "logarithmic");
  await page.locator('[data-chart="loss"] .legend button').first().click();
  assert.equal(await page.locator('[data-chart="loss"] path').count(), 5);
  assert.deepEqual(wrong, []);
});

for (const width of [1280, 390])
  for (const scheme of ["light", "dark"])
    test(`nothing is cut off or pale at ${width} pixels, ${scheme}`, { skip }, async () => {
      const { page, wrong } = await open({ width, scheme });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), scheme);
      const rows = await page.locator(".confusion").first().locator("tbody tr").count();
      assert.equal(rows, 10);
      const pictures = await page.locator(".worst img").evaluateAll(all => all.map(img => [img.complete, img.naturalWidth]));
      assert.ok(pictures.length >= 12 && pictures.every(([complete, side]) => complete && side === 28), JSON.stringify(pictures));
      assert.match(await page.locator("pre").first().textContent(), /Conv2d/);
      assert.ok(await page.locator("tr.differs", { hasText: "optimizer" }).count() > 0);
      if (process.env.REPORT_PICTURES) await page.screenshot({ path: `${process.env.REPORT_PICTURES}/report_${width}_${scheme}.png`, fullPage: true });
      assert.deepEqual(wrong, []);
    });
