// A table with its numbers aligned and no more rules than needed; $…$ in a cell is a formula.
import { h } from "../dom";
import { sentence } from "../text";

const numeric = (text: string): boolean => /^[−-]?[\d.,]+([·eE×].*)?\s?[%s]?$/.test(text.trim());

function cell(tag: "td" | "th", text: string, attributes: Record<string, unknown>): HTMLElement {
  const element = h(tag, attributes);
  element.append(...(text.includes("$") ? [...sentence(text).childNodes] : [text]));
  return element;
}

export function table(columns: string[], rows: string[][], caption?: string): HTMLElement {
  const right = columns.map((_, i) => i > 0 && rows.length > 0 && rows.every(row => !row[i] || row[i] === "–" || numeric(row[i])));
  const align = (i: number): Record<string, unknown> => ({ class: right[i] ? "number" : null });
  return h("div", { class: "table-room", tabindex: "0", role: "region", "aria-label": caption ?? "table" },
    h("table", {},
      h("thead", {}, h("tr", {}, ...columns.map((name, i) => cell("th", name, { scope: "col", ...align(i) })))),
      h("tbody", {}, ...rows.map(row => h("tr", {}, ...row.map((text, i) => cell(i === 0 ? "th" : "td", right[i] ? text.replace(/^-/, "−") : text, { scope: i === 0 ? "row" : null, ...align(i) })))))));
}
