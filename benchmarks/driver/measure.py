"""Runs jobs, side by side, round after round, and keeps what they print."""
import collections
import math
import statistics
import subprocess
import sys


class Results:
    """rows[(row, threads)][side] = one value a round. Less is better in all of them."""

    def __init__(self):
        self.rows = collections.defaultdict(lambda: collections.defaultdict(list))
        self.units, self.goals, self.checks, self.complaints = {}, {}, collections.defaultdict(dict), []

    def add(self, side, threads, job, row, unit, value, check=math.nan):
        key = (row, threads)
        self.units[row], self.goals[key] = unit, job.goal if threads != 1 or job.outside else min(job.goal, 1)
        self.rows[key][side].append(value)
        if math.isnan(check):
            return
        self.checks[key][side] = check
        first, reference = next(iter(self.checks[key].items()))
        if not abs(check - reference) <= job.tolerance * abs(reference):
            complain(self.complaints, f"{row}, {threads} thread(s): {side} computes {check:.6g}, {first} {reference:.6g}")

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
        return [theirs / mine for theirs, mine in zip(self.rows[key][min(peers, key=peers.get)], ours)]


def complain(complaints, words):
    if words not in complaints:
        complaints.append(words)
        print(f"bench: {words}", file=sys.stderr, flush=True)


def progress(text):
    """What is going on: where somebody watches, on a line that the next one replaces."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


def takes_part(side, job, threads):
    if side.kind == "gradus":
        return True
    return side.kind in job.kinds and not (side.untouched and threads == 1 and not job.outside)


def run_once(side, job, threads, settings, results):
    if job.outside:
        for row, unit, value in job.outside(side, threads, settings.inputs):
            results.add(side.name, threads, job, row, unit, value)
        return
    command = side.command(job.program, job.name, threads, settings.seconds * job.share, settings.samples, settings.inputs)
    if command is None:
        return
    if threads < settings.cores:
        command = ["taskset", "-c", ",".join(map(str, range(threads))), *command]
    run = subprocess.run(command, env=side.environment(threads), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=settings.timeout)
    if run.returncode:
        raise RuntimeError(run.stderr[-500:].strip())
    for line in run.stdout.splitlines():
        if line.startswith("job="):
            fields = dict(part.split("=", 1) for part in line.split(" "))
            results.add(side.name, threads, job, fields["job"], fields["unit"], float(fields["value"]), float(fields["check"]))


def run(jobs, sides, thread_counts, settings, results):
    """Job by job: all sides in turn, `rounds` times, so that whatever else happens on the machine happens to all. Yields after each job."""
    failed = set()
    for count in thread_counts:
        for job in jobs:
            if job.once and count != thread_counts[-1]:
                continue
            threads = 1 if job.once else count
            for turn in range(1 if job.once else settings.rounds):
                for side in sides:
                    if not takes_part(side, job, threads) or (side.name, job.name) in failed:
                        continue
                    progress(f"{job.name}, {threads} thread(s), round {turn + 1} of {settings.rounds}: {side.name}")
                    try:
                        run_once(side, job, threads, settings, results)
                    except (RuntimeError, subprocess.SubprocessError, OSError) as error:
                        failed.add((side.name, job.name))
                        complain(results.complaints, f"{side.name} failed at {job.name}: {error}")
            progress("")
            yield job, threads
