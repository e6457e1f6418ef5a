#include <gradus/train/report/internal/page.h>

namespace gradus::train::page {

const std::string_view style = R"css(
:root { color-scheme: light; --paper: #fdfcfa; --ink: #22262b; --faint: #5d656e; --line: #d9d7d2; --panel: #f4f2ee; --accent: 37 99 168;
  --c0: #1f6fb5; --c1: #b4530b; --c2: #2b7a3d; --c3: #a3324a; --c4: #6b4fa8; --c5: #7a5c1e; --c6: #0f7680; --c7: #8a3d86; }
:root[data-theme=dark] { color-scheme: dark; --paper: #16191d; --ink: #e6e4df; --faint: #a3a8ae; --line: #363b42; --panel: #1f2328;
  --accent: 110 170 235; --c0: #6fb1ec; --c1: #f0a35e; --c2: #78c98a; --c3: #ef8b9f; --c4: #b39ef0;
  --c5: #d6b466; --c6: #5cc6d0; --c7: #dd92d8; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
header, main { max-width: 1240px; margin: 0 auto; padding: 0 20px; }
header { display: flex; align-items: baseline; justify-content: space-between; gap: 16px; padding-top: 18px; }
h1 { font-size: 24px; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 18px; font-weight: 600; margin: 34px 0 10px; }
h3 { font-size: 15px; font-weight: 600; margin: 0 0 4px; }
section > div + div { margin-top: 18px; }
p { margin: 4px 0 12px; color: var(--faint); }
button { font: inherit; font-size: 13px; color: var(--ink); background: var(--panel); border: 1px solid var(--line); border-radius: 5px;
  padding: 2px 9px; cursor: pointer; }
button[aria-pressed=false] { opacity: .5; text-decoration: line-through; }
button:focus-visible { outline: 2px solid rgb(var(--accent)); }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 520px), 1fr)); gap: 18px; }
figure { margin: 0; min-width: 0; }
.chart { border: 1px solid var(--line); border-radius: 8px; padding: 10px 12px; }
.chart .top { display: flex; justify-content: space-between; align-items: baseline; gap: 8px; }
.chart svg { display: block; width: 100%; height: 240px; touch-action: pan-y; user-select: none; cursor: crosshair; }
.chart text { font: 11px system-ui, sans-serif; fill: var(--faint); }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.chart .band { fill: rgb(var(--accent) / .18); }
.chart .cursor { stroke: var(--faint); stroke-dasharray: 3 3; }
.chart path { fill: none; stroke-width: 1.7; stroke-linejoin: round; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 6px; max-height: 126px; overflow: auto; margin-top: 6px; }
.legend svg { width: 22px; height: 8px; display: inline-block; vertical-align: middle; margin-right: 5px; cursor: inherit; }
.legend output { font-variant-numeric: tabular-nums; margin-left: 6px; color: var(--faint); }
.scroll { overflow: auto; max-width: 100%; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: 3px 10px; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; }
tr.differs td { background: rgb(var(--accent) / .14); }
.confusion td { text-align: right; padding: 3px 7px; border: 1px solid var(--line); }
.confusion th { border: 0; font-weight: 400; white-space: nowrap; }
.confusion thead th { writing-mode: vertical-rl; transform: rotate(180deg); padding: 6px 3px; vertical-align: bottom; }
.beside { display: flex; flex-wrap: wrap; gap: 28px; }
.beside > * { min-width: 0; max-width: 100%; }
.worst { display: grid; grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)); gap: 14px; }
.worst img { width: 100%; aspect-ratio: 1; object-fit: contain; image-rendering: pixelated; background: #000; border-radius: 4px; }
.worst figcaption { font-size: 13px; overflow-wrap: anywhere; }
pre { background: var(--panel); padding: 12px; overflow: auto; border-radius: 6px; font: 12.5px/1.4 ui-monospace, monospace; }
@media print { button { display: none; } .chart { break-inside: avoid; } }
)css";

}  // namespace gradus::train::page
