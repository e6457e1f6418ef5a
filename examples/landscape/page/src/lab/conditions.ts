// What all runs share: the surface, its parameter, the start, the number of steps and the seed of the noise.
import { h } from "../dom";
import type { Point } from "../protocol";
import { formula, show } from "../text";
import { choiceField, numberField, type Field } from "./fields";
import type { Guide, State } from "./state";

export class Conditions {
  readonly element = h("section", { class: "conditions", "aria-label": "Surface and start" });
  private fields: { x: Field; y: Field } | null = null;

  constructor(private readonly guide: Guide, private readonly state: () => State, private readonly changed: (what: "surface" | "value") => void) {
    this.build();
  }

  build(): void {
    const { guide } = this, state = this.state(), surface = guide.surface(state), [x, y] = guide.start(state), [x0, x1, y0, y1] = surface.window;
    const pick = choiceField("surface", guide.catalogue.surfaces.map(({ name, title }) => [name, title]), surface.name, name => {
      Object.assign(state, { surface: name, parameter: null, start: null });
      this.build();
      this.element.querySelector("select")?.focus();
      this.changed("surface");
    });
    const value = (label: string, range: Parameters<typeof numberField>[1], now: number, set: (value: number) => void): Field =>
      numberField(label, range, now, next => { set(next); this.changed("value"); });
    const p = surface.parameter;
    const parameter = p && value(`${p.name} ${p.symbol}`, p, guide.parameter(state)!, next => { state.parameter = next; });
    const move = (axis: 0 | 1) => (next: number): void => {
      const start: Point = [...guide.start(state)];
      start[axis] = next;
      state.start = start;
    };
    this.fields = { x: value("start w₁", { min: x0, max: x1 }, x, move(0)), y: value("start w₂", { min: y0, max: y1 }, y, move(1)) };
    this.element.replaceChildren(pick.element, formula(surface.tex), ...(parameter ? [parameter.element] : []), this.fields.x.element, this.fields.y.element,
      value("steps", { min: 1, max: 2000, log: true, whole: true }, state.steps, next => { state.steps = next; }).element,
      value("seed of the noise", { min: 0, max: 99, whole: true }, state.seed, next => { state.seed = next; }).element);
  }

  showStart([x, y]: Point): void {
    this.fields?.x.set(x);
    this.fields?.y.set(y);
    this.element.dataset.start = `${show(x)}, ${show(y)}`;
  }
}
