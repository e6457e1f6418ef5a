// One path of a descent on a canvas: faint as a whole, strong up to the present step, with a marker at its head.
import type { ScaleLinear } from "d3-scale";

import type { Num } from "../protocol";
import { markerPath, type TraceStyle } from "./style";

export interface Trace {
  label: string;
  look: number;                                 // which style: colour, dash, marker
  x: Num[];
  y: Num[];
  loss?: Num[];
}

export class PlacedTrace {
  readonly points: [number, number][] = [];     // in pixels, up to the first that is not finite
  private readonly dots: boolean;

  constructor(readonly trace: Trace, x: ScaleLinear<number, number>, y: ScaleLinear<number, number>) {
    const near = (value: number): number => Math.max(-20000, Math.min(20000, value));
    for (let i = 0; i < trace.x.length; ++i) {
      const a = trace.x[i], b = trace.y[i];
      if (a === null || b === null) break;
      this.points.push([near(x(a)), near(y(b))]);
    }
    const moves = this.points.slice(1).map(([px, py], i) => Math.hypot(px - this.points[i][0], py - this.points[i][1]));
    const middle = moves.sort((a, b) => a - b)[moves.length >> 1] ?? 0;
    this.dots = middle > 7 && this.points.length < 100;   // single steps are seen where they are long enough and few
  }

  get last(): number { return this.points.length - 1; }

  at(step: number): [number, number] {
    const whole = Math.min(Math.floor(step), this.last), next = Math.min(whole + 1, this.last);
    const part = Math.min(1, Math.max(0, step - whole)), [ax, ay] = this.points[whole], [bx, by] = this.points[next];
    return [ax + (bx - ax) * part, ay + (by - ay) * part];
  }

  draw(context: CanvasRenderingContext2D, style: TraceStyle, halo: string, step: number, dimmed: boolean, width: number): void {
    if (this.points.length === 0) return;
    const done = Math.min(step, this.last);
    context.lineJoin = context.lineCap = "round";
    if (done < this.last) this.stroke(context, this.last, { colour: style.colour, width: 1.2, alpha: 0.22, dash: [] });
    const alpha = dimmed ? 0.25 : 1;
    this.stroke(context, done, { colour: halo, width: width * 2.1, alpha: 0.7 * alpha, dash: [] });
    this.stroke(context, done, { colour: style.colour, width, alpha, dash: style.dash });
    context.globalAlpha = alpha;
    if (this.dots) {
      context.fillStyle = style.colour;
      for (let i = 1; i <= Math.floor(done); ++i) {
        context.beginPath();
        context.arc(this.points[i][0], this.points[i][1], 2.3, 0, 2 * Math.PI);
        context.fill();
      }
    }
    this.mark(context, style, halo, done);
    context.globalAlpha = 1;
  }

  mark(context: CanvasRenderingContext2D, style: TraceStyle, halo: string, step: number): void {
    if (this.points.length === 0) return;
    const [x, y] = this.at(Math.min(step, this.last));
    const shape = new Path2D(markerPath(style.marker, 5));
    context.save();
    context.translate(x, y);
    context.setLineDash([]);
    context.lineWidth = 3;
    context.strokeStyle = halo;
    context.stroke(shape);
    context.fillStyle = style.colour;
    context.fill(shape);
    context.restore();
  }

  private stroke(context: CanvasRenderingContext2D, to: number, pen: { colour: string; width: number; alpha: number; dash: number[] }): void {
    context.beginPath();
    context.moveTo(...this.points[0]);
    for (let i = 1; i <= Math.floor(to); ++i) context.lineTo(...this.points[i]);
    context.lineTo(...this.at(to));
    context.globalAlpha = pen.alpha;
    context.strokeStyle = pen.colour;
    context.lineWidth = pen.width;
    context.setLineDash(pen.dash);
    context.stroke();
    context.globalAlpha = 1;
  }
}
