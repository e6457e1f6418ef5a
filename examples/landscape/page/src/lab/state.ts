// What the laboratory shows, as plain data: all that its link holds. Only what differs from the catalogue's defaults is stored.
import type { View } from "../figures/paths";
import type { Catalogue, Choice, Entry, Option, OptionValue, Point, RunRequest, Surface } from "../protocol";

export interface Run { optimizer: Choice; schedule: Choice | null; noise: number }
export interface State {
  surface: string;
  parameter: number | null;                       // null: the surface's default
  start: Point | null;                            // null: the surface's
  steps: number;
  seed: number;
  view: View;
  step: number | null;                            // where the clock stands; null: at the end
  runs: Run[];
}

export const mostRuns = 4;

export class Guide {
  constructor(readonly catalogue: Catalogue) {}

  surface(state: State): Surface { return this.catalogue.surfaces.find(({ name }) => name === state.surface) ?? this.catalogue.surfaces[0]; }
  optimizer(name: string): Entry { return this.catalogue.optimizers.find(entry => entry.name === name) ?? this.catalogue.optimizers[0]; }
  schedule(name: string): Entry | undefined { return this.catalogue.schedules.find(entry => entry.name === name); }
  parameter(state: State): number | null { return state.parameter ?? this.surface(state).parameter?.default ?? null; }
  start(state: State): Point { return state.start ?? this.surface(state).start; }

  // The default of an optimizer's option on the state's surface: good learning rates differ from surface to surface.
  fallback(state: State, entry: Entry, option: Option): OptionValue {
    return option.name === "lr" && this.catalogue.optimizers.includes(entry) ? this.surface(state).rates?.[entry.name] ?? option.default : option.default;
  }

  request(state: State, run: Run): RunRequest & { ask: "run" } {
    const { name, options } = run.optimizer, entry = this.optimizer(name), rate = entry.options.find(option => option.name === "lr");
    const all = rate && !("lr" in options) ? { lr: this.fallback(state, entry, rate), ...options } : options;
    return {
      ask: "run", surface: { name: this.surface(state).name, parameter: this.parameter(state) }, start: this.start(state),
      optimizer: { name, options: all }, schedule: run.schedule, noise: run.noise, seed: state.seed, steps: state.steps,
    };
  }

  first(): State {
    const wanted = ["SGD", "Momentum", "Adam"], have = this.catalogue.optimizers.map(({ name }) => name);
    const names = wanted.filter(name => have.includes(name));
    return {
      surface: this.catalogue.surfaces[0].name, parameter: null, start: null, steps: 200, seed: 1, view: "plane", step: null,
      runs: (names.length ? names : have.slice(0, 3)).map(name => this.run(name)),
    };
  }

  run(name: string): Run { return { optimizer: { name, options: {} }, schedule: null, noise: 0 }; }

  // The state in which the laboratory repeats runs of a chapter: those that start alike, at most four.
  fromRequests(requests: RunRequest[]): State {
    const [one] = requests;
    const alike = (other: RunRequest): boolean =>
      JSON.stringify([other.surface, other.start, other.seed]) === JSON.stringify([one.surface, one.start, one.seed]);
    const kept = requests.filter(alike).slice(0, mostRuns);
    return {
      surface: one.surface.name, parameter: one.surface.parameter ?? null, start: one.start ?? null, seed: one.seed ?? 1, view: "plane", step: null,
      steps: Math.max(...kept.map(request => request.steps ?? 200)),
      runs: kept.map(({ optimizer, schedule, noise }) => ({
        optimizer: { name: optimizer.name, options: { ...optimizer.options } },
        schedule: schedule ? { name: schedule.name, options: { ...schedule.options } } : null,
        noise: noise ?? 0,
      })),
    };
  }
}
