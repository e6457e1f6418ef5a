// Quick enough: to open, to answer, to play. Times are of this machine; the smallest of some rounds counts.
import assert from "node:assert/strict";
import { test } from "node:test";

import { open, skip } from "../browser.mjs";

test("interactive within two seconds", { skip }, async t => {
  const times = [];
  for (let round = 0; round < 3; ++round) {
    const page = await open({ ready: false });
    await page.waitForFunction(() => document.documentElement.dataset.interactive === "true");
    times.push(await page.evaluate(async () => {
      await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
      return performance.now();
    }));
    await page.context().close();
  }
  t.diagnostic(`first chapter shown and answering after ${times.map(Math.round).join(", ")} ms`);
  assert.ok(Math.min(...times) < 2000, String(times));
});

test("the laboratory answers soon after", { skip }, async t => {
  const page = await open();
  const since = await page.evaluate(() => performance.now());
  t.diagnostic(`laboratory ready after ${Math.round(since)} ms`);
  assert.ok(since < 10000);
});

test("the clock in the laboratory runs at the screen's pace", { skip }, async t => {
  const page = await open();
  await page.locator("#bench .plane").scrollIntoViewIfNeeded();
  let best = { median: Infinity };
  for (let round = 0; round < 4 && best.median > 17.5; ++round) {
    await page.locator("#bench .play").click();
    const now = await page.evaluate(() => new Promise(done => {
      const gaps = [];
      let last = performance.now();
      const tick = start => {
        gaps.push(start - last);
        last = start;
        if (gaps.length < 120) return requestAnimationFrame(tick);
        gaps.sort((a, b) => a - b);
        done({ median: gaps[60], slow: gaps[114] });
      };
      requestAnimationFrame(tick);
    }));
    if (now.median < best.median) best = now;
    if (await page.locator("#bench .play").getAttribute("aria-label") === "Pause") await page.locator("#bench .play").click();
  }
  t.diagnostic(`median ${(1000 / best.median).toFixed(1)} frames a second; 95 of 100 frames within ${best.slow.toFixed(1)} ms`);
  // The goal is 60 a second; where a busy machine draws without a graphics card, 40 still tell a page that plays from one that stalls.
  assert.ok(best.median < 25, `${best.median} ms between frames`);
});
