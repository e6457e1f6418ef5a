// The sign of a level place, lying on the surface: a cross for the best minimum, a ring for a poor one, a diagonal cross for a saddle.
import { LineMaterial } from "three/addons/lines/LineMaterial.js";
import { LineSegments2 } from "three/addons/lines/LineSegments2.js";
import { LineSegmentsGeometry } from "three/addons/lines/LineSegmentsGeometry.js";

import type { Landscape } from "../drawing/levels";
import type { Minimum, Window } from "../protocol";
import { heightAt, tall } from "./ground";
import type { Palette } from "./space";

type Stroke = [number, number, number, number];
const r = 0.016;
const ring = (corners: number, turn: number): Stroke[] => Array.from({ length: corners }, (_, i) => {
  const [a, b] = [i, i + 1].map(k => turn + (2 * Math.PI * k) / corners);
  return [r * Math.cos(a), r * Math.sin(a), r * Math.cos(b), r * Math.sin(b)];
});
const strokes: Record<Minimum["kind"], Stroke[]> = {
  global: [[-r, 0, r, 0], [0, -r, 0, r]],
  local: ring(20, 0),
  saddle: [[-r, -r, r, r], [-r, r, r, -r]],
  top: ring(3, Math.PI / 2),
};

export function sign({ at, kind }: Minimum, land: Landscape, [x0, x1, y0, y1]: Window, palette: Palette): LineSegments2 {
  const x = (at[0] - x0) / (x1 - x0), y = (at[1] - y0) / (y1 - y0), points: number[] = [];
  const add = (a: number, b: number): void => { points.push(x + a - 0.5, heightAt(land, x + a, y + b) * tall + 0.006, 0.5 - y - b); };
  for (const [a, b, c, d] of strokes[kind]) { add(a, b); add(c, d); }
  const line = new LineSegments2(new LineSegmentsGeometry().setPositions(points), new LineMaterial({ color: palette.ink, linewidth: 1.8 }));
  line.onBeforeRender = renderer => renderer.getSize(line.material.resolution);
  line.visible = x >= 0 && x <= 1 && y >= 0 && y <= 1;
  return line;
}
