// The chapters: words, formulas and figures, all of them data that gradus computed when the page was made.
import { h, whenNear } from "./dom";
import { landscape } from "./drawing/levels";
import { legend, signLegend } from "./figures/legend";
import { Lines } from "./figures/lines";
import { PathsView } from "./figures/paths";
import { scatter } from "./figures/scatter";
import { table } from "./figures/table";
import { Clock, playBar } from "./player";
import type { Chapter, CurvesFigure, Figure, PathsFigure, RunRequest, ScatterFigure } from "./protocol";
import { Signal, type Place } from "./signal";
import { formula, sentence } from "./text";

export type Repeat = ((requests: RunRequest[]) => void) | null;      // opens runs in the laboratory, where there is one

function caption(text: string): HTMLElement {
  const element = h("figcaption");
  element.append(...sentence(text).childNodes);
  return element;
}

function openButtons(figure: PathsFigure, repeat: Repeat): HTMLElement | null {
  const asked = figure.paths.filter(path => path.request);
  if (!repeat || !asked.length) return null;
  const start = ({ request }: PathsFigure["paths"][number]): string => JSON.stringify([request!.surface, request!.start, request!.seed]);
  const button = (text: string, paths: typeof asked): HTMLElement =>
    h("button", { type: "button", class: "open", onclick: () => repeat(paths.map(path => path.request!)) }, text);
  if (asked.length === 1 || asked.every(path => start(path) === start(asked[0]))) return h("p", { class: "opens" }, button("Open in the laboratory", asked));
  return h("p", { class: "opens" }, "Open in the laboratory: ", ...asked.map(path => button(path.label, [path])));
}

function pathsFigure(figure: PathsFigure, clock: Clock, repeat: Repeat, signs: boolean): HTMLElement {
  const hover = new Signal<Place | null>(null), hidden = new Signal<ReadonlySet<number>>(new Set());
  const view = new PathsView({ label: figure.caption, axes: figure.axes, hover });
  view.setLandscape(landscape(figure.grid, figure.levels), figure.window, figure.minima ?? []);
  view.setTraces(figure.paths.map(({ label, x, y, loss }, look) => ({ label, look, x, y, loss })));
  const charts = figure.curves?.includes("loss") ? [new Lines({ label: "loss against the step", xlabel: "step", ylabel: "loss", logy: true, ratio: 0.8, hover })] : [];
  for (const chart of charts) chart.set(figure.paths.map(({ label, loss = [] }, look) => ({ label, look, x: loss.map((_, step) => step), y: loss })));
  clock.setLength(Math.max(clock.length.value, ...figure.paths.map(path => path.x.length - 1)));
  clock.step.listen(step => [view, ...charts].forEach(part => part.setStep(step)));
  hidden.listen(set => [view, ...charts].forEach(part => part.setHidden(set)));
  const many = figure.paths.length > 2, words = [caption(figure.caption), openButtons(figure, repeat)].filter(part => part !== null);
  const element = h("figure", { class: charts.length ? "paths with-curves" : "paths" },
    h("div", { class: "figure-head" }, h("div", { class: "legends" },
      figure.paths.length > 0 && legend(figure.paths.map(path => path.label), { hover, hidden: many ? hidden : undefined }),
      signs && figure.minima?.length > 0 && signLegend(figure.minima)), figure.three && view.switcher),
    charts.length > 0
      ? h("div", { class: "figure-body" }, h("div", {}, view.element),
        h("div", { class: "beside" }, h("div", {}, ...words), ...charts.map(chart => chart.element)))
      : h("div", { class: "figure-body" }, view.element),
    ...(charts.length > 0 ? [] : words));
  view.view.listen(now => element.classList.toggle("in-space", now === "space"));
  if (figure.three) whenNear(element, () => view.view.set("space"));
  return element;
}

function curvesFigure(figure: CurvesFigure): HTMLElement {
  const lines = new Lines({ label: figure.caption, ...figure, ratio: 0.56 });
  lines.set(figure.series.map((series, look) => ({ ...series, look })));
  return h("figure", { class: "curves" }, figure.series.length > 1 && legend(figure.series.map(series => series.label)), lines.element, caption(figure.caption));
}

function scatterFigure(figure: ScatterFigure): HTMLElement {
  return h("figure", { class: "curves" }, figure.lines.length > 0 && legend(figure.lines.map(line => line.label)), scatter(figure), caption(figure.caption));
}

// The number of signs in a table's widest possible row.
const longest = (rows: string[][]): number =>
  (rows[0] ?? []).reduce((sum, _, column) => sum + Math.max(...rows.map(row => (row[column] ?? "").length)), 0);

function draw(figure: Figure, clock: Clock, repeat: Repeat, signs: boolean): HTMLElement {
  switch (figure.kind) {
    case "paths": return pathsFigure(figure, clock, repeat, signs);
    case "curves": return curvesFigure(figure);
    case "scatter": return scatterFigure(figure);
    case "table": return h("figure", { class: figure.columns.length * 6 + longest(figure.rows) < 100 ? "table narrow" : "table" }, table(figure.columns, figure.rows, figure.caption), caption(figure.caption));
  }
}

const bar = (clock: Clock, title: string): HTMLElement | null => (clock.length.value > 0 ? playBar(clock, `the paths of “${title}”`) : null);

// Side by side: figures share a clock, so that their paths run together, and the signs are explained once.
function row(chapter: Chapter, repeat: Repeat): HTMLElement {
  const clock = new Clock(), figures = chapter.figures.map(figure => draw(figure, clock, repeat, false));
  const minima = chapter.figures.flatMap(figure => (figure.kind === "paths" ? figure.minima ?? [] : []));
  const play = bar(clock, chapter.title);
  clock.seek(clock.length.value);
  return h("div", { class: `figures row of-${Math.min(4, figures.length)}` }, ...figures,
    (play || minima.length > 0) && h("div", { class: "together" }, play, minima.length > 0 && signLegend(minima)));
}

function column(chapter: Chapter, repeat: Repeat): HTMLElement {
  return h("div", { class: "figures column" }, ...chapter.figures.map(figure => {
    const clock = new Clock(), element = draw(figure, clock, repeat, true), play = bar(clock, chapter.title);
    if (play) element.querySelector(".paths-view")?.after(play);
    clock.seek(clock.length.value);
    return element;
  }));
}

export function chapterElement(chapter: Chapter, number: number, repeat: Repeat): HTMLElement {
  return h("section", { class: "chapter", id: chapter.id, "aria-labelledby": `${chapter.id}-title` },
    h("h2", { id: `${chapter.id}-title` }, h("span", { class: "number" }, String(number)), chapter.title),
    ...chapter.text.map(sentence), chapter.tex ? formula(chapter.tex) : null, chapter.layout === "row" ? row(chapter, repeat) : column(chapter, repeat));
}
