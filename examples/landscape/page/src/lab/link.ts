// The state as the part of the address behind #, readable and exact:
//   #lab?surface=ravine&parameter=100&start=-4,1.5&steps=200&seed=1&run=Adam~lr:0.2~betas.0:0.95~schedule:cosine~schedule.t_max:100
import type { Choice, Entry, OptionValue } from "../protocol";
import { mostRuns, type Guide, type Run, type State } from "./state";

const prefix = "#lab?";
const plain = (text: string): string => encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("~", "%7E");
const pairs = (lead: string, options: Record<string, OptionValue>): string[] =>
  Object.entries(options).map(([name, value]) => `${plain(lead + name)}:${plain(String(value))}`);

function writeRun({ optimizer, schedule, noise }: Run): string {
  const parts = [plain(optimizer.name), ...pairs("", optimizer.options)];
  if (noise) parts.push(`noise:${noise}`);
  if (schedule) parts.push(`schedule:${plain(schedule.name)}`, ...pairs("schedule.", schedule.options));
  return `run=${parts.join("~")}`;
}

export function writeLink(state: State): string {
  const parts = [`surface=${plain(state.surface)}`];
  if (state.parameter !== null) parts.push(`parameter=${state.parameter}`);
  if (state.start) parts.push(`start=${state.start.join(",")}`);
  parts.push(`steps=${state.steps}`, `seed=${state.seed}`);
  if (state.view !== "plane") parts.push(`view=${state.view}`);
  if (state.step !== null) parts.push(`step=${state.step}`);
  return prefix + [...parts, ...state.runs.map(writeRun)].join("&");
}

function readOption(entry: Entry | undefined, choice: Choice, name: string, text: string): void {
  const option = entry?.options.find(one => one.name === name);
  if (!option) return;
  choice.options[name] = option.kind === "number" ? Number(text) : option.kind === "switch" ? text === "true" : text;
}

function readRun(text: string, guide: Guide): Run {
  const [name, ...rest] = text.split("~"), entry = guide.optimizer(decodeURIComponent(name)), run = guide.run(entry.name);
  for (const part of rest) {
    const [key, value] = part.split(":").map(decodeURIComponent);
    if (key === "noise") run.noise = Number(value);
    else if (key === "schedule") run.schedule = guide.schedule(value) ? { name: value, options: {} } : null;
    else if (!key.startsWith("schedule.")) readOption(entry, run.optimizer, key, value);
    else if (run.schedule) readOption(guide.schedule(run.schedule.name), run.schedule, key.slice(9), value);
  }
  return run;
}

// null if the address holds no state; what it does not say, or says of things that do not exist, has its default.
export function readLink(hash: string, guide: Guide): State | null {
  if (!hash.startsWith(prefix)) return null;
  const state = guide.first(), runs: Run[] = [];
  for (const part of hash.slice(prefix.length).split("&")) {
    const cut = part.indexOf("="), key = part.slice(0, cut), value = part.slice(cut + 1), number = Number(value);
    if (key === "run") { if (runs.length < mostRuns) runs.push(readRun(value, guide)); continue; }
    if (key === "surface") state.surface = decodeURIComponent(value);
    if (key === "view") state.view = value === "space" ? "space" : "plane";
    if (key === "start") {
      const [x, y] = value.split(",").map(Number);
      if (Number.isFinite(x) && Number.isFinite(y)) state.start = [x, y];
    }
    if (!Number.isFinite(number)) continue;
    if (key === "parameter") state.parameter = number;
    if (key === "steps" || key === "seed" || key === "step") state[key] = number;
  }
  if (runs.length) state.runs = runs;
  state.surface = guide.surface(state).name;
  return state;
}
