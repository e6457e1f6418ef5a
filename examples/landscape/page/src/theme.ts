// Light or dark: the system's wish, unless the reader has switched. Canvases ask `colour` and redraw when it changes.
import { Signal } from "./signal";

const system = matchMedia("(prefers-color-scheme: dark)");
const stored = (() => { try { return localStorage.getItem("gradus-theme"); } catch { return null; } })();
const dark = (chosen: string | null): boolean => (chosen ? chosen === "dark" : system.matches);

export const theme = new Signal<"light" | "dark">(dark(stored) ? "dark" : "light");
export const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

const apply = (): void => { document.documentElement.dataset.theme = theme.value; };
function show(next: "light" | "dark"): void {
  document.documentElement.dataset.theme = next;
  theme.set(next);
}

export function switchTheme(): void {
  const next = theme.value === "dark" ? "light" : "dark";
  try { localStorage.setItem("gradus-theme", next); } catch { /* a page from disk may have no storage */ }
  show(next);
}

export function watchTheme(): void {
  apply();
  let screen = theme.value;
  addEventListener("beforeprint", () => { screen = theme.value; show("light"); });      // paper is white
  addEventListener("afterprint", () => show(screen));
  system.addEventListener("change", () => show(system.matches ? "dark" : "light"));
}

// The colour that a custom property of the style sheet has now: colour("--ink") is "rgb(27, 29, 34)".
const known = new Map<string, string>();
theme.listen(() => known.clear());
export function colour(property: string): string {
  const before = known.get(property);
  if (before) return before;
  const probe = document.createElement("span");
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  known.set(property, value);
  return value;
}
