"""What is printed and what is kept: a line for each row, a grid for the single operations, JSON."""
import json
import statistics


def number(value):
    """Three digits, so that columns stay narrow."""
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if value >= 0.01 else f"{value:.1e}"


def header(sides):
    return f"{'job':<40}{'unit':>13} thr" + "".join(f"{name:>{width(name)}}" for name in sides) + f"{'ratio':>9}{'range':>14}{'goal':>6}{'of limit':>10}"


def width(name):
    return max(9, len(name) + 2)


def line(results, key, sides, limit=None):
    """The ratio is the best peer's time by ours: how many times faster we are."""
    row, threads = key
    ours, ratios = results.median(key, "gradus"), results.ratios(key)
    text = f"{row:<40}{results.units[row]:>13}{threads:>4}" + "".join(f"{number(results.median(key, side)):>{width(side)}}" for side in sides)
    if ratios:
        goal = results.goals[key]
        text += f"{statistics.median(ratios):>8.2f}{' ' if statistics.median(ratios) >= goal else '!'}{f'{min(ratios):.2f}-{max(ratios):.2f}':>14}{goal:>6g}"
    else:
        text += f"{'-':>9}{'-':>14}{'-':>6}"
    return text + f"{f'{100 * limit / ours:.0f} %' if limit and ours else '-':>10}"


def op_rows(results):
    """{(operation and direction, threads): {size: key}}"""
    grid = {}
    for key in results.rows:
        if key[0].startswith("ops/"):
            name, size = key[0].removeprefix("ops/").rsplit("-", 1)
            grid.setdefault((name, key[1]), {})[size] = key
    return grid


def op_grid(results):
    """Ours in µs, and how many times faster than the best peer."""
    lines = [f"{'operation':<24} thr" + "".join(f"{size:>20}" for size in ("1k", "64k", "1M", "16M")) + "   elements: us (ratio)"]
    for (name, threads), sizes in op_rows(results).items():
        cells = []
        for size in ("1k", "64k", "1M", "16M"):
            key = sizes.get(size)
            ratios = key and results.ratios(key)
            cells.append(f"{number(results.median(key, 'gradus'))} ({statistics.median(ratios):.2f})" if ratios else "-")
        lines.append(f"{name:<24}{threads:>4}" + "".join(f"{cell:>20}" for cell in cells))
    return "\n".join(lines)


def write_json(path, results, limit_of):
    path.write_text(json.dumps([
        {"job": key[0], "unit": results.units[key[0]], "higher_is_better": False, "threads": key[1], "gradus": results.median(key, "gradus"),
         "peers": results.peers(key), "limit": limit_of(key)} for key in results.rows], indent=1) + "\n")
