#!/usr/bin/env python3
"""Runs each job in gradus and in its peers, interleaved over several rounds, and prints one table.

  ./run bench                              all jobs, with all cores and with one thread
  ./run bench mlp-64 convnet optimizer     some of them; a family's name stands for all of it; ops-exp for one operation
  ./run bench --threads 1 --rounds 9 --json figures.json
"""
import argparse
import os
import pathlib

from driver import inputs, jobs, measure, sides, table


def arguments():
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="*", help="names of jobs or families; default: all")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent / "build", help="the build folder")
    parser.add_argument("--threads", type=int, action="append", help="may be given several times; default: all cores, and 1")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each program measures in each round")
    parser.add_argument("--samples", type=int, default=60000, help="pictures in an epoch (the time is extrapolated to 60000)")
    parser.add_argument("--quick", action="store_true", help="2 rounds, 0.2 s, 6000 pictures: a glance, not a measurement")
    parser.add_argument("--no-build", action="store_true", help="take the programs as they are")
    return parser.parse_args()


def main():
    args = arguments()
    if args.quick:
        args.rounds, args.seconds, args.samples = 2, 0.2, 6000
    cores = len(os.sched_getaffinity(0))
    chosen = jobs.select(args.jobs)
    everyone = sides.find(args.build.resolve(), not args.no_build)
    names = [side.name for side in everyone]
    where = args.build.resolve() / "benchmarks" / "inputs"
    inputs.write(where)

    print(table.header(names))
    seen = set()
    for _, _, results in measure.run(chosen, everyone, args.threads or sorted({cores, 1}, reverse=True), args.rounds, args.seconds, args.samples, where, cores):
        for key in list(results.rows):
            if key not in seen:
                seen.add(key)
                print(table.line(results, key, names), flush=True)


if __name__ == "__main__":
    main()
