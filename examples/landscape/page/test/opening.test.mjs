// The page opens: quietly, quickly, from one file, and every chapter shows what it has.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";

import { changed, chapters, open, pageFile, picture, skip } from "../browser.mjs";

test("no errors, no warnings, nothing from the network", { skip }, async () => {
  const said = [], asked = [];
  const page = await open({ watch: page => {
    page.on("console", message => ["error", "warning"].includes(message.type()) && said.push(message.text()));
    page.on("pageerror", error => said.push(error.message));
    page.on("request", request => asked.push(request.url()));
  } });
  await page.locator("#laboratory").scrollIntoViewIfNeeded();
  await page.getByRole("button", { name: "In space" }).last().click();
  await page.waitForTimeout(500);
  assert.deepEqual(said.filter(text => !/GPU stall|swiftshader|GL Driver/i.test(text)), []);
  assert.deepEqual(asked.filter(url => !/^(file|data|blob):/.test(url)), []);
  assert.equal(asked.filter(url => url.startsWith("file:")).length, 1);
});

test("at most 5 MB", { skip }, () => assert.ok(statSync(pageFile).size <= 5e6, `${statSync(pageFile).size} bytes`));

test("each chapter shows its title, words, formula and figures", { skip }, async () => {
  const page = await open();
  const all = chapters();
  assert.ok(all.length > 0);
  assert.equal(await page.locator("#contents a").count(), all.length);
  for (const { id, title, text, tex, figures } of all) {
    const chapter = page.locator(`.chapter[id="${id}"]`);
    await chapter.scrollIntoViewIfNeeded();
    assert.match(await chapter.locator("h2").innerText(), new RegExp(title.replaceAll(/[^\w ]/g, ".").replaceAll(/ /g, "\\s")));
    assert.ok(await chapter.locator("> p").count() >= text.length, id);
    if (tex) assert.ok((await chapter.locator("> .formula math").first().boundingBox()).height > 10, `${id}: formula`);
    assert.equal(await chapter.locator(".temml-error").count(), 0, `${id}: TeX`);
    const shown = chapter.locator("figure");
    assert.equal(await shown.count(), figures.length);
    for (const [i, figure] of figures.entries()) {
      const place = shown.nth(i);
      assert.ok((await place.locator("figcaption").innerText()).length > 5, `${id}: caption`);
      if (figure.kind === "paths") {
        const above = place.getByRole("button", { name: "From above" });
        if (await above.count()) await above.click();
        await page.waitForTimeout(60);
        const canvases = place.locator(".plane canvas");
        assert.ok((await picture(canvases.nth(0))).colours > 20, `${id}: contours`);
        if (figure.paths.length) assert.ok((await picture(canvases.nth(1))).colours > 5, `${id}: paths`);
      } else if (figure.kind === "curves") assert.equal(await place.locator(".curve").count(), figure.series.length, id);
      else if (figure.kind === "scatter") assert.equal(await place.locator(".dot").count(), figure.points.length, id);
      else assert.equal(await place.locator("tbody tr").count(), figure.rows.length, id);
    }
  }
});

test("paths of a chapter play, and open in the laboratory", { skip }, async () => {
  const page = await open();
  const chapter = page.locator(".chapter", { has: page.locator(".play-bar") }).filter({ has: page.locator(".open", { hasText: "laboratory" }) }).first();
  await chapter.scrollIntoViewIfNeeded();
  const at = () => chapter.locator("input[type=range]").first().inputValue(), last = await at();
  await chapter.locator(".play").first().click();
  const now = await changed(at, last, "the clock");
  assert.ok(Number(now) < Number(last), "starts again from the first step");
  await chapter.locator(".open", { hasText: "laboratory" }).first().click();
  await page.waitForFunction(() => location.hash.startsWith("#lab?") && document.querySelector("#laboratory").getBoundingClientRect().top < 200);
});
