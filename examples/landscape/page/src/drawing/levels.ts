// The loss as a height between 0 and 1, its contour lines, and the colours between them.
import { contours } from "d3-contour";
import { interpolateLab } from "d3-interpolate";

import type { Grid, Levels, Num } from "../protocol";
import { colour } from "../theme";

export interface Landscape {
  grid: Grid;
  levels: Levels;
  toned: number[];                                  // of each grid value: 0 at the bottom, 1 at the top; equal steps are equal contours
  height: (loss: Num | undefined) => number;        // for the view in space: 0 … 1, gentler than `toned` where levels are logarithmic
  lines: { level: number; rings: [number, number][][] }[];   // rings in units of the window: 0 … 1, upwards
}

const count = 15;
const smallest = 1e-3;                              // logarithmic contours reach down to this share of the range
const soft = 0.012;                                 // and heights in space to this, so that valleys are round

export function landscape(grid: Grid, levels: Levels): Landscape {
  const finite = grid.values.filter((value): value is number => value !== null);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const sorted = Float64Array.from(finite).sort();
  const high = levels === "log" ? sorted[sorted.length - 1] : sorted[Math.floor(0.995 * (sorted.length - 1))];
  const share = (loss: number): number => Math.max(0, (loss - low) / (high - low || 1));
  const logarithm = (s: number, least: number): number => Math.log1p(s / least) / Math.log1p(1 / least);
  const tone = (loss: number): number => levels === "log" ? logarithm(share(loss), smallest) : share(loss);
  const toned = grid.values.map(value => (value === null ? 1.05 : Math.min(1.05, tone(value))));
  const height = (loss: Num | undefined): number => {
    const s = Math.min(1.05, loss === null || loss === undefined ? 1.05 : share(loss));
    return levels === "log" ? logarithm(s, soft) : s;
  };
  const thresholds = Array.from({ length: count }, (_, i) => (i + 0.6) / count);
  const { columns, rows } = grid;
  const lines = contours().size([columns, rows]).thresholds(thresholds)(toned).map(({ value, coordinates }) => ({
    level: value,
    rings: coordinates.flat().map(ring => ring.map(([x, y]): [number, number] => [(x - 0.5) / (columns - 1), (y - 0.5) / (rows - 1)])),
  }));
  return { grid, levels, toned, height, lines };
}

// The tint at a level: deep in the valleys, paper on the heights.
export function tints(): (level: number) => string {
  const ramp = [colour("--valley"), colour("--slope"), colour("--height")];
  const lower = interpolateLab(ramp[0], ramp[1]), upper = interpolateLab(ramp[1], ramp[2]);
  return level => (level < 0.5 ? lower(level * 2) : upper(Math.min(1, level * 2 - 1)));
}

export function paintLandscape(context: CanvasRenderingContext2D, land: Landscape, width: number, height: number): void {
  const tint = tints();
  context.fillStyle = tint(0);
  context.fillRect(0, 0, width, height);
  context.lineWidth = 0.8;
  context.strokeStyle = colour("--contour");
  for (const { level, rings } of land.lines) {
    const path = new Path2D();
    for (const ring of rings) {
      ring.forEach(([x, y], i) => (i ? path.lineTo(x * width, (1 - y) * height) : path.moveTo(x * width, (1 - y) * height)));
      path.closePath();
    }
    context.fillStyle = tint(level);
    context.fill(path, "evenodd");
    context.stroke(path);
  }
}
