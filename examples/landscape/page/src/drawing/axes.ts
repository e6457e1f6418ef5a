// The axes of a picture: few ticks, no frame, each axis named at its end.
import { axisBottom, axisLeft } from "d3-axis";
import type { ScaleContinuousNumeric } from "d3-scale";
import { select } from "d3-selection";

import { svg } from "../dom";
import { powerTick, tick } from "../text";

export type Scale = ScaleContinuousNumeric<number, number>;
export interface Frame { width: number; height: number; left: number; right: number; top: number; bottom: number }

interface AxesOptions { frame: Frame; x: Scale; y: Scale; xlabel: string; ylabel: string; logx?: boolean; logy?: boolean; grid?: boolean }

// Powers of ten, thinned until at most `most` remain; where less than a power is shown, ordinary ticks.
function logTicks(scale: Scale, most: number): { at: number[]; name: (value: number) => string } {
  const [a, b] = scale.domain().map(Math.log10);
  const first = Math.ceil(a - 1e-9), last = Math.floor(b + 1e-9);
  if (last - first < 1) {
    const between = Array.from({ length: last - first + 4 }, (_, i) => first - 2 + i).flatMap(exponent => [1, 2, 5].map(digit => digit * 10 ** exponent));
    const at = between.filter(value => value >= 10 ** a && value <= 10 ** b);
    return { at: at.length > 1 ? at : scale.ticks(3), name: tick };
  }
  const every = Math.max(1, Math.ceil((last - first + 1) / most)), at = [];
  for (let exponent = first; exponent <= last; exponent += every) at.push(10 ** exponent);
  return { at, name: powerTick };
}

// w₁ is set as a variable with an index; other names as they are.
function axisName(name: string): (SVGElement | string)[] {
  const parts = name.match(/^([a-z])([₀-₉]?)$/);
  if (!parts) return [name];
  const index = parts[2] ? String(parts[2].charCodeAt(0) - 0x2080) : "";
  return [svg("tspan", { class: "variable" }, parts[1]), svg("tspan", { class: "index", dy: 4 }, index)];
}

export function drawAxes(root: SVGElement, o: AxesOptions): void {
  const { frame } = o, plotHeight = frame.height - frame.top - frame.bottom, plotWidth = frame.width - frame.left - frame.right;
  const xTicks = o.logx ? logTicks(o.x, Math.max(3, plotWidth / 80)) : { at: o.x.ticks(Math.max(2, Math.min(7, plotWidth / 70))), name: tick };
  const yTicks = o.logy ? logTicks(o.y, Math.max(3, plotHeight / 34)) : { at: o.y.ticks(Math.max(2, Math.min(6, plotHeight / 40))), name: tick };
  const bottom = svg("g", { class: "axis", transform: `translate(0 ${frame.height - frame.bottom})` });
  const left = svg("g", { class: "axis", transform: `translate(${frame.left} 0)` });
  if (o.grid) {
    const rules = svg("g", { class: "rules" });
    for (const value of yTicks.at) rules.append(svg("line", { x1: frame.left, x2: frame.width - frame.right, y1: o.y(value), y2: o.y(value) }));
    root.append(rules);
  }
  select(bottom).call(axisBottom(o.x).tickValues(xTicks.at).tickFormat(v => xTicks.name(Number(v))).tickSize(4).tickPadding(4).tickSizeOuter(0));
  select(left).call(axisLeft(o.y).tickValues(yTicks.at).tickFormat(v => yTicks.name(Number(v))).tickSize(4).tickPadding(3).tickSizeOuter(0));
  root.append(bottom, left,
    svg("text", { class: "axis-name", x: frame.width - frame.right, y: frame.height - 4, "text-anchor": "end" }, ...axisName(o.xlabel)),
    svg("text", { class: "axis-name", x: 2, y: 13, "text-anchor": "start" }, ...axisName(o.ylabel)));
}
