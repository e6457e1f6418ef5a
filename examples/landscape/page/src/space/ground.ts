// The surface itself: a mesh over [−½, ½]², tinted like the contours seen from above, and the contour lines lifted onto it.
import * as three from "three";

import type { Landscape } from "../drawing/levels";
import type { Palette } from "./space";

export const tall = 0.42;                            // the height of the picture, of a base of 1 × 1
export const floor = -0.06;                          // where the block that carries the surface ends

export function ground(land: Landscape, palette: Palette): three.Mesh {
  const { columns, rows, values } = land.grid, geometry = new three.PlaneGeometry(1, 1, columns - 1, rows - 1);
  const place = geometry.attributes.position, colours = new Float32Array(3 * columns * rows), paint = new three.Color();
  for (let row = 0; row < rows; ++row)
    for (let column = 0; column < columns; ++column) {
      const at = row * columns + column;
      place.setXYZ(at, column / (columns - 1) - 0.5, land.height(values[at]) * tall, 0.5 - row / (rows - 1));
      paint.setStyle(palette.tint(Math.min(1, Math.max(0, land.toned[at])))).toArray(colours, 3 * at);
    }
  // PlaneGeometry counts its rows from the top: with rows laid from the front, its triangles must be turned to face upwards.
  const index = geometry.index!;
  for (let i = 0; i < index.count; i += 3) {
    const b = index.getX(i + 1);
    index.setX(i + 1, index.getX(i + 2));
    index.setX(i + 2, b);
  }
  geometry.setAttribute("color", new three.BufferAttribute(colours, 3));
  geometry.computeVertexNormals();
  const material = new three.MeshLambertMaterial({ vertexColors: true, side: three.DoubleSide, polygonOffset: true, polygonOffsetFactor: 1, polygonOffsetUnits: 1 });
  return new three.Mesh(geometry, material);
}

// The rim of the surface, once around, as places on the grid.
function rim({ columns, rows }: Landscape["grid"]): [number, number][] {
  const right = columns - 1, top = rows - 1;
  return [
    ...Array.from({ length: right }, (_, i): [number, number] => [i, 0]), ...Array.from({ length: top }, (_, j): [number, number] => [right, j]),
    ...Array.from({ length: right }, (_, i): [number, number] => [right - i, top]), ...Array.from({ length: top + 1 }, (_, j): [number, number] => [0, top - j]),
  ];
}
const upper = (land: Landscape, [i, j]: [number, number]): three.Vector3 =>
  new three.Vector3(i / (land.grid.columns - 1) - 0.5, land.height(land.grid.values[j * land.grid.columns + i]) * tall, 0.5 - j / (land.grid.rows - 1));

// The sides of the block, from the rim down to the floor.
export function skirt(land: Landscape, palette: Palette): three.Mesh {
  const points: number[] = [], index: number[] = [];
  rim(land.grid).forEach((place, k) => {
    const { x, y, z } = upper(land, place);
    points.push(x, y, z, x, floor, z);
    if (k) index.push(2 * k - 2, 2 * k - 1, 2 * k, 2 * k, 2 * k - 1, 2 * k + 1);
  });
  const geometry = new three.BufferGeometry().setAttribute("position", new three.Float32BufferAttribute(points, 3)).setIndex(index);
  const look = { color: palette.side, emissive: palette.side, emissiveIntensity: 0.2, side: three.DoubleSide, flatShading: true, polygonOffset: true, polygonOffsetFactor: 1, polygonOffsetUnits: 1 };
  return new three.Mesh(geometry, new three.MeshLambertMaterial(look));
}

// The edges of the block.
export function edges(land: Landscape, palette: Palette): three.LineSegments {
  const points: three.Vector3[] = [], around = rim(land.grid).map(place => upper(land, place)), corner = (x: number, z: number): three.Vector3 => new three.Vector3(x, floor, z);
  around.forEach((at, k) => { if (k) points.push(around[k - 1], at); });
  const { columns, rows } = land.grid, below = [corner(-0.5, 0.5), corner(0.5, 0.5), corner(0.5, -0.5), corner(-0.5, -0.5)];
  const above = ([[0, 0], [columns - 1, 0], [columns - 1, rows - 1], [0, rows - 1]] as [number, number][]).map(place => upper(land, place));
  below.forEach((at, k) => points.push(at, below[(k + 1) % 4], at, above[k]));
  return new three.LineSegments(new three.BufferGeometry().setFromPoints(points), new three.LineBasicMaterial({ color: palette.contour }));
}

// The height of the surface between its grid points; x and y count from 0 to 1.
export function heightAt(land: Landscape, x: number, y: number): number {
  const { columns, rows, values } = land.grid, gx = Math.min(Math.max(x, 0), 1) * (columns - 1), gy = Math.min(Math.max(y, 0), 1) * (rows - 1);
  const i = Math.min(columns - 2, Math.floor(gx)), j = Math.min(rows - 2, Math.floor(gy)), a = gx - i, b = gy - j;
  const h = (column: number, row: number): number => land.height(values[row * columns + column]);
  return (h(i, j) * (1 - a) + h(i + 1, j) * a) * (1 - b) + (h(i, j + 1) * (1 - a) + h(i + 1, j + 1) * a) * b;
}

export function levelLines(land: Landscape, palette: Palette): three.LineSegments {
  const points: number[] = [];
  const inside = ([x, y]: [number, number]): boolean => x > 0 && x < 1 && y > 0 && y < 1;
  for (const { rings } of land.lines)
    for (const ring of rings)
      for (let i = 1; i < ring.length; ++i) {
        if (!inside(ring[i - 1]) || !inside(ring[i])) continue;
        for (const [x, y] of [ring[i - 1], ring[i]]) points.push(x - 0.5, heightAt(land, x, y) * tall + 0.002, 0.5 - y);
      }
  const geometry = new three.BufferGeometry().setAttribute("position", new three.Float32BufferAttribute(points, 3));
  return new three.LineSegments(geometry, new three.LineBasicMaterial({ color: palette.contour, transparent: true, opacity: 0.55 }));
}
