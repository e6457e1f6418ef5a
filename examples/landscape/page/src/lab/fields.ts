// Controls for one value each: a number (slider and exact text side by side), a switch, a choice. A slider stays within its range; the text
// takes any number, so that gradus itself says what it refuses.
import { h, unique } from "../dom";
import type { Option, OptionValue } from "../protocol";

export interface Field { element: HTMLElement; set: (value: OptionValue) => void }
export interface NumberRange { min: number; max: number; log?: boolean; whole?: boolean }

const places = 400;                                 // positions of a slider

// Between a slider's position (0 … 1) and a value; a logarithmic range that starts at 0 has it at its first position.
function ladder({ min, max, log, whole }: NumberRange): { value: (place: number) => number; place: (value: number) => number } {
  const low = log && min <= 0 ? max * 1e-6 : min;
  const tidy = (value: number): number => (whole ? Math.round(value) : Number(value.toPrecision(3)));
  const clamp = (place: number): number => Math.min(1, Math.max(0, place || 0));
  if (!log) return { value: place => tidy(min + (max - min) * place), place: value => clamp((value - min) / (max - min)) };
  return {
    value: place => (place === 0 ? min : place === 1 ? max : tidy(low * (max / low) ** place)),
    place: value => (value <= low ? 0 : clamp(Math.log(value / low) / Math.log(max / low))),
  };
}

export function numberField(label: string, range: NumberRange, value: number, changed: (value: number) => void): Field {
  const id = unique("field"), steps = ladder(range);
  const slider = h("input", { type: "range", id: `${id}-slider`, min: 0, max: places, step: 1, "aria-label": label });
  const exact = h("input", { type: "text", inputmode: "decimal", id, size: 7, autocomplete: "off", spellcheck: "false" });
  const tell = (now: number): void => {
    slider.valueAsNumber = Math.round(steps.place(now) * places);
    slider.setAttribute("aria-valuetext", String(now));
    slider.style.setProperty("--filled", String(steps.place(now)));
  };
  const set = (now: OptionValue): void => {
    tell(Number(now));
    exact.value = String(now);
    exact.removeAttribute("aria-invalid");
  };
  slider.addEventListener("input", () => {
    const now = steps.value(slider.valueAsNumber / places);
    exact.value = String(now);
    exact.removeAttribute("aria-invalid");
    slider.setAttribute("aria-valuetext", String(now));
    slider.style.setProperty("--filled", String(steps.place(now)));
    changed(now);
  });
  exact.addEventListener("change", () => {
    const text = exact.value.trim().replace("−", "-").replace(",", "."), now = Number(text);
    const good = text !== "" && Number.isFinite(now);
    exact.toggleAttribute("aria-invalid", !good);
    if (!good) return;
    tell(now);
    changed(now);
  });
  set(value);
  return { element: h("div", { class: "field" }, h("label", { for: id }, label), slider, exact), set };
}

export function switchField(label: string, value: boolean, changed: (value: boolean) => void): Field {
  const id = unique("field"), box = h("input", { type: "checkbox", id, role: "switch", onchange: () => changed(box.checked) });
  const set = (now: OptionValue): void => { box.checked = Boolean(now); };
  set(value);
  return { element: h("div", { class: "field" }, h("label", { for: id }, label), box), set };
}

export function choiceField(label: string, choices: [string, string][], value: string, changed: (value: string) => void): Field {
  const id = unique("field"), list = h("select", { id, onchange: () => changed(list.value) }, ...choices.map(([name, title]) => h("option", { value: name }, title)));
  const set = (now: OptionValue): void => { list.value = String(now); };
  set(value);
  return { element: h("div", { class: "field wide" }, h("label", { for: id }, label), list), set };
}

export function optionField(option: Option, value: OptionValue, changed: (value: OptionValue) => void): Field {
  const label = option.name;
  if (option.kind === "switch") return switchField(label, Boolean(value), changed);
  if (option.kind === "choice") return choiceField(label, (option.choices ?? []).map(name => [name, name]), String(value), changed);
  return numberField(label, { min: option.min ?? 0, max: option.max ?? 1, log: option.log, whole: option.whole }, Number(value), changed);
}
