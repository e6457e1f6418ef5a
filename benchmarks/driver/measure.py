"""Runs jobs, side by side, round after round, and keeps what they print."""
import collections
import math
import statistics
import subprocess
import sys


class Results:
    """rows[(job, threads)][side] = one value a round."""

    def __init__(self):
        self.rows = collections.defaultdict(lambda: collections.defaultdict(list))
        self.units, self.checks, self.complaints = {}, collections.defaultdict(dict), []

    def add(self, side, threads, line, tolerance):
        fields = dict(part.split("=", 1) for part in line.split(" "))
        name, key = fields["job"], (fields["job"], threads)
        self.units[name] = fields["unit"]
        self.rows[key][side].append(float(fields["value"]))
        check = float(fields["check"])
        if math.isnan(check):
            return
        self.checks[key][side] = check
        first = next(iter(self.checks[key].values()))
        if not abs(check - first) <= tolerance * abs(first):
            complaint = f"{name}, {threads} thread(s): {side} computes {check:g}, {next(iter(self.checks[key]))} {first:g}"
            if complaint not in self.complaints:
                self.complaints.append(complaint)
                print(f"bench: {complaint}", file=sys.stderr)

    def median(self, key, side):
        values = self.rows[key].get(side)
        return statistics.median(values) if values else None

    def peers(self, key):
        return {side: statistics.median(values) for side, values in self.rows[key].items() if side != "gradus"}

    def ratios(self, key):
        """Round by round, how many times faster gradus was than the best peer (by its median). Empty: no peer, or not gradus."""
        peers, ours = self.peers(key), self.rows[key].get("gradus", [])
        if not peers or not ours:
            return []
        best = min(peers, key=peers.get)
        return [theirs / mine for theirs, mine in zip(self.rows[key][best], ours)]


def run_once(side, job, threads, seconds, samples, inputs, results, cores, timeout=900):
    command = side.command(job, threads, seconds, samples, inputs)
    if command is None:
        return
    if threads < cores:
        command = ["taskset", "-c", ",".join(map(str, range(threads)))] + command
    try:
        run = subprocess.run(command, env=side.environment(threads), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        print(f"bench: {side.name} took more than {timeout} s for {job.name}", file=sys.stderr)
        return
    if run.returncode:
        print(f"bench: {side.name} failed at {job.name}: {run.stderr[-500:]}", file=sys.stderr)
    for line in run.stdout.splitlines():
        if line.startswith("job="):
            results.add(side.name, threads, line, job.tolerance)


def progress(text):
    """What is going on, on a line of its own that the next one replaces; silent where nobody watches."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def run(jobs, sides, thread_counts, rounds, seconds, samples, inputs, cores):
    """Job by job: all sides in turn, `rounds` times, so that whatever else happens on the machine happens to all."""
    results = Results()
    for threads in thread_counts:
        for job in jobs:
            for turn in range(rounds):
                progress(f"{job.name}, {threads} thread(s), round {turn + 1}/{rounds}")
                for side in sides:
                    run_once(side, job, threads, seconds, samples or 60000, inputs, results, cores)
            progress("")
            yield job, threads, results
