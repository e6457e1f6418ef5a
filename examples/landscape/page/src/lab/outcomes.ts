// Where each run ended, as a table.
import { h } from "../dom";
import { sample } from "../figures/legend";
import type { Minimum, RunAnswer } from "../protocol";
import { show } from "../text";

const kinds: Record<Minimum["kind"], string> = { global: "global minimum", local: "local minimum", saddle: "saddle", top: "summit" };
const columns = ["Run", "Outcome", "Steps", "Ended at", "Loss", "Nearest level place", "Distance"];

function outcome({ outcome: { kind, at } }: RunAnswer): string {
  if (kind === "converged") return at === null ? "converged" : `converged at step ${at}`;
  if (kind === "diverged") return at === null ? "left all bounds" : `left all bounds at step ${at}`;
  return "still moving";
}

export function outcomes(titles: string[], answers: (RunAnswer | string)[], minima: Minimum[]): HTMLElement {
  const rows = answers.map((answer, i) => {
    const name = h("th", { scope: "row" }, sample(i), titles[i]);
    if (typeof answer === "string") return h("tr", {}, name, h("td", { colspan: columns.length - 1, class: "trouble" }, "refused: see its card"));
    const { end: [x, y], loss, nearest, distance } = answer.outcome, level = nearest === null ? undefined : minima[nearest];
    const cells = [
      outcome(answer), String(answer.x.length - 1), `(${show(x)}, ${show(y)})`, show(loss),
      level ? `${kinds[level.kind]} (${show(level.at[0])}, ${show(level.at[1])})` : "none", show(distance),
    ];
    return h("tr", { class: answer.outcome.kind }, name, ...cells.map((text, k) => h("td", { class: [1, 3, 5].includes(k) ? "number" : null }, text)));
  });
  return h("div", { class: "table-room", tabindex: "0", role: "region", "aria-label": "Where each run ended" }, h("table", { class: "outcomes" },
    h("caption", {}, "Where each run ended"),
    h("thead", {}, h("tr", {}, ...columns.map((text, k) => h("th", { scope: "col", class: [2, 4, 6].includes(k) ? "number" : null }, text)))),
    h("tbody", {}, ...rows)));
}
