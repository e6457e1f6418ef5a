// Points and the lines that predict them; on wish the distance of each point to the first line: what the loss adds up.
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";

import { drawAxes, type Frame } from "../drawing/axes";
import { traceStyle } from "../drawing/style";
import { h, onWidth, svg } from "../dom";
import type { Num, ScatterFigure, Series } from "../protocol";
import { theme } from "../theme";

const known = (values: Num[]): number[] => values.filter((value): value is number => value !== null);

// The line's height at x, by the piece of it that x falls on.
function lineAt({ x, y }: Series, at: number): number {
  let i = 1;
  while (i < x.length - 1 && x[i]! < at) ++i;
  const part = (at - x[i - 1]!) / (x[i]! - x[i - 1]!);
  return y[i - 1]! + (y[i]! - y[i - 1]!) * part;
}

export function scatter(figure: ScatterFigure): HTMLElement {
  const root = svg("svg", { role: "img", "aria-label": figure.caption });
  const element = h("div", { class: "lines" }, root);
  const frame: Frame = { width: 0, height: 0, left: 42, right: 12, top: 22, bottom: 34 };
  const draw = (width: number): void => {
    frame.width = width;
    frame.height = Math.round(Math.max(240, width * 0.58));
    root.setAttribute("viewBox", `0 0 ${width} ${frame.height}`);
    root.style.height = `${frame.height}px`;
    const xs = figure.points.map(([x]) => x), low = Math.min(...xs), high = Math.max(...xs), pad = (high - low) * 0.05;
    const ys = [...figure.points.map(([, y]) => y), ...figure.lines.flatMap(one => known(one.y))];
    const x = scaleLinear([low - pad, high + pad], [frame.left, width - frame.right]);
    const y = scaleLinear([Math.min(...ys), Math.max(...ys)], [frame.height - frame.bottom, frame.top]).nice(5);
    root.replaceChildren();
    drawAxes(root, { frame, x, y, xlabel: figure.xlabel, ylabel: figure.ylabel, grid: true });
    if (figure.residuals && figure.lines.length)
      for (const [px, py] of figure.points)
        root.append(svg("line", { class: "residual", x1: x(px), x2: x(px), y1: y(py), y2: y(lineAt(figure.lines[0], px)) }));
    figure.lines.forEach((one, i) => {
      const style = traceStyle(i), dots = one.x.map((_, k) => [one.x[k], one.y[k]]);
      const path = line<Num[]>().defined(([a, b]) => a !== null && b !== null).x(d => x(d[0]!)).y(d => y(d[1]!))(dots);
      root.append(svg("path", { class: "curve", d: path, stroke: style.colour, "stroke-dasharray": style.dash.join(" ") || null }));
    });
    for (const [px, py] of figure.points) root.append(svg("circle", { class: "dot", cx: x(px), cy: y(py), r: 3.6 }));
  };
  onWidth(element, draw);
  theme.listen(() => frame.width && draw(frame.width));
  return element;
}
