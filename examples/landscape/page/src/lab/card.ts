// One run of the laboratory: its optimizer with all options, its schedule, its noise; below, its formula as gradus describes it, or gradus'
// own words on what it refuses.
import { h } from "../dom";
import { sample } from "../figures/legend";
import type { Choice, Entry } from "../protocol";
import { formula } from "../text";
import { choiceField, numberField, optionField, type Field } from "./fields";
import type { Guide, Run, State } from "./state";

export interface CardOptions {
  guide: Guide; state: State; run: Run; index: number; open: boolean;
  changed: () => void;                              // a value of the run
  rebuilt: () => void;                              // the run now has other controls
  removed: (() => void) | null;
}

// All options as the sliders show them: lengths that a request leaves out would follow its number of steps.
const defaults = (entry: Entry | undefined): Choice["options"] => Object.fromEntries((entry?.options ?? []).map(option => [option.name, option.default]));

export class Card {
  readonly element: HTMLElement;
  private readonly described = h("pre", { class: "described", tabindex: "0", "aria-label": "The formula, as gradus describes it" });
  private readonly trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  private readonly rates: { field: Field; entry: Entry; choice: Choice }[] = [];
  private readonly details: HTMLDetailsElement;

  constructor(private readonly options: CardOptions) {
    const { guide, run, index, rebuilt, removed, open } = options, entry = guide.optimizer(run.optimizer.name);
    const pick = h("select", { "aria-label": `Optimizer of run ${index + 1}`, onchange: () => {
      run.optimizer = { name: pick.value, options: {} };
      rebuilt();
    } }, ...guide.catalogue.optimizers.map(({ name, title }) => h("option", { value: name }, title)));
    pick.value = entry.name;
    const [rate, ...others] = this.optionFields(entry, run.optimizer);
    this.details = h("details", { open }, h("summary", {}, "All options and the formula"), ...others, this.described);
    this.element = h("section", { class: "card", "aria-label": `Run ${index + 1}` },
      h("header", {}, sample(index), pick, removed && h("button", { type: "button", class: "icon", "aria-label": `Remove run ${index + 1}`, title: "Remove", onclick: removed }, "×")),
      rate ?? null, ...this.scheduleFields(), this.noiseField(), this.trouble, this.details);
  }

  get open(): boolean { return this.details.open; }

  describe(text: string): void {
    this.described.textContent = text.replace(/^(.*)\n\s*group 0:[^\n]*\n\s*/, "$1\n");
    this.trouble.hidden = true;
  }
  refuse(text: string): void {
    this.trouble.textContent = text;
    this.trouble.hidden = false;
  }

  // Another surface has other good learning rates.
  surfaceChanged(): void {
    const { guide, state } = this.options;
    for (const { field, entry, choice } of this.rates)
      if (!("lr" in choice.options)) field.set(guide.fallback(state, entry, entry.options.find(option => option.name === "lr")!));
  }

  private optionFields(entry: Entry, choice: Choice): HTMLElement[] {
    const { guide, state, changed } = this.options;
    return entry.options.map(option => {
      const standard = guide.fallback(state, entry, option);
      const field = optionField(option, choice.options[option.name] ?? standard, value => {
        if (choice === this.options.run.optimizer && value === guide.fallback(state, entry, option)) delete choice.options[option.name];
        else choice.options[option.name] = value;
        changed();
      });
      if (option.name === "lr") this.rates.push({ field, entry, choice });
      return field.element;
    });
  }

  private scheduleFields(): HTMLElement[] {
    const { guide, run, rebuilt } = this.options, entry = run.schedule ? guide.schedule(run.schedule.name) : undefined;
    const choices: [string, string][] = guide.catalogue.schedules.map(({ name, title }) => [name, title]);
    if (!choices.some(([name]) => name === "constant")) choices.unshift(["", "none: constant"]);
    const pick = choiceField("schedule", choices, entry?.name ?? choices[0][0], name => {
      run.schedule = name && name !== "constant" ? { name, options: defaults(guide.schedule(name)) } : null;
      rebuilt();
    });
    if (!entry || !run.schedule) return [pick.element];
    return [pick.element, ...(entry.tex ? [formula(entry.tex)] : []), ...this.optionFields(entry, run.schedule)];
  }

  private noiseField(): HTMLElement {
    const { run, changed } = this.options;
    return numberField("gradient noise", { min: 0, max: 10 }, run.noise, value => { run.noise = value; changed(); }).element;
  }
}
