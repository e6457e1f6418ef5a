// Numbers as people write them: 0.001, 12.5, 3.2·10⁻⁷.
import temml from "temml";

import { h } from "./dom";
import type { Num } from "./protocol";

const superscripts: Record<string, string> = { "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹" };
export const superscript = (exponent: number): string => [...String(exponent)].map(digit => superscripts[digit]).join("");

export function show(value: Num | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "not finite";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    const short = String(Number(mantissa)).replace("-", "−");
    const power = `10${superscript(Number(exponent))}`;
    return short === "1" ? power : short === "−1" ? `−${power}` : `${short}·${power}`;
  }
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

// A tick of a logarithmic axis: 0.1, 1, 10, 10³, 10⁻⁴; only powers of ten are named.
export function powerTick(value: number): string {
  const exponent = Math.log10(value);
  if (Math.abs(exponent - Math.round(exponent)) > 1e-9) return "";
  return Math.abs(exponent) < 2.5 ? String(Number(value.toPrecision(3))) : `10${superscript(Math.round(exponent))}`;
}
export const tick = (value: number): string => show(value, 4);

// TeX as MathML, which the browser sets with the embedded font. Formulas side by side (,\qquad) may stand below each other where it is narrow.
export function formula(tex: string, display = true): HTMLElement {
  const parts = display && !tex.includes("\\begin") ? tex.split(/(?<=,)\s*\\qquad/) : [tex];
  return h(display ? "div" : "span", { class: display ? "formula" : "inline-formula" }, ...parts.map(part => {
    const place = h("span");
    temml.render(part, place, { displayMode: display, throwOnError: false });
    return place;
  }));
}

// A sentence whose $…$ are formulas.
export function sentence(text: string): HTMLElement {
  const paragraph = h("p");
  text.split("$").forEach((part, index) => paragraph.append(index % 2 === 1 ? formula(part, false) : part));
  return paragraph;
}
