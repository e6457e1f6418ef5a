"""Kills a training at random moments, and makes every system call of a save fail or kill, and sees that nothing is lost.

    ./run test crashes                  all of it
    ./run test crashes --kills 20       with fewer kills (100)
    ./run test crashes --seed 7         at other moments

What needs strace or a mount is skipped, with a notice, where the machine does not let it.
"""
import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib

# The calls of a save that may fail, as strace names them, and with what.
CALLS = ("openat", "newfstatat", "fstat", "fcntl", "fchmod", "fchown", "write", "fsync", "close", "rename", "getdents64", "unlinkat")
ERRORS = ("ENOSPC", "EIO", "EINTR")


def fail(*words):
    print("crashes:", *words, file=sys.stderr)
    sys.exit(1)


class Trainee:
    def __init__(self, program):
        self.program = program

    def run(self, *args, before=(), **more):
        return subprocess.run([*before, self.program, *map(str, args)], capture_output=True, text=True, **more)

    def check(self, file):
        """The number in the checkpoint; it must load."""
        done = self.run("check", file)
        if done.returncode != 0:
            fail(f"{file} does not load: {done.stderr.strip()}")
        return int(done.stdout)


def kills(trainee, work, count, dice):
    """A training that is killed again and again ends with the bytes of the one that was not."""
    began = time.monotonic()
    if (done := trainee.run("train", work / "whole", work / "whole.safetensors")).returncode != 0:
        fail("the training fails:", done.stderr)
    takes = time.monotonic() - began
    expected = (work / "whole.safetensors").read_bytes()
    killed = trainings = 0
    while killed < count or trainings == 0:
        folder, result = work / f"run{trainings}", work / f"run{trainings}.safetensors"
        while True:
            process = subprocess.Popen([trainee.program, "train", folder, result], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if killed < count:
                time.sleep(dice.uniform(0, 0.4 * takes))
                process.kill()
            out, err = process.communicate()
            if process.returncode == 0:
                break
            if process.returncode != -signal.SIGKILL:
                fail(f"after {killed} kills the training fails: {err.strip()}")
            if "note:" in out:
                fail(f"after {killed} kills a checkpoint was broken: {out.strip()}")
            killed += 1
        if result.read_bytes() != expected:
            fail(f"after {killed} kills the training ended otherwise: compare {result} with {work / 'whole.safetensors'}")
        left = [f.name for f in folder.iterdir() if f.suffix == ".tmp"]
        if left:
            fail("left behind:", *left)
        shutil.rmtree(folder)
        trainings += 1
    print(f"kills: {killed} in {trainings} trainings of {takes:.1f} s: each ended with the bytes of the one that was not killed")
    return takes, expected


def signals(trainee, work, takes, expected, dice):
    """SIGINT and SIGTERM finish the step and save it."""
    for sent in (signal.SIGINT, signal.SIGTERM):
        folder, result = work / sent.name, work / f"{sent.name}.safetensors"
        interrupted = 0
        for _ in range(6):
            process = subprocess.Popen([trainee.program, "train", folder, result], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            time.sleep(dice.uniform(0.2, 0.5) * takes)
            process.send_signal(sent)
            out, _ = process.communicate()
            if process.returncode == 3:
                step = int(re.search(r"interrupted at (\d+)", out).group(1))
                if (latest := int(trainee.run("latest", folder).stdout)) != step:
                    fail(f"{sent.name}: ended at step {step}, and the newest checkpoint is of step {latest}")
                interrupted += 1
            elif process.returncode == 0:
                break
            elif process.returncode != -sent:   # it came before the training had begun
                fail(f"{sent.name}: exit {process.returncode}")
        if (done := trainee.run("train", folder, result)).returncode != 0 or result.read_bytes() != expected:
            fail(f"{sent.name}: the training ended otherwise: {done.stderr}")
        print(f"signals: {sent.name} {interrupted} times: each step was saved")


def checksum(trainee, work):
    """What docs/training.md says of the checksum, and anybody's reader of safetensors, where Python has one."""
    file = work / "checksum.safetensors"
    trainee.run("save", file, 5, 1000)
    data, key = file.read_bytes(), b'"checkpoint_checksum":"'
    at = data.index(key) + len(key)
    if int(data[at:at + 8], 16) != zlib.crc32(data[:at] + b"00000000" + data[at + 8:]):
        fail("the checksum is not the one that docs/training.md describes")
    try:
        import safetensors
    except ImportError:
        return print("checksum: as the document says")
    with safetensors.safe_open(file, "np") as contents:
        if contents.metadata()["number.number"] != "5" or list(contents.keys()) != ["number.more"]:
            fail("safetensors reads otherwise:", contents.metadata())
    print("checksum: as the document says; safetensors reads the file")


def calls_of_a_save(trainee, file, log):
    """How often the program makes each call, before the save begins and until it ends."""
    done = trainee.run("save", file, 1, before=["strace", "-f", "-o", str(log)], env={**os.environ, "GRADUS_NUM_THREADS": "1"})
    if done.returncode != 0:
        return None
    before, all_calls, began = collections.Counter(), collections.Counter(), False
    for line in log.read_text().splitlines():
        if match := re.match(r"\d+ +(\w+)\(", line):
            all_calls[match.group(1)] += 1
            if not began:
                before[match.group(1)] += 1
            began = began or '"saving\\n"' in line
    return before, all_calls


def faults(trainee, work):
    file, log = work / "faults" / "run.safetensors", work / "strace.log"
    file.parent.mkdir()
    if not shutil.which("strace"):
        return print("faults: skipped, there is no strace")
    trainee.run("save", file, 0)
    if not (counted := calls_of_a_save(trainee, file, log)):
        return print("faults: skipped, strace may not trace here")
    before, all_calls = counted
    number, runs, kept = 1, 0, 0
    for call in CALLS:
        for when in range(before[call] + 1, all_calls[call] + 1):
            for fault in (*(f"error={e}" for e in ERRORS), "signal=SIGKILL"):
                old, number = number, number + 1
                done = trainee.run("save", file, number, before=["strace", "-f", "-o", "/dev/null", "-e", f"inject={call}:{fault}:when={when}"],
                                   env={**os.environ, "GRADUS_NUM_THREADS": "1"})
                runs += 1
                where = f"{call} number {when - before[call]} with {fault}"
                found = trainee.check(file)
                if done.returncode == 0 and found != number:
                    fail(f"{where}: the save was said to be done, and was not")
                if found not in (old, number):
                    fail(f"{where}: neither the old nor the new checkpoint is there, but {found}")
                if done.returncode == 1 and str(file) not in done.stderr and str(file.parent) not in done.stderr:
                    fail(f"{where}: the error does not say what it was about: {done.stderr}")
                if done.returncode not in (0, 1, -signal.SIGKILL, 128 + signal.SIGKILL):
                    fail(f"{where}: exit {done.returncode}: {done.stderr}")
                kept += found == old
                number = found
    if trainee.run("save", file, number + 1).returncode != 0 or sorted(f.name for f in file.parent.iterdir()) != [file.name]:
        fail("a save after all of them does not clear up:", *(f.name for f in file.parent.iterdir()))
    print(f"faults: {runs} calls of saves failed or killed: {kept} times the old checkpoint was there, {runs - kept} times the new one")


def short_writes(trainee, work):
    """Writes that take a part of what they are given, are interrupted, and find the disk full after so many bytes."""
    folder = work / "short"
    folder.mkdir()
    file, plenty = folder / "run.safetensors", {**os.environ, "TRAINEE_WRITES": str(1 << 40)}

    def writes(room):
        return {**os.environ, "TRAINEE_WRITES": str(room)}
    trainee.run("save", file, 2, 10)
    expected = file.read_bytes()
    trainee.run("save", file, 1, 10)
    if trainee.run("save", file, 2, 10, env=plenty).returncode != 0 or file.read_bytes() != expected:
        fail("short writes: a save is other than one with long ones")
    trainee.run("save", file, 1, 10)
    old, rooms = file.read_bytes(), [*range(0, len(expected), 13), len(expected) - 1]
    for room in rooms:
        done = trainee.run("save", file, 2, 10, env=writes(room))
        if done.returncode != 1 or "No space left on device" not in done.stderr or str(file) not in done.stderr:
            fail(f"full after {room} bytes of a save: exit {done.returncode}: {done.stderr}")
        if file.read_bytes() != old or len(list(folder.iterdir())) != 1:
            fail(f"full after {room} bytes of a save: the old checkpoint is not what it was:", *(f.name for f in folder.iterdir()))
    logs = {}
    for room in [1 << 40, *range(0, 60)]:
        shutil.rmtree(folder)
        folder.mkdir()
        done = trainee.run("log", folder, env=writes(room))
        if done.returncode != (0 if room > 1000 else 1):
            fail(f"full after {room} bytes of a log: exit {done.returncode}: {done.stderr}")
        for name in ("log.jsonl", "log.csv"):
            if not (folder / name).exists():
                continue
            lines = (folder / name).read_text().splitlines(keepends=True)
            whole = logs.setdefault(name, lines)
            if any(line not in whole for line in lines) or sum(line in lines for line in whole) < len(whole) - 1:
                fail(f"full after {room} bytes of a log: {name} is {lines}")
    print(f"short writes: saves and logs are the same; {len(rooms)} times full within a save, 60 times within logs: said, and nothing was lost")


def full_disk(trainee, work):
    disk = work / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode != 0:
        return print("full disk, read-only disk: skipped, nothing can be mounted here")
    try:
        file = disk / "run.safetensors"
        trainee.run("save", file, 1)
        done = trainee.run("save", file, 2, 100_000)
        if done.returncode != 1 or "No space left on device" not in done.stderr or trainee.check(file) != 1 or len(list(disk.iterdir())) != 1:
            fail("full disk:", done.returncode, done.stderr)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        done = trainee.run("save", file, 2)
        if done.returncode != 1 or "Read-only file system" not in done.stderr or trainee.check(file) != 1:
            fail("read-only disk:", done.returncode, done.stderr)
    finally:
        subprocess.run(["umount", disk], check=True)
    print("full disk, read-only disk: said, and the old checkpoint was there")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    trainee, dice = Trainee(options.program.resolve()), random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="gradus-crashes-") as folder:
        work = pathlib.Path(folder)
        checksum(trainee, work)
        faults(trainee, work)
        short_writes(trainee, work)
        full_disk(trainee, work)
        takes, expected = kills(trainee, work, options.kills, dice)
        signals(trainee, work, takes, expected, dice)


if __name__ == "__main__":
    main()
