// Asks the engine for what the state needs, keeps answers that are still good, and never has more than one round of questions under way.
import { ask, EngineError } from "../engine/engine";
import type { GridAnswer, RunAnswer, Window } from "../protocol";
import { landscape, type Landscape } from "../drawing/levels";
import type { Guide, State } from "./state";

export interface Ground { land: Landscape; window: Window; answer: GridAnswer }
export interface Results { ground: Ground | string; runs: (RunAnswer | string)[] }   // a text: what gradus refused, in its own words

export const plotRatio = 0.84;                      // height of the laboratory's plot, of its width
const columns = 161;

// The surface's window, widened until both axes have the same scale (not where that would hide the surface).
export function wideWindow([x0, x1, y0, y1]: Window): Window {
  const width = x1 - x0, height = y1 - y0, ratio = height / width, more = (factor: number, a: number, b: number): [number, number] =>
    [(a + b) / 2 - ((b - a) / 2) * factor, (a + b) / 2 + ((b - a) / 2) * factor];
  const factor = ratio < plotRatio ? plotRatio / ratio : ratio / plotRatio;
  if (factor > 2.5) return [x0, x1, y0, y1];
  return ratio < plotRatio ? [x0, x1, ...more(factor, y0, y1)] : [...more(factor, x0, x1), y0, y1];
}

async function orRefusal<T>(question: Promise<T>): Promise<T | string> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  }
}

export class Runs {
  private answers = new Map<string, Promise<RunAnswer | string>>();
  private ground: { key: string; value: Promise<Ground | string> } | null = null;
  private busy = false;
  private dirty = false;

  constructor(private readonly guide: Guide, private readonly state: () => State, private readonly done: (results: Results) => void) {}

  async update(): Promise<void> {
    this.dirty = true;
    if (this.busy) return;
    this.busy = true;
    while (this.dirty) {
      this.dirty = false;
      const state = this.state(), before = this.answers, asked = new Map<string, Promise<RunAnswer | string>>();
      const runs = state.runs.map(run => {
        const request = this.guide.request(state, run), key = JSON.stringify(request);
        const answer = before.get(key) ?? asked.get(key) ?? orRefusal(ask<RunAnswer>(request));
        asked.set(key, answer);
        return answer;
      });
      this.answers = asked;
      const results: Results = { ground: await this.askGround(state), runs: await Promise.all(runs) };
      this.done(results);
    }
    this.busy = false;
  }

  private askGround(state: State): Promise<Ground | string> {
    const surface = this.guide.surface(state), window = wideWindow(surface.window);
    const request = { ask: "grid", surface: { name: surface.name, parameter: this.guide.parameter(state) }, window, columns, rows: Math.round(columns * plotRatio) };
    const key = JSON.stringify(request);
    if (this.ground?.key !== key)
      this.ground = { key, value: orRefusal(ask<GridAnswer>(request).then(answer =>
        ({ window, answer, land: landscape({ columns: request.columns, rows: request.rows, values: answer.values }, surface.levels) }))) };
    return this.ground.value;
  }
}
