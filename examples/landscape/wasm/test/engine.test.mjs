// The engine of the page, compiled to WebAssembly, against the same C++ compiled for this machine: the same requests to both.
//   LANDSCAPE_ENGINE=build-wasm/…/landscape.js LANDSCAPE_ANSWER=build/…/landscape_answer node --test examples/landscape/wasm/test/
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { test } from "node:test";

const { LANDSCAPE_ENGINE, LANDSCAPE_ANSWER } = process.env;
const createLandscape = createRequire(import.meta.url)(resolve(LANDSCAPE_ENGINE));

const began = performance.now();
const engine = await createLandscape();
const start = performance.now() - began;

const inPage = requests => requests.map(request => engine.answer(request));
const native = requests => execFileSync(LANDSCAPE_ANSWER, { input: requests.join("\n") + "\n", encoding: "utf8", maxBuffer: 2 ** 30 }).trimEnd().split("\n");

const catalogue = JSON.parse(engine.answer('{"ask":"catalogue"}'));

// Numbers apart, relative to the larger one; below `least` relative to that, so that a path may pass through zero.
const apart = (a, b, least) => (a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), least));

test("starts at once", t => {
  t.diagnostic(`instantiated in ${start.toFixed(0)} ms`);
  assert.ok(start < 1000, `${start} ms`);
});

test("runs take the same paths: every surface and optimizer, schedules and noise in turn", t => {
  const requests = [];
  for (const surface of catalogue.surfaces)
    for (const [i, optimizer] of catalogue.optimizers.entries()) {
      const schedule = catalogue.schedules[(i + surface.name.length) % catalogue.schedules.length];
      requests.push(JSON.stringify({
        ask: "run", surface: { name: surface.name }, optimizer: { name: optimizer.name }, steps: 200, seed: i + 1,
        schedule: i % 2 ? { name: schedule.name } : null, noise: i % 3 ? 0 : 0.05,
      }));
    }
  assert.ok(requests.length >= 30);
  const here = inPage(requests), there = native(requests);
  let worst = 0, where = "";
  requests.forEach((request, i) => {
    const a = JSON.parse(here[i]), b = JSON.parse(there[i]);
    assert.equal(a.error, undefined, `${request}: ${a.error}`);
    assert.equal(a.formula, b.formula);
    assert.equal(a.outcome.kind, b.outcome.kind, request);
    const surface = catalogue.surfaces.find(({ name }) => name === JSON.parse(request).surface.name);
    const width = surface.window[1] - surface.window[0];
    for (const [key, least] of [["x", 1e-3 * width], ["y", 1e-3 * width], ["lr", 1e-12]]) {
      assert.equal(a[key].length, b[key].length, `${request}: ${key}`);
      a[key].forEach((value, step) => {
        const difference = apart(value, b[key][step], least);
        if (difference > worst) worst = difference, where = `${key} at step ${step} of ${request}`;
      });
    }
  });
  t.diagnostic(`${requests.length} runs, worst relative difference ${worst.toExponential(1)} (${where})`);
  assert.ok(worst <= 1e-6, `${worst}: ${where}`);
});

test("surfaces have the same values", t => {
  const requests = catalogue.surfaces.map(({ name, window }) => JSON.stringify({ ask: "grid", surface: { name }, window, columns: 41, rows: 31 }));
  const here = inPage(requests).map(JSON.parse), there = native(requests).map(JSON.parse);
  let worst = 0;
  here.forEach((grid, i) => grid.values.forEach((value, k) => { worst = Math.max(worst, apart(value, there[i].values[k], 1e-6 * there[i].max)); }));
  t.diagnostic(`worst relative difference ${worst.toExponential(1)}`);
  assert.ok(worst <= 1e-6);
});

test("the catalogue is the same", () => assert.equal(inPage(['{"ask":"catalogue"}'])[0], native(['{"ask":"catalogue"}'])[0]));

test("errors arrive as gradus' own text", () => {
  const requests = ["", "{", '"run"', '{"ask":"dance"}', '{"ask":"run","surface":{"name":"moon"},"optimizer":{"name":"Adam"}}',
    '{"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam","options":{"lr":-1}}}',
    '{"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam","options":{"betas.0":1}}}',
    '{"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam"},"steps":1e300}', '{"ask":"grid","surface":{"name":"ravine"},"rows":-3}',
    "[".repeat(100_000)];
  for (const request of requests) assert.match(JSON.parse(engine.answer(request)).error, /^\w+Error: ./, request.slice(0, 100));
  const asked = requests.filter(request => request !== "");   // the program passes over empty lines
  assert.deepEqual(inPage(asked), native(asked));
});

test("ten thousand requests leave no memory behind", t => {
  const requests = catalogue.optimizers.map(({ name }) =>
    JSON.stringify({ ask: "run", surface: { name: "beale" }, optimizer: { name }, steps: 5, noise: 0.1 }));
  requests.push('{"ask":"dance"}', '{"ask":"grid","surface":{"name":"rastrigin"},"columns":5,"rows":5}');
  const ask = times => { for (let i = 0; i < times; ++i) engine.answer(requests[i % requests.length]); };
  ask(200);
  const before = engine.HEAPU8.length, began = performance.now();
  ask(10_000);
  t.diagnostic(`${((performance.now() - began) / 10).toFixed(0)} µs a request, ${before / 2 ** 20} MiB`);
  assert.equal(engine.HEAPU8.length, before);
});
