// The landscape seen from above: contours below, paths above, axes around. The contours are painted once, the paths at every frame.
import { scaleLinear } from "d3-scale";

import { drawAxes, type Frame } from "../drawing/axes";
import { paintLandscape, type Landscape } from "../drawing/levels";
import { traceStyle } from "../drawing/style";
import { PlacedTrace, type Trace } from "../drawing/trace";
import { h, onWidth, svg } from "../dom";
import type { Minimum, Point, Window } from "../protocol";
import type { Hover } from "../signal";
import { show } from "../text";
import { colour, theme } from "../theme";

export interface PlaneOptions { label: string; axes: [string, string]; hover: Hover; ratio?: number; bare?: boolean }

const reach = 14;                                   // how near the pointer must come to a path, in pixels

export class Plane {
  private readonly base = h("canvas", { "aria-hidden": "true" });
  private readonly over = h("canvas");
  private readonly axes = svg("svg", { "aria-hidden": "true" });
  private readonly tip = h("div", { class: "tip", hidden: true, "aria-hidden": "true" });
  readonly element = h("div", { class: "plane" }, this.base, this.axes, this.over, this.tip);
  private land: Landscape | null = null;
  private window: Window = [0, 1, 0, 1];
  private minima: Minimum[] = [];
  private traces: Trace[] = [];
  private placed: PlacedTrace[] = [];
  private hidden: ReadonlySet<number> = new Set();
  private step = Infinity;
  private width = 0;
  private scheduled = 0;
  frame: Frame = { width: 0, height: 0, left: 38, right: 10, top: 20, bottom: 34 };
  x = scaleLinear();
  y = scaleLinear();

  constructor(private readonly options: PlaneOptions) {
    this.over.setAttribute("role", "img");
    this.over.setAttribute("aria-label", options.label);
    if (options.bare) this.frame = { width: 0, height: 0, left: 0, right: 0, top: 0, bottom: 0 };
    onWidth(this.element, width => this.resize(width));
    theme.listen(() => { this.resize(this.width); this.paint(); });
    options.hover.listen(() => this.refresh());
    this.over.addEventListener("pointermove", event => this.point(event));
    this.over.addEventListener("pointerleave", () => options.hover.set(null));
  }

  get canvas(): HTMLCanvasElement { return this.over; }
  get plot(): { width: number; height: number } {
    const { frame } = this;
    return { width: frame.width - frame.left - frame.right, height: frame.height - frame.top - frame.bottom };
  }

  setLandscape(land: Landscape, window: Window, minima: Minimum[]): void {
    [this.land, this.window, this.minima] = [land, window, minima];
    this.resize(this.width);
  }
  setTraces(traces: Trace[]): void {
    this.traces = traces;
    this.place();
    this.refresh();
  }
  setHidden(hidden: ReadonlySet<number>): void {
    this.hidden = hidden;
    this.refresh();
  }
  setStep(step: number): void {
    this.step = step;
    this.refresh();
  }

  // Where a pointer event lies on the surface; null outside the plot.
  where(event: PointerEvent): Point | null {
    const box = this.over.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top, { frame } = this;
    if (px < frame.left || px > frame.width - frame.right || py < frame.top || py > frame.height - frame.bottom) return null;
    return [this.x.invert(px), this.y.invert(py)];
  }

  private resize(width: number): void {
    this.width = width;
    if (!width) return;
    const { frame, window: [x0, x1, y0, y1] } = this;
    frame.width = width;
    const ratio = this.options.ratio ?? Math.min(1, Math.max(0.62, (y1 - y0) / (x1 - x0)));
    frame.height = Math.round((width - frame.left - frame.right) * ratio) + frame.top + frame.bottom;
    this.element.style.height = `${frame.height}px`;
    this.x = scaleLinear([x0, x1], [frame.left, width - frame.right]);
    this.y = scaleLinear([y0, y1], [frame.height - frame.bottom, frame.top]);
    this.place();
    this.paintBase();
    this.refresh();
  }

  private place(): void {
    this.placed = this.width ? this.traces.map(trace => new PlacedTrace(trace, this.x, this.y)) : [];
  }

  private fit(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    const density = Math.min(2.5, devicePixelRatio || 1), w = Math.round(this.frame.width * density), t = Math.round(this.frame.height * density);
    if (canvas.width !== w || canvas.height !== t) [canvas.width, canvas.height] = [w, t];
    const context = canvas.getContext("2d")!;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, this.frame.width, this.frame.height);
    return context;
  }

  private paintBase(): void {
    const context = this.fit(this.base), { frame, plot } = this;
    context.save();
    context.translate(frame.left, frame.top);
    context.beginPath();
    context.rect(0, 0, plot.width, plot.height);
    context.clip();
    if (this.land) paintLandscape(context, this.land, plot.width, plot.height);
    context.restore();
    for (const minimum of this.minima) this.paintMinimum(context, minimum);
    if (this.options.bare) return;
    this.axes.replaceChildren();
    this.axes.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    drawAxes(this.axes, { frame, x: this.x, y: this.y, xlabel: this.options.axes[0], ylabel: this.options.axes[1] });
  }

  private paintMinimum(context: CanvasRenderingContext2D, { at, kind }: Minimum): void {
    const x = this.x(at[0]), y = this.y(at[1]), r = 5;
    context.strokeStyle = colour("--ink");
    context.lineWidth = 1.4;
    context.beginPath();
    if (kind === "local") context.arc(x, y, r, 0, 2 * Math.PI);
    else if (kind === "global") { context.moveTo(x - r, y); context.lineTo(x + r, y); context.moveTo(x, y - r); context.lineTo(x, y + r); }
    else if (kind === "top") { context.moveTo(x - r, y + r); context.lineTo(x, y - r); context.lineTo(x + r, y + r); context.closePath(); }
    else { context.moveTo(x - r, y - r); context.lineTo(x + r, y + r); context.moveTo(x - r, y + r); context.lineTo(x + r, y - r); }
    context.stroke();
  }

  private refresh(): void {
    if (!this.scheduled) this.scheduled = requestAnimationFrame(() => { this.scheduled = 0; this.paint(); });
  }

  private paint(): void {
    if (!this.width) return;
    const context = this.fit(this.over), { frame, plot } = this, hover = this.options.hover.value, halo = colour("--halo"), ink = colour("--ink");
    context.save();
    context.beginPath();
    context.rect(frame.left, frame.top, plot.width, plot.height);
    context.clip();
    this.placed.forEach((placed, i) => {
      const dimmed = hover !== null && hover.trace !== null && hover.trace !== i;
      if (!this.hidden.has(i)) placed.draw(context, traceStyle(placed.trace.look), halo, this.step, dimmed, this.placed.length > 8 ? 1.5 : 2.1);
    });
    context.setLineDash([]);
    this.placed.forEach(({ points }, i) => {
      if (!points.length || this.hidden.has(i)) return;
      context.beginPath();
      context.arc(points[0][0], points[0][1], 4.5, 0, 2 * Math.PI);
      context.fillStyle = halo;
      context.fill();
      context.lineWidth = 1.8;
      context.strokeStyle = ink;
      context.stroke();
    });
    if (hover) this.placed.forEach((placed, i) => {
      if (!this.hidden.has(i) && (hover.trace === null || hover.trace === i)) placed.mark(context, traceStyle(placed.trace.look), halo, hover.step);
    });
    context.restore();
    this.tell();
  }

  private point(event: PointerEvent): void {
    const box = this.over.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
    let best = reach, place = null;
    this.placed.forEach((placed, trace) => {
      if (this.hidden.has(trace)) return;
      for (let step = 0; step <= Math.min(placed.last, this.step); ++step) {
        const distance = Math.hypot(placed.points[step][0] - px, placed.points[step][1] - py);
        if (distance < best) [best, place] = [distance, { step, trace }];
      }
    });
    if (place || this.options.hover.value) this.options.hover.set(place);
  }

  private tell(): void {
    const hover = this.options.hover.value, placed = hover?.trace !== null && hover ? this.placed[hover.trace] : undefined;
    this.tip.hidden = !placed?.points.length;
    if (!placed?.points.length || !hover) return;
    const step = Math.min(hover.step, placed.last), [px, py] = placed.points[step], { trace } = placed;
    const loss = trace.loss ? `, loss ${show(trace.loss[step])}` : "";
    this.tip.textContent = `${trace.label}: step ${step}, (${show(trace.x[step])}, ${show(trace.y[step])})${loss}`;
    this.tip.style.left = `${Math.min(Math.max(px, 90), this.frame.width - 90)}px`;
    this.tip.style.top = `${py < 64 ? py + 16 : py - 14}px`;
    this.tip.classList.toggle("below", py < 64);
  }
}
