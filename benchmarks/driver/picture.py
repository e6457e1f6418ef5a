"""The table as a picture: for each row, how many times as long as gradus each peer takes, on a logarithmic axis. Right of 1 we are faster."""
import html
import math
import statistics

from driver import table

COLOURS = ("#c0392b", "#8e44ad", "#2471a3", "#b9770e", "#717d7e", "#148f77")
ROW, LEFT, RIGHT, PLOT = 18, 190, 150, 560


def entries(results, threads):
    """[(label, unit and our figure, {peer: ratio}, (low, high) of the best peer's)]; the sizes of an operation become their geometric mean."""
    rows = []
    for key in results.rows:
        ours = results.median(key, "gradus")
        if key[1] != threads or key[0].startswith("ops/") or not ours or not results.peers(key):
            continue
        ratios = results.ratios(key)
        rows.append((key[0], f"{table.number(ours)} {results.units[key[0]]}", {peer: t / ours for peer, t in results.peers(key).items()},
                     (min(ratios), max(ratios))))
    for (name, count), sizes in table.op_rows(results).items():
        keys = [key for key in sizes.values() if results.median(key, "gradus")] if count == threads else []
        peers = set.intersection(*(set(results.peers(key)) for key in keys)) if keys else ()
        if peers:
            means = {peer: statistics.geometric_mean(results.peers(key)[peer] / results.median(key, "gradus") for key in keys) for peer in peers}
            rows.append((f"ops/{name}", "mean of sizes", means, None))
    return rows


def panel(rows, top, title, colour):
    if not rows:
        return [], top
    values = [ratio for row in rows for ratio in row[2].values()]
    low, high = min(0.5, *values) / 1.1, max(2, *values) * 1.1

    def x(ratio):
        return LEFT + PLOT * math.log(min(max(ratio, low), high) / low) / math.log(high / low)
    parts = [f'<text x="{LEFT}" y="{top}" class="title">{html.escape(title)}</text>']
    top += 14
    bottom = top + ROW * len(rows)
    for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500):
        if low <= tick <= high:
            parts.append(f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{top}" y2="{bottom}" class="{"one" if tick == 1 else "tick"}"/>'
                         f'<text x="{x(tick):.1f}" y="{bottom + 14}" class="scale">{tick:g}</text>')
    for i, (label, ours, ratios, spread) in enumerate(rows):
        y = top + ROW * i + ROW / 2
        best = min(ratios.values())
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" class="job">{html.escape(label)}</text><text x="{LEFT + PLOT + 8}" y="{y + 4}">{html.escape(ours)}</text>'
                     f'<line x1="{x(1):.1f}" x2="{x(best):.1f}" y1="{y}" y2="{y}" class="{"ahead" if best >= 1 else "behind"}"/>')
        if spread:
            parts.append(f'<line x1="{x(spread[0]):.1f}" x2="{x(spread[1]):.1f}" y1="{y}" y2="{y}" class="range"/>')
        parts += [f'<circle cx="{x(ratio):.1f}" cy="{y}" r="4" fill="{colour[peer]}"><title>{html.escape(peer)}: {ratio:.2f}</title></circle>'
                  for peer, ratio in ratios.items()]
    return parts, bottom + 44


def write(path, results, thread_counts, subtitle):
    peers = list(dict.fromkeys(side for sides in results.rows.values() for side in sides if side != "gradus"))
    colour = {peer: COLOURS[i % len(COLOURS)] for i, peer in enumerate(peers)}
    parts, x = [], LEFT
    for peer in peers:
        parts.append(f'<circle cx="{x}" cy="66" r="4" fill="{colour[peer]}"/><text x="{x + 9}" y="70">{html.escape(peer)}</text>')
        x += 24 + 7 * len(peer)
    top = 100
    for threads in thread_counts:
        some, top = panel(entries(results, threads), top, f"{threads} thread{'s' if threads > 1 else ''}", colour)
        parts += some
    size = max(x, LEFT + PLOT + RIGHT)
    path.write_text(f'''<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {top}" width="{size}" height="{top}">
<style>
text {{ font: 12px sans-serif; fill: #222 }} .head {{ font-size: 16px; font-weight: bold }} .title {{ font-weight: bold }}
.job {{ text-anchor: end }} .scale {{ text-anchor: middle; fill: #666 }} .tick {{ stroke: #e3e3e3 }} .one {{ stroke: #222 }}
.ahead {{ stroke: #a9dfbf; stroke-width: 9 }} .behind {{ stroke: #f5b7b1; stroke-width: 9 }} .range {{ stroke: #555 }}
</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="{LEFT}" y="24" class="head">Times as long as gradus takes (right of 1: gradus is faster)</text>
<text x="{LEFT}" y="44">{html.escape(subtitle)}</text>
{chr(10).join(parts)}
</svg>
''')
