#include <gradus/train/report/internal/page.h>

namespace gradus::train::page {

const std::string_view script = R"js(
"use strict";
// runs: [{name, curves: [{name, steps, values}], norms: the same, run: run.json}], the report's own first.
const runs = JSON.parse(document.getElementById("runs").textContent);
const main = document.querySelector("main");
const dashes = ["", "7 4", "2 3", "10 3 2 3", "1 4", "12 5", "5 2 1 2", "3 6"];

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
const section = (title, ...children) => children.length && main.append(make("section", {}, make("h2", {}, title), ...children));

const extreme = v => Math.abs(v) >= 1e6 || Math.abs(v) < 1e-3;
const short = v => v === 0 ? "0" : extreme(v) ? v.toExponential(2).replace(/\.?0*e\+?/, "e") : String(+v.toPrecision(4));
const bytes = n => n >= 1e9 ? `${(n / 1e9).toFixed(2)} GB` : `${(n / 1e6).toFixed(1)} MB`;
const time = s =>
  s < 60 ? `${s.toFixed(1)} s` : s < 3600 ? `${Math.floor(s / 60)} min ${Math.round(s % 60)} s` : `${(s / 3600).toFixed(2)} h`;

function ticks(from, to, count) {
  const raw = (to - from) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(m => m * power).find(m => m >= raw);
  const out = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; ++i) out.push(i * step);
  return out;
}
function decades(from, to) {
  const first = Math.ceil(from - 1e-9), last = Math.floor(to + 1e-9);
  if (last - first < 1) return ticks(from, to, 4);
  const stride = Math.ceil((last - first + 1) / 6), out = [];
  for (let d = first; d <= last; d += stride) out.push(d);
  return out;
}

// Charts over the step; all show the same stretch of steps.
const charts = [];
let view = null;
const whole = [Infinity, -Infinity];
function show(stretch) {
  view = stretch;
  for (const chart of charts) chart.draw();
}

class Chart {
  constructor(title, curves, log = false) {
    Object.assign(this, { title, curves, log, at: null, from: null });
    this.svg = draw("svg", { role: "img", "aria-label": `${title}: ${curves.map(c => c.label).join(", ")}` });
    this.scale = make("button", { type: "button" });
    this.scale.onclick = () => { this.log = !this.log; this.draw(); };
    const all = make("button", { type: "button" }, "all steps");
    all.onclick = () => show(null);
    this.legend = make("div", { class: "legend" });
    for (const curve of curves) this.legend.append(this.entry(curve));
    this.box = make("figure", { class: "chart", "data-chart": title },
      make("div", { class: "top" }, make("h3", {}, title), make("span", {}, this.scale, " ", all)), this.svg, this.legend);
    this.listen();
    charts.push(this);
    for (const curve of curves)
      for (const s of curve.steps) { whole[0] = Math.min(whole[0], s); whole[1] = Math.max(whole[1], s); }
  }
  entry(curve) {
    const button = make("button", { type: "button", "aria-pressed": "true" },
      draw("svg", { viewBox: "0 0 22 8" }, draw("line",
        { x1: 0, x2: 22, y1: 4, y2: 4, "stroke-width": 3, stroke: curve.colour, "stroke-dasharray": curve.dash })),
      curve.label, curve.readout = make("output"));
    button.onclick = () => {
      curve.hidden = !curve.hidden;
      button.setAttribute("aria-pressed", String(!curve.hidden));
      this.draw();
    };
    return button;
  }
  listen() {
    const step = event => {
      const { left } = this.svg.getBoundingClientRect();
      return this.x.of(Math.min(Math.max(event.clientX - left, this.x.low), this.x.high));
    };
    this.svg.onpointerdown = event => {
      if (event.button !== 0) return;
      this.svg.setPointerCapture(event.pointerId);
      this.from = step(event);
    };
    this.svg.onpointermove = event => { this.at = step(event); this.draw(); };
    this.svg.onpointerup = event => {
      const to = step(event), from = this.from;
      this.from = null;
      if (from !== null && Math.abs(this.x.to(to) - this.x.to(from)) > 4) show([Math.min(from, to), Math.max(from, to)]);
    };
    this.svg.onpointerleave = () => { this.at = null; this.draw(); };
    this.svg.ondblclick = () => show(null);
  }
  // The ranges of what is seen: [x0, x1, y0, y1], y as it is drawn.
  ranges() {
    let [x0, x1] = view ?? whole, y0 = Infinity, y1 = -Infinity;
    for (const curve of this.curves) {
      if (curve.hidden) continue;
      curve.steps.forEach((s, i) => {
        const y = this.height(curve.values[i]);
        if (s >= x0 && s <= x1 && y !== null) { y0 = Math.min(y0, y); y1 = Math.max(y1, y); }
      });
    }
    if (!(x0 <= x1)) [x0, x1] = [0, 1];
    if (x0 === x1) { x0 -= 0.5; x1 += 0.5; }
    if (!(y0 <= y1)) [y0, y1] = [0, 1];
    const margin = (y1 - y0) * 0.05 || Math.abs(y0) * 0.05 || 0.5;
    return [x0, x1, y0 - margin, y1 + margin];
  }
  height(value) {
    if (value === null || (this.log && value <= 0)) return null;
    return this.log ? Math.log10(value) : value;
  }
  draw() {
    const width = this.svg.clientWidth || 520, height = 240, low = 58, high = width - 10, top = 8, bottom = height - 24;
    const [x0, x1, y0, y1] = this.ranges();
    this.x = { low, high, to: s => low + (s - x0) / (x1 - x0) * (high - low), of: p => x0 + (p - low) / (high - low) * (x1 - x0) };
    const y = v => bottom - (v - y0) / (y1 - y0) * (bottom - top);
    this.seen = { x0, x1, y0, y1 };
    this.scale.textContent = this.log ? "logarithmic" : "linear";
    const parts = [], clip = `clip-${charts.indexOf(this)}`;
    parts.push(draw("clipPath", { id: clip }, draw("rect", { x: low, y: top, width: high - low, height: bottom - top })));
    for (const v of this.log ? decades(y0, y1) : ticks(y0, y1, 5)) {
      parts.push(draw("line", { class: "grid", x1: low, x2: high, y1: y(v), y2: y(v) }));
      parts.push(draw("text", { x: low - 6, y: y(v) + 4, "text-anchor": "end" }, short(this.log ? 10 ** v : +v.toPrecision(12))));
    }
    for (const s of ticks(x0, x1, Math.max(2, Math.min(8, width / 90))).filter(Number.isInteger))
      parts.push(draw("text", { x: this.x.to(s), y: height - 7, "text-anchor": "middle" }, String(s)));
    for (const curve of this.curves) {
      if (curve.hidden) continue;
      let path = "", pen = "M";
      curve.steps.forEach((s, i) => {
        const v = this.height(curve.values[i]);
        if (v === null) { pen = "M"; return; }
        path += `${pen}${this.x.to(s).toFixed(1)} ${y(v).toFixed(1)}`;
        pen = "L";
      });
      if (curve.steps.length === 1) path += "h.1";
      parts.push(draw("path", { d: path, stroke: curve.colour, "stroke-dasharray": curve.dash, "data-curve": curve.label,
        "clip-path": `url(#${clip})`, "stroke-linecap": "round", opacity: curve.faint ? 0.45 : 1 }));
    }
    if (this.from !== null && this.at !== null) {
      const [a, b] = [this.x.to(this.from), this.x.to(this.at)];
      parts.push(draw("rect", { class: "band", x: Math.min(a, b), y: top, width: Math.abs(a - b), height: bottom - top }));
    } else if (this.at !== null) {
      parts.push(draw("line", { class: "cursor", x1: this.x.to(this.at), x2: this.x.to(this.at), y1: top, y2: bottom }));
    }
    this.svg.replaceChildren(...parts);
    this.read();
  }
  // Beside each name: its value at the step under the pointer, or its last.
  read() {
    for (const curve of this.curves) {
      let best = curve.steps.length - 1;
      const nearer = (s, i) => { if (Math.abs(s - this.at) < Math.abs(curve.steps[best] - this.at)) best = i; };
      if (this.at !== null) curve.steps.forEach(nearer);
      const value = curve.values[best];
      curve.readout.textContent = best < 0 || value === null ? "–" : short(value) + (this.at === null ? "" : ` at ${curve.steps[best]}`);
    }
  }
}

// Curves of one name in all runs have one colour; each run has its dashes.
function styled(list, title) {
  const names = [...new Set(list.map(c => c.name))];
  return names.flatMap(name => list.filter(c => c.name === name)).map(c => ({
    ...c, label: title(c) + (runs.length > 1 ? ` · ${runs[c.run].name}` : ""),
    colour: `var(--c${names.indexOf(c.name) % 8})`,
    dash: dashes[c.run % 8], faint: c.name.startsWith("batch_"), hidden: false }));
}
const every = key => runs.flatMap((run, i) => run[key].map(curve => ({ ...curve, run: i })));

function curves() {
  const groups = new Map();
  for (const curve of every("curves")) {
    if (curve.name === "epoch" || curve.name === "seconds") continue;
    const group = curve.name.replace(/^(val|batch)_/, "");
    groups.set(group, [...groups.get(group) ?? [], curve]);
  }
  const order = name => name === "loss" ? 0 : name === "lr" ? 2 : 1;
  const sorted = [...groups].sort((a, b) => order(a[0]) - order(b[0]));
  const boxes = sorted.map(([name, list]) => new Chart(name === "lr" ? "learning rate" : name, styled(list, c => c.name)).box);
  section("Curves", ...boxes.length ? [make("p", {}, "Drag to zoom, double-click for all steps; click a name to hide it."),
    make("div", { class: "charts" }, ...boxes)] : []);
}

function norms() {
  const of = kind => styled(every("norms").filter(c => c.name.startsWith(kind + "/")), c => c.name.slice(kind.length + 1));
  const boxes = [["gradient", "norm of the gradient"], ["update", "update / weight"]].filter(([kind]) => of(kind).length)
    .map(([kind, title]) => new Chart(title, of(kind), true).box);
  section("Layers", ...boxes.length ? [make("div", { class: "charts" }, ...boxes)] : []);
}

// [[name, text of each run]…]; what differs between runs stands out.
function comparison(rows) {
  const names = runs.map(run => make("th", {}, run.name));
  const head = runs.length > 1 ? [make("thead", {}, make("tr", {}, make("th"), ...names))] : [];
  const row = ([name, ...cells]) => make("tr", cells.some(cell => cell !== cells[0]) ? { class: "differs" } : {},
    make("th", {}, name), ...cells.map(cell => make("td", {}, cell)));
  return make("div", { class: "scroll" }, make("table", {}, ...head, make("tbody", {}, ...rows.map(row))));
}
const having = key => runs.filter(run => run.run?.[key]?.length);

function facts() {
  const names = [["epochs", r => r.epochs ? String(r.epochs) : ""], ["steps", r => String(r.steps)], ["time", r => time(r.seconds)],
    ["memory of tensors, at most", r => bytes(r.pool_bytes)], ["memory of the process, at most", r => bytes(r.process_bytes)],
    ["ended by", r => r.ended]];
  const rows = names.map(([name, of]) => [name, ...runs.map(run => run.run ? of(run.run) : "–")]);
  if (runs.some(run => run.run)) section("Run", comparison(rows.filter(row => row.slice(1).some(cell => cell))));
}
function pairs(title, key) {
  const names = [...new Set(runs.flatMap(run => (run.run?.[key] ?? []).map(pair => pair[0])))];
  const cell = (run, name) => (run.run?.[key] ?? []).find(pair => pair[0] === name)?.[1] ?? "–";
  if (names.length) section(title, comparison(names.map(name => [name, ...runs.map(run => cell(run, name))])));
}

const named = (run, ...children) => make("div", {}, ...runs.length > 1 ? [make("h3", {}, run.name)] : [], ...children);

function confusion() {
  const tables = having("confusion").map(run => {
    const { confusion: counts, classes } = run.run, sum_of = row => row.reduce((a, b) => a + b, 0);
    const right = counts.reduce((sum, row, i) => sum + row[i], 0), all = sum_of(counts.flat());
    const body = counts.map((row, i) => {
      const sum = sum_of(row) || 1;
      return make("tr", {}, make("th", {}, classes[i]), ...row.map((n, j) => make("td", {
        style: `background: rgb(var(--accent) / ${(n / sum * 0.6).toFixed(3)})`,
        title: `${classes[i]} taken for ${classes[j]}: ${n} of ${sum}, ${(100 * n / sum).toFixed(1)} %` }, n ? String(n) : "")));
    });
    const head = make("tr", {}, make("td"), ...classes.map(c => make("th", {}, c)));
    return named(run, make("p", {}, `${right} of ${all} are right, ${(100 * right / (all || 1)).toFixed(2)} %.`),
      make("div", { class: "scroll" }, make("table", { class: "confusion" }, make("thead", {}, head), make("tbody", {}, ...body))));
  });
  const words = "A row for what it is, a column for what it was taken for; shades are parts of a row.";
  section("Confusion", ...tables.length ? [make("p", {}, words),
    make("div", { class: "beside" }, ...tables)] : []);
}

function worst() {
  const figure = w => make("figure", {},
    ...w.picture ? [make("img", { src: w.picture, alt: `${w.target}, taken for ${w.predicted}` })] : [],
    make("figcaption", {}, make("strong", {}, w.target), ` taken for ${w.predicted}, loss ${short(w.loss)}`));
  const boxes = having("worst").map(run => named(run, make("div", { class: "worst" }, ...run.run.worst.map(figure))));
  section("Worst predictions", ...boxes);
}

const theme = dark => { document.documentElement.dataset.theme = dark ? "dark" : "light"; };
theme(matchMedia("(prefers-color-scheme: dark)").matches);
document.getElementById("theme").onclick = () => theme(document.documentElement.dataset.theme !== "dark");

facts();
curves();
norms();
confusion();
worst();
section("Model", ...having("summary").map(run => named(run, make("pre", {}, run.run.summary))));
pairs("Configuration", "configuration");
pairs("Versions", "versions");
show(null);
addEventListener("resize", () => show(view));
window.report = { runs, charts, show };   // for the console
)js";

}  // namespace gradus::train::page
