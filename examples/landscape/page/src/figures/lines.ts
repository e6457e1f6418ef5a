// Curves over one axis: loss against step, learning rate against step. Linked with the paths by the shared hover and step.
import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";

import { drawAxes, type Frame, type Scale } from "../drawing/axes";
import { markerPath, traceStyle } from "../drawing/style";
import { h, onWidth, svg } from "../dom";
import type { Num } from "../protocol";
import type { Hover } from "../signal";
import { show } from "../text";
import { theme } from "../theme";

export interface LineSeries { label: string; look: number; x: Num[]; y: Num[] }
export interface LinesOptions {
  label: string; xlabel: string; ylabel: string; logx?: boolean; logy?: boolean; ratio?: number; height?: number; hover?: Hover;
  steps?: boolean;                                   // x counts the steps of runs: hover is by step
}

type Dot = [number, number];

// Of a logarithmic axis no more than what a reader can use: a run that escapes to 10²⁰⁰, or arrives at 10⁻³⁰, must not flatten the others.
function within(values: Num[]): Num[] {
  const first = values.find((value): value is number => value !== null && value > 0) ?? 1;
  return values.map(value => (value === null || value <= 0 ? value : Math.min(first * 1e3, Math.max(first * 1e-11, value))));
}

export class Lines {
  private readonly root = svg("svg", { role: "img" });
  private readonly readout = h("div", { class: "readout", "aria-hidden": "true" });
  readonly element: HTMLElement;
  private readonly frame: Frame = { width: 0, height: 0, left: 46, right: 12, top: 22, bottom: 34 };
  private readonly veil = h("div", { class: "veil" });
  private readonly future = h("div", { class: "future" }, this.veil);
  private readonly cursor = svg("g", { class: "cursor" });
  private series: LineSeries[] = [];
  private x: Scale = scaleLinear();
  private y: Scale = scaleLinear();
  private hidden: ReadonlySet<number> = new Set();
  private step = Infinity;

  constructor(private readonly options: LinesOptions) {
    this.root.setAttribute("aria-label", options.label);
    this.element = h("div", { class: "lines" }, this.root, this.future, this.readout);
    onWidth(this.element, width => { this.frame.width = width; this.draw(); });
    theme.listen(() => this.draw());
    const { hover } = options;
    if (!hover) return;
    hover.listen(() => this.point());
    this.root.addEventListener("pointermove", event => {
      const step = Math.round(this.x.invert(event.clientX - this.root.getBoundingClientRect().left));
      const last = Math.max(0, ...this.series.map(one => one.y.length - 1));
      hover.set({ step: Math.max(0, Math.min(step, last)), trace: null });
    });
    this.root.addEventListener("pointerleave", () => hover.set(null));
  }

  set(series: LineSeries[]): void {
    this.series = series;
    this.draw();
  }
  setHidden(hidden: ReadonlySet<number>): void {
    this.hidden = hidden;
    this.draw();
  }
  setStep(step: number): void {
    this.step = step;
    this.veilFrom(step);
  }

  private draw(): void {
    const { frame, options } = this;
    if (!frame.width) return;
    frame.height = options.height ?? Math.round(frame.width * (options.ratio ?? 0.6));
    this.root.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    this.root.style.height = `${frame.height}px`;
    const logy = options.logy && this.series.some(({ y }) => y.some(value => value !== null && value > 0));
    const scale = (values: Num[], log: boolean | undefined, from: number, to: number): Scale => {
      const kept = values.filter((v): v is number => v !== null && (!log || v > 0));
      const low = kept.reduce((a, b) => Math.min(a, b), Infinity), high = kept.reduce((a, b) => Math.max(a, b), -Infinity);
      if (!kept.length) return scaleLinear([0, 1], [from, to]);
      if (log) return scaleLog(high > low ? [low * (high / low) ** -0.04, high * (high / low) ** 0.04] : [low / 3, low * 3], [from, to]).clamp(true);
      return scaleLinear([low, high > low ? high : low + 1], [from, to]);
    };
    this.x = scale(this.series.flatMap(one => one.x), options.logx, frame.left, frame.width - frame.right);
    const ys = this.series.flatMap(one => (logy ? within(one.y) : one.y));
    this.y = scale(logy || ys.some(v => v !== null && v < 0) ? ys : [0, ...ys], logy, frame.height - frame.bottom, frame.top);
    if (!logy) this.y.nice(4);
    this.root.replaceChildren();
    drawAxes(this.root, { frame, x: this.x, y: this.y, xlabel: options.xlabel, ylabel: options.ylabel, logx: options.logx, logy, grid: true });
    this.series.forEach((one, i) => { if (!this.hidden.has(i)) this.root.append(this.curve(one, !!logy)); });
    this.root.append(this.cursor);
    Object.assign(this.future.style, {
      left: `${frame.left}px`, top: `${frame.top - 4}px`, width: `${frame.width - frame.left - frame.right + 6}px`, height: `${frame.height - frame.top - frame.bottom + 2}px`,
    });
    this.veilFrom(this.step);
    this.point();
  }

  private curve(one: LineSeries, logy: boolean): SVGElement {
    const style = traceStyle(one.look), count = Math.min(one.x.length, one.y.length);
    const dots = Array.from({ length: count }, (_, i) => [one.x[i], one.y[i]]);
    const ok = ([x, y]: Num[]): boolean => x !== null && y !== null && (!logy || y > 0) && (!this.options.logx || x > 0);
    const path = line<Num[]>().defined(ok).x(d => this.x(d[0]!)).y(d => this.y(d[1]!))(dots) ?? "";
    const last = dots.filter(ok).at(-1) as Dot | undefined;
    return svg("g", { "data-series": one.label },
      svg("path", { class: "curve", d: path, stroke: style.colour, "stroke-dasharray": style.dash.join(" ") || null }),
      last && svg("path", { class: "head", d: markerPath(style.marker, 3.6), fill: style.colour, transform: `translate(${this.x(last[0])} ${this.y(last[1])})` }));
  }

  // What is still to come is veiled by an element that only moves, so that a playing clock repaints no curve.
  private veilFrom(step: number): void {
    const { frame } = this, last = frame.width - frame.right, from = Number.isFinite(step) ? Math.min(this.x(step), last) : last;
    this.veil.style.transform = from >= last ? "translateX(120%)" : `translateX(${from - frame.left}px)`;
  }

  private point(): void {
    const hover = this.options.hover?.value;
    this.cursor.replaceChildren();
    this.readout.textContent = "";
    if (!hover || !this.frame.width || !Number.isFinite(hover.step)) return;
    const { frame } = this, at = this.x(hover.step);
    this.cursor.append(svg("line", { x1: at, x2: at, y1: frame.top, y2: frame.height - frame.bottom }));
    this.series.forEach((one, i) => {
      const x = one.x[hover.step], y = one.y[hover.step];
      if (x === null || y === null || x === undefined || y === undefined || this.hidden.has(i) || (hover.trace !== null && hover.trace !== i)) return;
      const style = traceStyle(one.look), place = this.y(y);
      if (!Number.isFinite(place)) return;
      this.cursor.append(svg("path", { d: markerPath(style.marker, 4.4), fill: style.colour, transform: `translate(${this.x(x)} ${place})` }));
      this.readout.append(h("span", { style: `color:${style.colour}` }, show(y)), " ");
    });
  }
}
