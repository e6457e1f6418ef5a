// Readable: at three widths, in the dark, with the keyboard alone, without motion, by a screen reader's names.
import assert from "node:assert/strict";
import { test } from "node:test";

import { changed, open, picture, skip } from "../browser.mjs";

for (const width of [1440, 1024, 760, 390])
  test(`nothing is cut off at ${width} pixels`, { skip }, async () => {
    const page = await open({ width });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    for (const summary of await page.locator(".card summary").all()) await summary.click();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    const narrow = await page.evaluate(() => [...document.querySelectorAll("p, h1, h2, figcaption, .plane, .field")].filter(element => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && (box.left < -1 || box.right > innerWidth + 1);
    }).map(element => element.outerHTML.slice(0, 80)));
    assert.deepEqual(narrow, []);
    const shifted = await page.locator(".figures.column > figure").evaluateAll(figures => figures.filter(figure => {
      const room = figure.closest(".figures").getBoundingClientRect(), body = figure.querySelector(".figure-body, .lines, .table-room").getBoundingClientRect();
      return Math.abs(body.left + body.right - room.left - room.right) > 4;
    }).map(figure => figure.querySelector("figcaption").textContent));
    assert.deepEqual(shifted, [], "figures stand in the middle");
  });

// WCAG's contrast of each text with the paper behind it.
const contrasts = page => page.evaluate(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = text => { canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) if (!/rgba\(.*, 0\)|transparent/.test(getComputedStyle(at).backgroundColor)) return getComputedStyle(at).backgroundColor;
    return getComputedStyle(document.documentElement).backgroundColor;
  };
  const poor = [];
  for (const element of document.querySelectorAll("p, h1, h2, figcaption, a, li, button, label, summary, th, td, output, .axis text, .axis-name, .described")) {
    if (!element.textContent.trim() || !element.getClientRects().length || element.closest(".skip, [hidden]")) continue;
    const style = getComputedStyle(element), text = element instanceof SVGElement ? style.fill : style.color;
    const [a, b] = [light(rgb(text)), light(rgb(ground(element)))], contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) poor.push(`${contrast.toFixed(2)} ${element.tagName} ${element.textContent.trim().slice(0, 30)}`);
  }
  for (let i = 1; i <= 8; ++i) {
    const probe = document.body.appendChild(document.createElement("span"));
    const read = name => { probe.style.color = `var(${name})`; return light(rgb(getComputedStyle(probe).color)); };
    for (const paper of ["--valley", "--slope", "--height", "--paper"]) {
      const [a, b] = [read(`--trace-${i}`), read(paper)], contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < (paper === "--valley" ? 2 : 3)) poor.push(`${contrast.toFixed(2)} trace ${i} on ${paper}`);
    }
    probe.remove();
  }
  return poor;
});

for (const scheme of ["light", "dark"])
  test(`texts and lines stand out, ${scheme}`, { skip }, async () => {
    const page = await open({ scheme });
    assert.deepEqual(await contrasts(page), []);
    const paper = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await page.locator("#theme").click();
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor), paper);
    assert.deepEqual(await contrasts(page), []);
  });

test("the keyboard alone reaches every control, and one sees where it is", { skip }, async () => {
  const page = await open();
  for (const summary of await page.locator(".card summary").all()) await summary.click();
  await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
      .filter(element => element.checkVisibility() && !(element.closest("details:not([open])") && element.tagName !== "SUMMARY") && !element.disabled);
    all.forEach((element, i) => { element.dataset.reach = String(i); });
    return all.length;
  });
  const reached = new Set(), unseen = [];
  for (let i = 0; i < wanted + 20; ++i) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => {
      const element = document.activeElement, style = getComputedStyle(element);
      return { at: element.dataset.reach, seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1, what: element.outerHTML.slice(0, 60) };
    });
    if (now.at === undefined) continue;
    reached.add(now.at);
    if (!now.seen) unseen.push(now.what);
  }
  assert.equal(reached.size, wanted);
  assert.deepEqual(unseen, []);
});

test("arrow keys move the start, space plays", { skip }, async () => {
  const page = await open(), canvas = page.locator("#bench .plane canvas").nth(1), ends = () => page.locator(".outcomes tbody").textContent();
  await canvas.focus();
  const before = await ends();
  await page.keyboard.press("Shift+ArrowUp");
  await page.keyboard.press("ArrowRight");
  await changed(ends, before, "the table of ends");
  await page.keyboard.press(" ");
  await page.waitForTimeout(300);
  assert.equal(await page.locator("#bench .play").getAttribute("aria-label"), "Pause");
});

test("controls and pictures have names", { skip }, async () => {
  const page = await open();
  for (const summary of await page.locator(".card summary").all()) await summary.click();
  const nameless = await page.evaluate(() => [...document.querySelectorAll("button, input, select, [role=img], [role=application], [role=region]")]
    .filter(element => element.checkVisibility() && !(element.getAttribute("aria-label") || element.labels?.length || element.textContent.trim()))
    .map(element => element.outerHTML.slice(0, 100)));
  assert.deepEqual(nameless, []);
  const ids = await page.evaluate(() => [...document.querySelectorAll("[id]")].map(element => element.id));
  assert.equal(new Set(ids).size, ids.length, "ids are unique");
});

test("nothing moves by itself where motion is unwelcome", { skip }, async () => {
  const page = await open({ motion: "reduce" }), hero = page.locator("#hero canvas").nth(1);
  await page.waitForTimeout(500);
  const before = await picture(hero);
  await page.waitForTimeout(500);
  assert.deepEqual(await picture(hero), before);
});
