// A landscape with paths: seen from above, or in space once somebody asks for it.
import { tints, type Landscape } from "../drawing/levels";
import { traceStyle } from "../drawing/style";
import type { Trace } from "../drawing/trace";
import { h } from "../dom";
import type { Minimum, Window } from "../protocol";
import { unpack } from "../packed";
import { Signal } from "../signal";
import type { Space, SpaceOptions } from "../space/space";
import { colour, theme } from "../theme";
import { Plane, type PlaneOptions } from "./plane";

export type View = "plane" | "space";
const palette = () => ({ tint: tints(), contour: colour("--contour"), ink: colour("--ink"), side: colour("--side"), style: traceStyle });

// The bundle lies packed in the page; it becomes a script when it is first needed.
let bundle: Promise<void> | null = null;
async function openSpace(options: SpaceOptions): Promise<Space> {
  bundle ??= unpack("space-bundle").then(text => document.head.append(h("script", {}, text)));
  await bundle;
  return (globalThis as unknown as { GradusSpace: { open: (options: SpaceOptions) => Space } }).GradusSpace.open(options);
}

export class PathsView {
  readonly plane: Plane;
  readonly view = new Signal<View>("plane");
  readonly element: HTMLElement;
  readonly switcher: HTMLElement;
  private space: Space | null = null;
  private opening: Promise<Space> | null = null;
  private land: Landscape | null = null;
  private window: Window = [0, 1, 0, 1];
  private minima: Minimum[] = [];
  private traces: Trace[] = [];
  private hidden: ReadonlySet<number> = new Set();
  private step = Infinity;
  private readonly trouble = h("p", { class: "trouble", role: "alert", hidden: true });

  constructor(private readonly options: PlaneOptions) {
    this.plane = new Plane(options);
    this.element = h("div", { class: "paths-view" }, this.plane.element, this.trouble);
    const button = (view: View, text: string): HTMLButtonElement => {
      const element = h("button", { type: "button", onclick: () => this.view.set(view) }, text);
      const tell = (): void => element.setAttribute("aria-pressed", String(this.view.value === view));
      this.view.listen(tell);
      tell();
      return element;
    };
    this.switcher = h("div", { class: "switcher", role: "group", "aria-label": "View" }, button("plane", "From above"), button("space", "In space"));
    this.view.listen(() => void this.turn());
    theme.listen(() => this.fillSpace());
  }

  setLandscape(land: Landscape, window: Window, minima: Minimum[]): void {
    [this.land, this.window, this.minima] = [land, window, minima];
    this.plane.setLandscape(land, window, minima);
    this.fillSpace();
  }
  setTraces(traces: Trace[]): void {
    this.traces = traces;
    this.plane.setTraces(traces);
    this.fillPaths();
  }
  setHidden(hidden: ReadonlySet<number>): void {
    this.hidden = hidden;
    this.plane.setHidden(hidden);
    this.fillPaths();
  }
  setStep(step: number): void {
    this.step = step;
    this.plane.setStep(step);
    if (this.view.value === "space") this.space?.setStep(step);
  }

  private async turn(): Promise<void> {
    this.element.classList.toggle("in-space", this.view.value === "space");
    if (this.view.value === "space" && !this.opening) {
      try {
        this.opening = openSpace({ label: this.options.label, axes: this.options.axes, palette });
        this.space = await this.opening;
        this.element.prepend(this.space.element);
      } catch {
        this.opening = null;
        this.trouble.textContent = "This browser draws nothing in space (WebGL is off): here is the view from above.";
        this.trouble.hidden = false;
        return this.view.set("plane");
      }
    }
    this.fillSpace();
  }

  private fillSpace(): void {
    if (this.view.value !== "space" || !this.space || !this.land) return;
    this.space.setStep(this.step);
    this.space.setLandscape(this.land, this.window, this.minima);
    this.fillPaths();
  }

  private fillPaths(): void {
    if (this.view.value === "space") this.space?.setTraces(this.traces.filter((_, i) => !this.hidden.has(i)));
  }
}
