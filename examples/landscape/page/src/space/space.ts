// The landscape in space: a surface whose height is the loss, its contours and the paths lying on it. A bundle of its own, since three.js is
// large and only needed when somebody looks: window.GradusSpace = {open}. Draws only when something changed.
import * as three from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";

import type { Landscape } from "../drawing/levels";
import type { TraceStyle } from "../drawing/style";
import type { Trace } from "../drawing/trace";
import type { Minimum, Window } from "../protocol";
import { edges, floor, ground, levelLines, skirt, tall } from "./ground";
import { Ribbon } from "./ribbon";
import { sign } from "./sign";

export interface Palette { tint: (level: number) => string; contour: string; ink: string; side: string; style: (look: number) => TraceStyle }
export interface SpaceOptions { label: string; axes: [string, string]; palette: () => Palette }

export class Space {
  readonly element = document.createElement("div");
  private readonly renderer = new three.WebGLRenderer({ antialias: true, alpha: true });
  private readonly camera = new three.PerspectiveCamera(32, 1, 0.1, 20);
  private readonly world = new three.Scene();
  private readonly controls: OrbitControls;
  private readonly names: { element: HTMLElement; at: three.Vector3 }[] = [];
  private readonly paths = new three.Group();
  private land: Landscape | null = null;
  private window: Window = [0, 1, 0, 1];
  private ribbons: Ribbon[] = [];
  private readonly height: HTMLElement;
  private scheduled = 0;
  private step = Infinity;

  constructor(private readonly options: SpaceOptions) {
    const canvas = this.renderer.domElement;
    this.element.className = "space";
    this.element.append(canvas);
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", `${options.label}, in space. Arrow keys turn it, plus and minus zoom.`);
    this.camera.position.set(-0.85, 2.05, 1.6);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.target.set(0, 0.1, 0);
    this.controls.maxPolarAngle = Math.PI * 0.495;
    this.controls.minDistance = 1.2;
    this.controls.maxDistance = 5;
    this.controls.enablePan = false;
    this.controls.update();
    this.controls.addEventListener("change", () => this.refresh());
    canvas.addEventListener("keydown", event => this.turn(event));
    canvas.style.touchAction = "pan-y";
    this.name(options.axes[0], new three.Vector3(0, floor - 0.03, 0.6));
    this.name(options.axes[1], new three.Vector3(-0.56, floor - 0.03, 0)).style.translate = "-50%";
    this.height = this.name("loss", new three.Vector3(-0.57, tall * 0.5, -0.57));
    this.height.style.translate = "-40%";
    new ResizeObserver(() => this.resize()).observe(this.element);
  }

  setLandscape(land: Landscape, window: Window, minima: Minimum[]): void {
    [this.land, this.window] = [land, window];
    const palette = this.options.palette(), sun = new three.DirectionalLight(0xffffff, 1.75);
    sun.position.set(-1.4, 2, 1);
    this.world.clear();
    this.height.textContent = land.levels === "log" ? "log loss" : "loss";
    this.world.add(new three.AmbientLight(0xffffff, 1.55), sun, ground(land, palette), skirt(land, palette), levelLines(land, palette), edges(land, palette), this.paths);
    for (const minimum of minima) this.world.add(sign(minimum, land, window, palette));
    this.resize();
  }

  setTraces(traces: Trace[]): void {
    if (!this.land) return;
    for (const ribbon of this.ribbons) ribbon.dispose();
    const palette = this.options.palette(), { land, window } = this;
    this.ribbons = traces.map(trace => new Ribbon(trace, land, window, palette.style(trace.look), palette.ink));
    this.paths.clear();
    for (const { group } of this.ribbons) this.paths.add(group);
    this.resize();
    this.setStep(this.step);
  }

  setStep(step: number): void {
    this.step = step;
    for (const ribbon of this.ribbons) ribbon.setStep(step);
    this.refresh();
  }

  private name(text: string, at: three.Vector3): HTMLElement {
    const element = document.createElement("span");
    element.textContent = text;
    this.element.append(element);
    this.names.push({ element, at });
    return element;
  }

  private turn(event: KeyboardEvent): void {
    const ball = new three.Spherical().setFromVector3(this.camera.position.clone().sub(this.controls.target));
    const angle = event.shiftKey ? 0.3 : 0.1;
    switch (event.key) {
      case "ArrowLeft": ball.theta -= angle; break;
      case "ArrowRight": ball.theta += angle; break;
      case "ArrowUp": ball.phi -= angle; break;
      case "ArrowDown": ball.phi += angle; break;
      case "+": case "=": ball.radius *= 0.9; break;
      case "-": ball.radius /= 0.9; break;
      default: return;
    }
    event.preventDefault();
    ball.phi = Math.min(this.controls.maxPolarAngle, Math.max(0.05, ball.phi));
    ball.radius = Math.min(this.controls.maxDistance, Math.max(this.controls.minDistance, ball.radius));
    this.camera.position.setFromSpherical(ball).add(this.controls.target);
    this.controls.update();
    this.refresh();
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || !height) return;
    this.renderer.setPixelRatio(Math.min(2, devicePixelRatio || 1));
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.fov = Math.max(31, (31 * 1.25 * height) / width);
    this.camera.updateProjectionMatrix();
    for (const ribbon of this.ribbons) ribbon.setSize(width, height);
    this.refresh();
  }

  private refresh(): void {
    if (!this.scheduled) this.scheduled = requestAnimationFrame(() => { this.scheduled = 0; this.draw(); });
  }

  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || !height) return;
    this.renderer.render(this.world, this.camera);
    for (const { element, at } of this.names) {
      const place = at.clone().project(this.camera);
      element.style.transform = `translate(-50%, -50%) translate(${((place.x + 1) / 2) * width}px, ${((1 - place.y) / 2) * height}px)`;
    }
  }
}

export const open = (options: SpaceOptions): Space => new Space(options);
