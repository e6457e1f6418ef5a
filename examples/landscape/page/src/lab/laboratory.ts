// The laboratory: the state, the controls that change it, the engine that answers, and the pictures of the answers.
import { ask } from "../engine/engine";
import { h } from "../dom";
import { legend, signLegend } from "../figures/legend";
import { PathsView } from "../figures/paths";
import { Clock, playBar } from "../player";
import type { Catalogue, Point, RunAnswer, RunRequest } from "../protocol";
import { Signal, type Place } from "../signal";
import { Card } from "./card";
import { Charts } from "./charts";
import { Conditions } from "./conditions";
import { readLink, writeLink } from "./link";
import { outcomes } from "./outcomes";
import { plotRatio, Runs, type Ground, type Results } from "./runs";
import { Guide, mostRuns, type State } from "./state";
import { placeStart } from "./start";

export class Laboratory {
  private readonly guide: Guide;
  private state: State;
  private readonly hover = new Signal<Place | null>(null);
  private readonly clock = new Clock();
  private readonly view = new PathsView({ label: "Paths on the chosen surface", axes: ["w₁", "w₂"], hover: this.hover, ratio: plotRatio });
  private readonly charts = new Charts(this.hover);
  private readonly cardsPlace = h("div", { class: "cards" });
  private readonly legendPlace = h("div", { class: "legends" });
  private readonly table = h("div", { class: "outcome-room" });
  private readonly trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  private readonly contours = h("span");
  private readonly said = h("span", { class: "said", role: "status" });
  private readonly conditions: Conditions;
  private readonly runs: Runs;
  private cards: Card[] = [];
  private shown: Ground | null = null;
  private linkTimer = 0;

  static async open(place: HTMLElement): Promise<Laboratory> {
    return new Laboratory(place, await ask<Catalogue>({ ask: "catalogue" }));
  }

  private constructor(private readonly place: HTMLElement, catalogue: Catalogue) {
    this.guide = new Guide(catalogue);
    this.state = readLink(location.hash, this.guide) ?? this.guide.first();
    this.runs = new Runs(this.guide, () => this.state, results => this.show(results));
    this.conditions = new Conditions(this.guide, () => this.state, what => {
      if (what === "surface") for (const card of this.cards) card.surfaceChanged();
      this.changed();
    });
    const add = h("button", { type: "button", class: "add", onclick: () => this.addRun() }, "Add a run");
    const copy = h("button", { type: "button", onclick: () => this.copyLink() }, "Copy the link to this state");
    const again = h("button", { type: "button", onclick: () => this.restore(this.guide.first()) }, "Start over");
    const bar = playBar(this.clock, "the runs");
    place.replaceChildren(h("div", { class: "bench" },
      h("div", { class: "stage" }, h("div", { class: "stage-head" }, this.view.switcher, this.legendPlace), this.view.element, this.trouble, bar,
        h("p", { class: "hint" }, this.contours, " Click or drag to place the start; with the plot in focus, arrow keys move it (with Shift in larger steps) and the space bar plays.")),
      this.charts.element,
      h("div", { class: "controls" }, this.conditions.element, this.cardsPlace, h("div", { class: "buttons" }, add, copy, again, this.said))), this.table);
    placeStart(this.view.plane, { start: () => this.guide.start(this.state), move: start => this.moveStart(start), play: () => this.clock.toggle() });
    this.clock.step.listen(step => { this.view.setStep(step); this.charts.setStep(step); });
    this.clock.playing.listen(() => this.writeLink());
    this.clock.step.listen(() => { if (!this.clock.playing.value) this.writeLink(); });
    this.view.view.listen(view => { this.state.view = view; this.writeLink(); });
    addEventListener("hashchange", () => {
      const state = readLink(location.hash, this.guide);
      if (state && writeLink(state) !== writeLink(this.state)) this.restore(state);
    });
    this.buildCards();
    this.changed();
    if (this.state.view === "space") this.view.view.set("space");
  }

  // The runs of a chapter's figure, here.
  repeat(requests: RunRequest[]): void {
    this.place.dataset.touched = "true";
    this.restore(this.guide.fromRequests(requests));
    document.getElementById("laboratory")?.scrollIntoView();
  }

  private restore(state: State): void {
    this.clock.pause();
    this.state = state;
    this.view.view.set(state.view);
    this.conditions.build();
    this.buildCards();
    this.changed();
  }

  private buildCards(): void {
    const open = this.cards.map(card => card.open), { state, guide } = this;
    const rebuilt = (): void => { this.buildCards(); this.changed(); };
    this.cards = state.runs.map((run, index) => new Card({
      guide, state, run, index, open: open[index] ?? false, changed: () => this.changed(), rebuilt,
      removed: state.runs.length < 2 ? null : () => { state.runs.splice(index, 1); rebuilt(); },
    }));
    const focused = document.activeElement?.getAttribute("aria-label");
    this.cardsPlace.replaceChildren(...this.cards.map(card => card.element));
    if (focused) this.cardsPlace.querySelector<HTMLElement>(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
    this.place.querySelector<HTMLButtonElement>(".add")!.hidden = state.runs.length >= mostRuns;
  }

  private addRun(): void {
    const used = this.state.runs.map(run => run.optimizer.name), names = this.guide.catalogue.optimizers.map(({ name }) => name);
    this.state.runs.push(this.guide.run(names.find(name => name === "RMSprop" && !used.includes(name)) ?? names.find(name => !used.includes(name)) ?? names[0]));
    this.buildCards();
    this.changed();
  }

  private moveStart([x, y]: Point): void {
    const round = (value: number): number => Number(value.toPrecision(4));
    this.state.start = [round(x), round(y)];
    this.conditions.showStart(this.state.start);
    this.changed();
  }

  private changed(): void {
    void this.runs.update();
    this.writeLink();
  }

  private show({ ground, runs }: Results): void {
    this.trouble.hidden = typeof ground !== "string";
    if (typeof ground === "string") this.trouble.textContent = ground;
    else if (ground !== this.shown) {
      this.view.setLandscape(ground.land, ground.window, ground.answer.minima);
      this.shown = ground;
      this.contours.textContent = ground.land.levels === "log" ? "Contours are logarithmic: the lower, the closer in loss." : "Contours at equal differences of the loss.";
    }
    const titles = this.state.runs.map(run => this.guide.optimizer(run.optimizer.name).title);
    const good: { answer: RunAnswer; look: number; label: string }[] = [];
    runs.forEach((answer, look) => {
      if (typeof answer === "string") return this.cards[look]?.refuse(answer);
      this.cards[look]?.describe(answer.formula);
      good.push({ answer, look, label: titles[look] });
    });
    this.view.setTraces(good.map(({ answer: { x, y, loss }, look, label }) => ({ label, look, x, y, loss })));
    this.charts.set(good);
    this.clock.setLength(Math.max(0, ...good.map(({ answer }) => answer.x.length - 1)));
    if (this.state.step !== null) this.clock.seek(this.state.step);
    this.view.setStep(this.clock.step.value);
    this.charts.setStep(this.clock.step.value);
    const minima = this.shown?.answer.minima ?? [];
    this.legendPlace.replaceChildren(legend(good.map(({ label }) => label), { hover: this.hover, looks: good.map(({ look }) => look) }), signLegend(minima));
    this.table.replaceChildren(outcomes(titles, runs, minima));
    this.place.dataset.ready = "true";
  }

  private link(): string {
    const { step, length, playing } = this.clock;
    this.state.step = playing.value || step.value >= length.value ? null : Math.floor(step.value);
    return writeLink(this.state);
  }
  // The address follows the state once the reader has touched something here, and not at every pixel of a drag.
  private writeLink(): void {
    clearTimeout(this.linkTimer);
    this.linkTimer = setTimeout(() => {
      if (this.place.dataset.ready && this.touched) history.replaceState(null, "", this.link());
      else if (this.place.dataset.ready) this.link();
    }, 250);
  }
  private get touched(): boolean { return location.hash.startsWith("#lab?") || this.place.matches(":focus-within, :hover") || this.place.dataset.touched === "true"; }

  private async copyLink(): Promise<void> {
    history.replaceState(null, "", this.link());
    try {
      await navigator.clipboard.writeText(location.href);
      this.said.textContent = "Copied.";
    } catch {
      this.said.textContent = "The address bar holds it.";
    }
  }
}
