// The laboratory does what it says: start, sliders, playing, refusals, views, links.
import assert from "node:assert/strict";
import { test } from "node:test";

import { changed, open, picture, skip } from "../browser.mjs";

const lab = page => ({
  canvas: page.locator("#bench .plane canvas").nth(1),
  ground: page.locator("#bench .plane canvas").nth(0),
  field: label => page.locator("#bench .field", { has: page.getByText(label, { exact: true }) }).first(),
  ends: () => page.locator(".outcomes tbody tr").allTextContents(),
  scrub: page.locator("#bench .play-bar input"),
  link: () => page.evaluate(() => location.hash),
});
const set = async (input, text) => { await input.fill(text); await input.press("Enter"); await input.blur(); };

test("a click places the start, a drag moves it", { skip }, async () => {
  const page = await open(), { canvas, field, ends } = lab(page);
  await canvas.scrollIntoViewIfNeeded();
  const before = await ends(), box = await canvas.boundingBox(), x = field("start w₁").locator("input[type=text]");
  await page.mouse.click(box.x + box.width * 0.75, box.y + box.height * 0.3);
  await changed(ends, before, "the table of ends");
  assert.ok(Number(await x.inputValue()) > 0, await x.inputValue());
  const clicked = await ends();
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.4);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.6, { steps: 5 });
  await page.mouse.up();
  await changed(ends, clicked, "the table of ends");
  assert.ok(Number(await x.inputValue()) < 0, await x.inputValue());
});

test("a slider moves the path", { skip }, async () => {
  const page = await open(), { canvas, ends } = lab(page);
  await canvas.scrollIntoViewIfNeeded();
  const before = await ends(), seen = await picture(canvas);
  const slider = page.locator(".card").first().locator("input[type=range]").first();
  await slider.focus();
  for (let i = 0; i < 12; ++i) await page.keyboard.press("ArrowLeft");
  const after = await changed(ends, before, "the table of ends");
  assert.notEqual(after[0], before[0]);
  assert.equal(after[1], before[1], "other runs stay");
  await changed(async () => (await picture(canvas)).sum, seen.sum, "the picture");
});

test("play, pause, step and scrub", { skip }, async () => {
  const page = await open(), { canvas, scrub } = lab(page), at = async () => Number(await scrub.inputValue());
  await canvas.scrollIntoViewIfNeeded();
  const last = await at();
  await page.locator("#bench .play").click();
  await page.waitForTimeout(700);
  await page.locator("#bench .play").click();
  const paused = await at();
  assert.ok(paused > 0 && paused < last, `${paused} of ${last}`);
  await page.waitForTimeout(300);
  assert.equal(await at(), paused, "paused");
  const seen = await picture(canvas);
  await page.getByRole("button", { name: "One step forward" }).last().click();
  await changed(async () => (await picture(canvas)).sum, seen.sum, "the picture after a step");
  assert.equal(await at(), paused + 1);
  await page.getByRole("button", { name: "One step back" }).last().click();
  assert.equal(await at(), paused);
  await scrub.fill("3");
  assert.match(await page.locator("#bench .step").innerText(), /step 3 of/);
});

test("every surface and every optimizer runs, every schedule too", { skip }, async () => {
  const page = await open(), { ends, ground } = lab(page);
  const refused = () => page.locator("#bench .trouble:not([hidden])").allInnerTexts();
  const choices = list => list.locator("option").evaluateAll(options => options.map(option => option.value));
  const surface = lab(page).field("surface").locator("select");
  for (const name of await choices(surface)) {
    await surface.selectOption(name);
    await page.waitForTimeout(150);
    assert.deepEqual(await refused(), [], name);
    assert.ok((await picture(ground)).colours > 20, name);
  }
  const optimizer = () => page.locator(".card select").first();
  for (const name of await choices(optimizer())) {
    await optimizer().selectOption(name);
    await page.waitForTimeout(60);
    assert.deepEqual(await refused(), [], name);
  }
  const schedule = () => page.locator(".card").first().locator(".field", { hasText: "schedule" }).locator("select");
  for (const name of await choices(schedule())) {
    await schedule().selectOption(name);
    await page.waitForTimeout(60);
    assert.deepEqual(await refused(), [], name);
  }
  assert.ok((await ends()).length >= 3);
});

test("what gradus refuses is said in its own words, in place, and the page recovers", { skip }, async () => {
  const page = await open(), { ends } = lab(page), before = await ends();
  const card = page.locator(".card").first(), rate = card.locator("input[type=text]").first(), good = await rate.inputValue();
  await set(rate, "-1");
  await card.locator(".trouble:not([hidden])").waitFor();
  const said = await card.locator(".trouble").innerText();
  assert.match(said, /^ValueError: .*lr.*-1/);
  const own = await page.evaluate(() => gradus.ask({ ask: "run", surface: { name: "ravine" }, optimizer: { name: "SGD", options: { lr: -1 } } }).catch(error => error.message));
  assert.equal(said, own);
  await set(rate, good);
  await card.locator(".trouble").waitFor({ state: "hidden" });
  assert.deepEqual(await ends(), before);
});

test("runs can be added and removed, four at most", { skip }, async () => {
  const page = await open(), { ends } = lab(page), add = page.getByRole("button", { name: "Add a run" });
  await add.click();
  await changed(async () => (await ends()).length, 3, "the number of runs");
  assert.ok(await add.isHidden());
  await page.getByRole("button", { name: "Remove run 2" }).click();
  await changed(async () => (await ends()).length, 4, "the number of runs");
});

test("the surface can be turned", { skip }, async () => {
  const page = await open();
  await page.locator("#bench").getByRole("button", { name: "In space" }).click();
  const canvas = page.locator("#bench .space canvas");
  await canvas.waitFor();
  await page.waitForTimeout(500);
  const look = async () => (await canvas.screenshot()).toString("base64"), before = await look();
  await canvas.focus();
  for (let i = 0; i < 5; ++i) await page.keyboard.press("ArrowRight");
  const turned = await changed(look, before, "the view in space");
  const box = await canvas.boundingBox();
  await page.mouse.move(box.x + 200, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(box.x + 300, box.y + 220, { steps: 4 });
  await page.mouse.up();
  await changed(look, turned, "the view in space");
});

test("curves and paths are linked under the pointer", { skip }, async () => {
  const page = await open(), { canvas } = lab(page);
  await canvas.scrollIntoViewIfNeeded();
  const chart = page.locator("#bench .lines").first(), box = await chart.boundingBox(), seen = await picture(canvas);
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5);
  await changed(async () => (await picture(canvas)).sum, seen.sum, "the path under a pointed curve");
  assert.equal(await page.locator("#bench .lines .cursor line").count(), 4);
});

test("the link restores the state exactly", { skip }, async () => {
  const page = await open(), { canvas, field, scrub } = lab(page);
  await field("surface").locator("select").selectOption("rosenbrock");
  await set(field("start w₁").locator("input[type=text]"), "0.3333333333333333");
  await set(field("steps").locator("input[type=text]"), "77");
  await set(field("seed of the noise").locator("input[type=text]"), "12");
  const card = page.locator(".card").nth(2);
  await card.locator(".field", { hasText: "schedule" }).locator("select").selectOption("cosine");
  await set(card.locator(".field", { has: page.getByText("gradient noise", { exact: true }) }).locator("input[type=text]"), "0.7");
  await card.locator("summary").click();
  await set(card.locator(".field", { has: page.getByText("betas.0", { exact: true }) }).locator("input[type=text]"), "0.85");
  await page.waitForTimeout(400);
  await scrub.fill("31");
  await page.waitForTimeout(600);
  const link = await page.evaluate(() => location.hash), state = async of => ({
    ends: await lab(of).ends(), fields: await of.locator("#bench :is(input, select)").evaluateAll(all => all.map(one => one.value)), paths: await picture(lab(of).canvas),
  });
  const other = await open({ hash: link });
  await other.waitForTimeout(600);
  await page.mouse.move(0, 0);
  assert.deepEqual(await state(other), await state(page));
  assert.equal(await other.evaluate(() => location.hash), link);
  assert.match(link, /steps=77&seed=12.*step=31/);
  assert.match(link, /betas\.0:0\.85.*noise:0\.7.*schedule:cosine/);
  assert.ok((await canvas.count()) === 1);
});

test("a link that says nonsense opens with what it can be", { skip }, async () => {
  const page = await open({ hash: "#lab?surface=nowhere&steps=x&run=Nobody~lr:0.1~nothing:2&view=sideways&start=1" });
  assert.equal((await lab(page).ends()).length, 1);
});
