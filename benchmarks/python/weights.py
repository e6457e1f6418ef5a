"""Loads and saves a gigabyte of weights in each format, by PyTorch (pt), safetensors' own library, or NumPy; see ../gradus/weights.cpp, which
writes the files that are loaded."""
import json
import mmap
import os
import pathlib
import resource
import shutil
import time

import common
import numpy
import safetensors.torch
import torch

LARGE, SMALL, ROWS, COLUMNS, LENGTH, SHARD = 24, 96, 4096, 2560, 2560, 260_000_000


def filled(shape, tensor):
    count = int(numpy.prod(shape))
    row = (numpy.arange(1021, dtype=numpy.int64) - 510).astype(numpy.float32) * numpy.float32(1e-3) + numpy.float32(tensor)
    return torch.from_numpy(numpy.resize(row, count).reshape(shape))


def model():
    out = {}
    for i in range(LARGE):
        out[f"blocks.{i}.weight"] = filled((ROWS, COLUMNS), i)
        for k in range(SMALL // LARGE):
            out[f"blocks.{i}.bias.{k}"] = filled((LENGTH,), i + k)
    return out


def check_of(tensors):
    return sum(float(t.reshape(-1)[-1]) for t in tensors.values()) / len(tensors)


def touched(tensors):
    """One float of each page."""
    return sum(float(t.reshape(-1)[::1024].sum()) for t in tensors.values())


def touch_memory():
    """As the program of gradus does it, which says why."""
    size = 2400 << 20
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as pages:
        pages.madvise(mmap.MADV_HUGEPAGE)
        bytes_of = numpy.frombuffer(pages, dtype=numpy.uint8)
        bytes_of[::4096] = 1
        del bytes_of


def memory(which):
    with open("/proc/self/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(which))


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(options, work):
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before, processor, start = memory("VmRSS"), processor_seconds(), time.perf_counter()
    check = work()
    seconds, busy = time.perf_counter() - start, processor_seconds() - processor
    common.report(options.job, "s", seconds, check)
    common.report(f"{options.job}-cpu", "s", busy, float("nan"))
    common.report(f"{options.job}-memory", "MB", max(1.0, memory("VmHWM") - before), float("nan"))


def save(form, folder, tensors):
    if form == "safetensors":
        safetensors.torch.save_file(tensors, folder / "model.safetensors")
    elif form == "sharded":
        shards, filled_bytes = [{}], 0
        for name, tensor in tensors.items():
            if filled_bytes + tensor.nbytes > SHARD:
                shards.append({})
                filled_bytes = 0
            shards[-1][name] = tensor
            filled_bytes += tensor.nbytes
        names = {}
        for i, shard in enumerate(shards, 1):
            file = f"model-{i:05}-of-{len(shards):05}.safetensors"
            safetensors.torch.save_file(shard, folder / file)
            names |= {name: file for name in shard}
        (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": names}))
    elif form == "npz":
        numpy.savez(folder / "model.npz", **{name: tensor.numpy() for name, tensor in tensors.items()})
    elif form == "npy":
        for name, tensor in tensors.items():
            numpy.save(folder / f"{name}.npy", tensor.numpy())
    else:
        torch.save(tensors, folder / "model.pt")


def load_safetensors(file, mapped):
    """load_file maps the file, and its tensors are the mapping: memory of their own, which no shortened file takes away, is a copy."""
    tensors = safetensors.torch.load_file(file)
    return tensors if mapped else {name: tensor.clone() for name, tensor in tensors.items()}


def load(form, folder, mapped):
    if form == "safetensors":
        return load_safetensors(folder / "model.safetensors", mapped)
    if form == "sharded":
        names = json.loads((folder / "model.safetensors.index.json").read_text())["weight_map"]
        out = {}
        for file in sorted(set(names.values())):
            out |= load_safetensors(folder / file, mapped)
        return out
    if form == "npz":
        with numpy.load(folder / "model.npz") as file:
            return {name: torch.from_numpy(file[name]) for name in file.files}
    if form == "npy":
        how = {"mmap_mode": "c"} if mapped else {}
        return {file.stem: torch.from_numpy(numpy.load(file, **how)) for file in folder.glob("*.npy")}
    return torch.load(folder / "model.pt", mmap=mapped)


options = common.arguments()
if options.compile or options.job == "weights-load-npz-mapped":
    raise SystemExit   # NumPy maps no archives
loads, form = options.job.startswith("weights-load-"), options.job[13:].removesuffix("-mapped")
mapped = options.job.endswith("-mapped")
touch_memory()
if loads:
    def work():
        tensors = load(form, pathlib.Path(options.inputs) / "weights" / form, mapped)
        touched(tensors)
        return check_of(tensors)
    measure(options, work)
else:
    ram = pathlib.Path("/dev/shm")
    fits = ram.is_dir() and shutil.disk_usage(ram).free > 4e9
    folder = (ram if fits else pathlib.Path(options.inputs)) / f"gradus-bench-{os.getpid()}"
    folder.mkdir()
    weights = model()
    try:
        def work():
            save(form, folder, weights)
            return check_of(weights)
        measure(options, work)
    finally:
        shutil.rmtree(folder)
