"""What the machine can do, measured by ../limits.cpp, and what that means for a job: the least that a row could come to, in its unit."""
import subprocess


def measure(program, side, threads, seconds, cores):
    """{"fma": GFLOP/s, "triad-l2": GB/s, …}, sizes of caches in bytes."""
    command = [str(program), "--threads", str(threads), "--seconds", str(seconds)]
    if threads < cores:
        command = ["taskset", "-c", ",".join(map(str, range(threads))), *command]
    lines = subprocess.run(command, env=side.environment(threads), stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    rows = (dict(part.split("=", 1) for part in line.split(" ")) for line in lines)
    return {row["job"].removeprefix("limit/"): float(row["value"]) for row in rows}


def describe(limits, threads):
    return (f"limits, {threads} thread(s): FMA {limits['fma']:.0f} GFLOP/s; triad, GB/s: L1 {limits['triad-l1']:.0f}, L2 {limits['triad-l2']:.0f}, "
            f"L3 {limits['triad-l3']:.0f}, memory {limits['triad-memory']:.0f} ({limits['triad-memory-streaming']:.0f} with streaming stores)")


# Multiply-adds of a forward pass on one sample, layer by layer.
MLP = [784 * 512, 512 * 256, 256 * 10]
LENET = [28 * 28 * 6 * 25, 10 * 10 * 16 * 6 * 25, 400 * 120, 120 * 84, 84 * 10]
CONVNET = [28 * 28 * 32 * 9, 14 * 14 * 64 * 32 * 9, 7 * 7 * 128 * 64 * 9, 128 * 10]
LSTM = 1024 * (64 + 256) + 256 * 128
GPT = 4 * (128 * (3 * 128 + 128 + 2 * 512) + 128 * 128) + 128 * 128   # a row looks at half of 128 others, twice
RESNET = [32 * 32 * 16 * 3 * 9] + 6 * [32 * 32 * 16 * 16 * 9] + [16 * 16 * 32 * 16 * 9] + 5 * [16 * 16 * 32 * 32 * 9] + [8 * 8 * 64 * 32 * 9] \
    + 5 * [8 * 8 * 64 * 64 * 9] + [64 * 10]
VIT = [64 * 128 * 48] + 4 * [64 * 128 * (12 * 128 + 2 * 64)] + [128 * 10]   # weights 12 times the width squared, scores and their sums
# State arrays of each rule by elements: a step reads weight, gradient and state and writes all but the gradient.
SLOTS = {"sgd": 0, "momentum": 1, "rmsprop": 1, "adagrad": 1, "asgd": 1, "lion": 1, "adam": 2, "adamw": 2, "adadelta": 2, "adamax": 2, "nadam": 2,
         "radam": 2, "rprop": 2, "schedulefree": 2, "amsgrad": 3, "centered": 3}
# Bytes an element that have to be read or written once: forward, backward. None: nothing has to be.
OP_BYTES = {"add": (12, None), "mul": (12, 20), "sum": (4, 4), "sum0": (4, 4), "sum1": (4, 4), "transpose": (8, 8),
            "amax0": (4, 8), "max1": (4, 4), "prod1": (4, 8), "var0": (4, 8), "var1": (4, 8), "norm1": (4, 8), "logsumexp1": (4, 8), "cumsum0": (8, 8),
            "cumsum1": (8, 8), "sort0": (None, None), "sort1": (None, None), "topk1": (4, 4), "median1": (4, 4)}
SIZES = {"1k": 1 << 10, "64k": 1 << 16, "1M": 1 << 20, "16M": 1 << 24}


def training_flops(layers):
    """Forward, the weights' gradients and, but for the first layer, the inputs'."""
    return 2 * (3 * sum(layers) - layers[0])


def memory_speed(limits):
    return max(limits["triad-memory"], limits["triad-memory-streaming"])


def speed_for(limits, threads, total):
    """GB/s for so many bytes used again and again."""
    if total <= limits["l2-size"] * threads:
        return limits["triad-l2"]
    return limits["triad-l3"] if total <= limits["l3-size"] else memory_speed(limits)


def bound(row, limits, threads):
    """None where arithmetic and memory say nothing."""
    words, gflops = row.split("-"), limits["fma"]
    if words[0] == "mlp":
        return 60000 * training_flops(MLP) / gflops * 1e-9
    if words[0] in ("lenet", "convnet"):
        return int(words[1]) * training_flops(LENET if words[0] == "lenet" else CONVNET) / gflops * 1e-6
    if words[0] == "lstm":
        return 2 * 3 * 64 * 32 * LSTM / gflops * 1e-6
    if words[0] == "gpt":
        return 2 * 3 * 128 * 16 * GPT / gflops * 1e-6
    if words[0] in ("resnet", "vit"):
        return 64 * training_flops(RESNET if words[0] == "resnet" else VIT) / gflops * 1e-6
    if words[0] == "infer":
        weights = 4 * sum(MLP) / limits["triad-l3"] * 1e-3 if words[1] == "mlp" else 0
        return max(weights, 2 * sum(MLP if words[1] == "mlp" else CONVNET) / gflops * 1e-3)
    if words[0] == "optimizer":
        slots = SLOTS.get(words[1])
        return None if slots is None else (12 + 8 * slots) / limits[f"update-{slots}"]
    if row.startswith("ops/"):
        op, direction, size = row.removeprefix("ops/").rsplit("-", 2)
        each = OP_BYTES.get(op, (8, 12))[direction == "bwd"]
        total = each and each * SIZES[size]
        return total and total / speed_for(limits, threads, total) * 1e-3
    return None
