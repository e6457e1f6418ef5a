// The four curves beside the laboratory's plot.
import { h } from "../dom";
import { Lines } from "../figures/lines";
import type { RunAnswer } from "../protocol";
import type { Hover } from "../signal";

const kinds = [
  { key: "loss", name: "loss" },
  { key: "lr", name: "learning rate" },
  { key: "gradient", name: "gradient norm" },
  { key: "step", name: "step size" },
] as const;

export class Charts {
  private readonly charts: Lines[];
  readonly element: HTMLElement;

  constructor(hover: Hover) {
    this.charts = kinds.map(({ name }) => new Lines({ label: `${name} of each run against the step`, xlabel: "step", ylabel: name, logy: true, height: 178, hover }));
    this.element = h("div", { class: "charts" }, ...this.charts.map(chart => chart.element));
  }

  set(answers: { answer: RunAnswer; look: number; label: string }[]): void {
    this.charts.forEach((chart, i) => chart.set(answers.map(({ answer, look, label }) => {
      const y = answer[kinds[i].key];
      return { label, look, x: y.map((_, step) => step), y };
    })));
  }
  setStep(step: number): void {
    for (const chart of this.charts) chart.setStep(step);
  }
}
