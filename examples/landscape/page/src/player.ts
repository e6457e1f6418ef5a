// A clock that counts steps, and the bar that plays, pauses, steps and scrubs it.
import { h, svg, unique } from "./dom";
import { Signal } from "./signal";
import { calm } from "./theme";

export class Clock {
  readonly step = new Signal(0);
  readonly playing = new Signal(false);
  readonly length = new Signal(0);
  private from = 0;
  private since = 0;

  // A whole run takes between 2.5 and 9 seconds, whatever its number of steps.
  private get duration(): number { return Math.min(9000, Math.max(2500, this.length.value * 45)); }

  setLength(length: number): void {
    const atEnd = this.step.value >= this.length.value;
    this.length.set(length);
    if (!this.playing.value) this.step.set(atEnd ? length : Math.min(this.step.value, length));
  }
  toggle(): void { this.playing.value ? this.pause() : this.play(); }
  pause(): void { this.playing.set(false); }
  seek(step: number): void {
    this.pause();
    this.step.set(Math.max(0, Math.min(this.length.value, step)));
  }
  play(): void {
    if (this.length.value === 0) return;
    this.from = this.step.value >= this.length.value ? 0 : this.step.value;
    this.since = performance.now();
    this.playing.set(true);
    requestAnimationFrame(now => this.tick(now));
  }

  private tick(now: number): void {
    if (!this.playing.value) return;
    const exact = this.from + (Math.max(0, now - this.since) / this.duration) * this.length.value;
    const step = Math.min(this.length.value, calm() ? Math.floor(exact) : exact);
    this.step.set(step);
    if (step >= this.length.value) this.pause();
    else requestAnimationFrame(next => this.tick(next));
  }
}

const icons = {
  play: "M4 2.5L13.5 8L4 13.5Z",
  pause: "M3.5 2.5H6.8V13.5H3.5ZM9.2 2.5H12.5V13.5H9.2Z",
  back: "M11.5 3V13L5.5 8ZM3 3H4.8V13H3Z",
  forward: "M4.5 3V13L10.5 8ZM11.2 3H13V13H11.2Z",
};
const icon = (name: keyof typeof icons): SVGElement => svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, svg("path", { d: icons[name] }));

export function playBar(clock: Clock, what: string): HTMLElement {
  const play = h("button", { type: "button", class: "icon play", onclick: () => clock.toggle() });
  const step = (by: number): void => clock.seek(by > 0 ? Math.floor(clock.step.value) + by : Math.ceil(clock.step.value) + by);
  const back = h("button", { type: "button", class: "icon", "aria-label": "One step back", title: "One step back", onclick: () => step(-1) }, icon("back"));
  const forward = h("button", { type: "button", class: "icon", "aria-label": "One step forward", title: "One step forward", onclick: () => step(1) }, icon("forward"));
  const id = unique("scrub");
  const scrub = h("input", { type: "range", id, min: 0, step: 1, "aria-label": `Step of ${what}`, oninput: () => clock.seek(scrub.valueAsNumber) });
  const text = h("output", { for: id, class: "step" });
  const tell = (): void => {
    const now = Math.floor(clock.step.value), all = clock.length.value;
    scrub.max = String(all);
    scrub.valueAsNumber = now;
    scrub.style.setProperty("--filled", all ? String(clock.step.value / all) : "0");
    text.textContent = `step ${now} of ${all}`;
  };
  const state = (): void => {
    play.replaceChildren(icon(clock.playing.value ? "pause" : "play"));
    play.setAttribute("aria-label", clock.playing.value ? "Pause" : `Play ${what}`);
    play.title = clock.playing.value ? "Pause" : "Play";
  };
  clock.step.listen(tell);
  clock.length.listen(tell);
  clock.playing.listen(state);
  tell();
  state();
  return h("div", { class: "play-bar" }, play, back, forward, scrub, text);
}
