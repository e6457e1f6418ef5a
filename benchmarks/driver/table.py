"""One line a job: ours, theirs, how many times faster, how near to the machine's limit."""
import statistics


def number(value):
    """Three digits, so that columns stay narrow."""
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if value >= 0.01 else f"{value:.1e}"


def header(sides):
    return f"{'job':<28}{'unit':>13}{'threads':>8}" + "".join(f"{name:>16}" for name in sides) + f"{'best peer/ours':>20}{'of limit':>10}"


def line(results, key, sides, limit=None):
    job, threads = key
    ours, ratios = results.median(key, "gradus"), results.ratios(key)
    text = f"{job:<28}{results.units[job]:>13}{threads:>8}" + "".join(f"{number(results.median(key, side)):>16}" for side in sides)
    spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})" if ratios else "-"
    share = f"{100 * limit / ours:.0f} %" if limit and ours else "-"
    return text + f"{spread:>20}{share:>10}"
