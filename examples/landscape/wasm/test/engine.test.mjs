// The engine of the page, compiled to WebAssembly, against the same C++ compiled for this machine: the same requests to both.
// LANDSCAPE_ENGINE and LANDSCAPE_ANSWER say where both are when not in their usual places.
//   node --test examples/landscape/wasm/test/
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../../..");
const script = resolve(process.env.LANDSCAPE_ENGINE ?? `${root}/build-wasm/examples/landscape/wasm/landscape.js`);
const program = resolve(process.env.LANDSCAPE_ANSWER ?? `${root}/build/examples/landscape/landscape_answer`);
const createLandscape = createRequire(import.meta.url)(script);

const began = performance.now();
const engine = await createLandscape();
const start = performance.now() - began;

const inPage = requests => requests.map(request => engine.answer(request));
const native = (requests, settings) => execFileSync(program, {
  input: requests.join("\n") + "\n", encoding: "utf8", maxBuffer: 2 ** 30, env: { ...process.env, ...settings },
}).trimEnd().split("\n");

const catalogue = JSON.parse(engine.answer('{"ask":"catalogue"}'));

// Numbers apart, relative to the larger one; below `least` relative to that, so that they may pass through zero.
const apart = (a, b, least) => (a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), least));

test("starts at once", t => {
  t.diagnostic(`instantiated in ${start.toFixed(0)} ms`);
  assert.ok(start < 1000, `${start} ms`);
});

// Some runs circle their minimum in jumps, chaotically: the last bit of one step becomes another path a hundred steps on, and processors
// that fuse a product with a sum differ in last bits. A run is compared as far as it is determined: until a native path goes its own way that
// starts a part in 10¹⁴ beside, whose gradients have that much noise, or whose products and sums are rounded one by one.
function determined(path, others, size) {
  const ends = others.map(other => path.x.findIndex((x, k) => !(Math.hypot(x - other.x[k], path.y[k] - other.y[k]) <= 1e-9 * size)));
  return Math.min(...ends.map(end => (end < 0 ? path.x.length : end)));
}

test("runs take the same paths: every surface and optimizer, schedules and noise in turn", t => {
  const requests = catalogue.surfaces.flatMap((surface, j) => catalogue.optimizers.map((optimizer, i) => ({
    ask: "run", surface: { name: surface.name }, start: surface.start, optimizer: { name: optimizer.name }, steps: 200, seed: i + 1,
    schedule: i % 2 ? { name: catalogue.schedules[(i + j) % catalogue.schedules.length].name } : null, noise: i % 3 ? 0 : 0.05,
  })));
  assert.ok(requests.length >= 30);
  const asked = requests.map(request => JSON.stringify(request));
  const here = inPage(asked).map(JSON.parse), there = native(asked).map(JSON.parse);
  const alike = change => requests.map(request => JSON.stringify({ ...request, ...change(request) }));
  const others = [
    native(alike(({ start }) => ({ start: start.map(at => at * (1 + 1e-14)) }))), native(alike(({ noise }) => ({ noise: noise + 1e-14 }))),
    native(asked, { GRADUS_SIMD_LEVEL: "v2" }),
  ].map(answers => answers.map(JSON.parse));
  let worst = 0, where = "", steps = 0, compared = 0, whole = 0;
  here.forEach((a, i) => {
    const b = there[i];
    assert.equal(a.error, undefined, `${asked[i]}: ${a.error}`);
    assert.equal(a.formula, b.formula);
    const size = Math.max(...b.x.map(Math.abs), ...b.y.map(Math.abs)), end = determined(b, others.map(answers => answers[i]), size);
    steps += b.x.length, compared += end;
    if (end === b.x.length) {
      ++whole;
      assert.equal(a.outcome.kind, b.outcome.kind, asked[i]);
      assert.equal(a.x.length, b.x.length, asked[i]);
      a.lr.forEach((lr, k) => assert.ok(apart(lr, b.lr[k], 1e-9) < 1e-12, `lr at step ${k} of ${asked[i]}`));
    }
    for (let k = 0; k < end; ++k) {
      const difference = Math.hypot(a.x[k] - b.x[k], a.y[k] - b.y[k]) / size;
      if (!(difference <= worst)) worst = difference, where = `step ${k} of ${asked[i]}`;
    }
  });
  t.diagnostic(`${requests.length} runs, ${whole} of them whole, ${compared} of ${steps} points; worst difference ${worst.toExponential(1)} of the path's size`);
  assert.ok(worst <= 1e-6, `${worst} at ${where}`);
  assert.ok(whole > 0.8 * requests.length && compared > 0.9 * steps, `${whole} runs and ${compared} points are few`);
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
