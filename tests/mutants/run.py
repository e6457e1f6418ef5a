"""Plants wrong derivatives, one at a time, and counts how many of them the tests catch: all, or it fails.

    ./run test mutants [FAMILY...]          those in tests/mutants/<family>.txt; without a name, all
    ./run test mutants --every 8            a sample, always the same: every eighth of them, family after family

A mutant is five lines; an empty line ends it:

    file autograd/ops/scan.cpp              a source of the library, or a header that only its sources include
    what sign of cumsum's gradient
    old  return reverse_cumsum(g, axis);    a part of one line, which the file has once
    new  return -reverse_cumsum(g, axis);
    test *OpTable*cumsum*                   GoogleTest's filter for what must fail

The tree is never touched: what changes is compiled from a copy, at one instruction-set level, and linked before the library of the build.
"""
import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIELDS = ("file", "what", "old", "new", "test")


@dataclasses.dataclass
class Mutant:
    family: str
    file: str
    what: str
    old: str
    new: str
    test: str


def mutants_of(family):
    """All of a family's file. ValueError for a mutant that is not one."""
    path = ROOT / "tests/mutants" / f"{family}.txt"
    mutants = []
    for block in path.read_text().strip().split("\n\n"):
        lines = [line.strip().partition(" ") for line in block.splitlines() if line.strip()]
        found = {name: text.strip() for name, _, text in lines}
        place = f"{path.relative_to(ROOT)}: {found.get('what', block)!r}"
        if tuple(name for name, _, _ in lines) != FIELDS:
            raise ValueError(f"{place}: wants the lines {', '.join(FIELDS)}")
        mutant = Mutant(family, **found)
        times = (ROOT / mutant.file).read_text().count(mutant.old) if (ROOT / mutant.file).is_file() else None
        if times != 1:
            raise ValueError(f"{place}: there is no {mutant.file}" if times is None else f"{place}: {mutant.file} has the old text {times} times")
        mutants.append(mutant)
    return mutants


class Build:
    """A build's units: sources that are compiled by themselves, and those of CMake's that include several of ours."""

    def __init__(self, folder, level):
        self.folder, self.level = folder, level
        self.commands, self.sources, self.unit_of = {}, {}, {}
        for entry in json.loads((folder / "compile_commands.json").read_text()):
            unit = pathlib.Path(entry["file"]).resolve()
            self.commands.setdefault(unit, []).append(entry["command"])
            self.sources[unit] = [unit]
            if unit.parent.name == "Unity":
                self.sources[unit] = [pathlib.Path(line.split('"')[1]) for line in unit.read_text().splitlines() if line.startswith("#include")]
            for source in self.sources[unit]:
                self.unit_of[source.resolve()] = unit
        self.users = self.users_of_headers()
        self.links = {}

    def users_of_headers(self):
        """header -> the units that include it, as ninja found them."""
        users, unit = {}, None
        for line in self.ninja("-t", "deps").splitlines():
            path = (self.folder / line.strip()).resolve()
            if line and not line[0].isspace():
                unit = None
            elif unit is None and path in self.sources:
                unit = path
            elif unit:
                users.setdefault(path, set()).add(unit)
        return users

    def ninja(self, *arguments):
        return subprocess.run(["ninja", "-C", self.folder, *arguments], check=True, capture_output=True, text=True).stdout

    def units_of(self, file):
        """What has to be compiled when this file changes: the library's units, at one level."""
        if file.suffix == ".cpp":
            return [self.unit_of[file]]
        rooms = [ROOT / room for room in ("autograd", "nn", "optim", "data", "train")]
        return sorted(unit for unit in self.users.get(file, ()) if any(room in self.sources[unit][0].parents for room in rooms))

    def compile(self, unit, file, text, out):
        """Its object, with `text` in the place of the file, and the headers in `out` before all others."""
        commands = self.commands[unit]
        room = self.sources[unit][0].resolve().relative_to(ROOT).parts[0]
        command = next((c for c in commands if f"gradus_{room}_{self.level}.dir" in c), commands[0])
        words = shlex.split(command)
        target, source = out / (unit.name + ".o"), unit
        before = words[1:words.index("-MD")] if "-MD" in words else words[1:words.index("-o")]
        if file.suffix == ".cpp":
            source = out / file.name
            source.write_text(text)
            if unit != file:
                together = unit.read_text().replace(f'"{file}"', f'"{source}"')
                source = out / unit.name
                source.write_text(together)
        run([words[0], f"-I{out / 'include'}", *before, "-O1", "-Wno-error", "-o", str(target), "-c", str(source)], self.folder)
        return target

    def link(self, program, objects, out):
        if program not in self.links:
            self.links[program] = self.ninja("-t", "commands", "-s", f"tests/{program}").strip().splitlines()[-1]
        before, after = self.links[program].split(f" -o tests/{program} ")
        words = shlex.split(before.removeprefix(": && ")) + ["-o", str(out / program)] + shlex.split(after.split(" && ")[0])
        first = next(i for i, word in enumerate(words) if word.endswith(".o"))
        run(words[:first] + [str(o) for o in objects] + words[first:], self.folder)
        return out / program


def run(words, folder):
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError("does not compile:\n" + "\n".join(done.stderr.splitlines()[:12]))


def tested(program, build, filter_):
    """(whether the tests passed, how many there were)"""
    environment = dict(os.environ, GRADUS_SIMD_LEVEL=build.level, GRADUS_NUM_THREADS="2")
    try:
        done = subprocess.run([program, f"--gtest_filter={filter_}", "--gtest_brief=1", "--gtest_fail_fast"], cwd=build.folder,
                              env=environment, capture_output=True, text=True, errors="replace", timeout=300)
    except subprocess.TimeoutExpired:
        return False, 1
    ran = [line for line in done.stdout.splitlines() if " ran." in line]
    return done.returncode == 0, int(ran[-1].split()[1]) if ran else 1   # that none is counted: it crashed


def try_one(build, number, mutant):
    out = build.folder / "mutants" / f"{mutant.family}_{number}"
    shutil.rmtree(out, ignore_errors=True)
    file = (ROOT / mutant.file).resolve()
    text = file.read_text().replace(mutant.old, mutant.new)
    copy = out / "include/gradus" / mutant.file
    copy.parent.mkdir(parents=True)
    if file.suffix == ".h":
        copy.write_text(text)
    objects = [build.compile(unit, file, text, out) for unit in build.units_of(file)]
    if not objects:
        raise RuntimeError("no source of the library includes it")
    program = build.link(f"test_{pathlib.Path(mutant.file).parts[0]}", objects, out)
    passed, _ = tested(program, build, mutant.test)
    shutil.rmtree(out)
    return not passed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("families", nargs="*", metavar="FAMILY")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th of them")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--level", required=True, help="the instruction-set level that is compiled and run")
    arguments = parser.parse_args()
    if arguments.every < 1:
        parser.error("--every: N is 1 or more")

    build = Build(arguments.build.resolve(), arguments.level)
    families = arguments.families or sorted(path.stem for path in (ROOT / "tests/mutants").glob("*.txt"))
    mutants = [(number, mutant) for family in families for number, mutant in enumerate(mutants_of(family), 1)][::arguments.every]

    began, caught = time.time(), 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        # What fails anyway would catch anything.
        checks = sorted({(pathlib.Path(mutant.file).parts[0], mutant.test) for _, mutant in mutants})
        answers = pool.map(lambda check: tested(build.folder / f"tests/test_{check[0]}", build, check[1]), checks)
        for (room, filter_), (passed, ran) in zip(checks, answers):
            if not passed or ran == 0:
                sys.exit(f"test_{room} --gtest_filter='{filter_}' " + ("fails without a mutant" if ran else "runs no test"))

        jobs = {pool.submit(try_one, build, number, mutant): mutant for number, mutant in mutants}
        for job in concurrent.futures.as_completed(jobs):
            mutant = jobs[job]
            try:
                verdict = "caught" if job.result() else "SURVIVED"
            except RuntimeError as error:
                verdict = f"BROKEN ({error})"
            caught += verdict == "caught"
            print(f"{verdict:8}  {mutant.family}: {mutant.what}  ({mutant.file})", flush=True)
    print(f"{caught} of {len(mutants)} wrong derivatives were caught, in {time.time() - began:.0f} s")
    return 0 if caught == len(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
