// The picture under the title: walkers released on a real surface, one more wherever the reader clicks. The surface reaches as far as the
// picture is wide, with the same scale on both axes.
import { landscape } from "./drawing/levels";
import type { Trace } from "./drawing/trace";
import { h } from "./dom";
import { ask } from "./engine/engine";
import { Plane } from "./figures/plane";
import type { GridAnswer, Minimum, Point, RunAnswer, Window } from "./protocol";
import { Signal, type Place } from "./signal";
import { calm } from "./theme";

const surface = { name: "himmelblau" };
const walkers = ["SGD", "Momentum", "RMSprop", "Adam"];
const starts: Point[] = [[-0.9, -1.2], [0.6, 4.4], [-5.4, 0.6], [5.6, -4.4]];
const steps = 90, pace = 55, most = 24;                       // milliseconds a step; walkers on the picture

interface Walk { trace: Trace; since: number }

export class Hero {
  private readonly plane: Plane;
  private walks: Walk[] = [];
  private running = false;

  static async open(place: HTMLElement): Promise<void> {
    const ratio = Math.min(0.8, 430 / place.clientWidth), half = 5.6, reach = half / ratio, rows = 120;
    const window: Window = [-reach, reach, -half, half], columns = Math.round(rows / ratio);
    const { values } = await ask<GridAnswer>({ ask: "grid", surface, window, columns, rows });
    new Hero(place, ratio, { columns, rows, values }, window);
  }

  private constructor(place: HTMLElement, ratio: number, grid: { columns: number; rows: number; values: GridAnswer["values"] }, window: Window) {
    this.plane = new Plane({ label: "Contours of a loss with four valleys, and optimizers walking down", axes: ["", ""], hover: new Signal<Place | null>(null), ratio, bare: true });
    const steep = grid.values.map(value => (value === null ? null : Math.min(value, 6000)));
    const minima: Minimum[] = [];
    this.plane.setLandscape(landscape({ ...grid, values: steep }, "log"), window, minima);
    this.plane.canvas.addEventListener("pointerdown", event => {
      const at = this.plane.where(event);
      if (at) void this.release(at, this.walks.length);
    });
    place.append(this.plane.element, h("p", { class: "hint" }, "Click anywhere: a walker starts there. Four optimizers take turns."));
    starts.forEach((at, i) => void this.release(at, i));
  }

  private async release(start: Point, look: number): Promise<void> {
    const name = walkers[look % walkers.length];
    const { x, y, loss } = await ask<RunAnswer>({ ask: "run", surface, start, optimizer: { name, options: {} }, schedule: null, noise: 0, seed: 1, steps });
    this.walks = [...this.walks, { trace: { label: name, look: look % walkers.length, x, y, loss }, since: performance.now() }].slice(-most);
    if (!this.running) { this.running = true; requestAnimationFrame(() => this.walk()); }
  }

  // Every walker has a clock of its own: its path is drawn as far as it has come.
  private walk(): void {
    const now = performance.now();
    this.running = false;
    const traces = this.walks.map(({ trace, since }) => {
      const step = calm() ? trace.x.length : (now - since) / pace, whole = Math.floor(step) + 1;
      if (whole >= trace.x.length) return trace;
      this.running = true;
      const part = step - Math.floor(step), between = (values: Trace["x"]): number => values[whole - 1]! + (values[whole]! - values[whole - 1]!) * part;
      const cut = (values: Trace["x"]): Trace["x"] => [...values.slice(0, whole), between(values)];
      return { ...trace, x: cut(trace.x), y: cut(trace.y) };
    });
    this.plane.setTraces(traces);
    if (this.running) requestAnimationFrame(() => this.walk());
  }
}
