// How traces are told apart: by colour (safe for colour-blind eyes), by dash, and by the marker at their head; no two of the first 24 look alike.
import { colour } from "../theme";

export type Marker = "circle" | "square" | "triangle" | "diamond" | "cross" | "star";
export interface TraceStyle { colour: string; dash: number[]; marker: Marker }

const dashes = [[], [9, 4], [2.5, 3.5], [12, 3.5, 2.5, 3.5], [5, 3], [16, 4], [2.5, 3.5, 2.5, 7], [7, 3, 2, 3, 2, 3]];
const markers: Marker[] = ["circle", "square", "triangle", "diamond", "cross", "star"];
export const styleCount = dashes.length;

export function traceStyle(index: number): TraceStyle {
  const place = index % styleCount, round = Math.floor(index / styleCount);
  return { colour: colour(`--trace-${place + 1}`), dash: dashes[(place + 3 * round) % styleCount], marker: markers[index % markers.length] };
}

// The outline of a marker about the origin, as SVG path data that both SVG and Path2D read.
export function markerPath(marker: Marker, r: number): string {
  const polygon = (corners: number, turn: number, radius = (_: number) => r): string =>
    Array.from({ length: corners }, (_, i) => {
      const angle = turn + (2 * Math.PI * i) / corners;
      return `${i ? "L" : "M"}${(radius(i) * Math.cos(angle)).toFixed(2)} ${(radius(i) * Math.sin(angle)).toFixed(2)}`;
    }).join("") + "Z";
  const up = -Math.PI / 2;
  switch (marker) {
    case "circle": return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    case "square": return polygon(4, Math.PI / 4, () => r * 1.2);
    case "triangle": return polygon(3, up, () => r * 1.3);
    case "diamond": return polygon(4, up, () => r * 1.3);
    case "star": return polygon(10, up, i => (i % 2 ? r * 0.6 : r * 1.4));
    case "cross": {
      const a = r * 0.42, b = r * 1.15;
      return `M${-a} ${-b}H${a}V${-a}H${b}V${a}H${a}V${b}H${-a}V${a}H${-b}V${-a}H${-a}Z`;
    }
  }
}
