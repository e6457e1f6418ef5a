#!/usr/bin/env python3
"""Runs each job in gradus and in its peers, interleaved over several rounds; prints a table, draws it, and writes it as JSON.

  ./run bench                              all jobs, with all cores and with one thread
  ./run bench mlp-64 convnet optimizer     some of them; a family's name stands for all of it; ops-exp for one operation
  ./run bench --threads 1 --rounds 9 --json figures.json
  ./run bench --install-peers              PyTorch 2.13 into the build folder, Debian's LibTorch; then as above

Ratio: the best peer's time by ours, the median over rounds; `!` marks a goal missed. Of limit: the least time that the machine's arithmetic
or memory allows (driver/limits.py), by ours.
"""
import argparse
import datetime
import os
import pathlib
import shutil
import subprocess
import sys

from driver import inputs, install, jobs, limits, measure, picture, sides, table

ROOT = pathlib.Path(__file__).resolve().parent.parent


def arguments():
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="*", help="names of jobs or families; default: all")
    parser.add_argument("--threads", type=int, action="append", help="may be given several times; default: all cores, and 1")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each program measures in each round")
    parser.add_argument("--samples", type=int, default=60000, help="pictures in an epoch (the time is extrapolated to 60000)")
    parser.add_argument("--quick", action="store_true", help="2 rounds, 0.2 s, 6000 pictures: a glance, not a measurement")
    parser.add_argument("--peers", default="", metavar="WORDS", help="only peers whose name contains one of these words, e.g. LibTorch,floor")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--picture", type=pathlib.Path, metavar="FILE", help="an SVG; default: bench.svg in the build folder")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="the build folder")
    parser.add_argument("--libtorch", type=pathlib.Path, metavar="DIR", help="another LibTorch: the folder of its include/ and lib/")
    parser.add_argument("--install-peers", action="store_true")
    parser.add_argument("--no-build", action="store_true", help="take the programs as they are")
    parser.add_argument("--timeout", type=float, default=900, help="seconds that one program may take")
    args = parser.parse_args()
    args.build = args.build.resolve()
    args.inputs = args.build / "benchmarks" / "inputs"
    args.cores = len(os.sched_getaffinity(0))
    args.threads = args.threads or sorted({args.cores, 1}, reverse=True)
    if args.quick:
        args.rounds, args.seconds, args.samples = 2, 0.2, 6000
    try:
        args.jobs = jobs.select(args.jobs)
    except ValueError as error:
        parser.error(str(error))
    return args


def machine(build):
    """Processor, cores, and what gradus uses there when nothing is preset."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), "?")
    info = subprocess.run([build / "benchmarks" / "gradus" / "info"], env=sides.clean_environment(), stdout=subprocess.PIPE, text=True, check=True).stdout
    return f"{model}, {len(os.sched_getaffinity(0))} cores; {datetime.date.today()}", info.rstrip()


def prepare(args):
    if args.install_peers:
        install.peers(args.build)
    if args.install_peers or args.libtorch or not (args.build / "benchmarks" / "peers.txt").exists():
        other = [f"-DGRADUS_BENCH_LIBTORCH={args.libtorch.resolve()}"] if args.libtorch else []
        subprocess.run(["cmake", "-S", ROOT, "-B", args.build, "-DGRADUS_BENCHMARKS=ON", *other], check=True, stdout=subprocess.DEVNULL)
    everyone = sides.find(args.build, not args.no_build)
    words = args.peers.lower().split(",")
    inputs.write(args.inputs)
    return [side for side in everyone if side.kind == "gradus" or any(word in side.name.lower() for word in words)]


def main():
    args = arguments()
    everyone = prepare(args)
    names = [side.name for side in everyone]
    about, info = machine(args.build)
    print(about)
    print(info)
    bounds = {threads: limits.measure(args.build / "benchmarks" / "limits", everyone[0], threads, 0.3, args.cores) for threads in args.threads}
    for threads, bound in bounds.items():
        print(limits.describe(bound, threads))

    results, shown = measure.Results(), set()

    def limit_of(key):
        return limits.bound(key[0], bounds[key[1]], key[1]) if key[1] in bounds else None
    print("\n" + table.header(names), flush=True)
    try:
        for _ in measure.run(args.jobs, everyone, args.threads, args, results):
            for key in results.rows:
                if key not in shown and not key[0].startswith("ops/"):
                    print(table.line(results, key, names, limit_of(key)), flush=True)
                shown.add(key)
            if args.json:   # after each job: a run that is cut short has left something
                table.write_json(args.json, results, limit_of)
    finally:
        shutil.rmtree(args.inputs / "weights", ignore_errors=True)   # gigabytes, which the job of that name has made
    if table.op_rows(results):
        print("\n" + table.op_grid(results))
    for words in results.complaints:
        print(f"note: {words}")
    file = args.picture or args.build / "bench.svg"
    picture.write(file, results, sorted({threads for _, threads in results.rows}, reverse=True), about)
    print(f"picture: {file}")


if __name__ == "__main__":
    main()
