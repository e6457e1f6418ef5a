// What the page reads: the chapters (JSON made when the page is built) and the answers of the engine (gradus in WebAssembly).
// A number that is not finite arrives as null.
export type Num = number | null;
export type Point = [number, number];
export type Window = [number, number, number, number];            // x from, to; y from, to
export type Levels = "log" | "linear";                            // contours at equal ratios, or at equal differences

export interface Minimum { at: Point; loss: number; kind: "global" | "local" | "saddle" | "top" }
export interface Grid { columns: number; rows: number; values: Num[] }   // row by row, the lowest first

export interface SurfaceChoice { name: string; parameter?: number | null }
export type OptionValue = number | boolean | string;
export interface Choice { name: string; options: Record<string, OptionValue> }

export interface RunRequest {
  surface: SurfaceChoice;
  start: Point;
  optimizer: Choice;
  schedule: Choice | null;
  noise: number;
  seed: number;
  steps: number;
}

export interface Outcome {
  kind: "converged" | "moving" | "diverged";
  at: number | null;
  end: [Num, Num];
  loss: Num;
  nearest: number | null;
  distance: Num;
}
export interface RunAnswer { x: Num[]; y: Num[]; loss: Num[]; lr: Num[]; gradient: Num[]; step: Num[]; formula: string; outcome: Outcome }

export interface Option {
  name: string;
  kind: "number" | "switch" | "choice";
  default: OptionValue;
  min?: number;
  max?: number;
  log?: boolean;
  whole?: boolean;
  choices?: string[] | null;
}
export interface Entry { name: string; title: string; options: Option[]; steps?: number; tex?: string }
export interface SurfaceParameter { name: string; symbol: string; min: number; max: number; default: number; log: boolean }
export interface Surface {
  name: string;
  title: string;
  formula: string;
  tex: string;
  parameter: SurfaceParameter | null;
  window: Window;
  start: Point;
  minima: Minimum[];
  levels: Levels;
  rates: Record<string, number>;                  // a good learning rate of each optimizer here
}
export interface GridAnswer { values: Num[]; min: Num; max: Num; minima: Minimum[] }
export interface Catalogue { surfaces: Surface[]; optimizers: Entry[]; schedules: Entry[] }

export interface Path { label: string; x: Num[]; y: Num[]; loss?: Num[]; request?: RunRequest | null }
export interface PathsFigure {
  kind: "paths";
  caption: string;
  surface: SurfaceChoice | null;
  window: Window;
  grid: Grid;
  levels: Levels;
  minima: Minimum[];
  three: boolean;
  axes: [string, string];
  paths: Path[];
  curves: string[];
}
export interface Series { label: string; x: Num[]; y: Num[] }
export interface CurvesFigure {
  kind: "curves"; caption: string; xlabel: string; ylabel: string; logx: boolean; logy: boolean; series: Series[];
}
export interface ScatterFigure {
  kind: "scatter"; caption: string; xlabel: string; ylabel: string; points: Point[]; lines: Series[]; residuals: boolean;
}
export interface TableFigure { kind: "table"; caption: string; columns: string[]; rows: string[][] }
export type Figure = PathsFigure | CurvesFigure | ScatterFigure | TableFigure;

export interface Chapter { id: string; title: string; text: string[]; tex: string; figures: Figure[]; layout: "row" | "column" }
