// Places the start: by clicking or dragging on the plane, or with the arrow keys.
import type { Plane } from "../figures/plane";
import type { Point } from "../protocol";

interface StartOptions { start: () => Point; move: (start: Point) => void; play: () => void }

export function placeStart(plane: Plane, { start, move, play }: StartOptions): void {
  const { canvas } = plane;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", "The surface from above with the paths. Arrow keys move the start, with Shift in larger steps; space plays.");
  canvas.classList.add("placeable");
  canvas.addEventListener("pointerdown", event => {
    const at = plane.where(event);
    if (!at || event.button !== 0) return;
    if (event.pointerType !== "touch") canvas.setPointerCapture(event.pointerId);
    move(at);
  });
  canvas.addEventListener("pointermove", event => {
    if (event.pointerType === "touch" || !(event.buttons & 1)) return;
    const at = plane.where(event);
    if (at) move(at);
  });
  canvas.addEventListener("keydown", event => {
    const [x0, x1] = plane.x.domain(), [y0, y1] = plane.y.domain(), part = event.shiftKey ? 0.05 : 0.01, [x, y] = start();
    const moves: Record<string, Point> = {
      ArrowLeft: [x - (x1 - x0) * part, y], ArrowRight: [x + (x1 - x0) * part, y],
      ArrowUp: [x, y + (y1 - y0) * part], ArrowDown: [x, y - (y1 - y0) * part],
    };
    if (event.key === " ") play();
    else if (moves[event.key]) move(moves[event.key]);
    else return;
    event.preventDefault();
  });
}
