// A path lying on the surface, drawn up to the present step, with a ball at its head.
import * as three from "three";
import { Line2 } from "three/addons/lines/Line2.js";
import { LineGeometry } from "three/addons/lines/LineGeometry.js";
import { LineMaterial } from "three/addons/lines/LineMaterial.js";

import type { Landscape } from "../drawing/levels";
import type { TraceStyle } from "../drawing/style";
import type { Trace } from "../drawing/trace";
import type { Window } from "../protocol";
import { heightAt, tall } from "./ground";

const pieces = 6;                                    // a step over a curved surface is drawn as so many

export class Ribbon {
  readonly group = new three.Group();
  private readonly points: three.Vector3[] = [];
  private readonly line: Line2 | null = null;
  private readonly ball = new three.Mesh(new three.SphereGeometry(0.013, 20, 14));

  constructor(trace: Trace, land: Landscape, window: Window, style: TraceStyle, ink: string) {
    const [x0, x1, y0, y1] = window;
    const shares: [number, number][] = [];
    for (let i = 0; i < trace.x.length; ++i) {
      const x = trace.x[i], y = trace.y[i];
      if (x === null || y === null) break;
      const share: [number, number] = [(x - x0) / (x1 - x0), (y - y0) / (y1 - y0)];
      if (share.some(part => part < -0.001 || part > 1.001)) break;     // a path that leaves the window ends there
      shares.push(share);
    }
    const at = ([x, y]: [number, number]): three.Vector3 => new three.Vector3(x - 0.5, heightAt(land, x, y) * tall + 0.008, 0.5 - y);
    shares.forEach((share, i) => {
      if (i) for (let k = 1; k < pieces; ++k) {
        const [ax, ay] = shares[i - 1], part = k / pieces;
        this.points.push(at([ax + (share[0] - ax) * part, ay + (share[1] - ay) * part]));
      }
      this.points.push(at(share));
    });
    this.ball.material = new three.MeshLambertMaterial({ color: style.colour, emissive: style.colour, emissiveIntensity: 0.35 });
    if (this.points.length) this.group.add(this.ball);
    if (this.points.length > 1) {
      const geometry = new LineGeometry().setPositions(this.points.flatMap(point => point.toArray()));
      const dashed = style.dash.length > 0;
      const material = new LineMaterial({ color: style.colour, linewidth: 3, dashed, dashSize: (style.dash[0] ?? 1) / 500, gapSize: (style.dash[1] ?? 1) / 500 });
      this.line = new Line2(geometry, material);
      this.line.computeLineDistances();
      const start = new three.Mesh(new three.SphereGeometry(0.011, 16, 12), new three.MeshLambertMaterial({ color: ink }));
      start.position.copy(this.points[0]);
      this.group.add(this.line, start);
    }
  }

  setStep(step: number): void {
    const place = Math.min(this.points.length - 1, step * pieces);
    if (place < 0) return;
    const whole = Math.floor(place), next = Math.min(whole + 1, this.points.length - 1);
    this.ball.position.lerpVectors(this.points[whole], this.points[next], place - whole);
    if (this.line) {
      this.line.geometry.instanceCount = whole;
      this.line.visible = whole > 0;
    }
  }
  setSize(width: number, height: number): void { this.line?.material.resolution.set(width, height); }
  dispose(): void {
    this.line?.geometry.dispose();
    this.line?.material.dispose();
  }
}
