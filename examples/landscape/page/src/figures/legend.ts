// What the lines and signs of a figure mean; a line's sample shows its dash and marker as drawn.
import { markerPath, traceStyle } from "../drawing/style";
import { h, svg } from "../dom";
import type { Minimum } from "../protocol";
import type { Hover, Signal } from "../signal";
import { theme } from "../theme";

export function sample(look: number): SVGElement {
  const stroke = svg("line", { x1: 1, x2: 31, y1: 7, y2: 7, "stroke-width": 2.2 });
  const head = svg("path", { transform: "translate(24 7)" });
  const draw = (): void => {
    const style = traceStyle(look);
    stroke.setAttribute("stroke", style.colour);
    stroke.setAttribute("stroke-dasharray", style.dash.join(" "));
    head.setAttribute("d", markerPath(style.marker, 4));
    head.setAttribute("fill", style.colour);
  };
  draw();
  theme.listen(draw);
  return svg("svg", { class: "sample", width: 32, height: 14, viewBox: "0 0 32 14", "aria-hidden": "true" }, stroke, head);
}

const signs: Record<Minimum["kind"], [string, string]> = {
  global: ["M2 7H12M7 2V12", "global minimum"],
  local: ["M2 7a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z", "local minimum"],
  saddle: ["M3 3L11 11M3 11L11 3", "saddle"],
  top: ["M2.5 11L7 3L11.5 11Z", "summit"],
};

export interface LegendOptions { hover?: Hover; looks?: number[]; hidden?: Signal<ReadonlySet<number>> }

// With `hidden` every line can be switched off and on, which a race of many needs.
export function legend(labels: string[], { hover, looks, hidden }: LegendOptions = {}): HTMLElement {
  const list = h("ul", { class: "legend" });
  labels.forEach((label, trace) => {
    const item = hidden ? h("li", {}, toggle(label, looks?.[trace] ?? trace, trace, hidden)) : h("li", {}, sample(looks?.[trace] ?? trace), label);
    if (hover) {
      item.addEventListener("pointerenter", () => hover.set({ step: Infinity, trace }));
      item.addEventListener("pointerleave", () => hover.set(null));
    }
    list.append(item);
  });
  if (hidden && labels.length > 6)
    list.append(h("li", {}, h("button", { type: "button", class: "open", onclick: () => hidden.set(hidden.value.size ? new Set() : new Set(labels.keys())) }, "All or none")));
  return list;
}

function toggle(label: string, look: number, trace: number, hidden: Signal<ReadonlySet<number>>): HTMLElement {
  const button = h("button", { type: "button", class: "toggle", onclick: () => {
    const next = new Set(hidden.value);
    if (!next.delete(trace)) next.add(trace);
    hidden.set(next);
  } }, sample(look), label);
  const tell = (): void => button.setAttribute("aria-pressed", String(!hidden.value.has(trace)));
  hidden.listen(tell);
  tell();
  return button;
}

export function signLegend(minima: Minimum[]): HTMLElement {
  const list = h("ul", { class: "legend signs" });
  for (const kind of new Set(minima.map(minimum => minimum.kind))) {
    const [d, name] = signs[kind];
    list.append(h("li", {}, svg("svg", { class: "sign", width: 14, height: 14, viewBox: "0 0 14 14", "aria-hidden": "true" }, svg("path", { d })), name));
  }
  return list;
}
