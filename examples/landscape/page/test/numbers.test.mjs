// One source of truth: the engine in the page answers what the native program answers, to 1e-6 relative; so do the chapters' own paths.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";

import { answerProgram, open, skip } from "./browser.mjs";

const without = skip || (existsSync(answerProgram) ? false : `${answerProgram} is not built`);
const near = (a, b, scale) => (a === null || b === null ? a === b : Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b), scale));

function compare(page, native, where) {
  assert.equal(typeof page, typeof native, where);
  if (Array.isArray(native)) {
    assert.equal(page.length, native.length, where);
    const scale = Math.max(1e-9, ...native.filter(value => typeof value === "number").map(Math.abs)) * 1e-3;
    native.forEach((value, i) => (typeof value === "number" || value === null
      ? assert.ok(near(page[i], value, scale), `${where}[${i}]: ${page[i]} in the page, ${value} natively`) : compare(page[i], value, `${where}[${i}]`)));
  } else if (native && typeof native === "object") {
    assert.deepEqual(Object.keys(page), Object.keys(native), where);
    for (const key of Object.keys(native)) compare(page[key], native[key], `${where}.${key}`);
  } else if (typeof native === "number") assert.ok(near(page, native, 1e-6), `${where}: ${page} in the page, ${native} natively`);
  else assert.equal(page, native, where);
}

function natively(requests) {
  const { stdout, status } = spawnSync(answerProgram, { input: requests.map(request => `${JSON.stringify(request)}\n`).join(""), encoding: "utf8", maxBuffer: 2 ** 28 });
  assert.equal(status, 0);
  return stdout.trim().split("\n").map(line => JSON.parse(line));
}

test("the catalogue, grids, runs of every optimizer and schedule", { skip: without }, async t => {
  const page = await open(), [catalogue] = natively([{ ask: "catalogue" }]);
  const requests = [{ ask: "catalogue" }];
  for (const { name, parameter } of catalogue.surfaces) requests.push({ ask: "grid", surface: { name, parameter: parameter?.max ?? null }, columns: 31, rows: 23 });
  for (const { name } of catalogue.optimizers)
    for (const [i, surface] of catalogue.surfaces.entries())
      requests.push({ ask: "run", surface: { name: surface.name }, start: surface.start, optimizer: { name, options: {} }, schedule: null, noise: i % 2 ? 0.3 : 0, seed: i, steps: 60 });
  for (const { name } of catalogue.schedules)
    requests.push({ ask: "run", surface: { name: "ravine" }, optimizer: { name: "Adam", options: {} }, schedule: { name, options: {} }, noise: 0.1, seed: 5, steps: 150 });
  const native = natively(requests);
  const answers = await page.evaluate(async all => Promise.all(all.map(one => gradus.ask(one))), requests);
  answers.forEach((answer, i) => compare(answer, native[i], JSON.stringify(requests[i]).slice(0, 120)));
  t.diagnostic(`${requests.length} answers compared`);
});

test("paths in the chapters are those that the engine walks", { skip: without }, async t => {
  const page = await open();
  const { worst, count } = await page.evaluate(async () => {
    let worst = 0, count = 0;
    const chapters = [...document.querySelectorAll("script[type='application/json']")].flatMap(data => (data.textContent ? JSON.parse(data.textContent).chapters : []));
    for (const path of chapters.flatMap(chapter => chapter.figures).flatMap(figure => figure.paths ?? [])) {
      if (!path.request) continue;
      const { x } = await gradus.ask({ ask: "run", ...path.request }), size = Math.max(...path.x.map(Math.abs));
      ++count;
      path.x.forEach((value, i) => { if (value !== null && Math.abs(value) < 100) worst = Math.max(worst, Math.abs(value - x[i]) / size); });
    }
    return { worst, count };
  });
  t.diagnostic(`${count} paths, largest difference ${worst} of the path's size (the chapters round to six digits)`);
  assert.ok(count > 0 && worst < 1e-5, String(worst));
});
