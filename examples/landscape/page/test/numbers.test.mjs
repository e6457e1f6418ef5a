// One source of truth: the engine in the page answers what the native program answers, to 1e-6 relative; so do the chapters' own paths.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";

import { answerProgram, chapters, open, skip } from "../browser.mjs";

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

// A run at the edge of stability is chaotic: a last bit in another place (a fused multiply-add, another cosine) becomes another path within
// some hundred steps. So far can it be compared: to where a start moved by a part in 10¹⁴ leads the native program itself astray.
function predictable(run, moved) {
  const size = Math.max(...run.x.map(Math.abs)), far = run.x.findIndex((x, k) => !(Math.hypot(x - moved.x[k], run.y[k] - moved.y[k]) < 1e-9 * size));
  return far < 0 ? run.x.length : far;
}

test("paths in the chapters are those that the engine walks", { skip: without }, async t => {
  const page = await open(), paths = chapters().flatMap(chapter => chapter.figures).flatMap(figure => figure.paths ?? []).filter(path => path.request);
  const requests = paths.map(path => ({ ...path.request, ask: "run" }));
  const native = natively(requests), moved = natively(requests.map(request => ({ ...request, start: request.start.map(at => at * (1 + 1e-14)) })));
  const walked = await page.evaluate(async all => Promise.all(all.map(request => gradus.ask(request))), requests);
  let steps = 0, all = 0;
  paths.forEach((path, i) => {
    const count = predictable(native[i], moved[i]), size = Math.max(...path.x.map(Math.abs));
    assert.ok(count > Math.min(40, path.x.length - 1), `${path.label}: predictable for ${count} steps only`);
    steps += count;
    all += path.x.length;
    for (let k = 0; k < count; ++k) {
      for (const axis of ["x", "y"]) {
        assert.ok(near(walked[i][axis][k], native[i][axis][k], size), `${path.label}, step ${k}: ${walked[i][axis][k]} in the page, ${native[i][axis][k]} natively`);
        assert.ok(Math.abs(path[axis][k] - native[i][axis][k]) <= 1e-5 * size, `${path.label}, step ${k}: ${path[axis][k]} in the chapter, ${native[i][axis][k]} natively`);
      }
    }
  });
  t.diagnostic(`${paths.length} paths, ${steps} of ${all} steps are predictable and compared`);
});
