// The page: chapters as they come into reach, the laboratory below them.
import { chapterElement } from "./chapters";
import { h } from "./dom";
import { ask, hasEngine } from "./engine/engine";
import { Hero } from "./hero";
import { Laboratory } from "./lab/laboratory";
import { unpack } from "./packed";
import type { Chapter, RunRequest } from "./protocol";
import { switchTheme, theme, watchTheme } from "./theme";

const data = async (id: string): Promise<Chapter[]> => JSON.parse((await unpack(id)) || "{}").chapters ?? [];

let laboratory: Promise<Laboratory> | null = null;
function openLaboratory(): Promise<Laboratory> {
  const place = document.getElementById("bench")!;
  laboratory ??= Laboratory.open(place);
  laboratory.catch((error: Error) => place.replaceChildren(h("p", { class: "trouble", role: "alert" }, error.message)));
  return laboratory;
}
const repeat = hasEngine() ? async (requests: RunRequest[]) => (await openLaboratory()).repeat(requests) : null;

// What the address names may not be there yet when the browser looks for it.
function goTo(hash: string): void {
  const target = hash.length > 1 && document.getElementById(hash.startsWith("#lab?") ? "laboratory" : decodeURIComponent(hash.slice(1)));
  if (target) target.scrollIntoView({ behavior: "instant" });
}

// A chapter is built when it is about to be seen, or in a free moment: the page answers at once however much it holds.
function layOut(chapters: Chapter[]): void {
  const places = chapters.map(chapter => h("section", { class: "chapter waiting", id: chapter.id }));
  document.getElementById("chapters")!.replaceChildren(...places);
  const build = (i: number): void => {
    if (!places[i].classList.contains("waiting")) return;
    const built = chapterElement(chapters[i], i + 1, repeat);
    places[i].replaceWith(built);
    places[i] = built;
  };
  const idle = (work: () => void): unknown => ("requestIdleCallback" in globalThis ? requestIdleCallback(work, { timeout: 150 }) : setTimeout(work, 30));
  const next = (i: number): void => {
    if (i >= places.length) return built();
    build(i);
    idle(() => next(i + 1));
  };
  let scrolled = false;
  for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(kind, () => { scrolled = true; }, { once: true, passive: true });
  const built = (): void => {
    if (!scrolled) goTo(location.hash);
    document.documentElement.dataset.built = "true";
  };
  build(0);
  goTo(location.hash);
  idle(() => next(1));
  addEventListener("beforeprint", () => places.forEach((_, i) => build(i)));
}

function contents(chapters: Chapter[]): void {
  const list = document.getElementById("contents")!;
  list.replaceChildren(...chapters.map(({ id, title }) => h("li", {}, h("a", { href: `#${id}` }, title))));
}

function themeButton(): void {
  const button = document.getElementById("theme") as HTMLButtonElement;
  const tell = (): void => { button.textContent = theme.value === "dark" ? "Light" : "Dark"; };
  button.addEventListener("click", switchTheme);
  theme.listen(tell);
  tell();
}

async function open(): Promise<void> {
  watchTheme();
  themeButton();
  const chapters = (await Promise.all([data("chapters-data"), data("network-data")])).flat();
  contents(chapters);
  layOut(chapters);
  if (hasEngine()) {
    const hero = document.getElementById("hero")!;
    Hero.open(hero).catch(() => { hero.hidden = true; });
    setTimeout(openLaboratory, location.hash.startsWith("#lab?") ? 0 : 200);
  } else {
    for (const element of document.querySelectorAll<HTMLElement>("#hero, #laboratory, [href='#laboratory']")) element.hidden = true;
  }
  // For the curious, in the browser's console: await gradus.ask({ask: "catalogue"}).
  Object.assign(globalThis, { gradus: { ask } });
  document.documentElement.dataset.interactive = "true";
}

void open();
