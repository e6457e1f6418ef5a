"""Jobs that look at a program from outside: its memory, its start, its compilation, its size. Each gives (row, unit, value)s for a side,
or nothing where the side has not this job."""
import os
import pathlib
import subprocess
import tempfile
import time


def watched(command, env):
    """Runs it: (seconds, peak memory of its largest process in MB). RuntimeError when it fails."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=words)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        if process.returncode:
            words.seek(0)
            raise RuntimeError(words.read()[-500:].decode(errors="replace"))
    return seconds, usage.ru_maxrss / 1024


def rss(side, threads, inputs):
    """Peak memory of one epoch of mlp-64."""
    command = side.command("mlp", "mlp-64", threads, 0, 60000, inputs)
    return [("rss-mlp", "MB", watched(command, side.environment(threads))[1])] if command else []


def start(side, threads, _inputs):
    """From the call to the end of a program that makes one tensor: the best of five."""
    program = side.folder / "start"
    if not program.exists():
        return []
    return [("start", "ms", min(watched([program], side.environment(threads))[0] for _ in range(5)) * 1e3)]


def compile_time(side, _threads, _inputs):
    if not side.sources:
        return []
    with tempfile.TemporaryDirectory() as folder:
        command = ["g++", "-O2", *side.compile_flags, "-c", side.sources / "compile.cpp", "-o", pathlib.Path(folder) / "compile.o"]
        seconds, memory = watched(command, side.environment(1))
    return [("compile", "s", seconds), ("compile-memory", "MB", memory)]


def size(side, _threads, _inputs):
    """Of the stripped shared libraries, without what they stand on."""
    files, total = side.shared_libraries(), 0
    with tempfile.TemporaryDirectory() as folder:
        for i, file in enumerate(files):
            stripped = pathlib.Path(folder) / str(i)
            subprocess.run(["strip", "-o", stripped, file], check=True)
            total += stripped.stat().st_size
    return [("size", "MB", total / 1e6)] if files else []
